"""Sees to it that only one server, or one restore, has the SQLite file of a house at a time."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PATIENCE = 3.0  # seconds; a worker whose parent was killed leaves within one


class InUse(Exception):
    """Another server has this house."""


@contextmanager
def alone_in(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a house alone; raises InUse when somebody else does for longer than one waits."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with open(os.open(folder / "in-use", os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:  # noqa: PTH123
        while not _locked(file):
            if time.monotonic() > until:
                raise InUse
            time.sleep(0.05)
        yield  # the system gives it back when the last process that has it ends, however that ends


if sys.platform == "win32":
    import msvcrt

    def _locked(file: BinaryIO) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
