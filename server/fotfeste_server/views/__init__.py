"""The pages, thin: read the request, call one verb, show one page. Each route declares who may come."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from ..service import Service

View = TypeVar("View", bound=Callable[..., Any])


class RouteWithoutRule(Exception):
    """A route does not say who may come; the program does not start before it does."""


def service() -> Service:
    """Give the running server's parts to a view."""
    return cast("Service", current_app.extensions["fotfeste"])


def ruled(rule: str) -> Callable[[View], View]:
    """Write a view's rule on it, for `every_route_has_a_rule` and the tests to read."""

    def write(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]  # functions take notes
        return view

    return write


def anyone(view: View) -> View:
    """Let everybody in: nothing here belongs to a person."""
    return ruled("anyone")(view)


def rule_of(app: Flask, endpoint: str) -> str | None:
    """Tell who may come to an endpoint; Flask's own static files are for everybody."""
    if endpoint == "static":
        return "anyone"
    return getattr(app.view_functions[endpoint], "rule", None)


def every_route_has_a_rule(app: Flask) -> None:
    """Refuse to start with a route that nobody thought about."""
    without = [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None]
    if without:
        raise RouteWithoutRule(", ".join(sorted(without)))
