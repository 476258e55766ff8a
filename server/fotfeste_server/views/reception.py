"""What an organizer does with the network's public page: what stands on it, the meeting, and what comes in by it."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import now
from fotfeste_shared.database import writing
from fotfeste_shared.municipalities import find
from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import current_language, translated

from ..letters import confirm_registration, invite_contacts, tell_of_place
from ..named.accepting import accept, advice_on, hand_over
from ..named.amending import amended
from ..named.bounces import bounced
from ..named.joining import (
    CameIn,
    addresses,
    came_in,
    mend_written,
    receipt_of,
    registration_in,
    set_aside,
    take_up_again,
    takes_registrations,
)
from ..named.models import Network
from ..named.public_pages import (
    Plan,
    change_address,
    drop_meeting,
    give_place,
    heads,
    meeting_of,
    page_of,
    plan_meeting,
    publish_page,
    sign_off,
    sign_up_in,
    sign_ups,
)
from ..named.registration_models import Registration
from . import my_scope, service, within
from .asking import Ask, Day, address, box, lines, pick, text
from .open_sheets import here, own_address
from .organizers import choices_of, municipality_name

pages = Blueprint("reception", __name__)
Page = Reply | tuple[str, int]


class Public(Ask):
    """What stands on the public page."""

    words = lines("Om nettverket")
    shown = box("Siden er åpen for alle som har adressen")
    taking_in = box("Kommuner kan melde seg på her")
    register_by = Day("Siste dag for påmelding", needed=False)


class Information(Ask):
    """The information meeting."""

    day = Day("Dag")
    begins = text("Begynner klokka", longest=5)
    ends = text("Slutter klokka", longest=5)
    place = text("Sted", needed=False, longest=200)
    link = text("Lenke til digitalt møte", needed=False, longest=500)
    sign_up_by = Day("Siste dag for å melde seg på", needed=False)
    late = pick("Etter siste dag")


class Mended(Ask):
    """An address that was mistyped, and the right one."""

    wrong = pick("Adressen som er feil")
    email = address("Riktig adresse")


@pages.app_context_processor
def _bounced() -> dict[str, object]:
    """Let every page of staff say beside an address that its mail came back."""
    return {"bounced": bounced}


# --- the public page -------------------------------------------------------------------------------------------


@pages.route("/networks/<network_id>/public", methods=["GET", "POST"])
@within("network", "plan")
def public(network: Network) -> Page:
    """Say what stands on the public page, and give it another address."""
    page = page_of(network)
    if request.method == "POST" and "renew" in request.form:
        change_address(service().db, network)
        flash(translated("Siden har fått en ny adresse. Den gamle virker ikke lenger."), "success")
        return redirect(request.path, 303)
    form = Public(data=_page_as_it_is(network)) if request.method == "GET" else Public()

    def publish() -> None:
        publish_page(
            service().db, network, form.words.data or "", shown=bool(form.shown.data),
            taking_in=bool(form.taking_in.data), register_by=form.register_by.data,
        )  # fmt: skip

    if form.done(publish):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/public.html", network=network, form=form, page=page, meeting=meeting_of(network),
        address=here(page.code) if page else None, signed_up=len(sign_ups(network)),
        open_now=takes_registrations(network, now()),
    ), form.status  # fmt: skip


def _page_as_it_is(network: Network) -> dict[str, object]:
    page = page_of(network)
    names = ("words", "shown", "taking_in", "register_by")
    return {name: getattr(page, name) for name in names} if page else {"shown": True}


# --- the information meeting -----------------------------------------------------------------------------------


@pages.route("/networks/<network_id>/meeting", methods=["GET", "POST"])
@within("network", "plan")
def meeting(network: Network) -> Page:
    """Plan the information meeting, and see who comes."""
    planned = meeting_of(network)
    form = Information(data=_meeting_as_it_is(network)) if request.method == "GET" else Information()
    form.late.choices = [
        ("waiting", translated("De som melder seg på, kommer på venteliste")),
        ("open", translated("De som melder seg på, får plass")),
        ("closed", translated("Ingen kan melde seg på")),
    ]

    def plan() -> None:
        plan_meeting(service().db, network, Plan(
            form.day.value(), form.begins.data or "", form.ends.data or "", form.place.data or "",
            form.link.data or "", form.sign_up_by.data, form.late.data,
        ))  # fmt: skip

    posted, done = (Ask(), lambda: drop_meeting(service().db, network)) if "drop" in request.form else (form, plan)
    if posted.done(done):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    form.form_errors = [*form.form_errors, *(posted.form_errors if posted is not form else [])]
    rows = sign_ups(network)
    return render_template(
        "organizers/meeting.html", network=network, form=form, meeting=planned, rows=rows, heads=heads(rows),
        page=page_of(network), roles=dict(choices_of("pamelding_infomote", "rolle")), place_name=_place_name,
    ), posted.status  # fmt: skip


def _meeting_as_it_is(network: Network) -> dict[str, object]:
    planned = meeting_of(network)
    if planned is None:
        return {"late": "waiting"}
    names = ("day", "begins", "ends", "place", "link", "sign_up_by", "late")
    return {name: getattr(planned, name) for name in names}


def _place_name(answers: dict[str, object]) -> str:
    """Name where somebody comes from: a municipality, or what they wrote."""
    number = str(answers.get("kommune", ""))
    return municipality_name(number) if find(number) else str(answers.get("virksomhet", "–"))


@pages.post("/networks/<network_id>/meeting/<sign_up_id>")
@within("network", "plan")
def sign_up(network: Network, sign_up_id: str) -> Page:
    """Give somebody on the waiting list a place, or forget a sign-up."""
    row, planned, page = sign_up_in(network, sign_up_id), meeting_of(network), page_of(network)
    if "place" in request.form and planned is not None:
        with writing(service().db):
            give_place(service().db, row)
            if page is not None:
                tell_of_place(row, planned, own_address("sign up", page.code, row.id))
        flash(translated("Plassen er gitt, og brevet er på vei."), "success")
    elif "forget" in request.form:
        sign_off(service().db, row)
        flash(translated("Påmeldingen er slettet."), "success")
    return redirect(f"/networks/{network.id}/meeting", 303)


# --- binding sign-ups ------------------------------------------------------------------------------------------


@pages.get("/networks/<network_id>/registrations")
@within("network", "plan")
def registrations(network: Network) -> Page:
    """List what has come in."""
    page = page_of(network)
    return render_template(
        "organizers/registrations.html", network=network, came_in=came_in(network), page=page, amended=amended(network),
        address=here(page.code) if page else None, open_now=takes_registrations(network, now()),
    ), 200  # fmt: skip


@pages.route("/networks/<network_id>/registrations/<registration_id>", methods=["GET", "POST"])
@within("network", "plan")
def registration(network: Network, registration_id: str) -> Page:
    """Show one sign-up, mend an address in it, accept it or set it aside."""
    row = registration_in(network, registration_id)
    form, deciding = Mended(), Ask()
    form.wrong.choices = [(each, each) for each in addresses(row.answers or {})]
    if "accept" in request.form and deciding.done(lambda: _accept(network, row)):
        named = municipality_name(row.municipality)
        flash(translated("{name} er med. Kontaktpersonene får e-post.", name=named), "success")
        return redirect(f"/networks/{network.id}/municipalities", 303)
    if "aside" in request.form and deciding.done(lambda: set_aside(service().db, row, my_scope().person)):
        return redirect(f"/networks/{network.id}/registrations", 303)
    if "again" in request.form and deciding.done(lambda: take_up_again(service().db, row)):
        return redirect(request.path, 303)
    if "mend" in request.form and form.done(lambda: _mend(network, row, form)):
        flash(translated("Adressen er rettet."), "success")
        return redirect(request.path, 303)
    posted = form if "mend" in request.form else deciding
    told = next((each for each in came_in(network) if each.row.id == row.id), None)
    if told is None:
        raise NotFound
    return _show(network, told, form, posted)


def _show(network: Network, told: CameIn, form: Mended, posted: Ask) -> Page:
    row = told.row
    choices = ("forankring", "har_program", "malgrupper", "klar", "team.tjeneste", "team.medlemmer.rolle")
    return render_template(
        "organizers/registration.html", network=network, told=told, row=row, answers=row.answers or {}, form=form,
        posted=posted, place=find(row.municipality), receipt=receipt_of(row.id),
        advice=advice_on(row, current_language()) if row.answers else [],
        words={code: dict(choices_of("pamelding_nettverk", code)) for code in choices},
    ), posted.status if request.method == "POST" else 200  # fmt: skip


def _accept(network: Network, row: Registration) -> None:
    """Accept in one transaction with the letters; the ledger gets the form right after, again if need be."""
    kept = service()
    with writing(kept.db):
        accepted = accept(kept.db, network, row, my_scope().person)
        invite_contacts(network, accepted, kept.config.base_url)
    hand_over(kept.db, kept.writer, row, accepted)


def _mend(network: Network, row: Registration, form: Mended) -> None:
    """Mend an address; when it is the sender's, the receipt is sent once more."""
    was = (row.answers or {}).get("kontakt_epost")
    mend_written(service().db, row, form.wrong.data, form.email.data or "")
    page, mended = page_of(network), registration_in(network, row.id)
    if page is not None and form.wrong.data == was:
        with writing(service().db):
            to_change = own_address("registration", page.code, row.id)
            confirm_registration(network, mended, to_change, again=form.email.data or "")
