"""The reports that an advisor follows up: how far the team has come is said before its own word is shown.

It works without network: the step is kept here, told when there is one, and stands as it was given first.
"""

from dataclasses import dataclass

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Answers, Scaled
from fotfeste_shared.web.comparing import Place, Telling
from fotfeste_shared.wording import Language

from .models import Revision
from .overview import REPORT, Overview
from .own_steps import steps_given

PROGRESS = "framdrift"


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a team that the person advises; `before` is the team's report before it, if it is here."""

    record: str
    title: str
    team: str
    step: int | None
    before: str | None


def followed(overview: Overview) -> list[Report]:
    """Give the reports that this computer holds of the advisor's own teams, in the order of their gatherings."""
    lines = overview.roster.follows if overview.roster else []
    told = (Revision.form == REPORT) & Revision.record.in_([line.record for line in lines]) & (Revision.text != "")
    rows = Revision.select(Revision.record, Revision.about_id).where(told).bind(overview.db)
    held = {str(row.record): str(row.about_id) for row in rows}
    given = steps_given(overview.db)
    found: list[Report] = []
    for line in (line for line in lines if line.record in held):
        team = held[line.record]
        before = next((each.record for each in reversed(found) if each.team == team), None)
        step = given.get(line.record) if line.step is None else line.step
        found.append(Report(line.record, line.title, team, step, before))
    return found


def report_of(overview: Overview, record: str) -> Report | None:
    """Find one of them; None for everything that the person does not follow up."""
    return next((each for each in followed(overview) if each.record == record), None)


def steps(form: FormDefinition, language: Language) -> dict[int, str]:
    """Give the steps of a report's scale and their words."""
    question = form.question(PROGRESS)
    points = question.scale.points if isinstance(question, Scaled) else ()
    return {point.value: point.text.in_(language) for point in points}


def note_about(report: Report) -> Answers:
    """Begin a note with the report that it answers, and with the step that was given."""
    step: Answers = {"trinn": report.step} if report.step is not None else {}
    return {"dato": today().isoformat(), "rapport": report.record, "form": "bare_lest", **step}


def changes(overview: Overview, report: Report, form: FormDefinition, language: Language) -> list[Place] | None:
    """Tell what differs from the report before; None when this is the first."""
    before = overview.entry(report.before) if report.before else None
    now = overview.entry(report.record)
    if before is None or now is None:
        return None
    return Telling(form, language).changes(before.content.answers, now.content.answers)
