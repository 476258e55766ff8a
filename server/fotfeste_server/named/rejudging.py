"""Judges anew what waited for a form that this server did not know, once it does."""

from typing import Any

from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import read_revision

from .access import scope
from .history import hold_log, note_rejudged
from .models import Person, Revision, Ruling
from .publishing import published
from .pushing import Delivery, is_good

UNKNOWN = "unknown_form_version"


def rejudge(db: Database) -> int:
    """Let the judge look at what is held for an unknown version that is known by now; gives how many there were.

    What is in order counts in full from now on; what is not waits for a person, as if it had come today. Devices
    read anew, so that their people are told.
    """
    if not _waiting().exists():
        return 0
    with writing(db):
        hold_log()
        done = sum(_judged(db, row) for row in _waiting())
        if done:
            note_rejudged(done)
    return done


def _waiting() -> Any:  # noqa: ANN401 (a query of peewee)
    ruled = Ruling.select(Ruling.rev)
    return Revision.select().where(
        (Revision.held == UNKNOWN) & Revision.text.is_null(False) & Revision.rev.not_in(ruled)
    )


def _judged(db: Database, row: Revision) -> bool:
    content = read_revision(str(row.text))
    try:
        form = published(content.form, content.form_version)
    except NotFound:
        return False
    if row.device is None:
        return False  # only what came from a device can be of a form that we did not know
    delivery = Delivery(db, row.device, scope(Person.get_by_id(content.author)))
    good = content.withdrawn or is_good(delivery, form, content)
    Revision.update(held=None if good else "invalid").where(Revision.rev == row.rev).execute()
    delivery.follow(content, None if good else "invalid")
    return True
