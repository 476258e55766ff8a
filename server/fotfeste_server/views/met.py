"""The one-press page of a new hire: «we met». No account, no cookie, no hour."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, render_template

from fotfeste_shared.clock import today
from fotfeste_shared.problems import NotFound

from ..named.met import is_link, say_met
from . import ruled, service
from .open_sheets import AROUND, keep_the_address_secret

pages = Blueprint("met", __name__, url_prefix="/m")
pages.after_request(keep_the_address_secret)


def by_met_link(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever has a link; it says which municipality, and nothing else."""

    @wraps(view)
    def guarded(**given: Any) -> Any:  # noqa: ANN401 (whatever the view takes and gives)
        if not is_link(given["token"]):
            raise NotFound
        return view(**given)

    return ruled("public link")(guarded)


@pages.get("/<token>")
@by_met_link
def ask(token: str) -> tuple[str, int]:
    """Show the one button; looking at it says nothing."""
    return render_template("public/met.html", token=token, said=None, **AROUND), 200


@pages.post("/<token>")
@by_met_link
def say(token: str) -> tuple[str, int]:
    """Count the meeting, once a week."""
    said = "new" if say_met(service().db, token, today()) else "known"
    return render_template("public/met.html", token=token, said=said, **AROUND), 200
