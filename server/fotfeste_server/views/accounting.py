"""Writes into the audit log what signed-in people do on the pages: which route, on which ids, never what was typed."""

from typing import cast

from flask import Flask, Response, current_app, g, request

from fotfeste_shared.database import say_along, to_be_said
from fotfeste_shared.revisions import is_id

from .. import audit
from ..service import Service

READING = ("GET", "HEAD", "OPTIONS")


def keep_account(app: Flask) -> None:
    """Write a line for each change that came through, and for each file that was taken out."""
    app.before_request(_begin)
    app.after_request(_account)
    app.teardown_request(_end)


def about_to_act() -> None:
    """Have the change that this request is about told in its own transaction; asked once it is known who acts."""
    if request.method not in READING and request.endpoint:
        audit.tell_along(request.endpoint, *_ids())


def _begin() -> None:
    audit.acting_as(audit.NOBODY)


def _end(_fault: BaseException | None) -> None:
    say_along(None)
    audit.acting_as(audit.CONSOLE)


def _account(reply: Response) -> Response:
    """Tell what no transaction of the request has told: a file that goes out, and an act without one of its own."""
    # Only where a sign-in or a program's key was looked at: the anonymous pages have neither, and leave no line.
    if "scope" in g and request.endpoint and reply.status_code < 400:
        db = cast("Service", current_app.extensions["fotfeste"]).db
        if (say := to_be_said()) is not None:
            say(db)
        elif request.method == "GET" and reply.headers.get("Content-Disposition", "").startswith("attachment"):
            audit.tell(db, request.endpoint, *_ids())
    say_along(None)
    return reply


def _ids() -> list[str]:
    return [str(value) for value in (request.view_args or {}).values() if is_id(str(value))]
