"""Teams, their members, and the advisor who follows each."""

from typing import Any

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .access import WORKING_GROUP, Scope
from .attending import open_for_new_members
from .models import Member, Participation, Person, Role, Team
from .networks import open_reports
from .people import assign, email, person_by_email, relieve_contacts, wanted

HEADS = ("avdelingsleder", "virksomhetsleder")


def form_team(db: Database, participation: Participation, name: str) -> Team:
    """Make a team in a municipality and open its reports."""
    name = wanted(name, "name", 80)
    with writing(db):
        if not insert_once(
            Team, Team.participation, Team.name, id=new_id(), participation=participation.id, name=name
        ):
            raise Conflicting("Kommunen har et team med dette navnet allerede.")
        open_reports(participation.network)
        return Team.get((Team.participation == participation.id) & (Team.name == name))


def seat(db: Database, team: Team, name: str, address: str, seat_: str, *, contact: bool = False) -> Member:
    """Give a person a seat in a team; there is one contact, the last one who was named.

    A head of department may register new hires, and a contact hands in for the team.
    """
    with writing(db):
        person = person_by_email(db, address, name)
        if contact:
            relieve_contacts(team)
            Member.update(contact=False).where(Member.team == team.id).execute()
            assign(db, person, "team_contact", team=team.id)
        if seat_ in HEADS:
            assign(db, person, "department_head", team=team.id)
        insert_once(
            Member, Member.team, Member.person, id=new_id(), team=team.id, person=person.id, seat=seat_,
            contact=contact, joined=today(),
        )  # fmt: skip
        mine = (Member.team == team.id) & (Member.person == person.id)
        Member.update(seat=seat_, contact=contact, left=None).where(mine).execute()
        open_for_new_members(team.participation.network)
        return Member.get(mine)


def unseat(db: Database, member: Member) -> None:
    """Let a person leave a team: their rights in it end at once, and what they have written stays."""
    with writing(db):
        _take_rights(member)
        gone = (Member.id == member.id) & Member.left.is_null()
        Member.update(left=today(), contact=False).where(gone).execute()


def _take_rights(member: Member) -> None:
    Role.delete().where((Role.team == member.team_id) & (Role.person == member.person_id)).execute()


def mend_address(db: Database, member: Member, address: str) -> Member:
    """Give a seat to the address that was meant.

    The seat moves to whoever has that address. A known person's own address is never changed by others: it is what
    they sign in with.
    """
    address = email(address)
    if address == member.person.email:
        return member
    with writing(db):
        right = person_by_email(db, address, member.person.name)
        if Member.select().where((Member.team == member.team_id) & (Member.person == right.id)).exists():
            raise Invalid(questions={"email": "Denne adressen er i teamet fra før."})
        _take_rights(member)
        wrong = member.person
        Member.update(person=right.id).where(Member.id == member.id).execute()
        moved = seat(db, member.team, right.name, address, member.seat, contact=member.contact)
        forget_unused(wrong)
    return moved


def forget_unused(person: Person) -> None:
    """Forget a person nobody ever was, such as one whose address was a slip; in the caller's transaction."""
    if not any(row.select().where(column == person.id).exists() for row, column in references_to(Person)):
        Person.delete().where(Person.id == person.id).execute()


def references_to(model: type[Person]) -> list[tuple[Any, Any]]:
    """Name every column of every table that may point at a person."""
    return [(field.model, field) for field in model._meta.backrefs]  # noqa: SLF001 (peewee's way to a model's facts)


# --- who is in a team, and what of it may be told ----------------------------------------------------------


def members_of(team: Team, *, gone: bool = False) -> list[Member]:
    """Give those who are in a team, or those who have left it, by name."""
    here = Member.left.is_null(not gone)
    rows = Member.select().join(Person).where((Member.team == team.id) & here)
    return list(rows.order_by(Person.name, Person.id))


def may_see_seats(mine: Scope, team: Team) -> bool:
    """Tell whether somebody may know what each member is in a team: its members and the working group alone.

    A seat can show that a person is in a trade union, so it is not for the rest of the municipality.
    """
    network = team.participation.network_id
    if any(held.role in WORKING_GROUP and held.network in (None, network) for held in mine.roles):
        return True
    seated = (Member.team == team.id) & (Member.person == mine.person.id) & Member.left.is_null()
    return bool(Member.select().where(seated).exists())


def follow(db: Database, team: Team, name: str, address: str) -> Person:
    """Let a person of the working group follow a team as its advisor."""
    with writing(db):
        person = person_by_email(db, address, name)
        assign(db, person, "advisor", network=team.participation.network_id)
        Team.update(advisor=person.id).where(Team.id == team.id).execute()
    return person


def known_seat(code: str, seats: list[str]) -> str:
    """Read a seat from a list."""
    if code not in seats:
        raise Invalid(questions={"seat": "Velg ett av svarene i listen."})
    return code
