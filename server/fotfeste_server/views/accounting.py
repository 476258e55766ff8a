"""Writes into the audit log what signed-in people do on the pages: which route, on which ids, never what was typed."""

from flask import Flask, Response, g, request

from fotfeste_shared.revisions import is_id

from .. import audit
from . import service

READING = ("GET", "HEAD", "OPTIONS")


def keep_account(app: Flask) -> None:
    """Write a line for each change that came through, and for each file that was taken out."""
    app.before_request(lambda: audit.acting_as(audit.NOBODY))
    app.after_request(_account)
    app.teardown_request(lambda _fault: audit.acting_as(audit.CONSOLE))


def _account(reply: Response) -> Response:
    changed = request.method not in READING and reply.status_code < 400
    taken_out = request.method == "GET" and reply.headers.get("Content-Disposition", "").startswith("attachment")
    # Only where a sign-in or a program's key was looked at: the anonymous pages have neither, and leave no line.
    if "scope" in g and (changed or taken_out) and request.endpoint:
        ids = [str(value) for value in (request.view_args or {}).values() if is_id(str(value))]
        audit.tell(service().db, request.endpoint, *ids)
    return reply
