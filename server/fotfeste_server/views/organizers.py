"""The organizers' pages: the start page, networks, municipalities, gatherings, pairings and the table of reports."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.kinds import OneOf, SomeOf
from fotfeste_shared.municipalities import find, register
from fotfeste_shared.problems import Invalid, NotFound
from fotfeste_shared.web.pages import current_language, translated

from ..named.agenda import opened_for, to_do_now
from ..named.gatherings import plan_gathering, reports
from ..named.mentoring import end, pair
from ..named.models import Gathering, Network, Pairing, Participation, Team
from ..named.networks import appoint_administrator, found_network, take_in
from ..named.publishing import published
from ..named.teams import form_team
from . import my_scope, present, service, signed_in, within
from .asking import Ask, Day, address, box, pick, text

pages = Blueprint("organizers", __name__)
Page = Reply | tuple[str, int]


class NewNetwork(Ask):
    """A new network."""

    name = text("Navn på nettverket")
    theme = text("Tema", needed=False, longest=200)
    starts = Day("Starter")
    ends = Day("Slutter")


class NewMunicipality(Ask):
    """A municipality that joins."""

    municipality = text("Kommune")


class NewAdministrator(Ask):
    """Who sees to a municipality's part."""

    participation = pick("Kommune")
    name = text("Navn")
    email = address("E-postadresse")


class NewTeam(Ask):
    """A new team."""

    participation = pick("Kommune")
    name = text("Navn på teamet", longest=80)


class NewGathering(Ask):
    """A gathering to be planned."""

    theme = text("Tema", needed=False, longest=200)
    starts = Day("Første dag")
    ends = Day("Siste dag", needed=False)
    place = text("Sted", needed=False, longest=200)
    digital = box("Samlingen er digital")
    reports_due = Day("Frist for statusrapporter", needed=False)


class NewPairing(Ask):
    """A mentor and a new hire."""

    participation = pick("Kommune")
    unit = text("Avdeling", longest=80)
    profession = pick("Yrke")
    started = Day("Første arbeidsdag")
    name = text("Navnet på mentoren")
    email = address("E-postadressen til mentoren")


class EndPairing(Ask):
    """The end of a pairing."""

    pairing = pick("Kobling")
    ended = Day("Sluttdato")
    reason = pick("Hvorfor")


@pages.app_context_processor
def _frame() -> dict[str, object]:
    """Give every page its frame and what that shows: who is signed in, and names of municipalities."""
    return {"frame": "staff.html", "person": present(), "municipality_name": municipality_name}


def municipality_name(number: str) -> str:
    """Name a municipality by its number."""
    found = find(number)
    return found.name if found else number


@pages.get("/")
@signed_in
def start() -> Page:
    """Show what is there to do."""
    mine = my_scope()
    tasks = list(opened_for(mine, "web", current_language()))
    now = to_do_now(tasks)
    return render_template(
        "organizers/start.html",
        tasks=now,
        others=[task for task in tasks if task not in now],
        networks=_networks(),
        pairings=list(mine.pairings().where((Pairing.mentor == mine.person.id) & Pairing.ended.is_null())),
        advised=list(Team.select().where(Team.advisor == mine.person.id).order_by(Team.name)),
        may_plan=mine.may("plan"),
    ), 200


def _networks() -> list[Network]:
    return list(my_scope().networks().order_by(Network.starts.desc(), Network.name))


@pages.get("/networks")
@signed_in
def networks() -> Page:
    """List one's networks."""
    return render_template("organizers/networks.html", networks=_networks(), may_plan=my_scope().may("plan")), 200


@pages.route("/networks/new", methods=["GET", "POST"])
@signed_in
def new_network() -> Page:
    """Begin a network; whoever begins it plans it."""
    my_scope().must("plan")
    form = NewNetwork()
    made: list[Network] = []

    def begin() -> None:
        given = (form.name.data or "", form.theme.data or "", form.starts.value(), form.ends.value())
        made.append(found_network(service().db, *given, planned_by=my_scope().person))

    if form.done(begin):
        flash(translated("Nettverket er laget."), "success")
        return redirect(f"/networks/{made[0].id}", 303)
    return render_template("organizers/new_network.html", form=form), form.status


@pages.get("/networks/<network_id>")
@within("network")
def network(network: Network) -> Page:
    """Show a network and the way to its parts."""
    mine = my_scope()
    gatherings = list(mine.gatherings().where(Gathering.network == network.id).order_by(Gathering.number))
    return render_template(
        "organizers/network.html",
        network=network,
        gatherings=gatherings,
        participations=_participations(network),
        teams=teams_of(network),
        pairings=_pairings(network),
        may_plan=mine.may("plan", network),
        may_enrol=mine.may("enrol", network),
        may_read_reports=mine.may("read_reports", network),
        may_read_results=mine.may("read_results", network),
    ), 200


def _participations(network: Network) -> list[Participation]:
    """Give the municipalities of a network by name."""
    found = my_scope().participations().where(Participation.network == network.id)
    return sorted(found, key=lambda each: municipality_name(each.municipality).casefold())


