"""The time after a restore: pushes are taken, figures may lack something, and a person says when it is over.

Every device delivers what it still holds, so what came after the backup comes back by itself; until each has
said that it holds nothing more, the staff's pages say how many have.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.revisions import timestamp
from fotfeste_shared.sync import Pull

from .. import audit
from .history import head, hold_log
from .house import note, noted
from .models import Device, EnrolmentCode, Restoration, SetupLink, SignIn, SignInCode

RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Since when, and how many of the devices have delivered all they hold."""

    since: datetime
    heard: int
    devices: int


def begin(db: Database, salt: str) -> None:
    """Mark the log as brought back; what was given out before the backup's time is worth nothing any more.

    The salt names this restore, so that doing it again after a crash changes nothing.
    """
    with writing(db):
        hold_log()
        if not insert_once(Restoration, Restoration.salt, salt=salt, seq=head().seq, at=now()):
            return
        for table in (SignIn, SignInCode, EnrolmentCode, SetupLink):
            table.delete().execute()
        Device.update(all_here=False, made=None, oldest_unsent=None).execute()
        note(RECOVERING, timestamp(now()))
        audit.tell(db, audit.BROUGHT_BACK)


def recovery() -> Recovery | None:
    """Tell how far it has come; None in ordinary times."""
    since = noted(RECOVERING)
    if since is None:
        return None
    expected = Device.select().where(Device.state != "blocked")
    heard = expected.where(Device.all_here).count()
    return Recovery(datetime.fromisoformat(since), heard, expected.count())


def end(db: Database) -> None:
    """A person says that what was to come has come."""
    with writing(db):
        note(RECOVERING, None)


def take_word(db: Database, device: Device, word: Pull, *, same: bool) -> None:
    """Keep what a device says of itself: how much it has made, and how long its oldest unsent entry has waited.

    It has all been heard when nothing waits there although it knows our log as it is now.
    """
    if word.made is None:
        return
    unsent = None if word.unsent_hours is None else today() - timedelta(hours=word.unsent_hours)
    said = {"made": word.made, "oldest_unsent": unsent, "all_here": device.all_here or (same and unsent is None)}
    if any(getattr(device, name) != value for name, value in said.items()):
        with writing(db):
            Device.update(said).where(Device.id == device.id).execute()
