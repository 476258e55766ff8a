"""Who was there: ticked on a list, or by oneself with the code on the wall; the last word on a person counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Closed, Invalid, NotFound
from fotfeste_shared.revisions import is_id, new_id

from .attending import arranged, sign_up_of, sign_ups
from .gathering_models import Arrangement, Tick
from .models import Gathering, Person

MOST_AT_ONCE = 1_000


class Ticked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tick as a list sends it: made there, perhaps long ago and without network."""

    id: str
    person: str
    here: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Wall:
    """What the code on the wall leads to."""

    gathering: Gathering
    person: Person
    here: bool


def present_at(gathering: Gathering) -> set[str]:
    """Name those who were there: whoever's last tick says so."""
    ticks = Tick.select().where(Tick.gathering == gathering.id).order_by(Tick.at, Tick.id)
    last = {tick.person_id: tick.here for tick in ticks}
    return {person for person, here in last.items() if here}


def read_ticks(body: bytes) -> list[Ticked]:
    """Read what a list sends; one that can not be read is refused as a whole, and stays where it was."""
    try:
        found = msgspec.json.decode(body, type=list[Ticked])
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Invalid from fault
    if len(found) > MOST_AT_ONCE or any(each.at.tzinfo is None for each in found):
        raise Invalid
    return found


def take_ticks(db: Database, gathering: Gathering, ticks: Iterable[Ticked], by: Person) -> int:
    """Keep ticks from a list, each once, however often it is sent; tells how many were new.

    Only those on the list of this gathering can be ticked; what is about others is passed over. A clock in the hall
    that is fast must not win over what is said later.
    """
    moment = now()
    with writing(db):
        known = {record.about_id for record in sign_ups(gathering)}
        good = [each for each in ticks if is_id(each.id) and each.person in known]
        return sum(
            insert_once(
                Tick, Tick.id, id=each.id, gathering=gathering.id, person=each.person, here=each.here,
                at=min(each.at, moment), by=by.id,
            )
            for each in good
        )  # fmt: skip


def tick(db: Database, gathering: Gathering, here: set[str], by: Person) -> None:
    """Set who is there as a page without scripts says it: a line for each that is otherwise than before."""
    before = present_at(gathering)
    listed = {record.about_id for record in sign_ups(gathering)}
    changed = sorted((before ^ here) & listed)
    take_ticks(db, gathering, [Ticked(new_id(), person, person in here, now()) for person in changed], by)


# --- the code on the wall ------------------------------------------------------------------------------


def wall_code(db: Database, gathering: Gathering) -> str:
    """Give the secret of the code on the wall."""
    with writing(db):
        return str(arranged(gathering).wall)


def behind_wall(code: str, person: Person) -> Wall:
    """Tell what somebody who has read the code is about to say; only those on the list get anywhere."""
    found = Arrangement.get_or_none(Arrangement.wall == code)
    if found is None:
        raise NotFound
    if sign_up_of(person, found.gathering) is None:
        raise Closed("Du står ikke på listen for denne samlingen. Si fra til arrangøren, så kan du skrives opp.")
    return Wall(found.gathering, person, person.id in present_at(found.gathering))


def come_in(db: Database, code: str, person: Person) -> None:
    """Note that somebody is there, by their own word; on the days of the gathering only."""
    wall = behind_wall(code, person)
    if not wall.gathering.starts <= today() <= wall.gathering.ends:
        raise Closed("Koden virker bare de dagene samlingen varer.")
    if not wall.here:
        take_ticks(db, wall.gathering, [Ticked(new_id(), person.id, here=True, at=now())], person)
