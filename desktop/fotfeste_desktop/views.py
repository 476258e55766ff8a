"""The pages of an open desk: today, pairings, what waits, the connection."""

import platform
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.closed_file import SHORTEST_PASSPHRASE
from fotfeste_shared.database import writing
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import typed_code
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.pages import translated as _

from .addresses import BadAddress, clean_address, pasted_link
from .copies import save_copy, save_parcels
from .desk import Desk
from .exchange import NotOurServer
from .following import followed
from .models import Label
from .overview import Overview, Pair
from .saving import NotSaved, save_all_where_asked
from .syncing import EnrolmentRefused, Line, Unreachable
from .words import Words

Page = Reply | str | tuple[str, int]
LONGEST_LABEL = 60
MUST_CONNECT = (Line.NOT_ENROLLED, Line.LOGIN_NEEDED, Line.REVOKED, Line.WRONG_SERVER)


def pages(desk: Desk) -> Blueprint:
    """The pages of one desk."""
    blueprint = Blueprint("pages", __name__, static_folder="static", static_url_path="/desk")
    blueprint.app_context_processor(lambda: _status(desk))

    def overview() -> Overview:
        return Overview(desk.db, today(), current_language())

    def own_pair(pairing: str) -> Pair:
        pair = overview().pair(pairing)
        if pair is None:
            raise NotFound
        return pair

    @blueprint.get("/")
    def start() -> Page:
        here = overview()
        return render_template("today.html", overview=here, pairs=here.pairs(), followed=followed(here))

    @blueprint.get("/pairings")
    def pairings() -> Page:
        return render_template("pairings.html", pairs=overview().pairs(), overview=overview())

    @blueprint.get("/pairings/<pairing>")
    def one_pairing(pairing: str) -> Page:
        return render_template("pairing.html", pair=own_pair(pairing), overview=overview())

    @blueprint.post("/pairings/<pairing>/label")
    def label(pairing: str) -> Page:
        own_pair(pairing)
        text = " ".join(request.form.get("label", "").split())[:LONGEST_LABEL]
        with writing(desk.db):
            Label.delete().where(Label.pairing == pairing).execute(desk.db)
            if text:
                Label.insert(pairing=pairing, text=text).execute(desk.db)
        flash(_("Navnet er lagret på denne maskinen."), "success")
        return redirect(f"/pairings/{pairing}", 303)

    @blueprint.get("/sessions/new")
    def choose_pairing() -> Page:
        return render_template("choose_pairing.html", pairs=overview().pairs())

    _add_delivery(blueprint, desk, overview)
    _add_connection(blueprint, desk)
    return blueprint


def _status(desk: Desk) -> dict[str, object]:
    """What the status line and the menu need on every page of an open desk."""
    if desk.stage != "open" or desk.recovery_code:
        return {"waiting_count": 0, "line_text": "", "zoom": 100, "regret_ms": 0}
    waiting = len(Overview(desk.db, today()).waiting())
    status = desk.syncing.status
    return {
        "waiting_count": waiting,
        "line_text": Words().line(status, waiting),
        "zoom": desk.exchange.fact("zoom") or 100,
        "regret_ms": desk.regret_ms(),
        "is_old": desk.exchange.is_old(),
        "must_connect": status.line in MUST_CONNECT or not desk.exchange.identity(),
    }


