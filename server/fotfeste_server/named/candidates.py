"""On whose behalf a head of department registers new hires, and whom they may name as mentor."""

from typing import Any

from .access import Scope
from .mentoring_models import Training
from .models import Member, Pairing, Participation, Person, Team

HEAD = "department_head"
MENTOR_SEAT = "mentor"


def teams_headed(mine: Scope) -> list[str]:
    """Name the teams on whose behalf the person registers new hires."""
    return sorted(held.team for held in mine.roles if held.role == HEAD and held.team)


def mentors_to_choose(mine: Scope) -> list[Person]:
    """Give those who are mentors in the person's municipality: they have had a new hire, or sit in a team as one.

    Whoever was recruited in the network and is no mentor of another municipality may be chosen, too.
    To somebody who heads no team they are the mentors of the pairings that the person may see.
    """
    teams = teams_headed(mine)
    places = Team.select(Team.participation).where(Team.id.in_(teams))
    there = Team.select(Team.id).where(Team.participation.in_(places))
    seated = Member.select(Member.person).where(Member.team.in_(there) & (Member.seat == MENTOR_SEAT))
    paired = Pairing.select(Pairing.mentor).where(Pairing.participation.in_(places))
    recruited = Person.id.in_(_recruited(places)) & Person.id.not_in(_elsewhere(places))
    seen = Person.id.in_(mine.pairings().select(Pairing.mentor))
    known = recruited | Person.id.in_(seated) | Person.id.in_(paired) | seen
    return list(Person.select().where(known).order_by(Person.name, Person.id))


def _recruited(places: Any) -> Any:  # noqa: ANN401 (queries of peewee)
    """The mentors who were recruited or trained in the networks of some municipalities."""
    networks = Participation.select(Participation.network).where(Participation.id.in_(places))
    return Training.select(Training.person).where(Training.network.in_(networks))


def _elsewhere(places: Any) -> Any:  # noqa: ANN401 (as above)
    """Those who are mentors of other municipalities: no head of department chooses among another's people."""
    there = Team.select(Team.id).where(Team.participation.not_in(places))
    seated = Member.select(Member.person).where(Member.team.in_(there) & Member.left.is_null())
    paired = Pairing.select(Pairing.mentor).where(Pairing.participation.not_in(places) & Pairing.ended.is_null())
    return Person.select(Person.id).where(Person.id.in_(seated) | Person.id.in_(paired))
