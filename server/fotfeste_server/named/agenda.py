"""What a person has before them: the records that were opened for them, by name and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast

from fotfeste_shared.clock import civil, today
from fotfeste_shared.revisions import About, Revision
from fotfeste_shared.wording import Language, as_language

from .access import ADVISOR_NOTE, SIGN_UP, Scope
from .attending import deadline_of, is_open
from .ledger import current
from .models import Gathering, Leaf, Participation, Record, Team
from .networks import YEARLY
from .publishing import published
from .settings import takes_part_on

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Task:
    """One record to fill in: its name, its day if it has one, and whether something was handed in."""

    record: Record
    title: str
    due: date | None
    handed_in: bool

    @property
    def overdue(self) -> bool:
        """Tell whether it should have been handed in."""
        return not self.handed_in and self.due is not None and self.due < today()


def to_do_now(tasks: list[Task]) -> list[Task]:
    """Pick what is to be done now: what is late, what is due within two months, and the very next."""
    left = [task for task in tasks if not task.handed_in]
    soon = [task for task in left if task.due is None or task.due <= today() + SOON]
    return soon or left[:1]


def language_of(mine: Scope) -> Language:
    """Give the language that a person has chosen."""
    return as_language(mine.person.language)


def gathering_name(gathering: Gathering) -> str:
    """Name a gathering by number and theme."""
    return f"{gathering.number}. {gathering.theme}".strip()


def opened_for(mine: Scope, channel: Literal["web", "desktop"], language: Language) -> Iterator[Task]:
    """Give the records that were opened for this person to fill in, in the order in which they are due."""
    opened = mine.records().where(Record.natural_key.is_null(False)).order_by(Record.opened, Record.id)
    full = {leaf.record_id for leaf in Leaf.select(Leaf.record).distinct()}
    tasks = [
        Task(each, title_of(each, language), due_of(each), each.id in full and current(each.id) is not None)
        for each in opened
        if channel in (form := published(each.form)).channels
        and mine.may_hand_in(form, About(each.about_kind, each.about_id))
        and _is_for(mine, each)
    ]
    yield from sorted(tasks, key=lambda task: (task.due or date.max, task.title))


def _is_for(mine: Scope, record: Record) -> bool:
    """Tell whether a record stands on a person's list; what is another's, or nobody waits for any more, does not."""
    if record.gathering is not None and record.gathering.cancelled_on is not None:
        return False
    place = _place_of(record)
    if place is not None and not takes_part_on(place, today()):
        return False
    if record.form != SIGN_UP or record.gathering is None:
        return True
    return record.about_id == mine.person.id and record.gathering.ends >= today() and is_open(record.gathering)


def _place_of(record: Record) -> Participation | None:
    """Find the municipality whose record it is, as far as it is one municipality's."""
    if record.team is not None:
        return record.team.participation
    if record.about_kind != "municipality":
        return None
    found: Participation | None = Participation.get_or_none(Participation.id == record.about_id)
    return found


def title_of(record: Record, language: Language, *, among_its_own: bool = False) -> str:
    """Name a record by its form, its team and its gathering; `among_its_own` on the team's page, without the team."""
    named = [published(record.form).title.in_(language)]
    if record.team and not among_its_own:
        named.append(record.team.name)
    if record.gathering:
        named.append(gathering_name(record.gathering))
    if record.form == YEARLY and record.natural_key:
        named.append(record.natural_key.rpartition(":")[2])
    return " – ".join(named)


def opened_for_team(mine: Scope, team: Team, language: Language) -> list[Task]:
    """Give what was opened for a team to hand in, form by form and gathering by gathering."""
    opened = mine.records().where((Record.team == team.id) & Record.natural_key.is_null(False))
    titled = [(each, title_of(each, language, among_its_own=True)) for each in opened]
    tasks = [Task(each, title, due_of(each), current(each.id) is not None) for each, title in titled]
    return sorted(tasks, key=lambda task: (task.record.form, task.due or date.max, task.title))


def notes_on_team(mine: Scope, team: Team) -> list[tuple[Record, date]]:
    """Give the advisor's notes about a team with their days, the newest first; those taken back are left out."""
    written = mine.records().where((Record.team == team.id) & (Record.form == ADVISOR_NOTE))
    dated = [(each, _day_of(content)) for each in written if (content := current(each.id))]
    return sorted(dated, key=lambda each: (each[1], each[0].id), reverse=True)


def _day_of(note: Revision) -> date:
    """Tell which day a note is about; what is kept in spite of faults may have none, and goes by when it was saved."""
    try:
        return date.fromisoformat(str(note.answers.get("dato")))
    except ValueError:
        return civil(datetime.fromisoformat(note.saved_at)).date()


def due_of(record: Record) -> date | None:
    """Tell when a record is due, if that follows from what is planned."""
    if record.gathering and record.form == SIGN_UP:
        return deadline_of(record.gathering)
    if record.gathering:
        return cast("date", record.gathering.reports_due) if record.gathering.cancelled_on is None else None
    due = published(record.form).due
    if due is not None and due.of == "january" and record.natural_key:
        opened: date = civil(record.opened).date()
        return opened + timedelta(due.days)
    if due is None or due.of not in ("gathering", "last_gathering") or record.network_id is None:
        return None
    order = Gathering.number if due.of == "gathering" else Gathering.number.desc()
    meeting = Gathering.select().where(Gathering.network == record.network_id).order_by(order).first()
    starts: date | None = meeting.starts if meeting else None
    return starts + timedelta(due.days) if starts else None
