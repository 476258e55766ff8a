"""One link for a whole hall: whoever comes in gets a link of their own, and nothing joins the two afterwards.

No cookie and no address tells one phone from another, so a door gives out a bounded number of links: enough for
everybody twice over, and no limit of pace that a hall behind one address would run into.
"""

from dataclasses import dataclass
from datetime import date

from fotfeste_shared.database import Database, insert_once, locked, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import Closed, NotFound

from .invitations import EVERYWHERE, State, hashed, new_token
from .models import Door, Invitation, Window
from .release_models import Hall


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a door leads to, and whether it is open today."""

    network: str
    form: str
    version: int
    state: State


def open_door(
    db: Database, window: str, form: FormDefinition, wave: str, *, opens: date, closes: date, most: int,
    people: int,
) -> Door:
    """Make the door of a wave, once; again it may let more people in, never fewer.

    `people` are those who are there: what the turnout is measured by, since a link may be taken twice.
    """
    with writing(db):
        found = locked(Window.select().where((Window.id == window) & Window.sealed.is_null())).first()
        if found is None:
            raise NotFound
        insert_once(
            Door, Door.network, Door.form, Door.wave,
            id=new_token(), window=window, network=found.network, form=form.code, version=form.version, wave=wave,
            opens=opens, closes=min(closes, found.closes), most=most,
        )  # fmt: skip
        mine = (Door.network == found.network) & (Door.form == form.code) & (Door.wave == wave)
        Door.update(most=most).where(mine & (Door.most < most)).execute()
        door: Door = Door.get(mine)
        insert_once(Hall, Hall.door, door=door.id, people=people)
        Hall.update(people=people).where((Hall.door == door.id) & (Hall.people < people)).execute()
        return door


def door_of(network: str, form: str, wave: str) -> Door | None:
    """Find a door, for those who print it."""
    found: Door | None = Door.get_or_none(
        (Door.network == network) & (Door.form == form) & (Door.wave == wave)
    )
    return found


def look_at_door(code: str, today: date) -> Doorway:
    """Look up a door; looking changes nothing. Raises NotFound when we never made it."""
    door = _door(code)
    state: State = "not_yet" if today < door.opens else "open"
    if today > door.closes or door.window.sealed is not None:
        state = "closed"
    return Doorway(door.network, door.form, door.version, state)


def _door(code: str) -> Door:
    found: Door | None = Door.get_or_none(Door.id == code)
    if found is None:
        raise NotFound
    return found


def come_in(db: Database, code: str, today: date) -> str:
    """Give whoever comes in a link of their own; raises Closed when there are no more or the days are over."""
    token = new_token()
    with writing(db):
        door = _door(code)
        counted = Door.update(given=Door.given + 1).where(
            (Door.id == code) & (Door.given < Door.most) & (Door.opens <= today) & (Door.closes >= today)
        )
        if counted.execute() != 1:
            raise Closed
        Invitation.insert(
            id=hashed("inv", token), window=door.window_id, network=door.network, form=door.form,
            version=door.version, wave=door.wave, place=EVERYWHERE, opens=door.opens, closes=door.closes,
        ).execute()  # fmt: skip
    return token
