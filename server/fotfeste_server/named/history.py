"""The server's log of revisions: numbered without gaps, each line chained to the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from peewee import ModelSelect

from fotfeste_shared.clock import now
from fotfeste_shared.database import Prepared, gap, insert_once, locked
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import Written, chain, receipt_code, timestamp, write_revision
from fotfeste_shared.sync import History, Place

from .house import fact, note, noted
from .models import Leaf, Meta, Restoration, Revision

AT_ONCE = 100
RESTORED = "restored"
COUNTED = ("invalid", "unknown_form_version")
"""Held for a person to look at, yet its author's own word; what is held for other reasons changes nothing."""
REJUDGED = "rejudged"


LAST = Prepared(Revision, lambda: Revision.select(Revision.seq, Revision.link).order_by(Revision.seq.desc()).limit(1))
SALTS = Prepared(
    Restoration,
    lambda: (
        Restoration.select(Restoration.salt)
        .where(Restoration.seq == gap("seq"))
        .order_by(Restoration.at, Restoration.salt)
    ),
)
THERE = Prepared(
    Revision,
    lambda: Revision.select(Revision.digest, Revision.seq, Revision.received_at, Revision.held).where(
        Revision.rev == gap("rev")
    ),
)
PARENTS = Prepared(
    Revision,
    lambda: Revision.select(Revision.parents).where(
        (Revision.record == gap("record")) & (Revision.held.is_null() | Revision.held.in_(COUNTED))
    ),
)
LEAVES = Prepared(Leaf, lambda: Leaf.select(Leaf.rev).where(Leaf.record == gap("record")))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it is told: its number, its receipt, when it came and why it is held, if it is."""

    seq: int
    receipt: str
    received_at: str
    held: str | None


class IdReused(Exception):
    """Another content came under an id that is taken."""


@dataclass(slots=True)
class Log:
    """The log while it is held: where it ends is read once, and known from there on.

    What is undone in the middle of a transaction is not undone here: hold the log again after that.
    """

    end: Place
    link0: str

    def append(self, content: Content, written: Written, *, device: str | None, held: str | None) -> Line:
        """Add a line that is not there yet."""
        received = now()
        row = _row(self.end, content, written, received)
        if not insert_once(Revision, Revision.rev, **row, device=device, held=held):
            raise IdReused
        self.end = Place(seq=row["seq"], link=row["link"])
        if held is None or held in COUNTED:
            renew_leaves(content)
        receipt = receipt_code(written.rev, written.digest, self.end.seq, self.link0)
        return Line(self.end.seq, receipt, timestamp(received), held)

    def find(self, written: Written) -> Line | None:
        """Find the line of a revision that may be there already; another content under its id raises IdReused."""
        found = THERE.run(rev=written.rev).fetchone()
        if found is None:
            return None
        digest, seq, received, held = found
        if digest != written.digest:
            raise IdReused
        moment = cast("datetime", Revision.received_at.python_value(received))
        return Line(seq, receipt_code(written.rev, digest, seq, self.link0), timestamp(moment), held)


def hold_log() -> Log:
    """Keep others from writing lines until this transaction ends, so that numbers follow commits."""
    log: ModelSelect[Any] = Meta.select().where(Meta.key == "link0")
    link0 = str(locked(log).get().value)
    return Log(head(), link0)


def head() -> Place:
    """Tell where the log stands; before its first line, at its first link."""
    seq, link = LAST.run().fetchone() or (0, fact("link0"))
    return Place(seq=seq, link=marked(link, salts_at(seq))[-1])


def salts_at(seq: int) -> list[str]:
    """Name the times at which the log was brought back from a backup that ended here."""
    return [salt for (salt,) in SALTS.run(seq=seq).fetchall()]


def marked(link: str, salts: Iterable[str]) -> list[str]:
    """Give a line's link, and what became of it each time the log was brought back to there."""
    links = [link]
    for salt in salts:
        links.append(chain(links[-1], RESTORED, salt))
    return links


def history(known: Place | None) -> History:
    """Tell where the log stands, and whether the place that a client knows lies on it."""
    here = head()
    return History(seq=here.seq, link=here.link, same=known is None or lies_on(known))


def lies_on(place: Place) -> bool:
    """Tell whether a place is on our log, rather than on one that was lost."""
    if place.seq == 0:
        link: str | None = fact("link0")
    else:
        found = Revision.select(Revision.link).where(Revision.seq == place.seq).first()
        link = found.link if found else None
    return link is not None and place.link in marked(link, salts_at(place.seq))


def bring_in(lines: Iterable[tuple[Content, datetime]]) -> None:
    """Add what was handed in elsewhere, with the moments at which it came; each the first of a record of its own.

    To be called with the log held. It is for contents that nobody can be waiting for, so it tells nothing of each.
    """
    rows, here = [], head()
    for content, received in lines:
        if content.parents:
            raise ValueError("only first revisions are brought in")
        rows.append(_row(here, content, write_revision(content), received))
        here = Place(seq=rows[-1]["seq"], link=rows[-1]["link"])
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        Revision.insert_many(some).execute()
        Leaf.insert_many([{"record": row["record"], "rev": row["rev"]} for row in some]).execute()


def _row(here: Place, content: Content, written: Written, received: datetime) -> dict[str, Any]:
    """Make the line after `here`."""
    return {
        "seq": here.seq + 1,
        "rev": written.rev,
        "record": content.record,
        "form": content.form,
        "form_version": content.form_version,
        "about_kind": content.about.kind,
        "about_id": content.about.id,
        "parents": list(content.parents),
        "author": content.author,
        "text": written.text,
        "digest": written.digest,
        "link": chain(here.link, written.rev, written.digest),
        "saved_at": content.saved_at,
        "received_at": received,
    }


def renew_leaves(content: Content) -> None:
    """Take the new revision's parents from the leaves; it is one itself unless its child came first."""
    if content.parents:
        Leaf.delete().where((Leaf.record == content.record) & Leaf.rev.in_(content.parents)).execute()
    others = PARENTS.run(record=content.record).fetchall()
    if not any(content.rev in Revision.parents.python_value(parents) for (parents,) in others):
        insert_once(Leaf, record=content.record, rev=content.rev)


def rejudged() -> int:
    """Tell how many held revisions have been judged anew by themselves: whoever read before that reads once more."""
    return int(noted(REJUDGED) or 0)


def note_rejudged(count: int) -> None:
    """Remember that so many more have been."""
    note(REJUDGED, str(rejudged() + count))


def leaves_of(record: str) -> list[str]:
    """Name a record's leaves, in a fixed order."""
    return sorted(rev for (rev,) in LEAVES.run(record=record).fetchall())
