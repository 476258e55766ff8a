"""Lets programs in by a key of theirs, in a header: no cookie is looked at here."""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from fotfeste_shared.problems import Forbidden, SignInNeeded

from .. import audit
from ..named.api_models import ApiToken
from ..named.tokens import Right, holder, scope_of
from . import ruled, service
from .accounting import about_to_act
from .pace import Pace, caller

guessing = Pace(tries=120, seconds=3600)  # wrong keys from one network; right ones are held to their own pace
asking = Pace(tries=1_200, seconds=60)
NEEDED = "Nøkkelen er ukjent, avsluttet eller for gammel."


def by_key(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in the holder of a key with a right; the view gets the key, and its scope stands in `g`."""

    def rule(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**given: Any) -> Any:  # noqa: ANN401 (whatever the view takes and gives)
            key = _shown()
            asking.count(key.id)
            audit.acting_as(f"{key.person_id} by key {key.id}")
            if right not in key.scopes.split():
                raise Forbidden
            g.scope = scope_of(key)
            about_to_act()
            return view(key, **given)

        return ruled(f"key, {right}")(guarded)

    return rule


def _shown() -> ApiToken:
    """Read the key: `Bearer key`, or the password of `Basic`, which is all that Excel can send."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    token = rest.strip() if scheme.casefold() == "bearer" else ""
    if scheme.casefold() == "basic":
        try:
            token = base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            token = ""
    try:
        return holder(service().db, token)
    except SignInNeeded:
        guessing.count(caller())
        raise
