"""The door of a gathering's evaluation, behind one QR code for the whole hall, and the entry for codes on paper.

As behind a survey link there is no cookie, no session and no line in any log. Looking gives out nothing; only
pressing the button does.
"""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.problems import Busy, Closed, DiskFull, NotFound
from fotfeste_shared.revisions import typed_code
from fotfeste_shared.web.surveying import make_door, make_entry

from ..anonymous.doors import Doorway, come_in, look_at_door
from ..anonymous.invitations import open_invitation
from ..promising import promise_of
from . import service
from .phone import by_link, form_of, language_of_link, notice, page

pages = Blueprint("doors", __name__)
LONGEST_CODE = 64


@pages.get("/g/<code>")
@by_link
def door(code: str) -> Response:
    """Show what is asked, and the button that begins it."""
    found = _look(code)
    if found is None:
        return notice("unknown")
    if found.state != "open":
        return notice("too_early" if found.state == "not_yet" else "closed")
    form, language = form_of(found.form, found.version), language_of_link()
    return page(make_door(form, language, f"{request.path}?l={language}", smallest=promise_of(found.network).smallest))


@pages.post("/g/<code>")
@by_link
def begin(code: str) -> Reply:
    """Give this phone a link of its own, and lead it there."""
    if _look(code) is None:
        return notice("unknown")
    db, day = service().db, today()
    try:
        token = service().writer.do(lambda: come_in(db, code, day))  # in the writer's own thread
    except Closed:
        return notice("closed")
    except (Busy, DiskFull):
        return notice("busy")
    reply = redirect(f"/s/{token}?l={language_of_link()}", 303)
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    return reply


@pages.get("/s")
@by_link
def entry() -> Response:
    """Ask for a code from paper."""
    return page(make_entry(language_of_link()))


@pages.post("/s")
@by_link
def enter() -> Reply:
    """Lead from a typed code to its survey."""
    code = typed_code(request.form.get("code", "")[:LONGEST_CODE])
    try:
        open_invitation(code, today())
    except NotFound:
        return page(make_entry(language_of_link(), wrong_code=True), 422)
    reply = redirect(f"/s/{code}?l={language_of_link()}", 303)
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _look(code: str) -> Doorway | None:
    try:
        return look_at_door(code, today()) if len(code) <= LONGEST_CODE else None
    except NotFound:
        return None
