"""Writes the named half: people, teams and gatherings by the verbs, and what was handed in, judged, into the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from msgspec.structs import replace

from fotfeste_shared.clock import CIVIL, civil, now
from fotfeste_shared.database import Database
from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.municipalities import find
from fotfeste_shared.private import part
from fotfeste_shared.revisions import About, Revision, new_id, timestamp

from ..named.access import BINDING, SIGN_UP, scope
from ..named.attending import deadline_of, open_sign_up, sign_ups
from ..named.gatherings import plan_gathering
from ..named.history import AT_ONCE, bring_in, hold_log
from ..named.mentoring import end, pair
from ..named.models import Gathering, Network, Pairing, Participation, Person, Record, Team
from ..named.networks import AGREEMENT, appoint_administrator, found_network, take_in
from ..named.people import assign, person_by_email
from ..named.teams import follow, form_team, seat
from .coming import sign_up
from .counts import note, yearly
from .days import HELD, Meeting
from .people import HOMES, Crew, Someone
from .plan import SEED, Hire, Plan
from .reports import Journey
from .sessions import sessions
from .signed import acceptance, sheet
from .words import Voice, title

LATE = 0.1
ALREADY = 0.4  # of the teams have handed in before the coming gathering
AWAY = timedelta(days=9)  # the mentor at the door has not noted anything for so long
SESSION, REPORT, NOTE, YEARLY = "mentorlogg", "statusrapport", "veiledernotat", "startmaling"


class NotGood(Exception):
    """The example does not pass the judge: a form has changed, and the example must follow."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One filled form on its way into the ledger."""

    on: datetime
    author: Person
    form: str
    about: About
    answers: Answers
    record: str | None = None
    facts: dict[str, str | int] = field(default_factory=dict)
    choices: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """The ids of what the doors lead to."""

    network: str
    organizer: str
    mentor: str


def tell(db: Database, plan: Plan) -> Told:
    """Write the whole named half, to be called in one transaction."""
    return _Teller(db, plan).tell()


