"""A layer beneath SQLite, inside the library that our driver carries: it hears each change of the disk, or fails it.

SQLite's own way of speaking to the system (its "VFS") is a table of functions. We put a copy in its place in which the
functions that change something are ours, by ctypes; all the others stay as they are, so it runs at nearly full speed.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import _sqlite3 as driver

FULL = 13
CANTOPEN = 14
IOERR = {  # SQLite's codes by kind
    "read": 266, "write": 778, "sync": 1034, "truncate": 1546, "delete": 2570, "create": CANTOPEN,
}  # fmt: skip
CREATE = 0x4  # asked of xOpen: make the file
JOURNALS = 0x800 | 0x4000 | 0x80000  # rollback journal, super-journal, write-ahead log

Pointer, Int, Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
Function = ctypes.CFUNCTYPE


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was asked of the disk: create, write, truncate, sync, rename, link, delete or folder."""

    kind: str
    path: str
    at: int = 0
    data: bytes = b""
    target: str = ""


class _FileTable(ctypes.Structure):
    """What SQLite can do with an open file; the pointers that we leave alone are plain ones."""

    _fields_ = (
        ("version", Int), ("close", Function(Int, Pointer)),
        ("read", Function(Int, Pointer, Pointer, Int, Long)),
        ("write", Function(Int, Pointer, Pointer, Int, Long)), ("truncate", Function(Int, Pointer, Long)),
        ("sync", Function(Int, Pointer, Int)), ("rest", Pointer * 13),
    )  # fmt: skip


class _SystemTable(ctypes.Structure):
    """What SQLite can do with names."""

    _fields_ = (
        ("version", Int), ("file_size", Int), ("longest", Int), ("next", Pointer), ("name", ctypes.c_char_p),
        ("data", Pointer), ("open", Function(Int, Pointer, Pointer, Pointer, Int, Pointer)),
        ("delete", Function(Int, Pointer, ctypes.c_char_p, Int)), ("rest", Pointer * 15),
    )  # fmt: skip


def _type(table: type[ctypes.Structure], field: str) -> Any:
    return dict(table._fields_)[field]


class Tap:
    """The layer: `hear` is told each change before it is made, and may give an error code instead of 0."""

    def __init__(self) -> None:
        self.hear: Callable[[Change], int] = lambda _change: 0
        self.reading = False  # whether reads are heard, too: they are many
        self.syncing = True  # whether to wait for the real disk, which a pretended power cut does not need
        self._paths: dict[int, str] = {}
        self._young: set[int] = set()
        self._tables: dict[tuple[int, bool], _FileTable] = {}
        self._library = ctypes.CDLL(driver.__file__)
        self._library.sqlite3_vfs_find.restype = Pointer
        self._library.sqlite3_vfs_register.argtypes = [Pointer, Int]
        self._below: int = self._library.sqlite3_vfs_find(None)
        self._system = _SystemTable.from_address(self._below)
        self._ours = self._system_of_ours()

    @contextmanager
    def opened(
        self, hear: Callable[[Change], int], *, syncing: bool = False, reading: bool = False
    ) -> Iterator[None]:
        """Sit beneath every file that SQLite opens until the block ends."""
        self.hear, self.syncing, self.reading = hear, syncing, reading
        self._library.sqlite3_vfs_register(ctypes.addressof(self._ours), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_register(self._below, 1)
            self.hear, self.syncing, self.reading = (lambda _change: 0), True, False

    # --- names ------------------------------------------------------------------------------------

    def _system_of_ours(self) -> _SystemTable:
        ours = _SystemTable.from_buffer_copy(self._system)
        ours.name = b"tap"
        ours.open = _type(_SystemTable, "open")(self._open)
        ours.delete = _type(_SystemTable, "delete")(self._delete)
        return ours

    def _open(self, _system: int, name: int | None, file: int, flags: int, given: int | None) -> int:
        path = ctypes.string_at(name).decode() if name else ""
        new = bool(path and flags & CREATE and not Path(path).exists())
        if new and (code := self.hear(Change("create", path))):
            return code
        code = self._system.open(self._below, name, file, flags, given)
        methods = Pointer.from_address(file)
        if code == 0 and path and methods.value:
            self._paths[file] = path
            if flags & CREATE and flags & JOURNALS:
                self._young.add(file)
            methods.value = ctypes.addressof(self._table(methods.value))
        return code

    def _delete(self, _system: int, name: bytes, sync_folder: int) -> int:
        path = name.decode()
        if Path(path).exists() and (code := self.hear(Change("delete", path))):
            return code
        code = self._system.delete(self._below, name, sync_folder)
        if code == 0 and sync_folder:
            self.hear(Change("folder", str(Path(path).parent)))
        return code

    # --- files ------------------------------------------------------------------------------------

    def _table(self, address: int) -> _FileTable:
        """Give our table for one of SQLite's, made once and kept as long as the process: files point at it."""
        if (address, self.reading) not in self._tables:
            below = _FileTable.from_address(address)
            ours = _FileTable.from_buffer_copy(below)
            acts = {"write": self._write, "truncate": self._truncate, "sync": self._sync, "close": self._close}
            acts |= {"read": self._read} if self.reading else {}
            for name, act in acts.items():
                setattr(ours, name, _type(_FileTable, name)(_bound(act, below)))
            self._tables[address, self.reading] = ours
        return self._tables[address, self.reading]

    def _read(self, below: _FileTable, file: int, data: int, size: int, at: int) -> int:
        return self.hear(Change("read", self._paths[file], at)) or below.read(file, data, size, at)

    def _write(self, below: _FileTable, file: int, data: int, size: int, at: int) -> int:
        code = self.hear(Change("write", self._paths[file], at, ctypes.string_at(data, size)))
        return code or below.write(file, data, size, at)

    def _truncate(self, below: _FileTable, file: int, size: int) -> int:
        return self.hear(Change("truncate", self._paths[file], size)) or below.truncate(file, size)

    def _sync(self, below: _FileTable, file: int, flags: int) -> int:
        path = self._paths[file]
        if code := self.hear(Change("sync", path)):
            return code
        if file in self._young:  # a connection's first sync of a journal makes its name durable too, within SQLite
            self._young.discard(file)
            self.hear(Change("folder", str(Path(path).parent)))
        return below.sync(file, flags) if self.syncing else 0

    def _close(self, below: _FileTable, file: int) -> int:
        self._paths.pop(file, None)
        self._young.discard(file)
        return below.close(file)


def _bound(act: Callable[..., int], below: _FileTable) -> Callable[..., int]:
    return lambda *told: act(below, *told)
