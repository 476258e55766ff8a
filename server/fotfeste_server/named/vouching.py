"""When somebody builds on what came from their own computer after it was turned away, that counts as well.

Otherwise the newer version would seem to be written past the older ones, and people would be asked to settle a
conflict that there never was.
"""

from fotfeste_shared.clock import now
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import read_revision

from .history import COUNTED, renew_leaves
from .models import Revision, Ruling

TURNED_AWAY = "drain_only"


def vouch_for_parents(content: Content) -> None:
    """Let count what the author of a revision that counts has built it on, and all that it was built on in turn.

    To be called with the log held. It is remembered as the author's own ruling.
    """
    waiting = list(content.parents)
    while waiting:
        row = Revision.get_or_none((Revision.rev == waiting.pop()) & (Revision.record == content.record))
        if row is None or row.held != TURNED_AWAY or row.author_id != content.author or row.text is None:
            continue
        if Ruling.get_or_none(Ruling.rev == row.rev) is not None:
            continue  # an organizer has said no
        Ruling.create(rev=row.rev, outcome="accepted", person=content.author, at=now())
        Revision.update(held=None).where(Revision.rev == row.rev).execute()
        renew_leaves(read_revision(row.text))
        waiting += row.parents


def is_vouched_for(content: Content) -> bool:
    """Tell whether the author has built on this already, in a revision that counts and came first."""
    counts = Revision.held.is_null() | Revision.held.in_(COUNTED)
    own = (Revision.record == content.record) & (Revision.author == content.author)
    return any(content.rev in row.parents for row in Revision.select(Revision.parents).where(own & counts))
