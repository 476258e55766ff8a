# ruff: noqa: ANN401 (the border to peewee and the drivers)
"""SQLite and PostgreSQL as peewee databases of ours: pragmas, pools, and what a driver's failure means."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import peewee
import sqlcipher3.dbapi2 as sqlite
from peewee import OperationalError, SqliteDatabase
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase  # type: ignore[import-untyped]

from .problems import Busy, DiskFull, Problem

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_MS = 5_000
PRAGMAS = (
    f"busy_timeout={BUSY_MS}", "fullfsync=1", "checkpoint_fullfsync=1", "foreign_keys=ON", "trusted_schema=OFF",
    "cell_size_check=ON", "secure_delete=ON", "mmap_size=0", "temp_store=MEMORY", "wal_autocheckpoint=1000",
    "journal_size_limit=67108864",
)  # fmt: skip
TIMEOUTS = "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s"
READ_ONLY = " -c default_transaction_read_only=on"

SQLITE_BUSY = {5, 6}  # BUSY, LOCKED
SQLITE_FULL = 13
SQLITE_DOUBTFUL = {10, 14}  # IOERR, CANTOPEN: after these no handle of the file is to be trusted
POSTGRES_BUSY = ("08", "40", "53", "57", "55P03", "25P03")  # lost, rolled back, full up, stopped, locked, idle too long
POSTGRES_FULL = "53100"
POSTGRES_LOST = ("08", "57P", "25P03")


class OutcomeUnknown(Busy):
    """The connection or the disk failed during COMMIT: kept or not, so repeat with the same id."""


class Engine(peewee.Database):
    """What both engines share: statements are announced, failures told as problems, doubtful handles replaced."""

    _state: Any  # peewee's facts about this thread's connection

    def __init__(self, database: str, on_statement: Callable[[str], None] | None, **options: Any) -> None:
        self.on_statement = on_statement
        self.turn = threading.RLock()  # writers of one process take turns: SQLite's own waiting is not fair
        self.doubts = 0
        super().__init__(database, **options)

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run one statement."""
        parent: Any = super()
        return self._tell(sql, lambda: parent.execute_sql(sql, params))

    def begin(self, kind: str | None = None) -> None:
        """Begin a transaction; `kind` is the engine's word for it."""
        parent: Any = super()
        self._tell("BEGIN", lambda: parent.begin(kind))

    def commit(self) -> None:
        """Commit; a failure whose outcome nobody knows is told as such."""
        self._tell("COMMIT", super().commit)

    def rollback(self) -> None:
        """Roll back, unless the database has already done so by itself."""
        if self.stands():
            self._tell("ROLLBACK", super().rollback)

    def connect(self, reuse_if_open: bool = False) -> bool:  # noqa: FBT001, FBT002 (peewee's signature)
        """Connect this thread; a database that cannot be reached is Busy."""
        try:
            return super().connect(reuse_if_open)
        except MaxConnectionsExceeded as full:
            raise Busy from full
        except OperationalError as failure:
            raise self.meaning(failure, committing=False) or failure from failure

    def _initialize_connection(self, conn: Any) -> None:
        super()._initialize_connection(conn)  # type: ignore[misc]
        self._state.trusted = self.doubts

    def _tell(self, sql: str, act: Callable[[], T]) -> T:
        """Announce the statement, run it, and translate what goes wrong."""
        if self.in_transaction():
            # After some failures the engine ends the transaction by itself; going on would write outside of one.
            if not self.stands():
                raise Busy
        elif not self.is_closed() and self._state.trusted != self.doubts:
            self.close()
        if self.on_statement:
            self.on_statement(sql)
        try:
            return act()
        except OperationalError as failure:
            problem = self.meaning(failure, committing=sql == "COMMIT")
            if problem is None:
                raise
            raise problem from failure

    def stands(self) -> bool:
        """Tell whether this thread's transaction is still open in the database itself."""
        raise NotImplementedError

    def meaning(self, failure: Exception, *, committing: bool) -> Problem | None:
        """Translate a driver's failure, or peewee's word on it; None when it is a mistake of ours."""
        raise NotImplementedError


class Rows(sqlite.Cursor):  # type: ignore[misc]  # the driver has no types
    """What a query has found. SQLite reads from the disk only as rows are asked for, so the disk may fail here too."""

    engine: "SqliteFile"

    def fetchone(self) -> Any:
        """Give the next row, or None."""
        try:
            return super().fetchone()
        except sqlite.OperationalError as failure:
            raise self.engine.meaning(failure, committing=False) or failure from failure

    def fetchall(self) -> Any:
        """Give all rows that are left."""
        try:
            return super().fetchall()
        except sqlite.OperationalError as failure:
            raise self.engine.meaning(failure, committing=False) or failure from failure

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite.OperationalError as failure:
            raise self.engine.meaning(failure, committing=False) or failure from failure


