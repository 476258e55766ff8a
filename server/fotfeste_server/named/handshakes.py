"""Questions to a browser whose answer comes in a second request: kept here, so that each is answered once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Problem

from .secret import hashed
from .sign_in_models import Handshake

LIVES = timedelta(minutes=10)
TOO_LATE = "Det tok for lang tid, eller det ble gjort før. Prøv en gang til."


def begin_handshake(db: Database, purpose: str, browser: str, kept: Mapping[str, object]) -> None:
    """Remember a question; a new one to the same browser takes the place of the last."""
    key = hashed(purpose, browser)
    with writing(db):
        Handshake.delete().where((Handshake.browser_hash == key) | (Handshake.expires < now())).execute()
        Handshake.create(browser_hash=key, kept=kept, expires=now() + LIVES)


def end_handshake(db: Database, purpose: str, browser: str) -> Any:  # noqa: ANN401 (what was kept, as JSON is)
    """Give what was kept, and forget it in the same breath: an answer that comes twice finds nothing."""
    key = Handshake.browser_hash == hashed(purpose, browser)
    with writing(db):
        found = Handshake.get_or_none(key & (Handshake.expires > now()))
        # Two answers at once both find it; only one of them takes it away.
        taken = Handshake.delete().where(key).execute()
    if found is None or taken != 1:
        raise Problem(TOO_LATE, code="handshake", status=400)
    return found.kept
