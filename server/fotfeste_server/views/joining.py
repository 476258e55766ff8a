"""The public page on which a municipality signs up for a network, goes on with a draft, and changes what it sent."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import now
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.kinds import Answers
from fotfeste_shared.municipalities import find
from fotfeste_shared.problems import Closed, Invalid, Problem
from fotfeste_shared.web.filling import Sheet
from fotfeste_shared.web.pages import current_language, translated
from fotfeste_shared.web.reading import read_answers

from ..letters import confirm_registration, keep_link
from ..named.accepting import advice_on
from ..named.access import BINDING
from ..named.joining import Registering, newest, receipt_of, takes_registrations
from ..named.models import Network
from ..named.people import email
from ..named.public_pages import find_page
from ..named.publishing import published
from ..named.registration_models import Registration
from ..named.settings import form_for
from . import service
from .open_sheets import (
    AROUND,
    by_public_link,
    fresh_id,
    id_of,
    keep_the_address_secret,
    leave_letter,
    onward,
    open_sheet,
    own,
    own_address,
    posting,
    refused,
    taken,
)
from .pace import caller

pages = Blueprint("joining", __name__, url_prefix="/n")
pages.after_request(keep_the_address_secret)
Page = Reply | tuple[str, int]


@pages.route("/<code>/register", methods=["GET", "POST"])
@by_public_link
def register(code: str) -> Reply:
    """Sign a municipality up, with its teams."""
    network = find_page(code).network
    if not takes_registrations(network, now()):
        raise Closed("Påmeldingen er stengt. Ta kontakt med arrangøren.")
    return _registering(code, network, None)


@pages.route("/<code>/register/<mine>/change", methods=["GET", "POST"])
@by_public_link
def change(code: str, mine: str) -> Reply:
    """Go on with a draft, or change what was sent in."""
    network = find_page(code).network
    row = newest(network, id_of("registration", mine))
    if row.state not in ("draft", "waiting"):
        return redirect(f"/n/{code}/register/{mine}", 303)
    return _registering(code, network, row)


def _registering(code: str, network: Network, row: Registration | None) -> Reply:
    answers: Answers = (row.answers or {}) if row else {}
    intake = Registering(
        service().db, service().writer, network, current_language(), replaces=row.id if row else None
    )
    sheet = open_sheet(
        network, form_for(network, published(BINDING)), code, submit=translated("Send påmeldingen"), answers=answers,
        keeps_draft=row is None or row.state == "draft",
    )  # fmt: skip
    if request.method == "POST" and "save" in request.form:
        return _laid_aside(code, network, sheet, intake)

    def thank(filled: Filled, receipt: Receipt) -> Reply:
        if receipt.outcome == "kept":
            sent = newest(network, filled.id)
            address = str(filled.answers["kontakt_epost"])
            to_change = own_address("registration", code, filled.id)
            leave_letter(address, lambda: confirm_registration(network, sent, to_change))
        return onward("registration", code, filled.id)

    return taken(sheet, intake, thank)


def _laid_aside(code: str, network: Network, sheet: Sheet, intake: Registering) -> Reply:
    """Keep a draft and show the address where it goes on."""
    answers = read_answers(sheet.form, request.form)
    fresh = fresh_id()
    try:
        posting.count(caller())
        intake.lay_aside(Filled(sheet.form.code, sheet.form.version, answers, fresh))
    except Problem as problem:
        return refused(sheet, answers, problem)
    id_ = intake.replaces or fresh
    to_go_on = own_address("registration", code, id_)
    try:
        address = email(str(answers.get("kontakt_epost", "")))
        leave_letter(address, lambda: keep_link(address, current_language(), network, id_, to_go_on))
    except Invalid:
        pass  # nobody to write to yet: the page itself shows the address
    return onward("registration", code, id_)


@pages.get("/<code>/register/<mine>")
@by_public_link
def registered(code: str, mine: str) -> Page:
    """Show the sender what became of their sign-up, and the way to change it."""
    page = find_page(code)
    network = page.network
    row = newest(network, id_of("registration", mine))
    place = find(row.municipality)
    sent = row.state == "waiting"
    return render_template(
        "public/registered.html", network=network, page=page, code=code, row=row, mine=own("registration", row.id),
        receipt=receipt_of(row.id), place=place, advice=advice_on(row, current_language()) if sent else [],
        address=own_address("registration", code, row.id),
        open_still=row.state in ("draft", "waiting") and takes_registrations(network, now()), **AROUND,
    ), 200  # fmt: skip
