"""Pairings: one mentor with one new hire, who has no name here; and what a programme needs to go on for a year.

Mentors are recruited and trained, talks rest while somebody is away, and another mentor may take over. What the first
mentor wrote stays that mentor's own: whoever takes over sees the plan, and none of the talks.
"""

from dataclasses import dataclass
from datetime import date

from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .access import Scope
from .mentoring_models import Pause, Takeover, Training
from .models import Network, Pairing, Participation, Person, Role, Team
from .people import assign, person_by_email, wanted

CHANGED_MENTOR = "byttet_mentor"
MOST_AT_A_TIME = 9
LONGEST_AWAY = 400  # days


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


# --- mentors --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mentor:
    """Somebody who is a mentor in a network, or may become one; `finished` is the day their course ended."""

    person: Person
    finished: date | None
    capacity: int
    active: int

    @property
    def free(self) -> int:
        """Tell how many more new hires they can follow."""
        return max(0, self.capacity - self.active)


def mentors(mine: Scope, network: Network) -> list[Mentor]:
    """List the mentors of a network whom one may see, by name: recruited, trained or with a pairing."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    active: dict[str, int] = {}
    for each in mine.pairings().where(Pairing.participation.in_(inside) & Pairing.ended.is_null()):
        active[each.mentor_id] = active.get(each.mentor_id, 0) + 1
    trained = {each.person_id: each for each in Training.select().where(Training.network == network.id)}
    known = set(active)
    if mine.may("plan", network):
        recruited = Role.select(Role.person).where((Role.role == "mentor") & (Role.network == network.id))
        known |= {each.person_id for each in recruited} | set(trained)
    people = Person.select().where(Person.id.in_(known)).order_by(Person.name, Person.id)
    return [
        Mentor(
            each, trained[each.id].finished if each.id in trained else None,
            trained[each.id].capacity if each.id in trained else 1, active.get(each.id, 0),
        )
        for each in people
    ]  # fmt: skip


def recruit(
    db: Database, network: Network, *, name: str, email: str, finished: date | None = None, capacity: int = 1
) -> Person:
    """Note a mentor, and the course they have taken; the same person again changes what is noted."""
    if not 0 <= capacity <= MOST_AT_A_TIME:
        raise Invalid(questions={"capacity": "Skriv et tall fra 0 til 9."})
    with writing(db):
        person = person_by_email(db, email, name)
        assign(db, person, "mentor", network=network.id)
        Training.insert(
            id=new_id(), network=network.id, person=person.id, finished=finished, capacity=capacity
        ).on_conflict(
            conflict_target=[Training.network, Training.person],
            update={Training.finished: finished, Training.capacity: capacity},
        ).execute()
    return person


# --- times away, and another mentor ---------------------------------------------------------------------------


def rest(db: Database, pairing: Pairing, first: date, last: date, why: str) -> None:
    """Let a pairing's talks rest from the first to the last day; the same time twice is one."""
    if last < first:
        raise Invalid(questions={"last": "Siste dag kan ikke være før første dag."})
    if (last - first).days > LONGEST_AWAY:
        raise Invalid(questions={"last": "Det er over et år. Avslutt heller koblingen."})
    with writing(db):
        same = (Pause.pairing == pairing.id) & (Pause.first == first) & (Pause.last == last)
        if not Pause.select().where(same).exists():
            Pause.create(id=new_id(), pairing=pairing.id, first=first, last=last, why=why)


def go_on_after_all(db: Database, pairing: Pairing, pause: str) -> None:
    """Take a time away back."""
    with writing(db):
        Pause.delete().where((Pause.id == pause) & (Pause.pairing == pairing.id)).execute()


def pauses(pairing: Pairing) -> list[Pause]:
    """List a pairing's times away, the latest first."""
    return list(Pause.select().where(Pause.pairing == pairing.id).order_by(Pause.first.desc(), Pause.id))


def take_over(db: Database, pairing: Pairing, on: date, *, name: str, email: str) -> Pairing:
    """Give a new hire another mentor from a day on: the plan goes on, what was written does not follow.

    The same change again finds the pairing that it made.
    """
    if on < pairing.started:
        raise Invalid(questions={"day": "Dagen kan ikke være før første arbeidsdag."})
    with writing(db):
        person = person_by_email(db, email, name)
        before = Takeover.get_or_none(Takeover.after == pairing.id)
        if before is not None and before.pairing.mentor_id == person.id:
            return before.pairing
        if person.id == pairing.mentor_id:
            raise Invalid(questions={"email": "Det er den mentoren de har nå."})
        end(db, pairing, on, CHANGED_MENTOR)
        assign(db, person, "mentor", network=pairing.participation.network_id)
        fresh = Pairing.create(
            id=new_id(), participation=pairing.participation_id, team=pairing.team_id, unit=pairing.unit,
            profession=pairing.profession, started=pairing.started, mentor=person.id,
        )  # fmt: skip
        Takeover.create(pairing=fresh.id, after=pairing.id, day=on)
    return fresh
