"""Pages about what is kept: held revisions to be settled, records to be withdrawn or erased, and recovering."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request

from fotfeste_shared.closed_file import is_locked
from fotfeste_shared.problems import Forbidden, Invalid
from fotfeste_shared.revisions import About, is_id, new_id
from fotfeste_shared.web.pages import current_language, translated

from ..named import recovering, settling
from ..named.access import SESSION_LOG
from ..named.agenda import title_of
from ..named.erasing import Erasures, erase
from ..named.history import leaves_of
from ..named.ledger import Ledger, current
from ..named.models import Network, Record
from ..named.publishing import published
from ..parcels import take_in
from . import my_scope, present, service, signed_in, within
from .organizers import Page
from .pace import Pace

pages = Blueprint("keeping", __name__)
unlocking = Pace(tries=20, seconds=900)
LONGEST_NOTE = 500


@pages.app_context_processor
def _frame() -> dict[str, object]:
    """Tell the staff on every page of theirs that figures may lack something, and organizers what waits."""
    return {
        "recovery": recovering.recovery() if present() else None,
        "held_count": lambda network: settling.held_count(my_scope(), network),
    }


# --- held ----------------------------------------------------------------------------------------------


@pages.get("/networks/<network_id>/held")
@within("network", "plan")
def held(network: Network) -> Page:
    """List what waits for a person, and what was settled lately."""
    lines = settling.held(my_scope(), network)
    inside = {each.rev: settling.look_into(each.rev, current_language()) for each in lines}
    return render_template(
        "keeping/held.html", network=network, lines=lines, inside=inside, settled=settling.settled(network),
        title=lambda record: title_of(record, current_language()),
    ), 200  # fmt: skip


@pages.post("/networks/<network_id>/held/<rev>")
@within("network", "plan")
def settle(network: Network, rev: str) -> Page:
    """Let one count as it is, or set it aside."""
    outcome: settling.Settled = "accepted" if request.form.get("outcome") == "accepted" else "set_aside"
    note = " ".join(request.form.get("note", "").split())[:LONGEST_NOTE]
    settling.settle(service().db, my_scope(), network, rev, outcome, note=note)
    flash(translated("Det teller nå." if outcome == "accepted" else "Det er lagt til side."), "success")
    return redirect(f"/networks/{network.id}/held", 303)


@pages.post("/networks/<network_id>/parcel")
@within("network", "enrol")
def take_parcel(network: Network) -> Page:
    """Take in files of undelivered work that a mentor's computer has saved; one that is spoilt stops no other."""
    sent = [(each.filename or "", each.read()) for each in request.files.getlist("parcel")] or [("", b"")]
    passphrase, told = request.form.get("passphrase", ""), Counter[str]()
    for name, closed in sent:
        if is_locked(closed):
            unlocking.count(my_scope().person.id)  # making a key of a passphrase is slow on purpose
        try:
            told += take_in(service().db, service().writer, service().keys, closed, passphrase)
        except Invalid as fault:
            if len(sent) == 1:
                raise
            flash(f"{name}: {fault.sentence(current_language())}", "warning")
    said = translated(
        "{new} nye er levert, {known} var levert fra før, {refused} kunne ikke tas imot.",
        new=told["stored"], known=told["duplicate"], refused=told["refused"] + told["unknown"],
    )  # fmt: skip
    flash(said, "success")
    if told["held"]:
        flash(translated("{n} venter på at en arrangør ser på dem.", n=told["held"]), "warning")
    return redirect(f"/networks/{network.id}/devices", 303)


# --- withdrawing and erasing ----------------------------------------------------------------------------


@pages.route("/records/<record_id>/withdraw", methods=["GET", "POST"])
@within("record")
def withdraw(record: Record) -> Page:
    """Take back what was handed in; the earlier content stays in the history."""
    form, about = published(record.form), About(record.about_kind, record.about_id)
    content = current(record.id)
    if content is None or not my_scope().may_hand_in(form, about):
        raise Forbidden
    if request.method == "POST":
        seen = tuple(each for each in request.form.get("seen", "").split(",") if is_id(each))
        Ledger(service().db, service().writer, my_scope(), record, seen).withdraw(request.form.get("id", ""))
        flash(translated("Det er trukket tilbake. Du kan levere på nytt."), "success")
        return redirect("/", 303)
    title = title_of(record, current_language())
    seen_now = ",".join(leaves_of(record.id))
    return render_template("keeping/withdraw.html", record=record, title=title, seen=seen_now, id=new_id()), 200


@pages.route("/records/<record_id>/erase", methods=["GET", "POST"])
@within("record")
def erase_record(record: Record) -> Page:
    """Erase a record for good: an organizer at a person's wish, a mentor one's own talks."""
    # Nobody reaches a talk but its own mentor, so who is here may erase it.
    if record.form != SESSION_LOG and not (record.network and my_scope().may("plan", record.network)):
        raise Forbidden
    title = title_of(record, current_language())
    if request.method == "POST":
        erase(service().db, Erasures(service().config.erasures), record.id)
        flash(translated("Det er slettet her. Maskinene sletter det når de er på nett."), "success")
        return redirect(f"/networks/{record.network_id}" if record.network_id else "/", 303)
    return render_template("keeping/erase.html", record=record, title=title), 200


# --- recovering -------------------------------------------------------------------------------------------


@pages.post("/recovered")
@signed_in
def recovered() -> Page:
    """An organizer says that what was to come back has come."""
    my_scope().must("plan")
    recovering.end(service().db)
    flash(translated("Da er alt som vanlig igjen."), "success")
    return redirect("/", 303)
