"""The pages, thin: read the request, call one verb, show one page. Each route declares who may come."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar, cast
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import SignInNeeded

from .. import audit
from ..named.access import Action, Scope, scope
from ..named.devices import device_of
from ..named.models import Device, Gathering, Person
from ..named.signing_in import who
from ..service import Service
from .accounting import about_to_act

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["network", "participation", "team", "gathering", "pairing", "record"]
COOKIE = "signed_in"


class RouteWithoutRule(Exception):
    """A route does not say who may come; the program does not start before it does."""


def service() -> Service:
    """Give the running server's parts to a view."""
    return cast("Service", current_app.extensions["fotfeste"])


# --- rules ---------------------------------------------------------------------------------------------


def ruled(rule: str) -> Callable[[View], View]:
    """Write a view's rule on it, for `every_route_has_a_rule` and the tests to read."""

    def write(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]  # functions take notes
        return view

    return write


def anyone(view: View) -> View:
    """Let everybody in: nothing here belongs to a person."""
    return ruled("anyone")(view)


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever is signed in; the person and their scope stand in `g`."""

    @wraps(view)
    def guarded(**given: Any) -> Any:  # noqa: ANN401 (whatever the view takes and gives)
        person = present()
        if person is None:
            if request.method == "GET":
                return redirect(f"/signin?to={quote(request.full_path.rstrip('?'), safe='')}", 303)
            raise SignInNeeded
        g.scope = scope(person)
        audit.acting_as(person.id)
        about_to_act()
        return view(**given)

    return ruled("signed in")(guarded)


def within(kind: Kind, may: Action | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in those within whose scope the row of the address lies; the view gets the row itself.

    `may` asks for a right as well, in the network that the row is or belongs to.
    """

    def rule(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def reached(**given: Any) -> Any:  # noqa: ANN401 (as above)
            row = getattr(my_scope(), kind)(given.pop(f"{kind}_id"))
            if may is not None:
                my_scope().must(may, row.network if isinstance(row, Gathering) else row)
            return view(row, **given)

        return ruled(f"within {kind}" + (f", {may}" if may else ""))(signed_in(reached))

    return rule


def by_device(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in an enrolled desktop client, known by its token; the view gets the device."""

    @wraps(view)
    def guarded(**given: Any) -> Any:  # noqa: ANN401 (as above)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        device: Device = device_of(token if scheme.casefold() == "bearer" else "")
        audit.acting_as(device.person_id)
        return view(device, **given)

    return ruled("device")(guarded)


def rule_of(app: Flask, endpoint: str) -> str | None:
    """Tell who may come to an endpoint."""
    return getattr(app.view_functions[endpoint], "rule", None)


def every_route_has_a_rule(app: Flask) -> None:
    """Refuse to start with a route that nobody thought about."""
    without = [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None]
    if without:
        raise RouteWithoutRule(", ".join(sorted(without)))


# --- who is here ------------------------------------------------------------------------------------------


def my_scope() -> Scope:
    """Give the scope of the person whose request this is; only within a rule that lets people in."""
    return cast("Scope", g.scope)


def present() -> Person | None:
    """Tell who is signed in, looked up once in a request."""
    if "person" not in g:
        token = request.cookies.get(cookie_name(COOKIE), "")
        g.person = who(service().db, token) if token else None
    return cast("Person | None", g.person)


def cookie_name(name: str) -> str:
    """Name a cookie; behind HTTPS the browser holds it to this one host."""
    return f"__Host-{name}" if service().config.proxy else name


def set_cookie(reply: Reply, name: str, value: str, *, seconds: int | None = None) -> None:
    """Give the browser a secret that no script and no other site can use."""
    secure = service().config.proxy
    reply.set_cookie(cookie_name(name), value, max_age=seconds, httponly=True, secure=secure, samesite="Lax")
