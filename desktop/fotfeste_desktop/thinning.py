"""Lets go of old words that were written anew since and lie safe on the server: how they hang together stays.

A stolen or lost computer should not hold every earlier version of what a person has written for ever. What counts
now is kept here in full, however old it is, so that nobody misses anything without a network.
"""

from collections import defaultdict
from datetime import timedelta

from msgspec.structs import replace

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.revisions import read_revision, write_revision

from .exchange import DELIVERED
from .models import Revision
from .outbox import State

KEPT = timedelta(days=90)


def thin(db: Database, kept: timedelta = KEPT) -> int:
    """Take the answers out of old revisions that another, delivered one has followed; gives how many.

    Only of what two proved backups of the server hold, and only right after it has shown that it is still that
    server: one that was wiped or put back meanwhile would need our copy. Parents and author stay, so that which
    version counts is the same here as everywhere.
    """
    with writing(db):
        old = _superseded(db, kept)
        for row in old:
            bare = write_revision(replace(read_revision(str(row.text)), answers={}))
            Revision.update(text=bare.text, thin=True).where(Revision.rev == row.rev).execute(db)
    return len(old)


def _superseded(db: Database, kept: timedelta) -> list[Revision]:
    """Find those that are nobody's last word."""
    safe = (Revision.state == State.BACKED_UP) & (Revision.text != "") & ~Revision.thin
    old = list(Revision.select().where(safe & (Revision.saved_at < now() - kept)).bind(db))
    followed: dict[str, set[str]] = defaultdict(set)
    for record in {str(row.record) for row in old}:
        delivered = (Revision.record == record) & Revision.state.in_(DELIVERED) & (Revision.text != "")
        for row in Revision.select().where(delivered).bind(db):
            followed[record].update(read_revision(str(row.text)).parents)
    return [row for row in old if row.rev in followed[str(row.record)]]