class SqliteFile(Engine, SqliteDatabase):
    """One SQLite file through the sqlcipher3 driver, encrypted when a key is given."""

    server_version = sqlite.sqlite_version_info

    def __init__(
        self, path: Path, key: bytes | None, *, read_only: bool, on_statement: Callable[[str], None] | None
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.journalling: tuple[str, ...] = ("synchronous=FULL",)
        self.warning: str | None = None
        self._key = key
        self._aside: list[tuple[Any, int]] = []
        # peewee's own atomic() would begin deferred, and a reader that turns writer fails at once when another wrote.
        super().__init__(str(path), on_statement, lock_type="IMMEDIATE")

    def lay_aside(self) -> None:
        """Leave this thread's connection to whichever thread asks next: opening one costs more than most queries.

        A web server's own thread must not keep it: were it freed while such a thread ends, the process would too.
        """
        if not self.is_closed():
            self._aside.append((self._state.conn, self._state.trusted))
            self.dispose()

    def cursor(self, named_cursor: str | None = None) -> Any:  # noqa: ARG002 (peewee's signature)
        """Give a cursor that tells what goes wrong while rows are fetched."""
        if self.is_closed():
            self.connect()
        rows = self._state.conn.cursor(Rows)
        rows.engine = self
        return rows

    def close_all(self) -> None:
        """Close this thread's connection and those laid aside."""
        self.close()
        while self._aside:
            self._aside.pop()[0].close()

    def _connect(self) -> Any:
        with suppress(IndexError):
            while True:
                conn, trusted = self._aside.pop()
                if trusted == self.doubts:
                    return conn
                conn.close()
        return self._open()

    def _open(self) -> Any:
        if self.read_only:
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            conn = sqlite.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        else:
            # SQLite gives the -wal and -shm files the rights of the file itself. Only a new file is opened here:
            # closing any handle of a file gives up the locks that other connections of this process hold on it.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            patience = BUSY_MS / 1000
            conn = sqlite.connect(str(self.path), isolation_level=None, timeout=patience, check_same_thread=False)
        try:
            if self._key:
                conn.execute("PRAGMA cipher_log_level=NONE")
                conn.execute(f"PRAGMA key=\"x'{self._key.hex()}'\"")
            for pragma in (*PRAGMAS, *self.journalling):
                conn.execute(f"PRAGMA {pragma}")
            self._add_conn_hooks(conn)  # type: ignore[attr-defined]
        except BaseException:
            conn.close()
            raise
        return conn

    def stands(self) -> bool:
        """Ask the driver."""
        return not self.is_closed() and bool(self._state.conn.in_transaction)

    def meaning(self, failure: Exception, *, committing: bool) -> Problem | None:
        """Read SQLite's result code."""
        code = getattr(getattr(failure, "orig", failure), "sqlite_errorcode", 0) & 0xFF
        if code in SQLITE_BUSY:
            return Busy()
        if code == SQLITE_FULL:
            return DiskFull()
        if code in SQLITE_DOUBTFUL:
            self.doubts += 1
            log.error("the database's disk failed: %s", failure)
            return OutcomeUnknown() if committing else Busy()
        return None


class PostgresServer(Engine, PooledPostgresqlDatabase):  # type: ignore[misc]
    """A PostgreSQL server through psycopg 3, with a pool that tries a connection before lending it."""

    def __init__(self, url: str, *, read_only: bool, on_statement: Callable[[str], None] | None) -> None:
        super().__init__(
            url, on_statement, max_connections=100, timeout=5, stale_timeout=300, prefer_psycopg3=True,
            options=TIMEOUTS + (READ_ONLY if read_only else ""), connect_timeout=5, application_name="fotfeste",
        )  # fmt: skip

    def stands(self) -> bool:
        """Ask the driver: a transaction in error still stands, one whose connection is lost does not."""
        if self.is_closed():
            return False
        status = self._adapter.txn_status(self._state.conn)
        return status not in (self._adapter.txn_idle, self._adapter.txn_unknown)

    def meaning(self, failure: Exception, *, committing: bool) -> Problem | None:
        """Read PostgreSQL's state code; none at all means that the connection is gone."""
        code = getattr(getattr(failure, "orig", None), "sqlstate", None)
        if code == POSTGRES_FULL:
            return DiskFull()
        lost = code is None or code.startswith(POSTGRES_LOST)
        if lost and not self.is_closed():
            self._state.trusted = -1  # this thread's connection only
        if lost and committing:
            return OutcomeUnknown()
        return Busy() if code is None or code.startswith(POSTGRES_BUSY) else None
