"""A person asks to be forgotten, and an organizer does it or says why it can not be done, within thirty days.

Until it is done the person may take the wish back. What is done is done by `kept_about.forget`, as on the console.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Conflicting, Invalid, NotFound
from fotfeste_shared.revisions import new_id

from .access import Scope
from .erasing import Erasures
from .kept_about import forget, hindrances, own_records
from .models import Device, Member, Network, Pairing, Participation, Person, Record, Role, Team
from .wish_models import ErasureWish

ANSWERED_WITHIN = timedelta(days=30)
LONGEST_REASON = 1000
SETTLED = "Dette er allerede avgjort. Last siden på nytt."


# --- the person's own ----------------------------------------------------------------------------------------


def ask(db: Database, person: Person, tell: Callable[[ErasureWish], None] = lambda _wish: None) -> ErasureWish:
    """Keep a person's wish to be forgotten; asked for twice it is one. `tell` leaves letters along with it."""
    with writing(db):
        fresh = insert_once(
            ErasureWish, ErasureWish.open_for, id=new_id(), person=person.id, networks=sorted(set(_parts(person))),
            asked=now(), due=today() + ANSWERED_WITHIN, open_for=person.id,
        )  # fmt: skip
        wish = ErasureWish.get(ErasureWish.open_for == person.id)
        if fresh:
            tell(wish)
        return wish


def take_back(db: Database, person: Person) -> None:
    """Let a person stay after all; what was done already can not be taken back."""
    with writing(db):
        mine = ErasureWish.update(state="taken_back", open_for=None, decided=now())
        mine.where(ErasureWish.open_for == person.id).execute()


def last_wish(person: Person) -> ErasureWish | None:
    """Give a person's newest wish, with what became of it."""
    found: ErasureWish | None = (
        ErasureWish.select().where(ErasureWish.person == person.id).order_by(ErasureWish.asked.desc()).first()
    )
    return found


def _parts(person: Person) -> Iterator[str]:
    """The networks that a person has any part in, so that their organizers hear of the wish."""
    seated = Team.select(Team.id).join(Member).where(Member.person == person.id)
    roles = list(Role.select().where(Role.person == person.id))
    yield from filter(None, (role.network_id for role in roles))
    places = [role.municipality for role in roles if role.municipality and not role.network_id]
    teams = [role.team_id for role in roles if role.team_id]
    mentored = Pairing.select(Pairing.participation).where(Pairing.mentor == person.id)
    followed = Team.select(Team.participation).where(
        Team.id.in_(seated) | Team.id.in_(teams) | (Team.advisor == person.id)
    )
    inside = Participation.id.in_(mentored) | Participation.id.in_(followed) | Participation.municipality.in_(places)
    yield from (each.network_id for each in Participation.select().where(inside))
    about = (Record.about_kind == "person") & (Record.about_id == person.id) & Record.network.is_null(False)
    yield from (str(each.network_id) for each in Record.select(Record.network).where(about).distinct())


def organizers_for(wish: ErasureWish) -> list[Person]:
    """Give those who are to see to a wish: the organizers of its networks, else those who plan everywhere."""
    here = Role.network.in_(list(wish.networks)) if wish.networks else Role.network.is_null()
    plans = Role.select(Role.person).where((Role.role == "organizer") & here & (Role.person != wish.person_id))
    return list(Person.select().where(Person.id.in_(plans)).order_by(Person.name, Person.id))


# --- the organizers' -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """What forgetting a person would do: how much goes, and what must be handed on first."""

    records: int
    seats: int
    devices: int
    hindrances: tuple[str, ...]
    pairings: tuple[Pairing, ...]
    elsewhere: tuple[str, ...]


def wishes(mine: Scope, network: Network) -> list[ErasureWish]:
    """List the wishes that a network's organizers see to: those that wait first, the most urgent at the top."""
    stand = ErasureWish.select().where(ErasureWish.state != "taken_back").order_by(ErasureWish.due, ErasureWish.id)
    return sorted((each for each in stand if _sees(mine, network, each)), key=lambda each: each.state != "waiting")


def wishes_waiting(mine: Scope, network: Network) -> int:
    """Count the wishes that wait for an organizer."""
    return sum(each.state == "waiting" for each in wishes(mine, network))


def _sees(mine: Scope, network: Network, wish: ErasureWish) -> bool:
    """A wish of somebody without any network is for those who plan everywhere."""
    if wish.networks:
        return network.id in wish.networks
    return any(held.role == "organizer" and held.network is None for held in mine.roles)


def wish_in(mine: Scope, network: Network, id_: str) -> ErasureWish:
    """Find one wish that a network's organizers see to."""
    found = ErasureWish.get_or_none(ErasureWish.id == id_)
    if found is None or found.state == "taken_back" or not _sees(mine, network, found):
        raise NotFound
    return found


def outlook(person: Person, network: Network) -> Outlook:
    """Tell what forgetting a person would do, before it is done."""
    others = {each for each in _parts(person) if each != network.id}
    names = Network.select().where(Network.id.in_(list(others))).order_by(Network.name)
    active = Pairing.select().where((Pairing.mentor == person.id) & Pairing.ended.is_null()).order_by(Pairing.started)
    return Outlook(
        len(own_records(person)),
        Member.select().where((Member.person == person.id) & Member.left.is_null()).count(),
        Device.select().where((Device.person == person.id) & (Device.state != "blocked")).count(),
        tuple(hindrances(person)),
        tuple(active),
        tuple(each.name for each in names),
    )


def fulfil(
    db: Database, erasures: Erasures, wish: ErasureWish, by: Person, tell: Callable[[Person], None]
) -> int:
    """Forget the person, once; `tell` leaves the letter to the address that goes in the same transaction."""
    person = wish.person

    def settle() -> None:
        _settle(wish, "erased", by)
        tell(person)

    return forget(db, erasures, person, settle)


def refuse(db: Database, wish: ErasureWish, by: Person, reason: str, tell: Callable[[Person, str], None]) -> None:
    """Say why somebody can not be forgotten now; they are told, and may ask again."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise Invalid(questions={"reason": "Skriv hvorfor. Personen får det på e-post."})
    with writing(db):
        _settle(wish, "refused", by, said)
        tell(wish.person, said)


def _settle(wish: ErasureWish, state: str, by: Person, reason: str = "") -> None:
    told = {"state": state, "open_for": None, "decided": now(), "decided_by": by.id, "reason": reason}
    changed = ErasureWish.update(told).where((ErasureWish.id == wish.id) & (ErasureWish.state == "waiting"))
    if changed.execute() != 1:
        raise Conflicting(SETTLED)
