"""Signing up for a gathering: each person's own record, opened for the teams' members and for those who are asked."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fotfeste_shared.clock import civil, now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import CROCKFORD, new_id

from .access import SIGN_UP, Scope
from .gathering_models import Arrangement, Guest
from .ledger import current
from .models import Gathering, Member, Network, Participation, Person, Record, Revision, Team
from .people import one_line, person_by_email

CLOSES_BEFORE = timedelta(days=21)  # the hotel's own deadline
WALL_LETTERS = 12
COMING = ("fysisk", "digitalt")
State = Literal["coming", "online", "not_coming", "substitute", "unanswered"]
STATES: dict[str, State] = {
    "fysisk": "coming", "digitalt": "online", "nei": "not_coming", "vara": "substitute",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attendee:
    """One person on the list of a gathering, with what they have answered."""

    person: Person
    record: str
    state: State
    answers: Answers
    late: bool = False
    place: str | None = None
    seat: str | None = None
    guest: bool = False
    instead_of: str | None = None

    @property
    def comes(self) -> bool:
        """Tell whether they take part, in the room or from afar."""
        return self.state in ("coming", "online")


# --- what is arranged ----------------------------------------------------------------------------------


def arrangement(gathering: Gathering) -> Arrangement | None:
    """Give what is arranged around a gathering, None while nothing is."""
    found: Arrangement | None = Arrangement.get_or_none(Arrangement.gathering == gathering.id)
    return found


def arranged(gathering: Gathering) -> Arrangement:
    """Begin to arrange a gathering, inside the caller's transaction; once is enough."""
    wall = "".join(secrets.choice(CROCKFORD) for _ in range(WALL_LETTERS))
    insert_once(Arrangement, Arrangement.gathering, gathering=gathering.id, wall=wall, told=standing(gathering))
    return Arrangement.get_by_id(gathering.id)


def standing(gathering: Gathering) -> dict[str, str | bool]:
    """Tell what people plan their days by, as plain values that can be compared with what they were told."""
    return {
        "starts": gathering.starts.isoformat(), "ends": gathering.ends.isoformat(), "place": gathering.place,
        "digital": gathering.digital, "link": gathering.link, "cancelled": gathering.cancelled_on is not None,
    }  # fmt: skip


def is_open(gathering: Gathering) -> bool:
    """Tell whether people may sign up."""
    known = arrangement(gathering)
    return known is not None and known.opened is not None and gathering.cancelled_on is None


def deadline_of(gathering: Gathering) -> date:
    """Say by which day people sign up: the one that was chosen, else the hotel's usual one."""
    chosen: date | None = gathering.sign_up_by
    starts: date = gathering.starts
    return chosen or starts - CLOSES_BEFORE


# --- opening -------------------------------------------------------------------------------------------


def open_sign_up(db: Database, gathering: Gathering, closes: date) -> None:
    """Open sign-up for everybody in the teams, or change its last day."""
    if closes > gathering.starts:
        raise Invalid(questions={"closes": "Fristen må være før samlingen."})
    with writing(db):
        if gathering.cancelled_on:
            raise Conflicting("Samlingen er avlyst.")
        known = arranged(gathering)
        Arrangement.update(opened=known.opened or now()).where(Arrangement.gathering == gathering.id).execute()
        Gathering.update(sign_up_by=closes).where(Gathering.id == gathering.id).execute()
        _open_for(gathering, _members(gathering))


def open_for_new_members(network: Network) -> None:
    """Open the sign-ups that are going on for those who have come into a team since; in the caller's transaction."""
    opened = Arrangement.select(Arrangement.gathering).where(Arrangement.opened.is_null(False))
    going_on = (Gathering.ends >= today()) & Gathering.cancelled_on.is_null() & Gathering.id.in_(opened)
    for each in Gathering.select().where((Gathering.network == network.id) & going_on):
        _open_for(each, _members(each))


def invite_guest(
    db: Database, gathering: Gathering, name: str, address: str, *, instead_of: Person | None = None
) -> Person:
    """Let somebody outside of the teams sign up; the same person twice is one."""
    if not is_open(gathering):
        raise Conflicting("Åpne påmeldingen først.")
    with writing(db):
        person = person_by_email(db, address, name)
        if person.id not in {each.id for each in _members(gathering)}:
            stands_in = instead_of.id if instead_of else None
            insert_once(
                Guest, Guest.gathering, Guest.person, gathering=gathering.id, person=person.id, instead_of=stands_in
            )
        _open_for(gathering, [person])
    return person


def _members(gathering: Gathering) -> list[Person]:
    """Give everybody in the teams whose municipality is still in the network when the gathering begins."""
    inside = Participation.select(Participation.id).where(
        (Participation.network == gathering.network_id)
        & (Participation.left_on.is_null() | (Participation.left_on > gathering.starts))
    )
    here = Team.select(Team.id).where(Team.participation.in_(inside))
    seated = Member.select(Member.person).where(Member.team.in_(here) & Member.left.is_null())
    return list(Person.select().where(Person.id.in_(seated)))


