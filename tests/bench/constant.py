"""The web server with a constant answer: `python constant.py PORT FILE` serves the file's bytes for everything."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

BLOCKING_THREADS = 32

Start = Callable[[str, list[tuple[str, str]]], object]


def _load(_target: str) -> Callable[[dict[str, str], Start], Iterable[bytes]]:
    body = Path(sys.argv[2]).read_bytes()
    head = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]

    def answer(_environ: dict[str, str], start: Start) -> Iterable[bytes]:
        start("200 OK", head)
        return [body]

    return answer


if __name__ == "__main__":
    Server(
        "constant",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        log_level=LogLevels.error,
    ).serve(target_loader=_load)
