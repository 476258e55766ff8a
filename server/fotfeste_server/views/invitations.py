"""Invitations: what goes out next, to whom it cannot go, codes on paper, and how new hires are reached."""

import segno
from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.problems import Invalid
from fotfeste_shared.revisions import typed_code
from fotfeste_shared.web.pages import current_language, translated
from fotfeste_shared.wording import NAMES

from .. import inviting
from ..anonymous.envelope import RECEIPT_LETTERS
from ..named.erasing import Erasures, erase
from ..named.models import Contact, Network, Pairing, Participation
from ..named.waves import (
    Wave,
    colleague_of,
    contact_of,
    erase_contact,
    handed_in_apart,
    invites_by_itself,
    keep_contact,
    let_invite,
    readable_address,
)
from ..typesetting import typeset
from . import my_scope, service, within
from .asking import Ask, pick, text
from .organizers import Page, municipality_name
from .windows import drawn, survey_name, tools

pages = Blueprint("invitations", __name__)


class NewContact(Ask):
    """How one new hire is reached."""

    pairing = pick("Nyansatt")
    address = text("E-post eller mobilnummer", longest=254)
    language = pick("Språk")


@pages.route("/networks/<network_id>/invitations", methods=["GET", "POST"])
@within("network", "plan")
def invitations(network: Network) -> Page:
    """Show what the next round would send, before it is sent; let it go by itself, or stop that."""
    if request.method == "POST":
        let_invite(service().db, network, on="start" in request.form)
        word = "Invitasjonene går ut av seg selv hver morgen." if "start" in request.form else "Nå sendes ingenting."
        flash(translated(word), "success")
        return redirect(request.path, 303)
    seen = inviting.outlook(network, today())
    by_id = {each.id: each for each in _pairings(network)}
    return render_template(
        "organizers/invitations.html", network=network, outlook=seen, survey_name=survey_name,
        on=invites_by_itself(network), last=inviting.last_round(network),
        lacking=[(_who(by_id, turn), turn) for turn in seen.lacking],
    ), 200  # fmt: skip


def _who(pairings: dict[str, Pairing], turn: Wave) -> str:
    """Say whose turn it is: a new hire by what is known, a colleague by name."""
    if turn.subject in pairings:
        return hire_name(pairings[turn.subject])
    colleague = colleague_of(turn)
    return colleague.name if colleague else translated("En nyansatt")


@pages.post("/networks/<network_id>/invitations/send")
@within("network", "plan")
def send(network: Network) -> Page:
    """Send now what the next round would send."""
    ways = inviting.Ways(service().mail, service().sms)
    told = inviting.send_out(tools(), ways, network, today())
    if told.failed:
        flash(translated("{n} meldinger kunne ikke sendes nå. De prøves igjen.", n=told.failed), "warning")
    else:
        flash(translated("Det som skulle ut i dag, er sendt."), "success")
    return redirect(f"/networks/{network.id}/invitations", 303)


@pages.post("/networks/<network_id>/invitations/returned")
@within("network", "plan")
def returned(network: Network) -> Page:
    """Take in that a letter came back to the organizer's mailbox hours later."""
    try:
        n = inviting.came_back(tools(), network, request.form.get("address", "")[:254])
        flash(translated("Notert. Adressen brukes ikke før den er rettet. Lenker som er slettet: {n}.", n=n), "success")
    except Invalid:
        flash(translated("Skriv en e-postadresse eller et mobilnummer."), "warning")
    return redirect(f"/networks/{network.id}/invitations", 303)


@pages.post("/networks/<network_id>/invitations/paper")
@within("network", "plan")
def paper(network: Network) -> Page:
    """Make codes on paper for those without an address; they stand on this one page and nowhere else."""
    sheets = inviting.print_codes(tools(), network)
    if not sheets:
        flash(translated("Ingen trenger kode på papir i dag."), "success")
        return redirect(f"/networks/{network.id}/invitations", 303)
    return render_template(
        "organizers/paper.html", network=network, sheets=sheets, survey_name=survey_name, drawn=drawn,
        typed=typed_as, enter=f"{service().config.base_url}/s",
    ), 200  # fmt: skip


