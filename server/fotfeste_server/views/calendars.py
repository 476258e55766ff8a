"""Calendars: a network's gatherings and deadlines, under an address of one's own or as a file."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.web.pages import current_language, translated

from ..named.calendars import address_of, alone, calendar_behind, calendar_of, renew, written
from ..named.models import Gathering
from . import my_scope, service, within
from .organizers import Page
from .phone import by_link

pages = Blueprint("calendars", __name__)
TYPE = "text/calendar; charset=utf-8"


@pages.route("/gatherings/<gathering_id>/calendar", methods=["GET", "POST"])
@within("gathering")
def calendar(gathering: Gathering) -> Page:
    """Show the address of one's calendar of this network, and give it another when the old one has got about."""
    mine, db = my_scope(), service().db
    if request.method == "POST":
        renew(db, mine, gathering.network)
        flash(translated("Kalenderen har fått en ny adresse. Den gamle virker ikke lenger."), "success")
        return redirect(f"/gatherings/{gathering.id}/calendar", 303)
    secret = address_of(service().secret, calendar_of(db, mine, gathering.network))
    link = f"{service().config.base_url}/calendar/{secret}.ics"
    return render_template(
        "attending/calendar.html", network=None, gathering=gathering, link=link,
        webcal="webcal://" + link.partition("://")[2],
    ), 200  # fmt: skip


@pages.get("/gatherings/<gathering_id>/gathering.ics")
@within("gathering")
def one(gathering: Gathering) -> Reply:
    """Give one gathering as a file, to be put into a calendar by hand."""
    reply = Reply(alone(gathering, current_language(), service().config.base_url), content_type=TYPE)
    reply.headers["Content-Disposition"] = f'attachment; filename="samling-{gathering.number}.ics"'
    return reply


@pages.get("/calendar/<address>.ics")
@by_link
def feed(address: str) -> Reply:
    """Give a calendar to the program that follows it; the secret in the address is the authority, as behind a link."""
    reply = Reply(written(calendar_behind(service().secret, address), service().config.base_url), content_type=TYPE)
    reply.headers["Cache-Control"] = "private, no-cache"
    return reply
