"""The working group of a network: who is in it, what they do, and how they are reached."""

from collections.abc import Callable
from dataclasses import dataclass

from fotfeste_shared.answering import PHONE
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .access import WORKING_GROUP
from .models import Network, Participation, Person, Role, Team
from .people import assign, one_line, person_by_email
from .registration_models import Duty


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the working group, as everybody in the network may read it."""

    person: Person
    roles: tuple[str, ...]
    words: str
    phone: str
    teams: tuple[str, ...]


def working_group(network: Network) -> list[Colleague]:
    """Give the working group of a network by name; those who see to every network are not listed."""
    held = Role.select().where((Role.network == network.id) & Role.role.in_(WORKING_GROUP))
    roles: dict[str, set[str]] = {}
    for each in held:
        roles.setdefault(each.person_id, set()).add(each.role)
    duties = {each.person_id: each for each in Duty.select().where(Duty.network == network.id)}
    people = Person.select().where(Person.id.in_(list(roles))).order_by(Person.name, Person.id)
    return [
        Colleague(
            person, tuple(role for role in WORKING_GROUP if role in roles[person.id]),
            duties[person.id].words if person.id in duties else "",
            duties[person.id].phone if person.id in duties else "",
            tuple(team.name for team in _followed(network, person.id)),
        )
        for person in people
    ]  # fmt: skip


def _followed(network: Network, person: str) -> list[Team]:
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    return list(Team.select().where(Team.participation.in_(inside) & (Team.advisor == person)).order_by(Team.name))


def join_group(
    db: Database,
    network: Network,
    *,
    name: str,
    address: str,
    role: str,
    words: str = "",
    phone: str = "",
    welcome: Callable[[Person], None] = lambda _person: None,
) -> None:
    """Take somebody into the working group, or change what is told of them.

    `welcome` leaves a letter among the jobs of this transaction, for whoever has not had the role.
    """
    if role not in WORKING_GROUP:
        raise Invalid(questions={"role": "Velg ett av svarene i listen."})
    phone = phone_number(phone)
    with writing(db):
        person = person_by_email(db, address, name)
        had = (Role.person == person.id) & (Role.role == role) & (Role.network == network.id)
        if not Role.select().where(had).exists():
            assign(db, person, role, network=network.id)
            welcome(person)
        told = {"words": one_line(words, 200), "phone": phone}
        insert_once(
            Duty, Duty.network, Duty.person, id=new_id(), network=network.id, person=person.id, **told
        )
        Duty.update(**told).where((Duty.network == network.id) & (Duty.person == person.id)).execute()


def phone_number(typed: str) -> str:
    """Read a telephone number; none is none."""
    number = "".join(c for c in one_line(typed) if c.isdigit() or c == "+")
    if number and not PHONE.fullmatch(number):
        raise Invalid(questions={"phone": "Skriv et telefonnummer med åtte siffer, eller med + og landkode."})
    return number


def leave_group(db: Database, network: Network, person: Person) -> None:
    """Let somebody out of the working group; the last organizer stays, and an advisor's teams are handed on first."""
    with writing(db):
        if _followed(network, person.id):
            raise Conflicting("Velg en annen veileder for teamene først.")
        here = (Role.network == network.id) & Role.role.in_(WORKING_GROUP)
        if not _another_plans(network, person):
            raise Conflicting("Nettverket må ha minst én arrangør.")
        Role.delete().where(here & (Role.person == person.id)).execute()
        Duty.delete().where((Duty.network == network.id) & (Duty.person == person.id)).execute()


def _another_plans(network: Network, person: Person) -> bool:
    plans = (Role.role == "organizer") & (Role.network.is_null() | (Role.network == network.id))
    return bool(Role.select().where(plans & (Role.person != person.id)).exists())
