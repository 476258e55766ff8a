"""The server's log of revisions: numbered without gaps, each line chained to the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import ModelSelect

from fotfeste_shared.clock import now
from fotfeste_shared.database import insert_once, locked
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import Written, chain, receipt_code, timestamp, write_revision
from fotfeste_shared.sync import History, Place

from .house import fact
from .models import Leaf, Meta, Restoration, Revision

AT_ONCE = 100
RESTORED = "restored"
COUNTED = ("invalid", "unknown_form_version")
"""Held for a person to look at, yet its author's own word; what is held for other reasons changes nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it is told: its number, its receipt, when it came and why it is held, if it is."""

    seq: int
    receipt: str
    received_at: str
    held: str | None
    new: bool


class IdReused(Exception):
    """Another content came under an id that is taken."""


def hold_log() -> None:
    """Keep others from writing lines until this transaction ends, so that numbers follow commits."""
    log: ModelSelect[Any] = Meta.select().where(Meta.key == "link0")
    locked(log).first()


def head() -> Place:
    """Tell where the log stands; before its first line, at its first link."""
    last = Revision.select(Revision.seq, Revision.link).order_by(Revision.seq.desc()).first()
    seq, link = (last.seq, last.link) if last else (0, fact("link0"))
    return Place(seq=seq, link=marked(link, salts_at(seq))[-1])


def salts_at(seq: int) -> list[str]:
    """Name the times at which the log was brought back from a backup that ended here."""
    found = Restoration.select(Restoration.salt).where(Restoration.seq == seq)
    return [each.salt for each in found.order_by(Restoration.at, Restoration.salt)]


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


def append(content: Content, written: Written, *, device: str | None, held: str | None) -> Line:
    """Add a line, or find that it is there already; another content under the same id raises IdReused.

    To be called with the log held, inside the caller's transaction.
    """
    row = _row(head(), content, written, now())
    new = insert_once(Revision, Revision.rev, **row, device=device, held=held)
    if new and (held is None or held in COUNTED):
        renew_leaves(content)
    return line_of(written.rev, written.digest, new=new)


def bring_in(lines: Iterable[tuple[Content, datetime]]) -> None:
    """Add what was handed in elsewhere, with the moments at which it came; each the first of a record of its own.

    To be called as `append` is. It is for contents that nobody can be waiting for, so it tells nothing of each.
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


def line_of(rev: str, digest: str, *, new: bool = False) -> Line:
    """Tell the line of a revision that is there."""
    row = Revision.get(Revision.rev == rev)
    if row.digest != digest:
        raise IdReused
    return Line(row.seq, receipt_code(rev, digest, row.seq, fact("link0")), timestamp(row.received_at), row.held, new)


def renew_leaves(content: Content) -> None:
    """Take the new revision's parents from the leaves; it is one itself unless its child came first."""
    Leaf.delete().where((Leaf.record == content.record) & Leaf.rev.in_(content.parents)).execute()
    others = Revision.select(Revision.parents).where(
        (Revision.record == content.record) & (Revision.held.is_null() | Revision.held.in_(COUNTED))
    )
    if not any(content.rev in other.parents for other in others):
        insert_once(Leaf, record=content.record, rev=content.rev)


def leaves_of(record: str) -> list[str]:
    """Name a record's leaves, in a fixed order."""
    return sorted(leaf.rev for leaf in Leaf.select(Leaf.rev).where(Leaf.record == record))
