"""Desktop clients: codes to enrol them with, a list, and turning one away."""

from flask import Blueprint, flash, redirect, render_template, request

from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import translated

from ..named import devices as verbs
from ..named.models import Network, Person
from . import my_scope, service, within
from .asking import Ask, pick
from .organizers import Page

pages = Blueprint("devices", __name__)


class NewCode(Ask):
    """Whose computer is to be enrolled."""

    person = pick("Hvem skal bruke programmet?")


@pages.route("/networks/<network_id>/devices", methods=["GET", "POST"])
@within("network", "enrol")
def devices(network: Network) -> Page:
    """List the enrolled computers, and make a code for one more; the code stands on this one page."""
    form = NewCode()
    people = list(verbs.people_in(my_scope(), network))
    names = {each.id: f"{each.name} ({each.email})" for each in people}
    form.person.choices = list(names.items())
    codes: list[str] = []

    def make() -> None:
        codes.append(verbs.make_code(service().db, Person.get_by_id(form.person.data)))

    form.done(make)
    return render_template(
        "organizers/devices.html", network=network, form=form, code=codes[0] if codes else None,
        devices=verbs.devices(my_scope(), network), server=service().config.base_url,
        person_name=names.get(form.person.data, ""),
    ), form.status  # fmt: skip


@pages.post("/networks/<network_id>/devices/<device_id>")
@within("network", "enrol")
def turn_away(network: Network, device_id: str) -> Page:
    """Turn a computer away: it may still deliver what it holds, or nothing at all when it was stolen."""
    found = next((each for each in verbs.devices(my_scope(), network) if each.id == device_id), None)
    if found is None:
        raise NotFound
    state = "blocked" if request.form.get("state") == "blocked" else "drain_only"
    verbs.turn_away(service().db, found, state)
    flash(translated("Maskinen er koblet fra."), "success")
    return redirect(f"/networks/{network.id}/devices", 303)
