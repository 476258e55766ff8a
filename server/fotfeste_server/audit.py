"""The audit log: who did what to what, by ids alone, each line sealed to the one before.

A chain shows that a line was changed, taken out or moved. That its end was cut, or all of it written anew, shows only
to somebody who remembers an earlier head: the mail to organizers does, and every desktop client.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from peewee import IntegerField, TextField

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, Table, insert_once, locked, say_along, writing
from fotfeste_shared.revisions import timestamp

BEGINNING = "0" * 64
NOBODY, CONSOLE = "nobody", "console"
BROUGHT_BACK = "brought back"  # the act of a restore
WORD = re.compile(r"[\w.:, /-]{0,200}", re.ASCII)  # ids and our own words; names of people have other letters or spaces
_ACTOR: ContextVar[str] = ContextVar("actor", default=CONSOLE)


class AuditLine(Table):
    """One act; `hash` seals it together with the hash of the line before."""

    number = IntegerField(primary_key=True)
    at = TextField()
    actor = TextField()
    act = TextField()
    thing = TextField()
    hash = TextField()

    class Meta:
        """A name of its own, apart from the tables of the worlds."""

        table_name = "audit_line"


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log goes, and its last hash; written as `number:hash`."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Write it as people pass it on."""
        return f"{self.number}:{self.hash}"


class NotAWord(ValueError):
    """Something that may be about a person was about to be written into the log."""


def acting_as(actor: str) -> None:
    """Say who acts from here on in this thread: a person's id, or nobody who is signed in."""
    _ACTOR.set(actor)


@contextmanager
def on_behalf_of(actor: str) -> Iterator[None]:
    """Say who acts for a while."""
    before = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(before)


def tell(db: Database, act: str, *things: str) -> None:
    """Write a line, in the transaction of the act itself where there is one: then neither is without the other."""
    thing = " ".join(filter(None, things))
    if not WORD.fullmatch(f"{act}{thing}"):
        raise NotAWord(act)
    with writing(db):
        # Whoever comes at the same time waits here: two lines never follow the same one.
        list(locked(AuditLine.select().where(AuditLine.number == 1)))
        last = head()
        _line(last.hash, last.number + 1, act, thing).save(force_insert=True)


def tell_along(act: str, *things: str) -> None:
    """Have a line written at the end of this thread's next transaction: the act is never kept without it."""
    actor = _ACTOR.get()

    def say(db: Database) -> None:
        with on_behalf_of(actor):  # the transaction may be the writer's, in a thread of its own
            tell(db, act, *things)

    say_along(say)


def _line(before: str, number: int, act: str, thing: str) -> AuditLine:
    line = AuditLine(number=number, at=timestamp(now()), actor=_ACTOR.get(), act=act, thing=thing)
    line.hash = _sealed(line, before)
    return line


def head() -> Head:
    """Give the newest line's number and hash."""
    last = AuditLine.select(AuditLine.number, AuditLine.hash).order_by(AuditLine.number.desc()).first()
    return Head(last.number, last.hash) if last else Head(0, BEGINNING)


def _sealed(line: AuditLine, before: str) -> str:
    # Each part with its length, so that no two lines have the same text.
    parts = (before, str(line.number), line.at, line.actor, line.act, line.thing)
    return hashlib.sha256("".join(f"{len(each)}:{each}" for each in parts).encode()).hexdigest()


def broken_at(remembered: tuple[Head, ...] = ()) -> int | None:
    """Find the first line that does not follow from the one before, or that an earlier head says was otherwise.

    A head beyond the end means that lines were cut off; None when everything holds.
    """
    expected = {each.number: each.hash for each in remembered if each.number}
    before, number = BEGINNING, 0
    for line in AuditLine.select().order_by(AuditLine.number).iterator():
        number += 1
        good = line.number == number and hmac.compare_digest(line.hash, _sealed(line, before))
        if not good or expected.get(number, line.hash) != line.hash:
            return number
        before = line.hash
    beyond = [each for each in expected if each > number]
    return number + 1 if beyond else None


def holds(remembered: Head) -> bool:
    """Tell whether an earlier head is still a line of the log."""
    if remembered.number == 0:
        return remembered.hash == BEGINNING
    line = AuditLine.get_or_none(AuditLine.number == remembered.number)
    return line is not None and hmac.compare_digest(line.hash, remembered.hash)


def brought_back(remembered: Head) -> datetime | None:
    """Tell when the log was brought back from a backup that lacked a remembered line.

    What was brought back stops before that line, so the first one after it says so; earlier lines must hold all the
    same.
    """
    since = (AuditLine.act == BROUGHT_BACK) & (AuditLine.number <= remembered.number)
    line = AuditLine.select().where(since).order_by(AuditLine.number.desc()).first()
    return datetime.fromisoformat(line.at) if line else None


def read_head(text: str) -> Head:
    """Read a head as it stands in a mail."""
    number, _, hash_ = text.strip().partition(":")
    if not number.isdigit() or not re.fullmatch("[0-9a-f]{64}", hash_):
        raise ValueError("a head is a number, a colon and 64 letters and digits")
    return Head(int(number), hash_)


def begin(db: Database) -> None:
    """Write the first line of a new house; whoever writes a later one holds this one meanwhile."""
    line = _line(BEGINNING, 1, "log begun", "")
    with writing(db):
        insert_once(AuditLine, AuditLine.number, **line.__data__)
