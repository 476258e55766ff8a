"""The members of a team, for organizers: who joins, who leaves, and addresses that were mistyped."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import translated

from ..letters import welcome_member
from ..named.models import Member, Team
from ..named.settings import settings_of
from ..named.teams import known_seat, members_of, mend_address, seat, unseat
from . import my_scope, service, within
from .asking import Ask, address, box, pick, text
from .organizers import choices_of

pages = Blueprint("members", __name__)
Page = Reply | tuple[str, int]


class Joining(Ask):
    """A person who joins, or gets another seat."""

    name = text("Navn")
    email = address("E-postadresse")
    seat = pick("Rolle i teamet")
    contact = box("Leverer statusrapporter for teamet")


class Mending(Ask):
    """The right address of a member."""

    email = address("Riktig adresse")


@pages.route("/teams/<team_id>/members", methods=["GET", "POST"])
@within("team")
def members(team: Team) -> Page:
    """List those who are in a team and those who have left it, and take in one more."""
    network = team.participation.network
    my_scope().must("plan", network)
    form, seats = Joining(), choices_of("statusrapport", "deltatt")
    form.seat.choices = seats

    def join() -> None:
        chosen = known_seat(form.seat.data, [code for code, _ in seats])
        contact = bool(form.contact.data)
        seated = seat(service().db, team, form.name.data or "", form.email.data or "", chosen, contact=contact)
        if contact:
            welcome_member(service().db, seated, service().config.base_url)

    if form.done(join):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    here, chosen = members_of(team), settings_of(network)
    return render_template(
        "organizers/members.html", network=network, team=team, form=form, members=here,
        gone=members_of(team, gone=True), seats=dict(seats), chosen=chosen,
        too_few=len(here) < chosen.fewest, too_many=len(here) > chosen.most,
        no_contact=not any(each.contact for each in here),
    ), form.status  # fmt: skip


@pages.route("/teams/<team_id>/members/<member_id>", methods=["GET", "POST"])
@within("team")
def member(team: Team, member_id: str) -> Page:
    """Mend a member's address, or let them leave the team."""
    network = team.participation.network
    my_scope().must("plan", network)
    who = _member(team, member_id)
    form, leaving = Mending(), Ask()

    def mend() -> None:
        moved = mend_address(service().db, who, form.email.data or "")
        if moved.contact:
            welcome_member(service().db, moved, service().config.base_url)

    if "leave" in request.form and leaving.done(lambda: unseat(service().db, who)):
        flash(translated("{name} er ikke lenger med i teamet.", name=who.person.name), "success")
        return redirect(f"/teams/{team.id}/members", 303)
    if "leave" not in request.form and form.done(mend):
        flash(translated("Adressen er rettet."), "success")
        return redirect(f"/teams/{team.id}/members", 303)
    return render_template(
        "organizers/member.html", network=network, team=team, member=who, form=form
    ), form.status if request.method == "POST" else 200  # fmt: skip


def _member(team: Team, id_: str) -> Member:
    found = next((each for each in members_of(team) if each.id == id_), None)
    if found is None:
        raise NotFound
    return found
