"""What our own code does to files past SQLite (keys, releases, copies), heard in the same order as SQLite's changes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from faults.tapping import Change

HEARD = ("open", "fsync", "replace", "rename", "link", "unlink", "remove")


class Outside:
    """Listens at the system's functions; a write is heard when it is synced, renamed or at the end."""

    def __init__(self, folder: Path, hear: Callable[[Change], int], *, syncing: bool = False) -> None:
        self._folder = folder
        self._hear = hear
        self._syncing = syncing
        self._known: dict[str, bytes] = {}
        self._real = {name: getattr(os, name) for name in HEARD}
        self.sqlite: set[str] = set()  # files whose contents SQLite changes: those are heard elsewhere

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Listen until the block ends."""
        try:
            for name in HEARD:
                setattr(os, name, partial(getattr(self, f"_{name}"), self._real[name]))
            yield
        finally:
            for name, real in self._real.items():
                setattr(os, name, real)

    def _ours(self, path: Any) -> str | None:
        whole = str(Path(path).absolute()) if isinstance(path, (str, os.PathLike)) else ""
        return whole if whole.startswith(f"{self._folder}{os.sep}") else None

    def _open(self, real: Any, path: Any, flags: int, *more: Any, **named: Any) -> int:
        ours = self._ours(path)
        new = ours is not None and bool(flags & os.O_CREAT) and not Path(ours).exists()
        handle: int = real(path, flags, *more, **named)
        if ours and new:
            self._create(ours)
        return handle

    def _create(self, path: str) -> None:
        self._known[path] = b""
        self._hear(Change("create", path))

    def _fsync(self, real: Any, handle: int) -> None:
        path = self._path_of(handle)
        if path and Path(path).is_dir():
            self._hear(Change("folder", path))
        elif path:
            self.notice(path)
            self._hear(Change("sync", path))
        if self._syncing:
            real(handle)

    def _path_of(self, handle: int) -> str | None:
        """Find the name of an open file, by looking which one in our folder is the same."""
        there = os.fstat(handle)
        for path in (self._folder, *self._folder.rglob("*")):
            if path.exists() and os.path.samestat(there, path.stat()):
                return str(path)
        return None

    def notice(self, path: str) -> None:
        """Hear what has been written to a file since the last time."""
        if path in self.sqlite or not Path(path).is_file():
            return
        now = Path(path).read_bytes()
        if path not in self._known:
            self._create(path)
        before = self._known[path]
        if now != before:
            same = _same_at_the_start(now, before)
            if len(now) < len(before):
                self._hear(Change("truncate", path, len(now)))
            if now[same:]:
                self._hear(Change("write", path, same, now[same:]))
            self._known[path] = now

    def _replace(self, real: Any, path: Any, target: Any, **named: Any) -> None:
        ours, there = self._ours(path), self._ours(target)
        if ours and there and Path(ours).is_file():
            self.notice(ours)
            self._hear(Change("rename", ours, target=there))
            self._known[there] = self._known.pop(ours, b"")
        real(path, target, **named)

    _rename = _replace

    def _link(self, real: Any, path: Any, target: Any, **named: Any) -> None:
        ours, there = self._ours(path), self._ours(target)
        real(path, target, **named)
        if ours and there:
            self.notice(ours)
            self._hear(Change("link", ours, target=there))
            self._known[there] = self._known[ours]

    def _unlink(self, real: Any, path: Any, **named: Any) -> None:
        ours = self._ours(path)
        if ours and Path(ours).is_file():
            self.notice(ours)
            self._hear(Change("delete", ours))
            self._known.pop(ours, None)
        real(path, **named)

    _remove = _unlink


def _same_at_the_start(one: bytes, other: bytes) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