def teams_of(network: Network) -> list[Team]:
    """Give the teams of a network that one may see, by name."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    return list(my_scope().teams().where(Team.participation.in_(inside)).order_by(Team.name))


def _pairings(network: Network) -> list[Pairing]:
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    return list(my_scope().pairings().where(Pairing.participation.in_(inside)).order_by(Pairing.started.desc()))


def places(network: Network) -> list[tuple[str, str]]:
    """Give the municipalities of a network as choices."""
    return [(each.id, municipality_name(each.municipality)) for each in _participations(network)]


def place_in(network: Network, id_: str) -> Participation:
    """Find a chosen municipality of this network."""
    found = my_scope().participation(id_)
    if found.network_id != network.id:
        raise NotFound
    return found


@pages.route("/networks/<network_id>/municipalities", methods=["GET", "POST"])
@within("network", "plan")
def municipalities(network: Network) -> Page:
    """List the municipalities, take in one more, or name who sees to its part."""
    adding, naming = NewMunicipality(prefix="m"), NewAdministrator(prefix="a")
    naming.participation.choices = places(network)

    def join() -> None:
        take_in(service().db, network, _number(adding.municipality.data or ""))

    def name() -> None:
        place = place_in(network, naming.participation.data)
        appoint_administrator(service().db, place, naming.name.data or "", naming.email.data or "")

    posted, done = (naming, name) if "name" in request.form else (adding, join)
    if posted.done(done):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    every = sorted(register().values(), key=lambda each: each.name.casefold())
    return render_template(
        "organizers/municipalities.html", network=network, adding=adding, naming=naming, register=every,
        participations=_participations(network), status=posted.status,
    ), posted.status  # fmt: skip


def _number(typed: str) -> str:
    """Read a municipality as it was chosen or typed: `4204 Kristiansand`, `4204`, or its name when only one has it."""
    first = typed.split(maxsplit=1)[0] if typed.split() else ""
    if find(first):
        return first
    named = [each.number for each in register().values() if each.name.casefold() == typed.strip().casefold()]
    if len(named) != 1:
        raise Invalid(questions={"municipality": "Velg en kommune fra listen."})
    return named[0]


@pages.route("/networks/<network_id>/teams", methods=["GET", "POST"])
@within("network")
def teams(network: Network) -> Page:
    """List the teams, and form one more."""
    form = NewTeam()
    form.participation.choices = places(network)
    may_plan = my_scope().may("plan", network)

    def make() -> None:
        my_scope().must("plan", network)
        form_team(service().db, place_in(network, form.participation.data), form.name.data or "")

    if form.done(make):
        flash(translated("Teamet er laget. Legg til medlemmer, og velg hvem som leverer for teamet."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/teams.html", network=network, form=form, teams=teams_of(network), may_plan=may_plan
    ), form.status


@pages.route("/networks/<network_id>/gatherings", methods=["GET", "POST"])
@within("network", "plan")
def gatherings(network: Network) -> Page:
    """List the gatherings, and plan one more."""
    form = NewGathering()

    def plan() -> None:
        plan_gathering(
            service().db,
            network,
            starts=form.starts.value(),
            ends=form.ends.data,
            theme=form.theme.data or "",
            place=form.place.data or "",
            digital=bool(form.digital.data),
            reports_due=form.reports_due.data,
        )

    if form.done(plan):
        flash(translated("Samlingen er lagt til, og statusrapportene er åpnet for teamene."), "success")
        return redirect(request.path, 303)
    planned = my_scope().gatherings().where(Gathering.network == network.id).order_by(Gathering.number)
    return render_template(
        "organizers/gatherings.html", network=network, form=form, gatherings=list(planned)
    ), form.status


@pages.route("/networks/<network_id>/pairings", methods=["GET", "POST"])
@within("network", "enrol")
def pairings(network: Network) -> Page:
    """List the pairings, make one more, or end one."""
    making, ending = NewPairing(prefix="n"), EndPairing(prefix="e")
    known = _pairings(network)
    making.participation.choices = places(network)
    making.profession.choices = choices_of("kobling", "yrke")
    ending.pairing.choices = [(each.id, f"{each.unit}, {each.mentor.name}") for each in known if not each.ended]
    ending.reason.choices = [(code, words) for code, words in choices_of("kobling", "slutt") if code != "aktiv"]

    def make() -> None:
        pair(
            service().db,
            place_in(network, making.participation.data),
            unit=making.unit.data or "",
            profession=making.profession.data,
            started=making.started.value(),
            mentor_name=making.name.data or "",
            mentor_email=making.email.data or "",
        )

    def finish() -> None:
        end(service().db, my_scope().pairing(ending.pairing.data), ending.ended.value(), ending.reason.data)

    posted, done = (ending, finish) if "end" in request.form else (making, make)
    if posted.done(done):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/pairings.html", network=network, making=making, ending=ending, pairings=known,
        professions=dict(choices_of("kobling", "yrke")), reasons=dict(choices_of("kobling", "slutt")),
    ), posted.status  # fmt: skip


def choices_of(form: str, question: str) -> list[tuple[str, str]]:
    """Give a form's choices in the page's language: staff pages use the same codes as the questionnaires."""
    found = published(form).question(question)
    choices = found.choices if isinstance(found, OneOf | SomeOf) else ()
    return [(each.code, each.text.in_(current_language())) for each in choices]


@pages.get("/networks/<network_id>/reports")
@within("network", "read_reports")
def hand_ins(network: Network) -> Page:
    """Show, for one gathering, which team has handed in and what it says."""
    planned = list(my_scope().gatherings().where(Gathering.network == network.id).order_by(Gathering.number))
    chosen = _chosen(planned, request.args.get("gathering"))
    return render_template(
        "organizers/reports.html",
        network=network,
        gatherings=planned,
        chosen=chosen,
        reports=list(reports(my_scope(), chosen)) if chosen else [],
        helps=dict(choices_of("statusrapport", "hjelp")),
    ), 200


def _chosen(planned: list[Gathering], asked: str | None) -> Gathering | None:
    """Give the gathering that was asked for, else the next one, else the last."""
    coming = [each for each in planned if each.ends >= today()]
    otherwise = coming[0] if coming else planned[-1] if planned else None
    return next((each for each in planned if each.id == asked), otherwise)

