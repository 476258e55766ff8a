"""Signing in with an account elsewhere: out to the service, and back with its word."""

import secrets

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound, Problem
from fotfeste_shared.web.pages import current_language, translated

from ..named import identities
from ..named.handshakes import begin_handshake, end_handshake
from ..named.sessions import kind_of_browser
from ..named.signing_in import begin_session
from ..openid import Provider, begin, finish, providers
from . import anyone, cookie_name, present, service, set_cookie
from .pace import caller
from .signin import TEN_MINUTES, local, signed_in_now, typing

pages = Blueprint("openid", __name__)
PURPOSE = "openid"


def _provider(code: str) -> Provider:
    found = providers(service().config.keys).get(code)
    if found is None:
        raise NotFound
    return found


def _back(code: str) -> str:
    """The one address that a service is to send people back to, which stands in its own list too."""
    return f"{service().config.base_url}/signin/back/{code}"


@pages.get("/signin/with/<code>")
@anyone
def leave(code: str) -> Reply:
    """Send the browser to the service; whoever is signed in already connects their account there."""
    typing.count(caller())
    provider, person = _provider(code), present()
    address, kept = begin(provider, _back(code), current_language())
    browser = secrets.token_urlsafe(24)
    asked = {**kept, "provider": code, "to": local(request.args.get("to")), "person": person.id if person else None}
    begin_handshake(service().db, PURPOSE, browser, asked)
    reply = redirect(address, 303)
    set_cookie(reply, PURPOSE, browser, seconds=TEN_MINUTES)
    return reply


@pages.get("/signin/back/<code>")
@anyone
def come_back(code: str) -> Reply:
    """Let in whom the service vouches for, in the browser that was sent there and for that one question."""
    typing.count(caller())
    provider = _provider(code)
    kept = end_handshake(service().db, PURPOSE, request.cookies.get(cookie_name(PURPOSE), ""))
    if kept["provider"] != code:
        raise Problem("Vi forsto ikke forespørselen. Last siden på nytt og prøv igjen.", code="openid", status=400)
    claims = finish(provider, _back(code), kept, request.args)
    if kept["person"] is not None:
        return _connected(kept["person"], code, claims.issuer, claims.subject)
    person = identities.whose(service().db, code, claims.issuer, claims.subject, claims.email)
    seen_as = kind_of_browser(request.headers.get("User-Agent", ""))
    return signed_in_now(begin_session(service().db, person, way=code, seen_as=seen_as), kept["to"])


def _connected(person_id: str, code: str, issuer: str, subject: str) -> Reply:
    """Tie the account to whoever left for it, if they are still here."""
    person = present()
    if person is None or person.id != person_id:
        raise Problem("Du må logge inn først. Det du har skrevet, er ikke borte.", code="sign_in_needed", status=401)
    identities.connect(service().db, person, code, issuer, subject)
    flash(translated("Kontoen er koblet til. Neste gang kan du logge inn med den."), "success")
    return redirect("/me", 303)
