"""Erases what a person asks to have erased: the text goes, here and on every device, and does not come back.

What was erased is also listed in a file beside the database, so that a restored backup forgets it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from peewee import fn

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, Prepared, erase_freed_pages, gap, insert_once, writing
from fotfeste_shared.files import changing
from fotfeste_shared.revisions import derived_id

from .history import hold_log
from .models import Record, Revision, Tombstone
from .report_models import DraftVersion

ERASED = Prepared(
    Tombstone, lambda: Tombstone.select(Tombstone.number).where(Tombstone.record.in_([gap("record"), gap("whole")]))
)


OPENED_WITH = ("form", "natural_key", "about_kind", "about_id", "network_id", "team_id", "gathering_id")


class Erased(msgspec.Struct, frozen=True):
    """One line of the list: a record and the moment; nothing about whom it concerned."""

    record: str
    at: datetime


class ListBroken(Exception):
    """The list of erasures holds a line that is none; nobody may go on before a person has looked."""


@dataclass(frozen=True, slots=True)
class Erasures:
    """The list, a file that is only ever added to."""

    path: Path

    def read(self) -> list[Erased]:
        """Give all lines; one that was never finished is not there."""
        raw = self.path.read_bytes() if self.path.exists() else b""
        try:
            return [msgspec.json.decode(line, type=Erased) for line in raw[: raw.rfind(b"\n") + 1].splitlines()]
        except msgspec.DecodeError as fault:
            raise ListBroken(self.path.name) from fault

    def add(self, records: Iterable[str]) -> None:
        """Add records, durably; to be called with the log held, so that nobody else writes."""
        lines = b"".join(msgspec.json.encode(Erased(record, now())) + b"\n" for record in records)
        with changing(self.path) as file:
            whole = file.read()
            file.seek(whole.rfind(b"\n") + 1)  # a torn last line, from a crash in the middle of writing, goes
            file.truncate()
            file.write(lines)


def erase(db: Database, erasures: Erasures, record: str) -> int:
    """Erase a record with what was kept apart of it, and tell how many records that were."""
    return erase_all(db, erasures, [record])


def erase_all(db: Database, erasures: Erasures, records: Iterable[str]) -> int:
    """Erase many records at once, each with what was kept apart of it, and tell how many that were."""
    with writing(db):
        hold_log()
        whole = list(records)
        parts = [*whole, *(part.id for part in Record.select().where(Record.apart_of.in_(whole)))]
        erasures.add(parts)  # first: a crash after this is made good at the next start
        for each in parts:
            _bury(each)
    erase_freed_pages(db)
    return len(parts)


def replay(db: Database, erasures: Erasures) -> int:
    """Erase again what an older database still holds; tells how many records it had not forgotten."""
    listed = [line.record for line in erasures.read()]  # in their order: clients remember how many they have heard
    if set(listed) <= {row.record for row in Tombstone.select(Tombstone.record)}:
        return 0
    with writing(db):
        hold_log()
        fresh = sum(_bury(record) for record in listed)
    erase_freed_pages(db)
    return fresh


def _bury(record: str) -> bool:
    last = Tombstone.select(fn.MAX(Tombstone.number)).scalar() or 0
    fresh = insert_once(Tombstone, Tombstone.record, number=last + 1, record=record, at=now())
    Revision.update(text=None).where((Revision.record == record) & Revision.text.is_null(False)).execute()
    DraftVersion.delete().where(DraftVersion.record == record).execute()
    _open_anew(record)
    return fresh


def _open_anew(record: str) -> None:
    """Let what was opened for somebody to fill in be filled in again, under an id that any repeat finds."""
    old = Record.get_or_none((Record.id == record) & Record.natural_key.is_null(False))
    if old is None:
        return
    kept = {name: getattr(old, name) for name in OPENED_WITH}
    Record.update(natural_key=None, team=None, gathering=None).where(Record.id == record).execute()
    insert_once(Record, Record.id, id=derived_id("opened anew", record), opened=now(), **kept)


def is_erased(record: str, apart_of: str | None = None) -> bool:
    """Tell whether a record was erased, or the one that it is a part of."""
    return ERASED.run(record=record, whole=apart_of or record).fetchone() is not None