def _teams(gathering: Gathering) -> Iterable[Team]:
    inside = Participation.select(Participation.id).where(Participation.network == gathering.network_id)
    teams: Iterable[Team] = Team.select(Team.id).where(Team.participation.in_(inside))
    return teams


def _open_for(gathering: Gathering, people: Iterable[Person]) -> None:
    """Open each person's record under its natural key, so that two computers offline write on the same one."""
    for person in people:
        insert_once(
            Record,
            Record.natural_key,
            id=new_id(),
            form=SIGN_UP,
            natural_key=f"{SIGN_UP}:{person.id}:{gathering.id}",
            about_kind="person",
            about_id=person.id,
            network=gathering.network_id,
            gathering=gathering.id,
            opened=now(),
        )


# --- reading -------------------------------------------------------------------------------------------


def sign_ups(gathering: Gathering) -> list[Record]:
    """Give the records of everybody who may sign up."""
    mine = (Record.form == SIGN_UP) & (Record.gathering == gathering.id) & Record.apart_of.is_null()
    return list(Record.select().where(mine))


def sign_up_of(person: Person, gathering: Gathering) -> Record | None:
    """Give a person's own record, None when sign-up is not open for them."""
    found: Record | None = Record.get_or_none(Record.natural_key == f"{SIGN_UP}:{person.id}:{gathering.id}")
    return found


def attendees(gathering: Gathering) -> list[Attendee]:
    """List everybody who may sign up, with their answers, by name.

    Nobody waits for an answer from those who have left their team, or whose municipality has left.
    """
    people = {each.id: each for each in Person.select().where(Person.id.in_([r.about_id for r in sign_ups(gathering)]))}
    seats = {seat.person_id: seat for seat in _seats(gathering)}
    guests = {each.person_id: each for each in Guest.select().where(Guest.gathering == gathering.id)}
    closes = deadline_of(gathering)
    listed = [
        _attendee(record, people[record.about_id], seats, guests, closes)
        for record in sign_ups(gathering)
        if record.about_id in people
    ]
    awaited = {each.id for each in _members(gathering)} | set(guests)
    listed = [each for each in listed if each.state != "unanswered" or each.person.id in awaited]
    return sorted(listed, key=lambda each: (each.person.name.casefold(), each.record))


def _seats(gathering: Gathering) -> Iterator[Member]:
    here = Member.team.in_(_teams(gathering)) & Member.left.is_null()
    yield from Member.select().where(here).order_by(Member.contact, Member.id)


def _attendee(
    record: Record, person: Person, seats: dict[str, Member], guests: dict[str, Guest], closes: date
) -> Attendee:
    content, guest = current(record.id), guests.get(person.id)
    seat = seats.get(person.id)
    answers = content.answers if content else {}
    stood_in_for = seats.get(guest.instead_of_id or "") if guest else None
    home = seat or stood_in_for
    return Attendee(
        person,
        record.id,
        STATES.get(str(answers.get("deltar")), "unanswered"),
        answers,
        late=content is not None and _came_late(content.rev, closes),
        place=home.team.participation.municipality if home else None,
        seat=seat.seat if seat else None,
        guest=guest is not None,
        instead_of=guest.instead_of.name if guest and guest.instead_of else None,
    )


def _came_late(rev: str, closes: date) -> bool:
    """Tell whether what counts came after the deadline: the hotel may have to be told."""
    row = Revision.get(Revision.rev == rev)
    return civil(row.received_at).date() > closes


def substitutes(gathering: Gathering) -> Iterator[tuple[Person, str, str]]:
    """Name those who are to come in a member's place, as (member, name, address)."""
    for each in attendees(gathering):
        if each.state == "substitute":
            yield each.person, one_line(str(each.answers.get("vara_navn", ""))), str(each.answers.get("vara_epost", ""))


def of_own_teams(mine: Scope, gathering: Gathering) -> list[Attendee]:
    """List those in the teams whose contact one is: a contact may sign up for them, and sees who has not answered."""
    teams = [held.team for held in mine.roles if held.role == "team_contact" and held.team]
    seated = Member.select(Member.person).where(Member.team.in_(teams) & Member.left.is_null())
    own = {person.id for person in Person.select(Person.id).where(Person.id.in_(seated))}
    return [each for each in attendees(gathering) if each.person.id in own] if own else []


def upcoming(mine: Scope) -> list[Gathering]:
    """Give the gatherings that a person may come to and that are not over."""
    coming = mine.gatherings().where(Gathering.ends >= today())
    return list(coming.order_by(Gathering.starts, Gathering.number))
