"""Is the server there, and can it keep anything? For those who run it and what watches it."""

from flask import Blueprint, Response, jsonify

from fotfeste_shared.database import can_write, storage

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
    """Say whether the database takes writes; how it is kept is told without names or addresses."""
    db = service().db
    kept = storage(db)
    good = can_write(db)
    reply = jsonify(
        ready=good, engine=kept.engine, journal=kept.journal, synchronous=kept.synchronous, warning=kept.warning
    )
    reply.status_code = 200 if good else 503
    return reply
