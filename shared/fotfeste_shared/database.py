"""The one door to the databases: opens them, and gathers what the rest of the code may use of them."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlcipher3.dbapi2 as sqlite
from peewee import DatabaseError

from .columns import DayField, JsonField, KeyField, MomentField, Table
from .engines import OutcomeUnknown, PostgresServer, SqliteFile
from .files import whole_file
from .problems import Busy
from .transactions import (
    Database,
    Prepared,
    alone,
    gap,
    insert_once,
    locked,
    part,
    reading,
    say_along,
    to_be_said,
    writing,
)
from .writer import Writer

__all__ = [
    "Database", "DayField", "JsonField", "KeyField", "MomentField", "OutcomeUnknown", "Prepared", "Storage", "Table",
    "Writer", "WrongKey", "alone", "backup_copy", "can_write", "close_database", "damage", "erase_freed_pages", "gap",
    "insert_once", "let_go", "locked", "open_database", "part", "reading", "require_safe_sqlite", "say_along",
    "sqlite_is_safe", "storage", "to_be_said", "writing",
]  # fmt: skip

log = logging.getLogger(__name__)
WAL_WAIT = 10.0  # seconds; SQLite does not wait by itself when two processes make a new file's journal


class WrongKey(Exception):
    """The file is there, but this key does not open it; a new file must never take its place."""


@dataclass(frozen=True, slots=True)
class Storage:
    """How the data are kept, for health pages and the window; `warning` is for the person who runs it."""

    engine: Literal["sqlite", "postgresql"]
    version: str
    journal: str
    synchronous: str
    warning: str | None = None


def open_database(
    url: str,
    *,
    key: bytes | None = None,
    read_only: bool = False,
    on_statement: Callable[[str], None] | None = None,
) -> Database:
    """Open `sqlite:///path` or `postgresql://…`; `on_statement` hears each statement before it runs."""
    if url.startswith(("postgresql://", "postgres://")):
        server = PostgresServer(url, read_only=read_only, on_statement=on_statement)
        server.connect()
        return server
    if not url.startswith("sqlite:///"):
        raise ValueError("the database's address begins with sqlite:/// or postgresql://")
    path = Path(url.removeprefix("sqlite:///"))
    if not read_only:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = SqliteFile(path, key, read_only=read_only, on_statement=on_statement)
    try:
        file.execute_sql("SELECT count(*) FROM sqlite_master")
    except DatabaseError as failure:
        file.close()
        if "file is not a database" in str(failure):
            raise WrongKey("the database's file is not opened by this key") from failure
        raise
    if not read_only:
        require_safe_sqlite(file)
    return file


def sqlite_is_safe(version: tuple[int, ...]) -> bool:
    """Tell whether a version of SQLite is free of the fault that loses committed rows from a WAL."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def require_safe_sqlite(db: SqliteFile, version: tuple[int, ...] = sqlite.sqlite_version_info) -> Storage:
    """Keep a WAL where it is safe; elsewhere a truncated journal with one more fsync, and say so loudly."""
    if sqlite_is_safe(version) and _journal(db, "WAL") == "wal":
        return storage(db)
    why = "cannot keep a write-ahead log here" if sqlite_is_safe(version) else "may lose rows from its write-ahead log"
    db.warning = f"SQLite {'.'.join(map(str, version))} {why}: running slower, with a rollback journal"
    db.journalling = ("journal_mode=TRUNCATE", "synchronous=EXTRA")  # of these, only a WAL is remembered by the file
    _journal(db, "TRUNCATE")
    db.execute_sql("PRAGMA synchronous=EXTRA")
    log.warning(db.warning)
    return storage(db)


def _journal(db: SqliteFile, mode: str) -> str:
    """Ask for a way of journalling, as long as another process stands in the way; a failing disk is not waited for."""
    until, doubts = time.monotonic() + WAL_WAIT, db.doubts
    while True:
        try:
            return str(db.execute_sql(f"PRAGMA journal_mode={mode}").fetchone()[0])
        except Busy:
            if db.doubts != doubts or time.monotonic() > until:
                raise
            time.sleep(0.02)


def storage(db: Database) -> Storage:
    """Tell how the data are kept right now, as the database itself says it."""
    if isinstance(db, SqliteFile):
        names = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}
        return Storage("sqlite", sqlite.sqlite_version, str(db.journal_mode), names[db.synchronous], db.warning)
    asked = ("server_version", "synchronous_commit", "fsync", "full_page_writes")
    version, synchronous, *durable = (db.execute_sql(f"SHOW {name}").fetchone()[0] for name in asked)
    unsafe = synchronous == "off" or "off" in durable
    warning = "PostgreSQL is set to forget the newest rows when power fails" if unsafe else None
    return Storage("postgresql", version, "wal", synchronous, warning)


def can_write(db: Database) -> bool:
    """Tell whether a write could begin now, without writing; for the health page."""
    try:
        with writing(db):
            return True
    except Busy:
        return False


def let_go(db: Database) -> None:
    """Give this thread's connection back at the end of a request, for the next thread to use."""
    if db.in_transaction():
        return
    if isinstance(db, PostgresServer):
        db.close()
    else:
        db.lay_aside()


def close_database(db: Database) -> None:
    """Close in good order: nothing left in the log of SQLite, no connection left of either."""
    if isinstance(db, SqliteFile) and not db.is_closed() and not db.read_only:
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close_all()


def damage(db: Database) -> list[str]:
    """Read a whole SQLite database and tell what is broken in it; nothing when it is sound."""
    if isinstance(db, PostgresServer):
        raise TypeError("PostgreSQL looks after its own pages: see pg_checksums and pg_amcheck")
    broken = [str(row[0]) for row in db.execute_sql("PRAGMA integrity_check(5)").fetchall()]
    astray = [f"a row of {row[0]} points at nothing" for row in db.execute_sql("PRAGMA foreign_key_check")]
    return [each for each in broken if each != "ok"] + astray


def backup_copy(db: Database, path: Path) -> None:
    """Write a whole, compact copy of an SQLite database (as encrypted as itself); under its name only when whole."""
    if isinstance(db, PostgresServer):
        raise TypeError("a copy of PostgreSQL is taken with pg_dump")
    with whole_file(path) as file:
        db.execute_sql("VACUUM INTO ?", (file.name,))

ERASING = 0x466F7466  # the advisory lock of PostgreSQL under which freed pages are erased


def erase_freed_pages(db: Database) -> None:
    """Make deleted rows unreadable in the files as well, log included; takes time, so not within a request."""
    if isinstance(db, PostgresServer):
        db.execute_sql("SET statement_timeout = 0")
        db.execute_sql("SELECT pg_advisory_lock(%s)", (ERASING,))  # two at once would wait for each other for ever
        try:
            # Our own tables only: what was deleted lay there, and a rewritten catalog would stop everybody else.
            for table in db.get_tables():
                db.execute_sql(f'VACUUM FULL "{table}"')
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (ERASING,))
            db.execute_sql("RESET statement_timeout")
        return
    with db.turn:
        db.execute_sql("VACUUM")
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
