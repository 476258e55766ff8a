"""A gathering's programme and its evaluation: what is asked about, and the one QR code for the last slide."""

from flask import Blueprint, flash, redirect, render_template, request
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.web.pages import translated

from .. import opening
from ..anonymous.doors import door_of
from ..named.models import Gathering, Network
from ..named.programme import items_of, wave_of, write_programme
from . import my_scope, service, within
from .asking import Ask
from .organizers import Page
from .windows import drawn, tools

pages = Blueprint("programme", __name__)
TOO_LONG = "Dette er for langt."
HOW_MANY = "Skriv et tall fra 1 til 1000."


class NewProgramme(Ask):
    """The parts of a gathering, a line for each."""

    programme = TextAreaField("Innslag, ett på hver linje", [Optional(), Length(max=4000, message=TOO_LONG)])


class NewDoor(Ask):
    """How many are there."""

    people = IntegerField("Hvor mange deltar", [InputRequired(HOW_MANY), NumberRange(1, 1000, HOW_MANY)])


@pages.route("/networks/<network_id>/gatherings/<gathering_id>/evaluation", methods=["GET", "POST"])
@within("network", "plan")
def evaluation(network: Network, gathering_id: str) -> Page:
    """Write the programme, open the evaluation, and show its code."""
    gathering = _gathering(network, gathering_id)
    door = door_of(network.id, opening.GATHERING, wave_of(gathering))
    known = "\n".join(item.title for item in items_of(gathering))
    writing, opening_form = NewProgramme(prefix="p", programme=known), NewDoor(prefix="d")

    def write() -> None:
        typed = writing.programme.data or ""
        write_programme(service().db, gathering, typed, evaluated=door is not None)

    def open_() -> None:
        opening.open_evaluation(tools(), network, gathering, opening_form.people.data or 0)

    posted, done = (opening_form, open_) if "open" in request.form else (writing, write)
    if posted.done(done):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    link = f"{service().config.base_url}/g/{door.id}" if door else ""
    return render_template(
        "organizers/evaluation.html", network=network, gathering=gathering, writing=writing,
        opening_form=opening_form, door=door, link=link, drawing=drawn(link) if link else "", status=posted.status,
    ), posted.status  # fmt: skip


@pages.get("/networks/<network_id>/gatherings/<gathering_id>/evaluation/slide")
@within("network", "plan")
def slide(network: Network, gathering_id: str) -> Page:
    """Show the code alone, large enough for the last slide."""
    gathering = _gathering(network, gathering_id)
    door = door_of(network.id, opening.GATHERING, wave_of(gathering))
    if door is None:
        raise Conflicting("Åpne evalueringen først.")
    link = f"{service().config.base_url}/g/{door.id}"
    return render_template(
        "organizers/slide.html", network=network, gathering=gathering, link=link, drawing=drawn(link, growing=True)
    ), 200  # fmt: skip


def _gathering(network: Network, id_: str) -> Gathering:
    found = my_scope().gathering(id_)
    if found.network_id != network.id:
        raise NotFound
    return found
