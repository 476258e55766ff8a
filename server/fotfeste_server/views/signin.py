"""Coming in and going out: the set-up link, a code by mail, and the end of a session."""

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import Closed
from fotfeste_shared.web.pages import current_language, translated
from fotfeste_shared.wording import as_language, say

from ..jobs import NO_LETTER, enqueue
from ..named.models import Person
from ..named.passkeys import ask_for_any, sign_in_with, site_of
from ..named.people import come_in_first, is_setup
from ..named.secret import grouped
from ..named.sessions import kind_of_browser
from ..named.signing_in import CODES_AN_HOUR, LONGEST, ask_for_code, begin_session, sign_in, sign_out
from ..openid import providers
from . import COOKIE, anyone, cookie_name, present, service, set_cookie
from .asking import Ask, address, text
from .me import site
from .pace import Pace, caller

pages = Blueprint("signin", __name__)
BROWSER = "browser"
PASSKEY = "passkey"
TEN_MINUTES = 600
# A whole gathering may sit behind one address: what stops guessing is five tries a code, five codes a mailbox.
asking = Pace(tries=300, seconds=3600)
typing = Pace(tries=600, seconds=3600)
mailbox = Pace(tries=CODES_AN_HOUR, seconds=3600)  # known or not: the limit must not tell who is known


class First(Ask):
    """Who the first organizer is."""

    name = text("Navn")
    email = address("E-postadresse")


class ByMail(Ask):
    """Where the code is to be sent."""

    email = address("E-postadresse")


class Code(Ask):
    """The code from the mail."""

    code = text("Kode fra e-posten", longest=20)


@pages.route("/setup/<token>", methods=["GET", "POST"])
@anyone
def first(token: str) -> Reply | tuple[str, int]:
    """Let the holder of the set-up link in as the first organizer."""
    typing.count(caller())
    if not is_setup(token):
        raise Closed("Lenken er brukt eller gammel. Start tjenesten på nytt for å få en ny.")
    form = First()
    came: list[Person] = []

    def come_in() -> None:
        given = (form.name.data or "", form.email.data or "")
        came.append(come_in_first(service().db, token, *given, current_language()))

    if form.done(come_in):
        return signed_in_now(begin_session(service().db, came[0], seen_as=_seen_as()), "/networks/new")
    return render_template("signin/first.html", form=form), form.status


@pages.route("/signin", methods=["GET", "POST"])
@anyone
def begin() -> Reply | tuple[str, int]:
    """Ask for the address and send a code there; whether we know the address is not told."""
    if present() is not None:
        return redirect(local(request.args.get("to")), 303)
    form = ByMail()
    browser = secrets.token_urlsafe(24)

    def ask() -> None:
        asking.count(caller())
        mailbox.count((form.email.data or "").strip().casefold())
        ask_for_code(service().db, form.email.data or "", browser, _post)

    if form.done(ask):
        reply = redirect(f"/signin/code?to={local(request.args.get('to'))}", 303)
        set_cookie(reply, BROWSER, browser, seconds=TEN_MINUTES)
        return reply
    return render_template(
        "signin/begin.html", form=form, to=local(request.args.get("to")), providers=providers(service().config.keys),
        passkeys=site_of(service().config.base_url) is not None,
    ), form.status  # fmt: skip


def _post(person: Person, code: str) -> None:
    """Put the letter with the code among the jobs; one to nobody lies there, too, and goes nowhere."""
    language = as_language(person.language)
    enqueue(
        "letter" if person.email else NO_LETTER,
        {
            "to": person.email,
            "subject": say(language, "Kode for å logge inn i Fotfeste"),
            "text": "\n\n".join(
                (
                    say(language, "Hei {name}", name=person.name),
                    say(language, "Koden din er {code}", code=grouped(code)),
                    say(language, "Skriv den på siden der du ba om den. Den virker i ti minutter."),
                    say(language, "Ba du ikke om en kode, kan du se bort fra denne e-posten."),
                )
            ),
        },
    )


@pages.route("/signin/code", methods=["GET", "POST"])
@anyone
def code() -> Reply | tuple[str, int]:
    """Take the code, in the browser that asked for it."""
    form = Code()
    tokens: list[str] = []

    def type_in() -> None:
        typing.count(caller())
        browser = request.cookies.get(cookie_name(BROWSER), "")
        tokens.append(sign_in(service().db, browser, form.code.data or "", seen_as=_seen_as()))

    if form.done(type_in):
        return signed_in_now(tokens[0], local(request.args.get("to")))
    return render_template("signin/code.html", form=form), form.status


@pages.post("/signin/passkey/question")
@anyone
def ask_for_passkey() -> Response:
    """Give the question by which the browser shows a passkey."""
    asking.count(caller())
    browser = secrets.token_urlsafe(24)
    reply = Response(ask_for_any(service().db, site(), browser), mimetype="application/json")
    set_cookie(reply, PASSKEY, browser, seconds=TEN_MINUTES)
    return reply


@pages.post("/signin/passkey")
@anyone
def passkey() -> Reply:
    """Let in whoever has signed the question with their passkey."""
    typing.count(caller())
    browser = request.cookies.get(cookie_name(PASSKEY), "")
    token = sign_in_with(service().db, site(), browser, request.form.get("credential", ""), seen_as=_seen_as())
    return signed_in_now(token, local(request.args.get("to")))


def _seen_as() -> str:
    return kind_of_browser(request.headers.get("User-Agent", ""))


@pages.post("/signout")
@anyone
def end() -> Reply:
    """End the session here and in the database."""
    sign_out(service().db, request.cookies.get(cookie_name(COOKIE), ""))
    session.clear()
    flash(translated("Du er logget ut."), "success")
    reply = redirect("/signin", 303)
    reply.delete_cookie(cookie_name(COOKIE), secure=service().config.proxy, httponly=True, samesite="Lax")
    return reply


def signed_in_now(token: str, to: str) -> Reply:
    """Give a browser its session and begin anew: no form token from before the sign-in holds after it."""
    session.clear()
    reply = redirect(to, 303)
    set_cookie(reply, COOKIE, token, seconds=int(LONGEST.total_seconds()))
    return reply


def local(to: str | None) -> str:
    """Read where to go next; only a page of ours, never another site."""
    try:
        parts = urlsplit(to or "/")
    except ValueError:  # brackets of an address with numbers, left open
        return "/"
    safe = not parts.scheme and not parts.netloc and parts.path.startswith("/") and "\\" not in (to or "")
    if not safe or parts.path.startswith("//"):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
