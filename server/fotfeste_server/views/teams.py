"""A team's pages, and the page on which a named form is filled in."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.intake import Receipt
from fotfeste_shared.kinds import Answers, Question
from fotfeste_shared.problems import Forbidden
from fotfeste_shared.revisions import About, Revision, derived_id, is_id
from fotfeste_shared.web.carrying import carried
from fotfeste_shared.web.filling import Sheet, fill_in
from fotfeste_shared.web.pages import current_language, days, translated

from .. import calling
from ..named.access import ADVISOR_NOTE, BINDING, SESSION_LOG, SIGN_UP
from ..named.advising import feedback_to
from ..named.agenda import due_of, notes_on_team, opened_for_team, title_of
from ..named.candidates import mentors_to_choose, teams_headed
from ..named.drafting import waiting_drafts
from ..named.enrolling import NewHire, pairing_of
from ..named.history import leaves_of
from ..named.knowing import context_of, labels
from ..named.ledger import Ledger, apart_now, current, versions
from ..named.models import Network, Pairing, Person, Record, Team
from ..named.networks import AGREEMENT, STATUS_REPORT
from ..named.new_hires import REGISTRATION
from ..named.publishing import published
from ..named.reporting import awaits_own_step, before, step_given
from ..named.teams import follow, known_seat, may_see_seats, members_of, seat
from . import my_scope, service, within
from .asking import Ask, address, box, pick, text
from .drafts import is_shared, write_together
from .organizers import Page, choices_of

pages = Blueprint("teams", __name__)


class NewMember(Ask):
    """A person who joins a team."""

    name = text("Navn")
    email = address("E-postadresse")
    seat = pick("Rolle i teamet")
    contact = box("Leverer statusrapporter for teamet")


class NewAdvisor(Ask):
    """Who follows a team."""

    name = text("Navn")
    email = address("E-postadresse")


@pages.route("/teams/<team_id>", methods=["GET", "POST"])
@within("team")
def team(team: Team) -> Page:
    """Show a team; organizers add members and name its advisor."""
    mine, network = my_scope(), team.participation.network
    joining, advising = NewMember(prefix="m"), NewAdvisor(prefix="a")
    seats = choices_of("statusrapport", "deltatt")
    joining.seat.choices = seats

    def join() -> None:
        mine.must("plan", network)
        chosen = known_seat(joining.seat.data, [code for code, _ in seats])
        given = (joining.name.data or "", joining.email.data or "", chosen)
        seat(service().db, team, *given, contact=bool(joining.contact.data))

    def advise() -> None:
        mine.must("plan", network)
        follow(service().db, team, advising.name.data or "", advising.email.data or "")

    posted, done = (advising, advise) if "advise" in request.form else (joining, join)
    if posted.done(done):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "teams/team.html", team=team, network=network, joining=joining, advising=advising, seats=dict(seats),
        members=members_of(team), sees_seats=may_see_seats(mine, team), may_plan=mine.may("plan", network),
        tasks=opened_for_team(mine, team, current_language()), notes=notes_on_team(mine, team),
        feedback=feedback_to(team), may_read_log=mine.may("read_reports", network), writes=waiting_drafts(team),
        heads=team.id in teams_headed(mine),
        may_note=mine.may_hand_in(published(ADVISOR_NOTE), About("team", team.id)),
    ), posted.status  # fmt: skip


# --- filling in ----------------------------------------------------------------------------------------------


@pages.route("/records/<record_id>", methods=["GET", "POST"])
@within("record")
def fill(record: Record) -> Reply:
    """Fill in a record, or read it where it is not one's own to fill in.

    The address carries the leaves that were seen when the page was opened, so that two people who write at the
    same time make a conflict, and neither writes over the other.
    """
    if record.form == AGREEMENT:  # it has a page of its own, on which both sides accept
        return redirect(f"/agreements/{record.about_id}", 303)
    form, about = published(record.form), About(record.about_kind, record.about_id)
    content = current(record.id)
    if awaits_own_step(my_scope(), record) and content:
        return redirect(f"/records/{record.id}/follow", 303)
    if not my_scope().may_write(form, about):
        return _read(record, form, content)
    if is_shared(form):
        return write_together(record, form)
    if "seen" not in request.args and request.method == "GET":
        here = leaves_of(record.id)
        return _compare(record, form) if len(here) > 1 else redirect(f"{request.path}?seen={','.join(here)}", 303)
    seen = tuple(each for each in request.args.get("seen", "").split(",") if is_id(each))
    last = before(record)
    sheet = Sheet(
        form,
        context_of(my_scope(), form, about, record=record.id),
        answers=_begun(record, content, form, last),
        before=last,
        labels=labels(my_scope(), form, about),
        lead=_lead(record),
        submit=translated("Lever"),
        around={"network": record.network},
    )
    ledger = Ledger(service().db, service().writer, my_scope(), record, seen)
    return fill_in(sheet, ledger, lambda receipt: _thank(receipt, title_of(record, current_language()), record))


def _lead(record: Record) -> str:
    """Say what a form is about, and for whom one fills it in where that is another."""
    about = title_of(record, current_language()).partition(" – ")[2]
    if record.form == SIGN_UP and record.gathering:
        about = f"{about}, {days(record.gathering.starts, record.gathering.ends)}"
    if record.about_kind != "person" or record.about_id == my_scope().person.id:
        return about
    return f"{about} – {Person.get_by_id(record.about_id).name}"


def _begun(record: Record, content: Revision | None, form: FormDefinition, last: Answers) -> Answers:
    """Begin with the version that was chosen, else with what counts, else with what goes on from the last report."""
    chosen = [each.content for each in versions(record.id) if each.content.rev == request.args.get("from")]
    content = chosen[0] if chosen else content
    return content.answers | apart_now(my_scope(), record.id) if content else carried(form, last)


def _compare(record: Record, form: FormDefinition) -> Reply:
    """Show versions that were written past each other side by side, what is alike folded away."""
    known = versions(record.id)
    differing: list[Question] = []
    alike: list[Question] = []
    for question in form.questions():
        given = [each.content.answers.get(question.code) for each in known]
        if any(answer is not None for answer in given):
            (alike if all(answer == given[0] for answer in given) else differing).append(question)
    page = render_template(
        "teams/versions.html", record=record, form=form, title=title_of(record, current_language()), versions=known,
        named=_names(record, form), differing=differing, alike=alike, network=record.network,
        seen=",".join(each.content.rev for each in known),
    )  # fmt: skip
    return Reply(page, mimetype="text/html")


def _names(record: Record, form: FormDefinition) -> dict[str, dict[str, str]]:
    """Name what the references of a form may be."""
    offered = labels(my_scope(), form, About(record.about_kind, record.about_id))
    return {code: dict(names) for code, names in offered.items()}


@pages.route("/teams/<team_id>/note", methods=["GET", "POST"])
@within("team")
def note(team: Team) -> Reply:
    """Let the advisor write a note about a team; there may be many."""
    form, about = published(ADVISOR_NOTE), About("team", team.id)
    network = team.participation.network
    report = _about_report(team, request.args.get("report", ""))
    begun: Answers = {"team": team.id, "dato": today().isoformat(), **report}
    return _new(form, about, team.name, begun, back=f"/teams/{team.id}", network=network)


def _about_report(team: Team, id_: str) -> Answers:
    """Begin a note with the report that it answers, and with the step that the advisor has given it."""
    report = Record.get_or_none((Record.id == id_) & (Record.team == team.id) & (Record.form == STATUS_REPORT))
    if report is None:
        return {}
    step = step_given(report)
    return {"rapport": report.id, "form": "bare_lest", **({"trinn": step} if step is not None else {})}


@pages.route("/pairings/<pairing_id>/session", methods=["GET", "POST"])
@within("pairing")
def session(pairing: Pairing) -> Reply:
    """Let a mentor log a session on the web; the notes that never leave a computer are not asked here."""
    begun: Answers = {"kobling": pairing.id}
    return _new(published(SESSION_LOG), About("pairing", pairing.id), pairing.unit, begun)


@pages.route("/teams/<team_id>/hire", methods=["GET", "POST"])
@within("team")
def hire(team: Team) -> Reply:
    """Let the head of department register a new hire, whose name is not asked for; it makes the pairing."""
    if team.id not in teams_headed(my_scope()):
        raise Forbidden
    if not mentors_to_choose(my_scope()):
        flash(translated("Det er ingen mentor å velge ennå. Be arrangøren om å legge inn en mentor først."), "warning")
        return redirect(f"/teams/{team.id}", 303)
    form = published(REGISTRATION)
    about = About("pairing", pairing_of(request.form.get("id", "")))
    known = context_of(my_scope(), form, about)
    sheet = Sheet(
        form,
        replace(known, choices={**known.choices, "team": frozenset([team.id])}),
        answers={"team": team.id},
        labels={**labels(my_scope(), form, about), "team": [(team.id, team.name)]},
        lead=team.name,
        back=f"/teams/{team.id}",
        submit=translated("Meld inn"),
        around={"network": team.participation.network},
    )
    intake = NewHire(service().db, service().writer, my_scope())

    def thank(receipt: Receipt) -> Reply:
        words = "Koblingen er laget. Kvittering {code}. Gi beskjed til mentoren."
        flash(translated(words, code=receipt.code or ""), "success")
        return redirect(f"/pairings/{about.id}", 303)

    return fill_in(sheet, intake, thank)


def _new(
    form: FormDefinition, about: About, lead: str, begun: Answers, *, back: str = "/", network: Network | None = None
) -> Reply:
    """Fill in a form that may be filled in any number of times."""
    if not my_scope().may_hand_in(form, about):
        raise Forbidden
    record = Record(id="", form=form.code, about_kind=about.kind, about_id=about.id)
    offered = labels(my_scope(), form, about)
    own = derived_id("record", request.form.get("id", ""))
    context = context_of(my_scope(), form, about, record=own)
    sheet = Sheet(form, context, answers=begun, labels=offered, lead=lead, back=back, around={"network": network})
    ledger = Ledger(service().db, service().writer, my_scope(), record)
    return fill_in(sheet, ledger, lambda receipt: _thank(receipt, form.title.in_(current_language())))


def _thank(receipt: Receipt, title: str, record: Record | None = None) -> Reply:
    flash(translated("Levert: {title}. Kvittering {code}.", title=title, code=receipt.code or ""), "success")
    if record is not None and record.form == BINDING:
        flash(translated("Arrangøren ser på endringene før de gjelder for teamene."), "info")
    if record is None or record.form != SIGN_UP or record.gathering is None:
        return redirect("/", 303)
    calling.welcome_substitutes(service().db, record.gathering, service().config.base_url)
    return redirect(f"/gatherings/{record.gathering_id}", 303)


def _way_back(record: Record) -> tuple[str, str]:
    """Lead from a record back to where it stands among others, as (address, words)."""
    if record.form == STATUS_REPORT and record.gathering and my_scope().may("read_reports", record.network):
        address = f"/networks/{record.network_id}/reports?gathering={record.gathering_id}"
        return address, translated("Tilbake til statusrapportene")
    if record.team:
        return f"/teams/{record.team_id}", translated("Tilbake til teamet")
    if record.form == SIGN_UP and record.gathering:
        return f"/gatherings/{record.gathering_id}", translated("Tilbake til samlingen")
    return "/", translated("Til forsiden")


def _read(record: Record, form: FormDefinition, content: Revision | None) -> Reply:
    """Show what was handed in to somebody who may read it."""
    page = render_template(
        "teams/read.html", form=form, content=content, title=title_of(record, current_language()),
        named=_names(record, form), due=due_of(record), way_back=_way_back(record), network=record.network,
        may_erase=record.network is not None and my_scope().may("plan", record.network),
        conflict=len(leaves_of(record.id)) > 1,
    )  # fmt: skip
    return Reply(page, mimetype="text/html")
