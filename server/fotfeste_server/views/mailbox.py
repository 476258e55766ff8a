"""The demo's letters on a page, so that one can try signing in without a mail server."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound

from . import anyone, service

pages = Blueprint("mailbox", __name__)
NEWEST = 20


@pages.get("/demo/mail")
@anyone
def letters() -> Reply | tuple[str, int]:
    """Show the newest letters; outside of the demo there is no such page."""
    if not service().config.demo:
        raise NotFound
    files = sorted(service().config.mail.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
    read = [_read(each.read_bytes()) for each in files[:NEWEST]]
    return render_template("signin/mailbox.html", letters=read), 200


def _read(raw: bytes) -> tuple[str, str, str]:
    letter: EmailMessage = message_from_bytes(raw, policy=default)
    return str(letter["To"]), str(letter["Subject"]), str(letter.get_content()).replace("\r\n", "\n")
