"""The municipalities of a network and its teams: who takes part, who sees to it, and who leaves midway."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.municipalities import chosen, register
from fotfeste_shared.problems import Invalid
from fotfeste_shared.web.pages import translated

from ..named.amending import amendment
from ..named.models import Network
from ..named.networks import (
    administrators,
    appoint_administrator,
    come_back,
    leave_network,
    relieve_administrator,
    take_in,
)
from ..named.reforming import is_called_now, move_team
from ..named.teams import form_team
from . import my_scope, service, within
from .asking import Ask, Day, address, pick, text
from .organizers import municipality_name, place_in, places, places_of, teams_of

pages = Blueprint("municipalities", __name__)
Page = Reply | tuple[str, int]


class NewMunicipality(Ask):
    """A municipality that joins."""

    municipality = text("Kommune")


class NewAdministrator(Ask):
    """Who sees to a municipality's part."""

    participation = pick("Kommune")
    name = text("Navn")
    email = address("E-postadresse")


class Leaving(Ask):
    """The day on which a municipality leaves."""

    left_on = Day("Siste dag i nettverket")


class Moving(Ask):
    """A team that is to belong to another municipality."""

    team = pick("Team")
    to = pick("Kommune")


class NewTeam(Ask):
    """A new team."""

    participation = pick("Kommune")
    name = text("Navn på teamet", longest=80)


@pages.route("/networks/<network_id>/municipalities", methods=["GET", "POST"])
@within("network", "plan")
def municipalities(network: Network) -> Page:
    """List the municipalities, take in one more, or name who sees to its part."""
    adding, naming = NewMunicipality(prefix="m"), NewAdministrator(prefix="a")
    naming.participation.choices = places(network)

    def join() -> None:
        take_in(service().db, network, number_of(adding.municipality.data or ""))

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
        participations=[(each, administrators(each)) for each in places_of(network)], today=today(),
    ), posted.status  # fmt: skip


def number_of(typed: str) -> str:
    """Read a municipality as it was chosen or typed; several that fit are told."""
    found = chosen(typed)
    if len(found) == 1:
        return found[0].number
    if not found:
        raise Invalid(questions={"municipality": "Velg en kommune fra listen."})
    told = ", ".join(f"{each.number} {each.label}" for each in found)
    raise Invalid(
        questions={"municipality": translated("Flere kommuner passer: {names}. Skriv nummeret.", names=told)}
    )


@pages.route("/networks/<network_id>/municipalities/<participation_id>", methods=["GET", "POST"])
@within("network", "plan")
def municipality(network: Network, participation_id: str) -> Page:
    """Show one municipality's part: its teams, who sees to it, and the day on which it leaves."""
    place = place_in(network, participation_id)
    form = Leaving(left_on=place.left_on or today()) if request.method == "GET" else Leaving()

    here = [team for team in teams_of(network) if team.participation_id == place.id]
    moving = Moving(prefix="m")
    moving.team.choices = [(team.id, team.name) for team in here]
    moving.to.choices = [(id_, name) for id_, name in places(network) if id_ != place.id]

    def leave() -> None:
        leave_network(service().db, place, form.left_on.value())

    def move() -> None:
        move_team(service().db, my_scope().team(moving.team.data), place_in(network, moving.to.data))

    if "move" in request.form and moving.done(move):
        flash(translated("Teamet er flyttet."), "success")
        return redirect(request.path, 303)
    if "back" in request.form:
        come_back(service().db, place)
        flash(translated("{name} er med igjen.", name=municipality_name(place.municipality)), "success")
        return redirect(request.path, 303)
    if "move" not in request.form and form.done(leave):
        flash(translated("Lagret. Kommunen får ingen flere påminnelser. Det som er levert, blir stående."), "success")
        return redirect(request.path, 303)
    posted = moving if "move" in request.form else form
    return render_template(
        "organizers/municipality.html", network=network, place=place, form=form, moving=moving, posted=posted,
        teams=here, administrators=administrators(place), now_called=is_called_now(place),
        changed=amendment(place) is not None,
    ), posted.status  # fmt: skip


@pages.post("/networks/<network_id>/municipalities/<participation_id>/relieve/<person_id>")
@within("network", "plan")
def relieve(network: Network, participation_id: str, person_id: str) -> Page:
    """Take a municipality's part out of somebody's hands."""
    place = place_in(network, participation_id)
    person = next((each for each in administrators(place) if each.id == person_id), None)
    if person is not None:
        relieve_administrator(service().db, place, person)
        flash(translated("{name} følger ikke lenger opp for kommunen.", name=person.name), "success")
    return redirect(f"/networks/{network.id}/municipalities/{place.id}", 303)


@pages.route("/networks/<network_id>/teams", methods=["GET", "POST"])
@within("network")
def teams(network: Network) -> Page:
    """List the teams, and form one more."""
    form = NewTeam()
    form.participation.choices = places(network)
    may_plan = my_scope().may("plan", network)
    if request.method == "POST":
        my_scope().must("plan", network)

    def make() -> None:
        form_team(service().db, place_in(network, form.participation.data), form.name.data or "")

    if form.done(make):
        flash(translated("Teamet er laget. Legg til medlemmer, og velg hvem som leverer for teamet."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/teams.html", network=network, form=form, teams=teams_of(network), may_plan=may_plan
    ), form.status
