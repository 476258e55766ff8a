"""The organizers' pages: the start page, a network, its pairings and the table of reports; what others lean on."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.kinds import OneOf, SomeOf
from fotfeste_shared.municipalities import name_of
from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import current_language, translated

from ..named.agenda import opened_for, to_do_now
from ..named.amending import amended
from ..named.candidates import teams_headed
from ..named.joining import waiting_registrations
from ..named.mentoring import end, pair
from ..named.models import Gathering, Network, Pairing, Participation, Team
from ..named.publishing import published
from ..named.reporting import own_teams
from . import my_scope, present, service, signed_in, within
from .asking import Ask, Day, address, pick, text

pages = Blueprint("organizers", __name__)
Page = Reply | tuple[str, int]


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
    return name_of(number)


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
        seated=own_teams(mine),
        headed=teams_headed(mine),
        may_plan=mine.may("plan"),
    ), 200


def _networks() -> list[Network]:
    return list(my_scope().networks().order_by(Network.starts.desc(), Network.name))


@pages.get("/networks/<network_id>")
@within("network")
def network(network: Network) -> Page:
    """Show a network and the way to its parts."""
    mine = my_scope()
    may_plan = mine.may("plan", network)
    gatherings = list(mine.gatherings().where(Gathering.network == network.id).order_by(Gathering.number))
    return render_template(
        "organizers/network.html",
        network=network,
        gatherings=gatherings,
        participations=places_of(network),
        teams=teams_of(network),
        pairings=_pairings(network),
        may_plan=may_plan,
        waiting=waiting_registrations(network) + len(amended(network)) if may_plan else 0,
        may_enrol=mine.may("enrol", network),
        may_read_reports=mine.may("read_reports", network),
        may_read_results=mine.may("read_results", network),
    ), 200


def places_of(network: Network) -> list[Participation]:
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
    return [(each.id, municipality_name(each.municipality)) for each in places_of(network)]


def place_in(network: Network, id_: str) -> Participation:
    """Find a chosen municipality of this network."""
    found = my_scope().participation(id_)
    if found.network_id != network.id:
        raise NotFound
    return found


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

