"""The page of figures, for a program that knows the token; for everybody else there is no such page."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from fotfeste_shared.problems import NotFound

from ..metrics import Figures
from . import ruled, service

pages = Blueprint("metrics", __name__)
TOKEN = "metrics.key"  # noqa: S105 (the file's name)
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def by_watcher(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in the program that watches the server, known by the token that `python server metrics-token` prints."""

    @wraps(view)
    def guarded(**given: Any) -> Any:  # noqa: ANN401 (whatever the view takes and gives)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        right = service().keys.secret(TOKEN).hex()
        if scheme.casefold() != "bearer" or not hmac.compare_digest(token.encode(), right.encode()):
            raise NotFound
        return view(**given)

    return ruled("watcher")(guarded)


@pages.get("/metrics")
@by_watcher
def figures() -> Response:
    """Give all figures."""
    counted = cast("Figures", current_app.extensions["figures"])
    return Response(counted.text(service().config, service().db), content_type=TEXT)
