"""The page on which an organizer lets a municipality's changed sign-up change its teams."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.database import writing
from fotfeste_shared.web.pages import translated

from ..letters import welcome_member
from ..named.amending import amendment, put_through
from ..named.models import Network
from . import my_scope, service, within
from .asking import Ask
from .organizers import choices_of, municipality_name, place_in

pages = Blueprint("amending", __name__)


@pages.route("/networks/<network_id>/municipalities/<participation_id>/changes", methods=["GET", "POST"])
@within("network", "plan")
def changes(network: Network, participation_id: str) -> Reply | tuple[str, int]:
    """Show what a municipality has changed, and put it through with one press."""
    place, form = place_in(network, participation_id), Ask()

    def put() -> None:
        with writing(service().db):
            for member in put_through(service().db, place, my_scope().person, request.form.get("rev", "")):
                welcome_member(service().db, member, service().config.base_url)

    if form.done(put):
        name = municipality_name(place.municipality)
        flash(translated("Teamene er nå slik {name} har skrevet.", name=name), "success")
        return redirect(f"/networks/{network.id}/municipalities/{place.id}", 303)
    return render_template(
        "organizers/changes.html", network=network, place=place, form=form, told=amendment(place),
        seats=dict(choices_of("statusrapport", "deltatt")),
    ), form.status  # fmt: skip
