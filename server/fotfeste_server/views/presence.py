"""Who was there: a list that is ticked, also where the hall has no network, and a code on the wall."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import translated

from ..named.attending import attendees
from ..named.models import Gathering
from ..named.presence import behind_wall, come_in, present_at, read_ticks, take_ticks, tick, wall_code
from . import my_scope, service, signed_in, within
from .organizers import Page
from .windows import drawn

pages = Blueprint("presence", __name__)


@pages.route("/gatherings/<gathering_id>/attendance", methods=["GET", "POST"])
@within("gathering", "plan")
def attendance(gathering: Gathering) -> Page:
    """Show the list; without a script it is a plain form that is sent as a whole."""
    if request.method == "POST":
        tick(service().db, gathering, set(request.form.getlist("here")), my_scope().person)
        flash(translated("Lagret."), "success")
        return redirect(f"/gatherings/{gathering.id}/attendance", 303)
    return render_template(
        "attending/attendance.html", network=gathering.network, gathering=gathering,
        listed=sorted(attendees(gathering), key=lambda each: not each.comes),  # those who come first, each by name
        here=present_at(gathering),
    ), 200  # fmt: skip


@pages.post("/gatherings/<gathering_id>/ticks")
@within("gathering", "plan")
def ticks(gathering: Gathering) -> Reply:
    """Take ticks from the list's script, which keeps them until this answer; tells who is there now."""
    new = take_ticks(service().db, gathering, read_ticks(request.get_data()), my_scope().person)
    return jsonify(new=new, here=sorted(present_at(gathering)))


@pages.get("/gatherings/<gathering_id>/wall")
@within("gathering", "plan")
def wall(gathering: Gathering) -> Page:
    """Show the code for the wall, large."""
    link = f"{service().config.base_url}/here/{wall_code(service().db, gathering)}"
    return render_template(
        "attending/wall.html", network=gathering.network, gathering=gathering, link=link,
        drawing=drawn(link, growing=True),
    ), 200  # fmt: skip


@pages.route("/here/<code>", methods=["GET", "POST"])
@signed_in
def here(code: str) -> Page:
    """Let somebody who stands before the code say that they are there; looking alone says nothing."""
    person = my_scope().person
    if request.method == "POST":
        come_in(service().db, code, person)
        return redirect(f"/here/{code}", 303)
    found = behind_wall(code, person)
    days = found.gathering.starts <= today() <= found.gathering.ends
    return render_template("attending/here.html", gathering=found.gathering, here=found.here, days_now=days), 200
