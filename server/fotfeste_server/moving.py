"""Carries a whole house from its SQLite file to an empty PostgreSQL, and proves each row there before it counts.

Everything goes over in one transaction: whatever stops it leaves the file as it was and the new database empty. Only
when the new one is proved is the old file moved aside, so that nobody goes on serving it by mistake.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from peewee import CompositeKey, sort_models  # type: ignore[attr-defined]  # left out of its stubs

from fotfeste_shared.database import Database, Table, close_database, open_database, writing
from fotfeste_shared.migrating import migrate

from .config import Config
from .migrations import STEPS, TABLES
from .named.proving import prove
from .restoring import move_aside

AT_ONCE = 200  # rows in one statement: the widest tables stay far below what a driver can bind
OWN_RECORD = "applied_step"  # each database notes its own steps


class CannotMove(Exception):
    """Nothing was moved; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands in the new database: rows of each table, lines of the log, and where the old file lies."""

    rows: dict[str, int]
    lines: int
    aside: Path


def move_to_postgres(config: Config, target_url: str, tell: Callable[[str], None] = lambda _: None) -> Moved:
    """Move the house of a configuration; to be called with the house held alone, and no server running.

    `tell` hears a line for each table. Raises CannotMove, with everything as it was.
    """
    path = _file_of(config, target_url)
    source, target = open_database(config.database_url), open_database(target_url)
    try:
        migrate(source, STEPS)
        _every_table_is_known(source)
        migrate(target, STEPS)
        _is_empty(target)
        rows = _carry(source, target, tell)
        proof = prove(target)
        if proof.faults:
            raise CannotMove(f"the log does not hang together: {proof.faults[0]}; mend it before you move")
    finally:
        close_database(source)
        close_database(target)
    return Moved(rows, proof.lines, move_aside(path, "move"))


def _file_of(config: Config, target_url: str) -> Path:
    if not config.database_url.startswith("sqlite"):
        raise CannotMove("this house stands on PostgreSQL already")
    if not target_url.startswith(("postgresql://", "postgres://")):
        raise CannotMove("name the new database as postgresql://…")
    path = Path(config.database_url.removeprefix("sqlite:///"))
    if not path.exists():
        raise CannotMove(f"there is no database at {path}")
    return path


def _every_table_is_known(source: Database) -> None:
    """Leave nothing behind: a table that this program does not know would be lost in silence."""
    ours = {table._meta.table_name for table in TABLES}  # noqa: SLF001 (peewee's public way to a model's facts)
    if unknown := set(source.get_tables()) - ours - {OWN_RECORD}:
        raise CannotMove(f"the file holds tables that are not ours: {', '.join(sorted(unknown))}")


def _is_empty(target: Database) -> None:
    full = [table._meta.table_name for table in TABLES if table.select().limit(1).bind(target).count()]  # noqa: SLF001
    if full:
        raise CannotMove(f"the new database is not empty: {', '.join(full)} hold rows. Name an empty one")


def _carry(source: Database, target: Database, tell: Callable[[str], None]) -> dict[str, int]:
    rows = {}
    with writing(target):
        for table in sort_models(TABLES):
            name = table._meta.table_name  # noqa: SLF001
            gone = _Digest()
            for some in _in_batches(source, table, gone):
                table.insert_many(some).execute(target)
            come = _Digest()
            for _ in _in_batches(target, table, come):
                pass
            if (gone.count, gone.sum) != (come.count, come.sum):
                raise CannotMove(f"{name}: {gone.count} rows went and {come.count} came, or not the same ones")
            rows[name] = gone.count
            tell(f"{name}: {gone.count} rows, each the same in both")
    return rows


class _Digest:
    """Counts rows and sums their digests, so that the order in which a database gives them does not matter."""

    def __init__(self) -> None:
        self.count = self.sum = 0

    def take(self, row: dict[str, Any]) -> None:
        written = json.dumps(row, sort_keys=True, default=_plain).encode()
        self.count += 1
        self.sum += int.from_bytes(hashlib.sha256(written).digest(), "big")


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)


def _in_batches(db: Database, table: type[Table], digest: _Digest) -> Iterator[list[dict[str, Any]]]:
    """Give all rows of a table, some at a time, while they are counted."""
    after: tuple[Any, ...] | None = None
    names = _key_of(table)
    while True:
        query = table.select().order_by(*(getattr(table, name) for name in names)).limit(AT_ONCE)
        if after is not None:
            query = query.where(_beyond(table, names, after))
        some = cast("list[dict[str, Any]]", list(query.bind(db).dicts()))
        for row in some:
            digest.take(row)
        if some:
            yield some
        if len(some) < AT_ONCE:
            return
        after = tuple(some[-1][name] for name in names)


def _key_of(table: type[Table]) -> list[str]:
    key: Any = table._meta.primary_key  # noqa: SLF001
    return list(key.field_names) if isinstance(key, CompositeKey) else [key.name]


def _beyond(table: type[Table], names: list[str], after: tuple[Any, ...]) -> Any:  # noqa: ANN401 (a condition of peewee)
    """Say «later in the order than this key», for keys of one column or more."""
    first, value = getattr(table, names[0]), after[0]
    if len(names) == 1:
        return first > value
    return (first > value) | ((first == value) & _beyond(table, names[1:], after[1:]))
