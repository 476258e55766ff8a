"""The person's own settings: codes and passphrases, who else uses this computer, text size, and where things lie."""

import os
import subprocess
import sys
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.sync import APP
from fotfeste_shared.web.pages import translated as _

from .desk import Desk
from .keys import SHORTEST_PASSPHRASE
from .opening import passphrase_fault
from .people import LONGEST_NAME, MOST_PEOPLE

Page = Reply | str | tuple[str, int]
ZOOMS = range(80, 201, 10)


def settings(desk: Desk) -> Blueprint:
    """The settings of one desk."""
    blueprint = Blueprint("settings", __name__)

    @blueprint.get("/settings")
    def show() -> Page:
        return _page(desk)

    @blueprint.post("/settings/zoom")
    def zoom() -> Page:
        wish = request.form.get("zoom", "")
        if wish.isdecimal() and int(wish) in ZOOMS:
            desk.exchange.keep(zoom=int(wish))
        return "", 204

    @blueprint.get("/keys")
    def keys() -> Page:
        return render_template("keys.html", by_passphrase=desk.asks_for_passphrase())

    @blueprint.post("/settings/log")
    def log() -> Page:
        show_folder(desk.base.log.parent)
        return redirect("/settings", 303)

    _add_secrets(blueprint, desk)
    _add_people(blueprint, desk)
    return blueprint


def _add_secrets(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post("/settings/recovery")
    def new_recovery_code() -> Page:
        desk.new_recovery_code()
        return redirect("/recovery", 303)

    @blueprint.post("/settings/passphrase")
    def new_passphrase() -> Page:
        typed = request.form.get("passphrase", "")
        if fault := passphrase_fault(typed, request.form.get("again", "")):
            return _page(desk, fault)
        desk.new_passphrase(typed)
        flash(_("Passfrasen er byttet."), "success")
        return redirect("/settings", 303)


def _add_people(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post("/settings/people")
    def make_room() -> Page:
        mine, theirs = _name("mine"), _name("theirs")
        known = desk.people.all()
        if len(known) >= MOST_PEOPLE:
            return _page(desk, _("Det er ikke plass til flere på denne maskinen."))
        if not theirs or not (known or mine):
            return _page(desk, _("Skriv navnene, så dere kjenner dere igjen."))
        if theirs in {mine, *(person.name for person in known)}:
            return _page(desk, _("Det er en her med det navnet. Skriv noe som skiller dere."))
        own = None if desk.asks_for_passphrase() else request.form.get("own_passphrase", "")
        fault = passphrase_fault(own, request.form.get("own_again", "")) if own is not None else None
        if fault:
            return _page(desk, fault)
        desk.make_room(mine, theirs, own)
        flash(
            _("{name} har fått plass. Lås, så kan {name} velge navnet sitt og en egen passfrase.", name=theirs),
            "success",
        )
        return redirect("/settings", 303)

    @blueprint.post("/lock")
    def lock() -> Page:
        desk.leave()
        return redirect("/", 303)


def _name(field: str) -> str:
    return " ".join(request.form.get(field, "").split())[:LONGEST_NAME]


def _page(desk: Desk, fault: str | None = None) -> Page:
    page = render_template(
        "settings.html",
        identity=desk.exchange.identity(),
        by_passphrase=desk.asks_for_passphrase(),
        people=desk.people.all(),
        shortest=SHORTEST_PASSPHRASE,
        version=APP,
        fault=fault,
    )
    return (page, 422) if fault else page


def show_folder(folder: Path) -> None:
    """Open a folder in the system's own file manager."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606 (our own folder)
        return
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    subprocess.Popen([opener, str(folder)], start_new_session=True)  # noqa: S603 (our own folder)
