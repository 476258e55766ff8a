"""What an advisor has before them: reports to read, teams to follow up, contacts, and feedback to the teams."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast

from fotfeste_shared.clock import civil, now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import YES, Scaled
from fotfeste_shared.problems import Forbidden, Invalid
from fotfeste_shared.revisions import Revision as Content

from .access import ADVISOR_NOTE, Scope
from .ledger import current
from .models import Gathering, Person, Record, Team
from .networks import STATUS_REPORT
from .publishing import published
from .report_models import LastRead, OwnStep
from .reporting import awaits_own_step, how_delivered, reports_of, step_given, whole
from .settings import takes_part_on

SOON = timedelta(days=14)
News = Literal["new", "changed", "missing", "due"]


def advised_teams(scope: Scope) -> list[Team]:
    """Give the teams that a person follows, by name."""
    if not any(held.role == "advisor" for held in scope.roles):
        return []
    return list(Team.select().where(Team.advisor == scope.person.id).order_by(Team.name))


# --- the inbox --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One report in an advisor's inbox: new, changed since it was read, or not there though it is time."""

    record: str
    team: Team
    gathering: Gathering
    news: News
    when: datetime | None = None
    late: bool = False


def inbox(scope: Scope) -> list[Item]:
    """Give what is new, changed and missing, for the advisor's own teams only; what is missing comes last."""
    order: tuple[News, ...] = ("new", "changed", "missing", "due")
    found = [item for team in advised_teams(scope) for item in _items(scope, team)]
    return sorted(found, key=lambda each: (order.index(each.news), each.gathering.reports_due, each.team.name))


def _items(scope: Scope, team: Team) -> Iterator[Item]:
    mine = (Record.form == STATUS_REPORT) & (Record.team == team.id)
    for record in Record.select().join(Gathering).where(mine).order_by(Gathering.number):
        gathering, content = cast("Gathering", record.gathering), current(record.id)
        if content is None:
            over = gathering.reports_due < today()
            if not takes_part_on(team.participation, gathering.reports_due):
                continue  # nobody asks those who have left
            if over and gathering.ends >= today():
                yield Item(record.id, team, gathering, "missing")
            elif not over and gathering.reports_due <= today() + SOON:
                yield Item(record.id, team, gathering, "due")
            continue
        read = LastRead.get_or_none((LastRead.record == record.id) & (LastRead.person == scope.person.id))
        if read is None or read.rev != content.rev:
            how, when = how_delivered(record, gathering.reports_due)
            yield Item(record.id, team, gathering, "changed" if read else "new", when, how == "late")


def note_read(db: Database, scope: Scope, record: Record, rev: str) -> None:
    """Remember that a person has read this revision."""
    here = (LastRead.record == record.id) & (LastRead.person == scope.person.id)
    known = LastRead.get_or_none(here)
    if known is not None and known.rev == rev:
        return
    with writing(db):
        LastRead.delete().where(here).execute()
        read = {"record": record.id, "person": scope.person.id, "rev": rev, "at": now()}
        insert_once(LastRead, LastRead.record, LastRead.person, **read)


# --- the advisor's own step --------------------------------------------------------------------------------


def give_step(db: Database, scope: Scope, record: Record, form: FormDefinition, wish: str) -> None:
    """Keep how far the advisor says that a team has come, before the team's own word is shown; once given it stands."""
    question = form.question("framdrift")
    steps = [str(point.value) for point in question.scale.points] if isinstance(question, Scaled) else []
    if wish not in steps:
        raise Invalid(questions={"step": "Velg ett av svarene i listen."})
    with writing(db):
        if not awaits_own_step(scope, record):
            raise Forbidden
        insert_once(
            OwnStep, OwnStep.record, OwnStep.person,
            record=record.id, person=scope.person.id, step=int(wish), at=now(),
        )  # fmt: skip


