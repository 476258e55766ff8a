"""A network's public pages: what it is, when it meets, and the information meeting."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import now
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.problems import Closed, NotFound
from fotfeste_shared.web.pages import current_language, translated

from ..letters import confirm_sign_up
from ..named.joining import takes_registrations
from ..named.meeting_calendar import meeting_calendar
from ..named.models import Gathering
from ..named.public_pages import SIGN_UP, SigningUp, find_page, meeting_of, sign_off, sign_up_in, takes_sign_ups
from ..named.publishing import published
from ..named.working_group import working_group
from . import service
from .open_sheets import (
    AROUND,
    by_public_link,
    here,
    id_of,
    keep_the_address_secret,
    leave_letter,
    onward,
    open_sheet,
    own_address,
    taken,
)

pages = Blueprint("public", __name__, url_prefix="/n")
pages.after_request(keep_the_address_secret)
Page = Reply | tuple[str, int]


@pages.get("/<code>")
@by_public_link
def front(code: str) -> Page:
    """Tell what the network is, when it meets, and how one joins."""
    page = find_page(code)
    network = page.network
    meeting = meeting_of(network)
    planned = Gathering.select().where((Gathering.network == network.id) & Gathering.cancelled_on.is_null())
    return render_template(
        "public/front.html", page=page, network=network, meeting=meeting,
        may_sign_up=meeting is not None and takes_sign_ups(meeting),
        may_register=takes_registrations(network, now()), gatherings=list(planned.order_by(Gathering.number)),
        colleagues=working_group(network), **AROUND,
    ), 200  # fmt: skip


# --- the information meeting -----------------------------------------------------------------------------------


@pages.route("/<code>/meeting", methods=["GET", "POST"])
@by_public_link
def meeting(code: str) -> Reply:
    """Sign up for the information meeting."""
    network = find_page(code).network
    planned = meeting_of(network)
    if planned is None:
        raise NotFound
    if not takes_sign_ups(planned):
        raise Closed("Påmeldingen er stengt. Ta kontakt med arrangøren.")
    intake = SigningUp(service().db, service().writer, network, current_language())
    sheet = open_sheet(network, published(SIGN_UP), code, submit=translated("Meld på"))

    def thank(filled: Filled, receipt: Receipt) -> Reply:
        if receipt.outcome == "kept":
            row = sign_up_in(network, filled.id)
            leave_letter(row.email, lambda: confirm_sign_up(row, planned, own_address("sign up", code, filled.id)))
        return onward("sign up", code, filled.id)

    return taken(sheet, intake, thank)


@pages.route("/<code>/meeting/<mine>", methods=["GET", "POST"])
@by_public_link
def signed_up(code: str, mine: str) -> Page:
    """Show somebody their sign-up, and let them sign off."""
    network = find_page(code).network
    planned = meeting_of(network)
    row = sign_up_in(network, id_of("sign up", mine))
    if planned is None:
        raise NotFound
    if request.method == "POST":
        sign_off(service().db, row)
        return render_template("public/signed_off.html", network=network, code=code, **AROUND), 200
    return render_template(
        "public/signed_up.html", network=network, code=code, meeting=planned, row=row, mine=mine, **AROUND
    ), 200


@pages.get("/<code>/meeting.ics")
@by_public_link
def calendar(code: str) -> Reply:
    """Give the information meeting to a calendar."""
    network = find_page(code).network
    planned = meeting_of(network)
    if planned is None:
        raise NotFound
    reply = make_response(meeting_calendar(network, planned, here(code)))
    reply.headers["Content-Type"] = "text/calendar; charset=utf-8"
    reply.headers["Content-Disposition"] = 'attachment; filename="informasjonsmote.ics"'
    return reply
