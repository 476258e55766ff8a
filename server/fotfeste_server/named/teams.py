"""Teams, their members, and the advisor who follows each."""

from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .attending import open_for_new_members
from .models import Member, Participation, Person, Team
from .networks import open_reports
from .people import assign, person_by_email, relieve_contacts, wanted

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
            Member, Member.team, Member.person, id=new_id(), team=team.id, person=person.id, seat=seat_, contact=contact
        )
        mine = (Member.team == team.id) & (Member.person == person.id)
        Member.update(seat=seat_, contact=contact).where(mine).execute()
        open_for_new_members(team.participation.network)
        return Member.get(mine)


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