@pages.post("/networks/<network_id>/invitations/paper.pdf")
@within("network", "plan")
def paper_as_pdf(network: Network) -> Reply:
    """Set the codes that the page before has just shown, for a printer; they are not kept here either."""
    groups: dict[str, list[dict[str, str]]] = {}
    posted = (request.form.getlist(name) for name in ("heading", "link", "until"))
    for heading, link, until in zip(*posted, strict=False):
        code = typed_code(link.rpartition("/")[2])
        if len(code) == RECEIPT_LETTERS:
            groups.setdefault(heading[:300], []).append(_card(code, until[:40]))
    told = {
        "title": f"{translated('Koder på papir')} – {network.name}", "language": current_language(),
        "groups": [{"heading": heading, "cards": cards} for heading, cards in groups.items()],
    }  # fmt: skip
    reply = Reply(typeset("paper", told), content_type="application/pdf")
    reply.headers["Content-Disposition"] = 'attachment; filename="koder.pdf"'
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _card(code: str, until: str) -> dict[str, str]:
    link = f"{service().config.base_url}/s/{code}"
    picture = segno.make(link, error="m").svg_inline(scale=4, border=2, light="#fff")
    go = translated("Pek telefonen på bildet, eller gå til {enter} og skriv:", enter=f"{service().config.base_url}/s")
    return {
        "svg": picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), "code": typed_as(code),
        "alt": translated("QR-kode for lenken under"), "go": go,
        "until": translated("Anonymt. Kan brukes én gang, til og med {day}.", day=until),
    }  # fmt: skip


def typed_as(link: str) -> str:
    """Write the code of a paper link as people read it: `7KQ2-M9XD-…`."""
    code = link.rpartition("/")[2]
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


@pages.route("/networks/<network_id>/contacts", methods=["GET", "POST"])
@within("network", "enrol")
def contacts(network: Network) -> Page:
    """Keep how new hires are reached, apart from everything else; an address is written here and never shown."""
    form, known = NewContact(prefix="c"), [each for each in _pairings(network) if not each.ended]
    form.pairing.choices = [(each.id, hire_name(each)) for each in known]
    form.language.choices = list(NAMES.items())

    def keep() -> None:
        pairing = my_scope().pairing(form.pairing.data)
        address = readable_address(form.address.data or "")
        _forget(network, pairing)
        keep_contact(service().db, pairing, address, form.language.data)

    if "erase" in request.form:
        _forget(network, my_scope().pairing(request.form["erase"]))
        flash(translated("Adressen er slettet. Ingen flere meldinger går dit."), "success")
        return redirect(request.path, 303)
    if form.done(keep):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/contacts.html", network=network, form=form, hires=[(each, _state(each)) for each in known]
    ), form.status


def _forget(network: Network, pairing: Pairing) -> None:
    """Erase an address wherever it is: here, in closed letters, and where a head of department handed it in."""
    known = contact_of(pairing)
    if known is not None:
        inviting.forget(tools(), network, {known.address})
    erase_contact(service().db, pairing)
    for record in handed_in_apart(pairing):
        erase(service().db, Erasures(service().config.erasures), record.id)


def hire_name(pairing: Pairing) -> str:
    """Name a new hire by what is known: unit, place and mentor."""
    return f"{pairing.unit}, {municipality_name(pairing.participation.municipality)} – {pairing.mentor.name}"


def _state(pairing: Pairing) -> str:
    kept: Contact | None = contact_of(pairing)
    if kept is None:
        return "none"
    return "refused" if kept.refused else "kept"


def _pairings(network: Network) -> list[Pairing]:
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    return list(my_scope().pairings().where(Pairing.participation.in_(inside)).order_by(Pairing.started.desc()))


@pages.app_context_processor
def _words() -> dict[str, object]:
    return {"hire_name": hire_name}