class _Teller:
    """Writes one plan; remembers which rows its people and teams became."""

    def __init__(self, db: Database, plan: Plan) -> None:
        self._db = db
        self._plan = plan
        self._days = plan.days
        self._chance = Random(f"{SEED} telling")  # noqa: S311 (an example, not a secret)
        self._people: dict[str, Person] = {}
        self._teams: dict[tuple[str, str], Team] = {}
        self._places: dict[str, Participation] = {}
        self._handed: list[Handed] = []

    def tell(self) -> Told:
        """Write everything, in the order in which one thing needs another."""
        days = self._days
        network = found_network(self._db, title("nettverk"), title("tema"), days.starts, days.ends, demo=True)
        for someone in self._plan.organizers:
            assign(self._db, self._person(someone), "organizer", network=network.id)
        for home in HOMES:
            self._places[home.number] = take_in(self._db, network, home.number)
            boss = self._person(self._plan.administrators[home.number])
            appoint_administrator(self._db, self._places[home.number], boss.name, boss.email)
        Participation.update(agreed_on=days.starts).where(Participation.network == network.id).execute()
        for crew in self._plan.crews:
            self._form(crew)
        for meeting in days.meetings:
            plan_gathering(
                self._db, network, number=meeting.number, theme=title(f"samling.{meeting.number}"),
                starts=meeting.starts, ends=meeting.ends, digital=meeting.digital,
                place="" if meeting.digital else title("sted"), reports_due=meeting.reports_due,
            )  # fmt: skip
        door = self._mentor_at_the_door()
        self._pairings(door)
        self._reports(network)
        self._yearly()
        self._sign_ups(network)
        self._signed()
        self._hand_in(network)
        return Told(network.id, self._person(self._plan.organizers[0]).id, self._person(door).id)

    def _person(self, someone: Someone) -> Person:
        found = self._people.get(someone.email)
        if found is None:
            found = person_by_email(self._db, someone.email, someone.name, someone.language)
            self._people[someone.email] = found
        return found

    def _form(self, crew: Crew) -> None:
        team = form_team(self._db, self._places[crew.home.number], crew.name)
        self._teams[crew.home.number, crew.name] = team
        for each in crew.seats:
            who = self._person(each.who)
            seat(self._db, team, who.name, who.email, each.code, contact=each.contact)
        follow(self._db, team, crew.advisor.name, crew.advisor.email)

    def _team(self, crew: Crew) -> Team:
        return self._teams[crew.home.number, crew.name]

    # --- pairings and talks -----------------------------------------------------------------------

    def _mentor_at_the_door(self) -> Someone:
        """Choose who is shown the way in: a mentor with a fresh pairing and, if may be, more than one."""
        today = self._days.today
        active = [hire for hire in self._plan.hires if hire.mentor and hire.is_here(today)]
        young = {hire.mentor for hire in active if 15 <= (today - hire.started).days <= 70}
        return max(
            (someone for _, someone in self._plan.mentors if someone in young),
            key=lambda someone: (sum(hire.mentor == someone for hire in active), someone.email),
        )

    def _pairings(self, door: Someone) -> None:
        for hire in self._plan.hires:
            if hire.mentor is not None:
                self._pairing(hire, hire.mentor, self._days.today - (AWAY if hire.mentor == door else timedelta()))

    def _pairing(self, hire: Hire, mentor: Someone, until: date) -> None:
        who = self._person(mentor)
        pairing = pair(
            self._db, self._places[hire.crew.home.number], team=self._team(hire.crew), unit=hire.unit,
            profession=hire.profession, started=hire.started, mentor_name=who.name, mentor_email=who.email,
        )  # fmt: skip
        self._end(pairing, hire)
        for each in sessions(hire, until, self._chance):
            self._handed.append(
                Handed(
                    self._moment(each.saved),
                    who,
                    SESSION,
                    About("pairing", pairing.id),
                    {"kobling": pairing.id, **each.answers},
                    facts={"first_log": "ja" if each.first else "nei"},
                    choices={"kobling": frozenset([pairing.id])},
                )
            )

    def _end(self, pairing: Pairing, hire: Hire) -> None:
        over = hire.started + timedelta(days=365)
        if hire.left is not None:
            end(self._db, pairing, hire.left, "sluttet_stilling")
        elif over <= self._days.today:
            end(self._db, pairing, over, "fullfort")

    # --- reports, notes and yearly numbers --------------------------------------------------------

    def _reports(self, network: Network) -> None:
        opened = Record.select().where((Record.form == REPORT) & (Record.network == network.id))
        records = {(record.team_id, record.gathering.number): record.id for record in opened if record.gathering}
        slowest = min(self._plan.crews, key=lambda crew: crew.pace)
        for crew in self._plan.crews:
            journey = Journey(self._plan, crew, self._chance)
            voice = Voice(self._chance)
            for meeting in self._days.meetings[: HELD + 1]:
                day = self._handed_in_on(meeting)
                if day is None or (crew is slowest and meeting.number == HELD - 1):
                    continue
                record = records[self._team(crew).id, meeting.number]
                self._report(crew, journey, meeting, record, day)
                self._note(crew, journey.step(meeting.number), record, day, voice)

    def _handed_in_on(self, meeting: Meeting) -> date | None:
        """Tell when a team hands in: mostly on the last days, sometimes late; before the coming one, not all have."""
        due, today = meeting.reports_due, self._days.today
        if meeting.number > HELD:
            return today - timedelta(days=self._chance.randint(0, 5)) if self._chance.random() < ALREADY else None
        if self._chance.random() < LATE:
            return due + timedelta(days=self._chance.randint(1, 6))
        return due - timedelta(days=self._chance.choice((0, 0, 0, 0, 1, 1, 2, 4, 6)))

    def _report(self, crew: Crew, journey: Journey, meeting: Meeting, record: str, day: date) -> None:
        self._handed.append(
            Handed(
                self._moment(day),
                self._person(crew.contact),
                REPORT,
                About("team", self._team(crew).id),
                journey.report(meeting),
                record,
                facts={"network_end": self._days.ends.isoformat()},
            )
        )

    def _note(self, crew: Crew, step: int, record: str, reported: date, voice: Voice) -> None:
        day = reported + timedelta(days=self._chance.randint(2, 8))
        if day > self._days.today or self._chance.random() < 0.15:
            return
        team = self._team(crew).id
        told = note(crew, step, day, voice)
        self._handed.append(
            Handed(
                self._moment(day),
                self._person(crew.advisor),
                NOTE,
                About("team", team),
                {"team": team, "rapport": record, **told.answers},
                choices={"team": frozenset([team]), "rapport": frozenset([record])},
            )
        )

    def _yearly(self) -> None:
        """Count the two years before the network at its start, and its first year in the January after."""
        began = self._days.starts.year
        for home in HOMES:
            place, boss = self._places[home.number], self._person(self._plan.administrators[home.number])
            found = find(home.number)
            for numbers in yearly(home, began, self._chance):
                first = date(began + 1, 1, 10) if numbers["ar"] == began else self._days.starts
                self._handed.append(
                    Handed(
                        self._moment(first + timedelta(days=self._chance.randint(1, 18))),
                        boss,
                        YEARLY,
                        About("municipality", place.id),
                        numbers,
                        facts={"orgnr": found.orgnr if found else ""},
                    )
                )

    def _sign_ups(self, network: Network) -> None:
        """Let most people have answered whether they come to the next gathering."""
        coming = (Gathering.network == network.id) & (Gathering.number == HELD + 1)
        gathering = Gathering.get(coming)
        open_sign_up(self._db, gathering, deadline_of(gathering))
        chance = Random(f"{SEED} coming")  # noqa: S311 (an example, not a secret)
        for record in sorted(sign_ups(gathering), key=lambda each: Person.get_by_id(each.about_id).email):
            answers = sign_up(chance)
            if answers:
                on = self._moment(self._days.today - timedelta(days=chance.randint(0, 6)))
                who = Person.get_by_id(record.about_id)
                self._handed.append(Handed(on, who, SIGN_UP, About("person", who.id), answers, record.id))

    def _signed(self) -> None:
        """Let each municipality have handed in its binding sheet and the agreement before the network began."""
        for home in HOMES:
            place, boss = self._places[home.number], self._plan.administrators[home.number]
            day = self._days.starts - timedelta(days=self._chance.randint(7, 30))
            for code, answers in (
                (BINDING, sheet(home, boss, self._plan.crews_at(home))),
                (AGREEMENT, acceptance(boss, f"{day.year}/{home.number}")),
            ):
                about = About("municipality", place.id)
                record = Record.get(Record.natural_key == f"{code}:{place.id}").id
                self._handed.append(Handed(self._moment(day), self._person(boss), code, about, answers, record))

    # --- into the ledger --------------------------------------------------------------------------

    def _moment(self, day: date) -> datetime:
        """Some time of a working day or its evening; never later than now."""
        clock = time(self._chance.randint(7, 20), self._chance.randint(0, 59), self._chance.randint(0, 59))
        return min(datetime.combine(day, clock, CIVIL), now())

    def _hand_in(self, network: Network) -> None:
        """Bring everything into the ledger in the order in which it came."""
        may = cache(lambda person, form, kind, id_: self._may(person, form, About(kind, id_)))
        lines: list[tuple[Revision, datetime]] = []
        for handed in sorted(self._handed, key=lambda each: each.on):
            if not may(handed.author.id, handed.form, handed.about.kind, handed.about.id):
                raise NotGood(f"{handed.author.email} may not hand in {handed.form}")
            lines += [(each, handed.on) for each in _parted(judged(handed))]
        opened = {handed.record for handed in self._handed}
        _open_records(network, [line for line in lines if line[0].record not in opened])
        hold_log()
        bring_in(lines)

    @staticmethod
    def _may(person: str, form: str, about: About) -> bool:
        return scope(Person.get_by_id(person)).may_hand_in(shipped()[form], about)


