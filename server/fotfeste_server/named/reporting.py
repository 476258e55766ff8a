"""The teams' reports before a gathering, as the working group reads them: the table, and what came before each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

from fotfeste_shared.clock import today
from fotfeste_shared.kinds import YES, Answers
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import in_conflict

from .access import ADVISOR_NOTE, Scope
from .deadlines import Timing, delivery_of, end_of, timing
from .ledger import current, revisions_of
from .models import Gathering, Member, Record, Revision, Team
from .networks import STATUS_REPORT
from .report_models import OwnStep
from .settings import takes_part_on

State = Literal["handed_in", "written_in_time", "late", "missing", "waiting"]
REACHED = ("nadd",)
CLOSED = ("nadd", "endret")


@dataclass(frozen=True, slots=True)
class Told:
    """One team's report before one gathering, as the working group reads it in a table.

    `hidden` is set for an advisor who has not said yet how far the team has come: then its own word waits.
    """

    record: str
    team: Team
    state: State
    handed_in: datetime | None = None
    answers: Answers | None = None
    before: Answers | None = None
    in_conflict: bool = False
    advisors_step: int | None = None
    hidden: bool = False

    @property
    def step(self) -> int | None:
        """How far the team has come, in halves times ten."""
        return whole(self.answers, "framdrift")

    @property
    def change(self) -> int | None:
        """How far it has moved since the report before."""
        before = whole(self.before, "framdrift")
        return None if self.step is None or before is None else self.step - before

    @property
    def gap(self) -> int | None:
        """How much further the team says it has come than its advisor says."""
        return None if self.step is None or self.advisors_step is None else self.step - self.advisors_step

    @property
    def goals(self) -> tuple[int, int]:
        """How many sub-goals are reached, of how many."""
        goals = rows_of(self.answers, "delmal")
        return sum(goal.get("status") in REACHED for goal in goals), len(goals)

    @property
    def behind(self) -> int:
        """How many open sub-goals are past their day, or behind the plan."""
        return sum(is_behind(goal, today()) for goal in rows_of(self.answers, "delmal"))

    @property
    def help_wanted(self) -> list[str]:
        """What the team wants help with, as codes of the form."""
        return codes_of(self.answers, "hjelp")

    @property
    def barriers(self) -> list[str]:
        """What is in the way, as codes of the form; «nothing» is none."""
        return [code for code in codes_of(self.answers, "hindringer") if code != "ingen"]

    @property
    def contact_wanted(self) -> bool:
        """Whether the advisor should get in touch before the gathering."""
        return (self.answers or {}).get("veileder_kontakt") == YES

    @property
    def shared(self) -> list[Answers]:
        """The measures that the team will tell the others of."""
        return [measure for measure in rows_of(self.answers, "tiltak") if measure.get("kan_deles") == YES]


def whole(answers: Answers | None, code: str) -> int | None:
    """Give a whole number out of answers, None where there is none."""
    value = (answers or {}).get(code)
    return value if isinstance(value, int) else None


def rows_of(answers: Answers | None, code: str) -> list[Answers]:
    """Give the rows of a repeating part; what is kept in spite of faults may have another shape."""
    rows: Any = (answers or {}).get(code)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def codes_of(answers: Answers | None, code: str) -> list[str]:
    """Give the codes that were chosen."""
    chosen: Any = (answers or {}).get(code)
    return [each for each in chosen if isinstance(each, str)] if isinstance(chosen, list) else []


def is_behind(goal: Answers, day: date) -> bool:
    """Tell whether an open sub-goal is past its day, or less far than planned."""
    if goal.get("status") in CLOSED:
        return False
    attained, due = goal.get("oppnaelse"), str(goal.get("frist", "9999"))
    return due < day.isoformat() or (isinstance(attained, int) and attained < 0)


def reports(scope: Scope, gathering: Gathering) -> Iterator[Told]:
    """Tell of every team's report before a gathering, within one's scope, by the team's name.

    Nothing is missing from a team whose municipality had left by then.
    """
    opened = scope.records().where((Record.form == STATUS_REPORT) & (Record.gathering == gathering.id))
    told = [
        each for record in opened if record.team and (each := _told(scope, record, record.team, gathering))
        if each.answers is not None or takes_part_on(record.team.participation, gathering.reports_due)
    ]  # fmt: skip
    yield from sorted(told, key=lambda each: (each.team.name, each.record))


def _told(scope: Scope, record: Record, team: Team, gathering: Gathering) -> Told:
    content = current(record.id)
    if content is None:
        state: State = "waiting" if today() <= gathering.reports_due else "missing"
        return Told(record.id, team, state)
    when, first = how_delivered(record, gathering.reports_due)
    step = step_given(record)
    return Told(
        record.id, team, "handed_in" if when == "in_time" else when, first, content.answers, before(record),
        in_conflict(revisions_of(record.id)), step, hidden=step is None and awaits_own_step(scope, record),
    )  # fmt: skip


def how_delivered(record: Record, due: date) -> tuple[Timing, datetime | None]:
    """Tell when a record was first handed in, and whether that was in time; the best of what came counts."""
    counting = [content.rev for content in revisions_of(record.id)]
    lines = list(Revision.select().where(Revision.rev.in_(counting)).order_by(Revision.seq))
    if not lines:
        return "late", None
    if lines[0].received_at < end_of(due):
        return "in_time", lines[0].received_at
    found = {timing(due, delivery_of(line)) for line in lines}
    return ("written_in_time" if "written_in_time" in found else "late"), lines[0].received_at


# --- what came before -------------------------------------------------------------------------------------


def before(record: Record) -> Answers:
    """Give what the same team handed in last before this report's gathering; nothing when it is the first."""
    last = next(iter(earlier(record)), None)
    return last[1].answers if last else {}


