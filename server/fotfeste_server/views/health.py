"""Is the server there, and can it keep anything? For those who run it and what watches it."""

from flask import Blueprint, Response, jsonify

from fotfeste_shared.database import storage

from ..health import checks
from . import anyone, service

pages = Blueprint("health", __name__, url_prefix="/health")


@pages.get("/live")
@anyone
def live() -> Response:
    """Say that the server answers."""
    return jsonify(live=True)


@pages.get("/ready")
@anyone
def ready() -> Response:
    """Say whether the server can keep anything, and what was looked at; without names, numbers or addresses."""
    db = service().db
    kept, found = storage(db), checks(service().config, db)
    good = all(check.good for check in found if check.weight == "vital")
    reply = jsonify(
        ready=good, engine=kept.engine, journal=kept.journal, synchronous=kept.synchronous, warning=kept.warning,
        checks={check.name: check.good for check in found},
    )  # fmt: skip
    reply.status_code = 200 if good else 503
    return reply