def judged(handed: Handed) -> Revision:
    """Make a revision of what the judge passes."""
    form = shipped()[handed.form]
    context = Context(civil(handed.on).date(), facts=handed.facts, choices=handed.choices)
    judgement = judge(form, handed.answers, context)
    if not judgement.good or set(judgement.answers) != set(handed.answers):
        raise NotGood(f"{handed.form}: {judgement.sentences('nb')}")
    return Revision(
        rev=new_id(),
        record=handed.record or new_id(),
        form=form.code,
        form_version=form.version,
        about=handed.about,
        author=handed.author.id,
        saved_at=timestamp(handed.on),
        answers=judgement.answers,
    )


def _parted(content: Revision) -> Iterator[Revision]:
    """Take from a revision what is kept apart of it, as a record of its own."""
    parted = part(shipped()[content.form], content.answers)
    yield replace(content, answers=parted.leaving)
    if parted.apart:
        yield replace(content, rev=new_id(), record=new_id(), answers=parted.apart, apart_of=content.record)


def _open_records(network: Network, lines: list[tuple[Revision, datetime]]) -> None:
    """Open the records that begin with their first revision, many at a time."""
    rows = [
        {
            "id": content.record,
            "form": content.form,
            "about_kind": content.about.kind,
            "about_id": content.about.id,
            "network": network.id,
            "team": content.about.id if content.about.kind == "team" else None,
            "apart_of": content.apart_of,
            "opened": on,
        }
        for content, on in lines
    ]
    for start in range(0, len(rows), AT_ONCE):
        Record.insert_many(rows[start : start + AT_ONCE]).execute()
