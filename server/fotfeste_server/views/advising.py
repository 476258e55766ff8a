"""An advisor's pages: the inbox, a report with the own step given first, and the log of contacts."""

from flask import Blueprint, redirect, render_template, request

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Scaled
from fotfeste_shared.problems import Forbidden, Invalid
from fotfeste_shared.revisions import About
from fotfeste_shared.web.comparing import Telling
from fotfeste_shared.web.pages import current_language

from ..named.access import ADVISOR_NOTE
from ..named.advising import contacts, follow_up, give_step, inbox, note_read, steps_over_time
from ..named.agenda import title_of
from ..named.knowing import labels
from ..named.ledger import current
from ..named.models import Record, Team
from ..named.networks import STATUS_REPORT
from ..named.publishing import published
from ..named.reporting import awaits_own_step, before, step_given, whole
from . import my_scope, service, signed_in, within
from .organizers import Page, choices_of

pages = Blueprint("advising", __name__)


@pages.get("/advisor")
@signed_in
def start() -> Page:
    """Show what is new from the advisor's own teams, and who is to be followed up."""
    mine = my_scope()
    mine.must("read_reports")
    return render_template(
        "advising/start.html", items=inbox(mine), teams=follow_up(mine),
        colours=dict(choices_of("veiledernotat", "oppfolging")), ways=dict(choices_of("veiledernotat", "form")),
    ), 200  # fmt: skip


@pages.route("/records/<record_id>/follow", methods=["GET", "POST"])
@within("record")
def follow(record: Record) -> Page:
    """Follow up a report: an advisor says first how far the team has come, then reads what the team says."""
    mine, content = my_scope(), current(record.id)
    if record.form != STATUS_REPORT or record.team is None or not mine.may("read_reports", record.network):
        raise Forbidden
    if content is None:
        return redirect(f"/records/{record.id}", 303)
    form, fault = published(record.form), ""
    if request.method == "POST":
        try:
            give_step(service().db, mine, record, form, request.form.get("step", ""))
        except Invalid as problem:
            fault = problem.questions["step"]
        else:
            return redirect(request.path, 303)
    if awaits_own_step(mine, record):
        return render_template(
            "advising/own_step.html", record=record, network=record.network, steps=_steps(form), fault=fault,
            title=title_of(record, current_language()),
        ), 422 if fault else 200  # fmt: skip
    note_read(service().db, mine, record, content.rev)
    telling = Telling(form, current_language(), labels(mine, form, About(record.about_kind, record.about_id)))
    last = before(record)
    team_step, own = whole(content.answers, "framdrift"), step_given(record)
    return render_template(
        "advising/follow.html", record=record, network=record.network, title=title_of(record, current_language()),
        team=record.team, changes=telling.changes(last, content.answers) if last else None, team_step=team_step,
        own=own, gap=None if team_step is None or own is None else team_step - own, names=dict(_steps(form)),
        over_time=steps_over_time(record.team),
        may_note=mine.may_hand_in(published(ADVISOR_NOTE), About("team", record.team.id)),
    ), 200  # fmt: skip


def _steps(form: FormDefinition) -> list[tuple[int, str]]:
    question = form.question("framdrift")
    points = question.scale.points if isinstance(question, Scaled) else ()
    return [(point.value, point.text.in_(current_language())) for point in points]


@pages.get("/teams/<team_id>/contacts")
@within("team")
def log(team: Team) -> Page:
    """Show the log of contacts with a team, for the working group."""
    network = team.participation.network
    my_scope().must("read_reports", network)
    told = contacts(team)
    return render_template(
        "advising/contacts.html", team=team, network=network, contacts=told,
        minutes=sum(each.minutes or 0 for each in told), colours=dict(choices_of("veiledernotat", "oppfolging")),
        ways=dict(choices_of("veiledernotat", "form")),
    ), 200  # fmt: skip