def take_steps(db: Database, scope: Scope, given: Iterable[tuple[str, int]]) -> None:
    """Keep the steps that were given on a computer, as (record, step); one that is not waited for changes nothing."""
    for id_, step in given:
        record = scope.records().where((Record.id == id_) & (Record.form == STATUS_REPORT)).first()
        if record is None or current(record.id) is None:
            continue
        with suppress(Forbidden, Invalid):
            give_step(db, scope, record, published(record.form), str(step))


def followed(scope: Scope) -> Iterator[tuple[Record, int | None]]:
    """Give the reports that have come from the advisor's own teams, each with the step that it was given, if any."""
    for team in advised_teams(scope):
        for _gathering, content in reports_of(team):
            record = Record.get_by_id(content.record)
            yield record, step_given(record)


def steps_over_time(team: Team) -> list[tuple[Gathering, int | None, int | None]]:
    """Give the team's own step and the advisor's, gathering by gathering."""
    told = []
    for gathering, content in reports_of(team):
        record = Record.get_by_id(content.record)
        told.append((gathering, whole(content.answers, "framdrift"), step_given(record)))
    return told


# --- contacts and follow-up --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """One note of the log: when and how they were in touch, and what was agreed."""

    record: str
    day: date
    by: str
    form: str
    minutes: int | None
    colour: str
    agreed: str
    next_day: date | None


def contacts(team: Team) -> list[Contact]:
    """Give the log of contacts with a team, the newest first."""
    return sorted((_contact(each) for each in _notes(team)), key=lambda each: (each.day, each.record), reverse=True)


def _notes(team: Team) -> list[Content]:
    rows = Record.select(Record.id).where((Record.form == ADVISOR_NOTE) & (Record.team == team.id))
    return [content for row in rows if (content := current(row.id))]


def _contact(note: Content) -> Contact:
    told = note.answers
    return Contact(
        note.record, _day(told.get("dato")) or civil(datetime.fromisoformat(note.saved_at)).date(),
        Person.get_by_id(note.author).name, str(told.get("form", "")), whole(told, "minutter"),
        str(told.get("oppfolging", "")), str(told.get("avtalt", "")), _day(told.get("neste_dato")),
    )  # fmt: skip


def _day(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One team on the follow-up list."""

    team: Team
    last: Contact | None
    wants_contact: bool

    @property
    def overdue(self) -> bool:
        """Tell whether the agreed day has passed without a contact."""
        return self.last is not None and self.last.next_day is not None and self.last.next_day < today()


def follow_up(scope: Scope) -> list[FollowUp]:
    """List the advisor's teams: those who ask for contact and those whose day has passed first."""
    found = [_follow_up(team) for team in advised_teams(scope)]
    colours = ("rod", "gul", "", "gronn")
    return sorted(found, key=lambda each: (
        not each.wants_contact, not each.overdue, colours.index(each.last.colour) if each.last else 2, each.team.name
    ))  # fmt: skip


def _follow_up(team: Team) -> FollowUp:
    log, told = contacts(team), reports_of(team)
    newest = told[-1][1] if told else None
    if newest is None or newest.answers.get("veileder_kontakt") != YES:
        return FollowUp(team, log[0] if log else None, wants_contact=False)
    asked_on = civil(datetime.fromisoformat(newest.saved_at)).date()
    return FollowUp(team, log[0] if log else None, wants_contact=not any(each.day >= asked_on for each in log))


# --- what the team reads ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an advisor has written to the team, and what they have agreed; never the note to the working group."""

    day: date
    by: str
    text: str
    agreed: str
    about: Gathering | None


def feedback_to(team: Team) -> list[Feedback]:
    """Give what a team's advisor has answered it with, the newest first."""
    found = []
    for note in _notes(team):
        contact = _contact(note)
        report = Record.get_or_none(Record.id == str(note.answers.get("rapport", "")))
        gathering = report.gathering if report and report.team_id == team.id else None
        text = str(note.answers.get("tilbakemelding", ""))
        found.append(Feedback(contact.day, contact.by, text, contact.agreed, gathering))
    return sorted(found, key=lambda each: each.day, reverse=True)