def _add_delivery(blueprint: Blueprint, desk: Desk, overview: Callable[[], Overview]) -> None:
    @blueprint.get("/waiting")
    def waiting() -> Page:
        return render_template(
            "waiting.html", overview=overview(), waiting=overview().waiting(),
            may_carry=desk.exchange.identity() is not None, has_key=desk.exchange.fact("parcel_key") is not None,
        )  # fmt: skip

    @blueprint.post("/deliver")
    def deliver() -> Page:
        desk.syncing.deliver_now()
        left = len(overview().waiting())
        told = Words().line(desk.syncing.status, left)
        flash(told, "success" if desk.syncing.status.line is Line.ONLINE and not left else "warning")
        return redirect("/waiting", 303)

    @blueprint.post("/waiting/parcel")
    def parcel() -> Page:
        passphrase = request.form.get("passphrase", "")
        if len(passphrase) < SHORTEST_PASSPHRASE and (passphrase or desk.exchange.fact("parcel_key") is None):
            flash(_("Passordet må ha minst {n} tegn. Filen er ikke lagret.", n=SHORTEST_PASSPHRASE), "warning")
            return redirect("/waiting", 303)
        if paths := _saved(desk, lambda folder: save_parcels(desk.db, folder, passphrase)):
            flash(_told_of(paths, passphrase), "success")
        return redirect("/waiting", 303)

    @blueprint.post("/waiting/<rev>/copy")
    def copy(rev: str) -> Page:
        if paths := _saved(desk, lambda folder: [save_copy(desk.db, rev, folder)]):
            flash(_("Kopien ligger her: {path}", path=str(paths[0])), "success")
        return redirect("/waiting", 303)

    @blueprint.get("/status")
    def status() -> Page:
        return render_template("status.html")


def _told_of(paths: list[Path], passphrase: str) -> str:
    """Say where undelivered work lies now, and what to do with it."""
    path, folder, n = str(paths[0]), str(paths[0].parent), len(paths)
    match n > 1, bool(passphrase):
        case False, True:
            return _("Filen ligger her: {path}. Gi den til arrangøren, og si passordet i telefonen.", path=path)
        case False, False:
            return _("Filen ligger her: {path}. Gi den til arrangøren. Bare tjenesten kan åpne den.", path=path)
        case _several, True:
            told = "{n} filer ligger her: {path}. Gi alle til arrangøren, og si passordet i telefonen."
            return _(told, n=n, path=folder)
        case _:
            told = "{n} filer ligger her: {path}. Gi alle til arrangøren. Bare tjenesten kan åpne dem."
            return _(told, n=n, path=folder)


def _saved(desk: Desk, make: Callable[[Path], list[Path]]) -> list[Path]:
    """Save files where the person says; none, and the reason on the next page, when nothing was saved."""
    try:
        paths = save_all_where_asked(make, desk.ask_where, desk.home.folder)
    except NotSaved:
        flash(_("Filen kunne ikke lagres der. Sjekk at det er plass, og velg et annet sted."), "warning")
        return []
    if not paths:
        flash(_("Ingen fil ble lagret."), "info")
    return paths


def _add_connection(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.route("/connect", methods=["GET", "POST"])
    def connect() -> Page:
        identity = desk.exchange.identity()
        typed = request.form.get("server") or (identity.url if identity else desk.server) or ""
        if request.method == "GET":
            return render_template("connect.html", identity=identity, server=typed, name=platform.node())
        fault = _enrol(desk, typed)
        if fault:
            page = render_template(
                "connect.html", identity=identity, server=typed, name=request.form.get("name", ""), fault=fault
            )
            return page, 422
        desk.syncing.deliver_now()
        identity = desk.exchange.identity()
        flash(_("Du er koblet til, {name}.", name=identity.person.name if identity else ""), "success")
        return redirect("/", 303)


def _enrol(desk: Desk, server: str) -> str | None:
    """Try to connect; gives the sentence of what went wrong."""
    given = request.form.get("code", "")
    link = pasted_link(given) or pasted_link(server)
    server, given = link or (server, given)
    code = typed_code(given)
    name = " ".join(request.form.get("name", "").split())[:100] or platform.node() or "PC"
    if not code:
        return _("Skriv koden du har fått.")
    try:
        desk.syncing.enrol(clean_address(server), code, name)
    except BadAddress:
        return _("Skriv adressen til tjenesten, for eksempel fotfeste.kommune.no.")
    except EnrolmentRefused:
        return _("Koden er feil, brukt eller for gammel. Be om en ny.")
    except (Unreachable, NotOurServer):
        return _("Vi fikk ikke svar fra tjenesten på denne adressen. Sjekk adressen og nettet, og prøv igjen.")
    return None
