"""The pages before the desk is open: who it is, the passphrase, the recovery code, and what stands in the way."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.web.pages import translated as _

from .desk import Desk
from .keys import SHORTEST_PASSPHRASE, WrongSecret

Page = Reply | str | tuple[str, int]


def opening(desk: Desk) -> Blueprint:
    """The doors of one desk."""
    doors = Blueprint("opening", __name__)

    @doors.route("/choose", methods=["GET", "POST"])
    def choose() -> Page:
        if request.method == "GET":
            return render_template("choose.html", shortest=SHORTEST_PASSPHRASE)
        if fault := passphrase_fault(request.form.get("passphrase", ""), request.form.get("again", "")):
            return render_template("choose.html", shortest=SHORTEST_PASSPHRASE, fault=fault), 422
        desk.choose(request.form["passphrase"])
        return redirect("/", 303)

    @doors.route("/unlock", methods=["GET", "POST"])
    def unlock() -> Page:
        by_passphrase = desk.asks_for_passphrase()
        if request.method == "GET":
            return render_template("unlock.html", by_passphrase=by_passphrase)
        try:
            desk.unlock(request.form.get("secret", ""))
        except WrongSecret:
            fault = _("Det åpnet ikke. Sjekk at du har skrevet det riktig.")
            return render_template("unlock.html", by_passphrase=by_passphrase, fault=fault), 422
        return redirect("/", 303)

    _add_people(doors, desk)
    _add_recovery(doors, desk)
    _add_hindrances(doors, desk)
    return doors


def _add_people(doors: Blueprint, desk: Desk) -> None:
    @doors.route("/who", methods=["GET", "POST"])
    def who() -> Page:
        if request.method == "POST":
            desk.sit_down(request.form.get("person", ""))
            return redirect("/", 303)
        return render_template("who.html", people=desk.people.all())


def _add_recovery(doors: Blueprint, desk: Desk) -> None:
    @doors.route("/recovery", methods=["GET", "POST"])
    def recovery() -> Page:
        if request.method == "POST" and request.form.get("written") == "ja":
            desk.recovery_code_is_kept()
        if not desk.recovery_code:
            return redirect("/", 303)
        fault = _("Kryss av når du har skrevet ned koden.") if request.method == "POST" else None
        return render_template("recovery.html", code=desk.recovery_code, fault=fault), 422 if fault else 200


def _add_hindrances(doors: Blueprint, desk: Desk) -> None:
    @doors.get("/starting")
    def starting() -> Page:
        return render_template("starting.html") if not desk.settled() else redirect("/", 303)

    @doors.route("/trouble", methods=["GET", "POST"])
    def trouble() -> Page:
        if request.method == "POST":
            desk.begin()
            return redirect("/", 303)
        return render_template("trouble.html", trouble=desk.trouble, folder=desk.home.folder)

    @doors.get("/misplaced")
    def misplaced() -> Page:
        return render_template("misplaced.html", refused=desk.refused)

    @doors.get("/stranded")
    def stranded() -> Page:
        return render_template("stranded.html", folder=desk.home.folder)

    @doors.get("/newer")
    def newer() -> Page:
        return render_template("newer.html")


def passphrase_fault(first: str, again: str) -> str | None:
    """Say what is wrong with a passphrase that somebody chooses, typed twice."""
    if len(first) < SHORTEST_PASSPHRASE:
        return _("Passfrasen må ha minst {n} tegn.", n=SHORTEST_PASSPHRASE)
    return _("De to passfrasene er ikke like.") if first != again else None
