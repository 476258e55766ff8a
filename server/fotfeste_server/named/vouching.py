"""When somebody builds on what came from their own computer after it was turned away, that counts as well.

Otherwise the newer version would seem to be written past the older ones, and people would be asked to settle a
conflict that there never was.
"""

from collections.abc import Callable

from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import read_revision

from .history import COUNTED, note_rejudged, renew_leaves
from .models import Revision, Ruling

TURNED_AWAY = "drain_only"


def vouch_for_parents(content: Content, why_held: Callable[[Content], str | None]) -> None:
    """Let count what the author of a revision that counts has built it on, and all that it was built on in turn.

    To be called with the log held. `why_held` judges each as if it had come from a computer in good standing.
    """
    waiting = list(content.parents)
    while waiting:
        row = Revision.get_or_none((Revision.rev == waiting.pop()) & (Revision.record == content.record))
        if row is None or row.held != TURNED_AWAY or row.author_id != content.author or row.text is None:
            continue
        if Ruling.get_or_none(Ruling.rev == row.rev) is not None:
            continue  # an organizer has said no
        parent = read_revision(row.text)
        held = why_held(parent)
        Revision.update(held=held).where(Revision.rev == row.rev).execute()
        if held is not None and held not in COUNTED:
            continue
        renew_leaves(parent)
        note_rejudged(1)
        waiting += parent.parents


def is_vouched_for(content: Content) -> bool:
    """Tell whether the author has built on this already, in a revision that counts and came first."""
    counts = Revision.held.is_null() | Revision.held.in_(COUNTED)
    own = (Revision.record == content.record) & (Revision.author == content.author)
    return any(content.rev in row.parents for row in Revision.select(Revision.parents).where(own & counts))
