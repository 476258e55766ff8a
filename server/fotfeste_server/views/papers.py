"""What was handed in, as paper: one record, and a team's final report with the history of all its sub-goals."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import Blueprint, Response, render_template

from fotfeste_shared.clock import civil, today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.goals import Goal, goals_of
from fotfeste_shared.kinds import Answers, OneOf, Rows, Scaled
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import About
from fotfeste_shared.web.comparing import Telling
from fotfeste_shared.web.pages import current_language, day, translated

from ..named.agenda import title_of
from ..named.knowing import labels
from ..named.ledger import current
from ..named.models import Record, Team
from ..named.networks import FINAL_REPORT, STATUS_REPORT
from ..named.publishing import published
from ..named.reporting import awaits_own_step, reports_of
from ..papers import Facts, Grid, Paper, Part, Section, Text, as_pdf
from . import my_scope, within
from .organizers import Page, municipality_name

pages = Blueprint("papers", __name__)
ON_PAPER = (STATUS_REPORT, FINAL_REPORT)
DASH = "–"


def pdf(paper: Paper, name: str, *, kept: bool = True) -> Response:
    """Send a document as a file."""
    reply = Response(as_pdf(paper, kept=kept), content_type="application/pdf")
    reply.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return reply


@pages.get("/records/<record_id>/pdf")
@within("record")
def record(record: Record) -> Response:
    """Give a handed-in report of a team as a PDF for the archive."""
    content = current(record.id)
    if record.form not in ON_PAPER or record.team is None or content is None or awaits_own_step(my_scope(), record):
        raise NotFound
    if record.form == FINAL_REPORT:
        return pdf(final_paper(record.team), "sluttrapport")
    form = published(record.form, content.form_version)
    sections = answers_on_paper(form, content.answers, _telling(record, form))
    handed_in = translated("Levert {day}", day=day(civil_day(content.saved_at)))
    subtitle = f"{record.team.name}, {municipality_name(record.team.participation.municipality)}. {handed_in}"
    title = title_of(record, current_language(), among_its_own=True)
    return pdf(Paper(title, subtitle, current_language(), civil_day(content.saved_at), sections), "statusrapport")


def civil_day(saved_at: str) -> date:
    """Tell the day on which something was written, in Norway."""
    return civil(datetime.fromisoformat(saved_at)).date()


def _telling(record: Record, form: FormDefinition) -> Telling:
    return Telling(form, current_language(), labels(my_scope(), form, About(record.about_kind, record.about_id)))


def answers_on_paper(form: FormDefinition, answers: Answers, telling: Telling) -> list[Section]:
    """Put a filled form on paper, section by section; what was not answered is left out."""
    language = current_language()
    sections = []
    for section in form.sections:
        parts: list[Part] = []
        for question in section.questions:
            answer = answers.get(question.code)
            if answer is None:
                continue
            if isinstance(question, Rows):
                told = [telling.row(question, row, answers) for row in answer] if isinstance(answer, list) else []
                parts += [Facts(rows) for rows in told if rows]
            else:
                parts.append(Facts([(question.text.in_(language), telling.say(question, answer, answers))]))
        if parts:
            sections.append(Section(section.title.in_(language), parts))
    return sections


# --- a team's final report --------------------------------------------------------------------------------


@pages.get("/teams/<team_id>/final")
@within("team")
def final(team: Team) -> Page:
    """Show a team's final report with the history of its sub-goals, and the way to write it."""
    opened = _opened(team)
    return render_template(
        "teams/final.html", team=team, network=team.participation.network, paper=final_paper(team), record=opened,
        handed_in=opened is not None and current(opened.id) is not None,
        may_write=opened is not None and my_scope().may_write(published(FINAL_REPORT), About("team", team.id)),
    ), 200  # fmt: skip


def _opened(team: Team) -> Record | None:
    found: Record | None = Record.get_or_none((Record.form == FINAL_REPORT) & (Record.team == team.id))
    return found


def goals_of_team(team: Team) -> list[Goal]:
    """Give all sub-goals that a team has reported on."""
    return goals_of((gathering.number, content.answers) for gathering, content in reports_of(team))


def final_paper(team: Team) -> Paper:
    """Put a team's final report together: what came of each sub-goal and how it got there, then the rest."""
    language, opened = current_language(), _opened(team)
    content = current(opened.id) if opened else None
    goals, form = goals_of_team(team), published(FINAL_REPORT)
    answers = content.answers if content else {}
    sections = [Section(translated("Delmålene og veien dit"), _goal_parts(goals, form, answers))]
    if opened and content:
        rest = {code: answer for code, answer in answers.items() if code != "mal"}
        sections += answers_on_paper(form, rest, _telling(opened, form))
    else:
        sections.append(Section(translated("Resten av rapporten"), [Text(translated("Ikke levert ennå."), quiet=True)]))
    place = municipality_name(team.participation.municipality)
    written = civil_day(content.saved_at) if content else today()
    title = translated("Sluttrapport fra {team}", team=team.name)
    return Paper(title, f"{place}. {team.participation.network.name}", language, written, sections)


def _goal_parts(goals: Sequence[Goal], form: FormDefinition, answers: Answers) -> list[Part]:
    if not goals:
        return [Text(translated("Teamet har ikke ført opp noen delmål i statusrapportene ennå."), quiet=True)]
    told: dict[str, Answers] = {}
    rows = answers.get("mal")
    for row in rows if isinstance(rows, list) else []:
        told[str(row.get("id"))] = row
    parts: list[Part] = []
    for goal in goals:
        end = told.get(goal.id, {})
        facts = [(goal.text, goal.measure)] if goal.measure else [(goal.text, DASH)]
        if end:
            result = (_end_status(form, end), _attained(form, "mal.oppnaelse", end.get("oppnaelse")))
            facts.append((translated("Ved slutt"), " ".join(filter(None, result))))
            facts.append((translated("Resultat"), str(end.get("resultat", DASH))))
        lines = [
            (translated("Samling {n}", n=each.number), _status(each.status),
             _attained(published(STATUS_REPORT), "delmal.oppnaelse", each.attained) or DASH)
            for each in goal.history
        ]  # fmt: skip
        heads = (translated("Rapport før"), translated("Status"), translated("Måloppnåelse"))
        parts += [Facts(facts), Grid(translated("Fra samling til samling"), heads, lines)]
    return parts


def _status(code: str) -> str:
    return _choice(published(STATUS_REPORT), "delmal.status", code)


def _end_status(form: FormDefinition, row: Answers) -> str:
    return f"{_choice(form, 'mal.status', str(row.get('status', '')))}."


def _choice(form: FormDefinition, path: str, code: str) -> str:
    question = form.question(path)
    choices = question.choices if isinstance(question, OneOf) else ()
    return next((each.text.in_(current_language()) for each in choices if each.code == code), code or DASH)


def signed(value: int) -> str:
    """Write a number with its sign, and nought without one."""
    return f"+{value}" if value > 0 else f"\N{MINUS SIGN}{-value}" if value < 0 else "0"


def _attained(form: FormDefinition, path: str, value: object) -> str:
    question = form.question(path)
    points = question.scale.points if isinstance(question, Scaled) else ()
    words = {each.value: f"{signed(each.value)}: {each.text.in_(current_language())}" for each in points}
    return words.get(value, "") if isinstance(value, int) else ""


@pages.get("/teams/<team_id>/final/pdf")
@within("team")
def final_pdf(team: Team) -> Response:
    """Give a team's final report as a PDF for the archive."""
    return pdf(final_paper(team), "sluttrapport")
