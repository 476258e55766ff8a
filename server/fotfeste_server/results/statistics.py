"""All figures as a file for SPSS and its kin: labels on everything, and what is hidden marked as missing on purpose.

Needs the extra `stats` (pyreadstat with pandas). The file holds figures, one to a row; rows of people do not exist.
"""

from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from fotfeste_shared.wording import Language, say

from . import words
from .figures import Hidden
from .lines import Column, Line, Part, about, is_span, lines, numbers, part
from .reading import Source

FEW, OTHER_SCALE, ONLY_SPAN = -99, -98, -97
LABELLED = ("del", "maling", "sted")  # numbers with labels in the file; their codes as text are left out
LEFT_OUT = ("malingkode", "stedskode")
LONG_AGO = date(2000, 1, 1)
MADE_AT = 92  # where in the header of a .sav file it says when it was made: nine bytes of day, eight of time
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def can_write() -> bool:
    """Tell whether the extra is installed."""
    return find_spec("pyreadstat") is not None


def statistics(source: Source, language: Language) -> bytes:
    """Write every figure as a row of a .sav file."""
    import pandas as pd
    import pyreadstat

    told = list(lines(source, language))
    codes = _codes(told, language)
    labels: dict[str, dict[int | float, str]] = {name: _missing(language) for name in ("prosent", "snitt")}
    labels |= {name: {number: said for (_, said), number in each.items()} for name, each in codes.items()}
    columns = [each for each in (*about(language), *numbers(language)) if each.name not in LEFT_OUT]
    table = pd.DataFrame({column.name: _values(column, told, codes) for column in columns})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "results.sav"
        pyreadstat.write_sav(
            table, path, file_label=say(language, "Resultater"), row_compress=True,
            column_labels={column.name: column.title for column in columns},
            variable_value_labels=labels,
            missing_ranges={name: [FEW, OTHER_SCALE, ONLY_SPAN] for name in ("prosent", "snitt")},
            variable_measure={column.name: "nominal" for column in about(language) if column.name not in LEFT_OUT},
        )  # fmt: skip
        raw = path.read_bytes()
    return _dated(raw, max((window.closes for window in source.released.windows), default=LONG_AGO))


def _codes(told: Sequence[Line], language: Language) -> dict[str, dict[tuple[str, str], int]]:
    """Number what has labels: a municipality by its own number, the others in their order."""
    parts: tuple[Part, ...] = get_args(Part)
    waves = dict.fromkeys(line.wave for line in told if line.wave)
    places = sorted({line.place for line in told})
    return {
        "del": {(code, part(code, language)): 1 + i for i, code in enumerate(parts)},
        "maling": {(code, words.wave(code, language)): 1 + i for i, code in enumerate(waves)},
        "sted": {(code, words.place(code, language)): int(code or 0) for code in places},
    }


def _values(column: Column, told: Sequence[Line], codes: dict[str, dict[tuple[str, str], int]]) -> list[Any]:
    if column.name in LABELLED:
        numbered = {code: number for (code, _), number in codes[column.name].items()}
        return [_number(column.name, line, numbered) for line in told]
    if column.name in ("prosent", "snitt"):
        return [_or_missing(column, line) for line in told]
    cells = [column.read(line) for line in told]
    if all(isinstance(cell, str) for cell in cells):
        return cells
    return [float("nan") if cell is None else int(cell) / column.parts for cell in cells]


def _number(name: str, line: Line, numbered: dict[str, int]) -> float:
    if name == "maling" and (line.part == "left" or not line.wave):
        return float("nan")
    return float(numbered[{"del": line.part, "maling": line.wave, "sted": line.place}[name]])


def _or_missing(column: Column, line: Line) -> float:
    """Give a share or a mean, or the number that says why it is not told; nothing where it does not belong."""
    cell = column.read(line)
    if isinstance(cell, int):
        return cell / column.parts
    if isinstance(line.shown, Hidden):
        return float(OTHER_SCALE if line.shown.why == "other_scale" else FEW)
    if line.shown is None:
        return float("nan")
    unit = {"prosent": "share", "snitt": "mean"}[column.name]
    return float(ONLY_SPAN) if is_span(line.shown) and line.shown.unit == unit else float("nan")


def _missing(language: Language) -> dict[int | float, str]:
    return {
        FEW: say(language, "skjult: for få svar"),
        OTHER_SCALE: say(language, "skjult: spørsmålet ble stilt med en annen skala"),
        ONLY_SPAN: say(language, "bare spenn: færre enn 20 svar"),
    }


def _dated(raw: bytes, day: date) -> bytes:
    """Say in the header that the file was made on the day of the release, so that its bytes are the same always."""
    made = f"{day.day:02} {MONTHS[day.month - 1]} {day.year % 100:02}00:00:00".encode("ascii")
    return raw[:MADE_AT] + made + raw[MADE_AT + len(made) :]
