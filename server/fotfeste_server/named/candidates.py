"""On whose behalf a head of department registers new hires, and whom they may name as mentor."""

from .access import Scope
from .models import Member, Pairing, Person, Team

HEAD = "department_head"
MENTOR_SEAT = "mentor"


def teams_headed(mine: Scope) -> list[str]:
    """Name the teams on whose behalf the person registers new hires."""
    return sorted(held.team for held in mine.roles if held.role == HEAD and held.team)


def mentors_to_choose(mine: Scope) -> list[Person]:
    """Give those who are mentors in the person's municipality: they have had a new hire, or sit in a team as one.

    To somebody who heads no team they are the mentors of the pairings that the person may see.
    """
    teams = teams_headed(mine)
    places = Team.select(Team.participation).where(Team.id.in_(teams))
    there = Team.select(Team.id).where(Team.participation.in_(places))
    seated = Member.select(Member.person).where(Member.team.in_(there) & (Member.seat == MENTOR_SEAT))
    paired = Pairing.select(Pairing.mentor).where(Pairing.participation.in_(places))
    known = Person.id.in_(seated) | Person.id.in_(paired) | Person.id.in_(mine.pairings().select(Pairing.mentor))
    return list(Person.select().where(known).order_by(Person.name, Person.id))
