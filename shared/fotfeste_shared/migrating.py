"""Brings a database up to the program's steps: all of them or none, one process at a time, never backwards."""

from collections.abc import Callable, Sequence

from playhouse.migrate import SchemaMigrator  # type: ignore[import-untyped]

from .clock import now
from .columns import KeyField, MomentField, Table
from .database import Database, alone

__all__ = ["NewerDatabase", "SchemaMigrator", "Step", "migrate", "waiting_steps"]

Step = Callable[[Database, SchemaMigrator], None]
"""One change of the database's shape; its name is its record, so a released step is never renamed or edited."""


class NewerDatabase(Exception):
    """The database has been changed by a newer program; this one must not touch it."""

    sentence_nb = "Dataene er laget med en nyere utgave av programmet. Oppdater programmet, og start det igjen."


class AppliedStep(Table):
    """A step that a database has been through; `_record` ties it to one."""

    name = KeyField()
    applied_at = MomentField()


def migrate(db: Database, steps: Sequence[Step]) -> list[str]:
    """Apply the steps that are missing, in order, and tell their names.

    Run before anything else writes. A step that fails leaves the database as it was before the first of them.
    """
    # Most starts find nothing to do, and need not wait for anybody.
    if not _missing(db, steps):
        return []
    record = _record(db)
    with alone(db):
        db.create_tables([record])
        missing = _missing(db, steps)  # again: another process may have come first
        change = SchemaMigrator.from_database(db)
        for step in missing:
            step(db, change)
            record.create(name=step.__name__, applied_at=now())
    return [step.__name__ for step in missing]


def waiting_steps(db: Database, steps: Sequence[Step]) -> list[str]:
    """Name the steps that `migrate` would apply, for whoever takes a copy first."""
    return [step.__name__ for step in _missing(db, steps)]


def _missing(db: Database, steps: Sequence[Step]) -> list[Step]:
    """Compare the record with the program; a step that the program does not know makes the database newer."""
    record = _record(db)
    applied = [row.name for row in record.select()] if db.table_exists(record) else []
    if unknown := set(applied) - {step.__name__ for step in steps}:
        raise NewerDatabase(f"unknown steps: {', '.join(sorted(unknown))}")
    return [step for step in steps if step.__name__ not in applied]


def _record(db: Database) -> type[AppliedStep]:
    """Tie the record to one database: a process may have several open, in several threads."""

    class Bound(AppliedStep):
        class Meta:
            table_name = "applied_step"
            database = db

    return Bound