def earlier(record: Record) -> Iterator[tuple[Gathering, Content]]:
    """Give a team's reports before this one's gathering with what they are before, the newest first."""
    here = record.gathering
    if here is None:
        return
    rows = (
        Record.select()
        .join(Gathering)
        .where(
            (Record.form == record.form)
            & (Record.team == record.team_id)
            & (Gathering.network == here.network_id)
            & (Gathering.number < here.number)
        )
        .order_by(Gathering.number.desc())
    )
    for each in rows:
        content = current(each.id)
        if content:
            yield cast("Gathering", each.gathering), content


def reports_of(team: Team) -> list[tuple[Gathering, Content]]:
    """Give everything that a team has reported, gathering by gathering."""
    mine = (Record.form == STATUS_REPORT) & (Record.team == team.id)
    rows = Record.select().join(Gathering).where(mine).order_by(Gathering.number)
    return [(cast("Gathering", each.gathering), content) for each in rows if (content := current(each.id))]


def own_teams(scope: Scope) -> list[Team]:
    """Give the teams in which a person has a seat now, by name."""
    mine = (Member.person == scope.person.id) & Member.left.is_null()
    return list(Team.select().join(Member).where(mine).order_by(Team.name))


# --- the advisor's word -----------------------------------------------------------------------------------


def awaits_own_step(scope: Scope, record: Record) -> bool:
    """Tell whether this is a report that the person, as the team's advisor, has not said their own step of yet."""
    if record.form != STATUS_REPORT or record.team is None or record.team.advisor_id != scope.person.id:
        return False
    if not any(held.role == "advisor" for held in scope.roles):
        return False
    return step_given(record) is None


def step_given(record: Record) -> int | None:
    """Give the step that an advisor has given a report: before reading it, else in a note about it."""
    own = OwnStep.select().where(OwnStep.record == record.id).order_by(OwnStep.at.desc()).first()
    if own is not None:
        return int(own.step)
    notes = Record.select().where((Record.form == ADVISOR_NOTE) & (Record.team == record.team_id))
    told = [content for each in notes if (content := current(each.id)) and content.answers.get("rapport") == record.id]
    newest = max(told, key=lambda content: content.saved_at, default=None)
    return whole(newest.answers, "trinn") if newest else None
