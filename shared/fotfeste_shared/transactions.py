"""Who may write when, on either database: `writing`, `reading`, `alone`, and rows that are kept once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from peewee import Field, IntegrityError, ModelSelect, Value

from .columns import Table
from .engines import BUSY_MS, PostgresServer, SqliteFile

Database = SqliteFile | PostgresServer
Query = TypeVar("Query", bound="ModelSelect[Any]")

ALONE_MS = 60_000  # whoever waits for a migration waits longer than for a colleague's row
LOCK_OF_OURS = 0x666F7466  # any number, always the same

Say = Callable[[Database], object]
_ALONG: ContextVar[Say | None] = ContextVar("along", default=None)


def say_along(say: Say | None) -> None:
    """Have this written at the end of this thread's next whole transaction: then neither is kept without the other."""
    _ALONG.set(say)


def to_be_said() -> Say | None:
    """Give what still waits for a transaction to be written along with; None when it is kept, or when there is none."""
    return _ALONG.get()


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """Write as one: all of it is kept when the block ends, with an fsync, or nothing is.

    Inside another `writing` it is a part of that, undone by itself if it fails, kept when the outermost ends.
    """
    if db.in_transaction():
        with part(db):
            yield
        return
    say = to_be_said()
    with db.turn, db.transaction():
        yield
        if say is not None:
            say(db)
    if say is not None and to_be_said() is say:
        say_along(None)  # only now: had the commit failed, it would be wanted with the next try


@contextmanager
def reading(db: Database) -> Iterator[None]:
    """See one state of the database through several queries, and write nothing."""
    if db.in_transaction():
        yield
        return
    with db.transaction("DEFERRED" if isinstance(db, SqliteFile) else "REPEATABLE READ"):
        yield


@contextmanager
def part(db: Database) -> Iterator[None]:
    """A part of a transaction that can fail without the rest."""
    # One name for all: the databases undo the innermost, and a constant statement stays prepared.
    db.execute_sql("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if db.stands():
            db.execute_sql("ROLLBACK TO SAVEPOINT part")
            db.execute_sql("RELEASE SAVEPOINT part")
        raise
    db.execute_sql("RELEASE SAVEPOINT part")


@contextmanager
def alone(db: Database) -> Iterator[None]:
    """Change the database's shape with nobody else writing, in any process; foreign keys are checked at the end."""
    if isinstance(db, PostgresServer):
        with db.transaction():
            db.execute_sql("SET LOCAL statement_timeout = 0")
            db.execute_sql(f"SET LOCAL lock_timeout = {ALONE_MS}")
            db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK_OF_OURS,))
            yield
        return
    db.execute_sql(f"PRAGMA busy_timeout={ALONE_MS}")
    db.execute_sql("PRAGMA foreign_keys=OFF")  # rebuilding a table would otherwise empty those that point at it
    try:
        with db.turn, db.transaction("EXCLUSIVE"):
            yield
            if broken := db.execute_sql("PRAGMA foreign_key_check").fetchall():
                raise IntegrityError(f"rows point at nothing: {broken[:5]}")
    finally:
        db.execute_sql("PRAGMA foreign_keys=ON")
        db.execute_sql(f"PRAGMA busy_timeout={BUSY_MS}")


def insert_once(model: type[Table], *unique: "Field[Any]", **row: object) -> bool:
    """Insert a row unless it is there, and tell whether it was new.

    `unique` names the columns whose repetition means "known already"; without it any unique rule does.
    Every other broken rule is told. (Neither SQLite's INSERT OR IGNORE, which also drops rows that break a
    check, nor the returned key, which lies there, will do.)
    """
    insertion = _insertion(model, tuple(field.name for field in unique), tuple(row))
    columns = model._meta.combined  # noqa: SLF001 (peewee's public way to a model's facts)
    kept = {name: columns[name].db_value(value) for name, value in row.items()}
    return bool(insertion.run(**kept).rowcount == 1)


@cache
def _insertion(model: type[Table], unique: tuple[str, ...], names: tuple[str, ...]) -> "Prepared":
    """Find the words of `insert_once` for these columns; every form that comes in passes there several times."""

    def query() -> Any:  # noqa: ANN401 (a query of peewee)
        insert = model.insert(**{name: gap(name) for name in names})
        target = [model._meta.combined[name] for name in unique]  # noqa: SLF001 (as above)
        return insert.on_conflict("NOTHING", conflict_target=target or None)

    return Prepared(model, query)


def locked(query: Query) -> Query:
    """Lock the rows that a query in `writing` finds, until it ends; on SQLite a writer is alone anyway."""
    db = query.model._meta.database  # noqa: SLF001 (peewee's public way to a model's facts)
    return query.for_update() if isinstance(db, PostgresServer) else query


class _Gap(str):
    """A place in a prepared query, by name."""

    __slots__ = ()


def gap(name: str) -> Value:
    """Leave a place in a query for a value, given as the database keeps it when the query is run."""
    return Value(_Gap(name), converter=False)


class Prepared:
    """A query whose words are found once, for paths that many tread: finding them costs ten times what running does."""

    def __init__(self, model: type[Table], query: Callable[[], Any]) -> None:
        self._model = model
        self._query = query
        self._written: WeakKeyDictionary[Database, tuple[str, list[object]]] = WeakKeyDictionary()

    def run(self, **values: object) -> Any:  # noqa: ANN401 (a driver's cursor)
        """Run it with these values in its gaps; gives the cursor, for `fetchone` and `rowcount`."""
        db = self._model._meta.database  # noqa: SLF001 (peewee's public way to a model's facts)
        if db not in self._written:
            self._written[db] = self._query().sql()
        words, parameters = self._written[db]
        return db.execute_sql(words, [values[each] if isinstance(each, _Gap) else each for each in parameters])
