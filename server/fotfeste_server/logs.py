"""How the server writes its log: what happened and where in the code, and never who.

A driver's or a library's message may quote an address, a name or an answer, so a fault is told by its kind and by
the places it came through; its own words are left out.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

LogKind = Literal["text", "json"]
OURS = "fotfeste"
LAST = 12  # places of a fault that are told


class Discreet(logging.Formatter):
    """Writes one event a line, as text or as JSON."""

    def __init__(self, kind: LogKind) -> None:
        super().__init__()
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        """Write an event; other people's libraries are told by name and level alone."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        event: dict[str, str | list[str]] = {
            "at": at, "level": record.levelname.casefold(), "where": record.name, "said": _said(record)
        }  # fmt: skip
        if record.exc_info and record.exc_info[1] is not None:
            event |= {"fault": type(record.exc_info[1]).__name__, "through": _places(record.exc_info[1])}
        if self._kind == "json":
            return json.dumps(event, ensure_ascii=False)
        return " ".join(str(value) for value in event.values())


def _said(record: logging.LogRecord) -> str:
    """Give the event's sentence: our own, which name nobody, or how another library's began."""
    return record.getMessage() if record.name.startswith(OURS) else str(record.msg).partition("%")[0].strip()


def _places(fault: BaseException) -> list[str]:
    """Tell the way of a fault through the code: file, line and function, the last ones."""
    frames = traceback.extract_tb(fault.__traceback__)[-LAST:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def begin_log(kind: LogKind) -> None:
    """Write warnings and worse to the standard error, in one form, from every part of the program."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(kind))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
