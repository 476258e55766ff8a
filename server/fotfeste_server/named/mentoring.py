"""Pairings: one mentor with one new hire, who has no name here."""

from datetime import date

from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .models import Pairing, Participation, Team
from .people import assign, person_by_email, wanted


def pair(
    db: Database,
    participation: Participation,
    *,
    unit: str,
    profession: str,
    started: date,
    mentor_name: str,
    mentor_email: str,
    team: Team | None = None,
) -> Pairing:
    """Give a new hire a mentor: unit, profession and first day are all we know of the hire."""
    unit = wanted(unit, "unit", 80)
    if not profession:
        raise Invalid(questions={"profession": "Velg ett av svarene i listen."})
    with writing(db):
        mentor = person_by_email(db, mentor_email, mentor_name)
        assign(db, mentor, "mentor", network=participation.network_id)
        return Pairing.create(
            id=new_id(),
            participation=participation.id,
            team=team.id if team else None,
            unit=unit,
            profession=profession,
            started=started,
            mentor=mentor.id,
        )


def end(db: Database, pairing: Pairing, on: date, reason: str) -> None:
    """End a pairing, once."""
    if on < pairing.started:
        raise Invalid(questions={"ended": "Sluttdatoen kan ikke være før startdatoen."})
    with writing(db):
        open_ = (Pairing.id == pairing.id) & Pairing.ended.is_null()
        if Pairing.update(ended=on, reason=reason).where(open_).execute() != 1:
            raise Conflicting
