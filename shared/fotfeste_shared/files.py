"""Files that survive a crash and a power cut: under their names they are whole, or as they were before."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

__all__ = ["changing", "sync_folder", "whole_file"]


@contextmanager
def whole_file(path: Path) -> Iterator[BufferedRandom]:
    """Give an empty file to write and read; it takes the name once all of it is on the disk, or never.

    Nobody but the owner may read it, from its first byte on.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with open(unfinished, "w+b", opener=_private) as file:
            yield file
            _to_disk(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def changing(path: Path) -> Iterator[BufferedRandom]:
    """Give a file to change where it stands, made if it is not there; what was changed is on the disk at the end."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    with open(handle, "r+b") as file:  # noqa: PTH123 (the mode of a new file is set as it is made)
        yield file
        _to_disk(file)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new or removed name in a folder durable."""
    if sys.platform == "win32":  # a folder cannot be opened there; the file system writes names through
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _to_disk(file: BufferedRandom) -> None:
    file.flush()
    os.fsync(file.fileno())
