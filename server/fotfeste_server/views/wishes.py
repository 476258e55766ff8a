"""Asking to be forgotten: the person's own page, and the organizers' list of such wishes with its answer."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import translated

from ..forgetting import tell_done, tell_organizers, tell_refused
from ..named import wishes as verbs
from ..named.erasing import Erasures
from ..named.kept_about import hindrances, own_records
from ..named.models import Network
from . import my_scope, service, signed_in, within
from .asking import Ask, lines

pages = Blueprint("wishes", __name__)
Page = Reply | tuple[str, int]


class Refusal(Ask):
    """Why somebody can not be forgotten now."""

    reason = lines("Hvorfor kan personen ikke slettes?", longest=verbs.LONGEST_REASON, needed=True)


@pages.app_context_processor
def _frame() -> dict[str, object]:
    """Tell organizers on a network's page how many wishes wait."""
    return {"wishes_waiting": lambda network: verbs.wishes_waiting(my_scope(), network)}


# --- one's own -----------------------------------------------------------------------------------------------


@pages.route("/me/erasure", methods=["GET", "POST"])
@signed_in
def ask() -> Page:
    """Tell a person what goes and what stays, and take their wish to be forgotten."""
    person = my_scope().person
    if request.method == "POST":
        verbs.ask(service().db, person, lambda wish: tell_organizers(wish, service().config.base_url))
        flash(translated("Ønsket er sendt til arrangøren."), "success")
        return redirect("/me/kept", 303)
    return render_template(
        "keeping/ask_erasure.html", records=len(own_records(person)), hindered=any(hindrances(person)),
        days=verbs.ANSWERED_WITHIN.days,
    ), 200  # fmt: skip


@pages.post("/me/erasure/back")
@signed_in
def take_back() -> Page:
    """Let a person stay after all."""
    verbs.take_back(service().db, my_scope().person)
    flash(translated("Ønsket er trukket tilbake. Ingenting er slettet."), "success")
    return redirect("/me/kept", 303)


# --- the organizers' -----------------------------------------------------------------------------------------


@pages.get("/networks/<network_id>/wishes")
@within("network", "plan")
def wishes(network: Network) -> Page:
    """List who asks to be forgotten, and what became of earlier wishes."""
    found = verbs.wishes(my_scope(), network)
    waiting = [each for each in found if each.state == "waiting"]
    return render_template(
        "keeping/wishes.html", network=network, waiting=waiting, today=today(),
        settled=[each for each in found if each not in waiting],
    ), 200  # fmt: skip


@pages.route("/networks/<network_id>/wishes/<wish_id>", methods=["GET", "POST"])
@within("network", "plan")
def wish(network: Network, wish_id: str) -> Page:
    """Show what forgetting a person would do; do it, or say why not."""
    found, refusal, me = verbs.wish_in(my_scope(), network, wish_id), Refusal(), my_scope().person
    there = f"/networks/{network.id}/wishes"
    if found.state != "waiting":
        return redirect(there, 303)
    if "erase" in request.form:
        name = found.person.name
        verbs.fulfil(service().db, Erasures(service().config.erasures), found, me, tell_done)
        flash(translated("{name} er slettet, og har fått svar på e-post.", name=name), "success")
        return redirect(there if found.person_id != me.id else "/signin", 303)
    if refusal.done(lambda: verbs.refuse(service().db, found, me, refusal.reason.data or "", tell_refused)):
        flash(translated("Svaret er sendt på e-post."), "success")
        return redirect(there, 303)
    return render_template(
        "keeping/wish.html", network=network, wish=found, refusal=refusal, outlook=verbs.outlook(found.person, network),
    ), refusal.status  # fmt: skip
