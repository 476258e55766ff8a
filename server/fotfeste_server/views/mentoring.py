"""The mentor programme's pages: mentors, one pairing over time, how many talks were held, and hires' own word."""


from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply
from wtforms import SelectField

from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import translated

from ..named.coverage import coverage, expected
from ..named.mentoring import go_on_after_all, mentors, pauses, recruit, rest, take_over
from ..named.met import MOST, make_links
from ..named.models import Network, Pairing
from . import my_scope, service, within
from .asking import CHOOSE, Ask, Day, address, text, whole
from .organizers import choices_of, place_in, places
from .windows import drawn, quarter_name

pages = Blueprint("mentoring", __name__)
Page = Reply | tuple[str, int]
WHY = (("holiday", "Ferie"), ("leave", "Permisjon"), ("other", "Annet"))


class NewMentor(Ask):
    """Somebody who is to be a mentor, and the course they have taken."""

    name = text("Navn")
    email = address("E-postadresse")
    finished = Day("Kurset ble ferdig", needed=False)
    capacity = whole("Hvor mange nyansatte kan mentoren følge samtidig?", 0, 9, "Skriv et tall fra 0 til 9.", default=1)


class Rest(Ask):
    """A time in which talks are not expected."""

    first = Day("Første dag")
    last = Day("Siste dag")
    why = SelectField("Hvorfor", [CHOOSE])


class AnotherMentor(Ask):
    """Who takes over, and from when."""

    name = text("Navnet på den nye mentoren")
    email = address("E-posten til den nye mentoren")
    day = Day("Fra og med")


class MoreLinks(Ask):
    """How many links for which municipality."""

    participation = SelectField("Kommune", [CHOOSE])
    count = whole("Antall lenker", 1, MOST, "Skriv et tall fra 1 til 60.", default=10)


@pages.route("/networks/<network_id>/mentors", methods=["GET", "POST"])
@within("network", "enrol")
def all_mentors(network: Network) -> Page:
    """List the mentors with course and room; organizers note one more, or change what is noted."""
    form, may_plan = NewMentor(), my_scope().may("plan", network)
    if request.method == "POST":
        my_scope().must("plan", network)

    def note() -> None:
        recruit(
            service().db, network, name=form.name.data or "", email=form.email.data or "",
            finished=form.finished.data, capacity=form.capacity.data or 0,
        )  # fmt: skip

    if form.done(note):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    known = mentors(my_scope(), network)
    return render_template(
        "mentoring/mentors.html", network=network, form=form, mentors=known, may_plan=may_plan,
        free=sum(each.free for each in known), untrained=sum(each.finished is None for each in known),
    ), form.status  # fmt: skip


@pages.route("/pairings/<pairing_id>", methods=["GET", "POST"])
@within("pairing")
def pairing(pairing: Pairing) -> Page:
    """Show a pairing's plan; let talks rest, or let another mentor take over. What was said is not here."""
    network = pairing.participation.network
    may_change = my_scope().may("enrol", network) or pairing.mentor_id == my_scope().person.id
    may_hand_over = my_scope().may("enrol", network)
    resting, another = Rest(prefix="r"), AnotherMentor(prefix="m")
    resting.why.choices = [(code, translated(words)) for code, words in WHY]
    if request.method == "POST" and not (may_hand_over if "another" in request.form else may_change):
        my_scope().must("enrol", network)
    if "again" in request.form:
        go_on_after_all(service().db, pairing, request.form["again"])
        return _saved(request.path)
    if "another" in request.form and another.done(lambda: _hand_over(pairing, another)):
        return _saved(f"/networks/{network.id}/pairings")
    if "rest" in request.form and resting.done(lambda: _rest(pairing, resting)):
        return _saved(request.path)
    return render_template(
        "mentoring/pairing.html", network=network, pairing=pairing, resting=resting, another=another,
        pauses=pauses(pairing), planned=expected(pairing), today=today(),
        why={code: translated(words) for code, words in WHY},
        may_change=may_change, may_hand_over=may_hand_over, professions=dict(choices_of("kobling", "yrke")),
    ), 422 if resting.errors or another.errors else 200  # fmt: skip


def _rest(pairing: Pairing, form: Rest) -> None:
    rest(service().db, pairing, form.first.value(), form.last.value(), form.why.data)


def _hand_over(pairing: Pairing, form: AnotherMentor) -> None:
    take_over(service().db, pairing, form.day.value(), name=form.name.data or "", email=form.email.data or "")


def _saved(onward: str) -> Reply:
    flash(translated("Lagret."), "success")
    return redirect(onward, 303)


@pages.get("/networks/<network_id>/coverage")
@within("network", "enrol")
def talks(network: Network) -> Page:
    """Show how many of the planned talks were held, over quarters that have ended."""
    return render_template(
        "mentoring/coverage.html", network=network, lines=coverage(my_scope(), network, today()),
        quarter_name=quarter_name,
    ), 200


@pages.route("/networks/<network_id>/met", methods=["GET", "POST"])
@within("network", "enrol")
def links(network: Network) -> Page:
    """Make links by which new hires say «we met»; they stand on this one page and nowhere else."""
    form, made = MoreLinks(), []
    form.participation.choices = places(network)

    def make() -> None:
        place = place_in(network, form.participation.data)
        made.extend(make_links(service().db, place, form.count.data or 0))

    form.done(make)
    addresses = [f"{service().config.base_url}/m/{token}" for token in made]
    return render_template(
        "mentoring/links.html", network=network, form=form, links=[(each, drawn(each)) for each in addresses],
        place=dict(form.participation.choices).get(form.participation.data, ""),
    ), form.status  # fmt: skip
