"""Where a person is signed in: a list of their own, from which any browser can be signed out."""

from dataclasses import dataclass
from datetime import datetime

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import NotFound

from .. import audit
from .models import Person, SignIn
from .secret import hashed
from .sign_in_models import SessionNote
from .signing_in import IDLE

BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox", "CriOS/": "Chrome",
            "Chrome/": "Chrome", "Safari/": "Safari"}  # fmt: skip
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "Mac",
           "Linux": "Linux"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which a person is signed in; `handle` names it without telling its secret."""

    handle: str
    way: str
    browser: str
    started: datetime
    seen: datetime
    here: bool


def kind_of_browser(agent: str) -> str:
    """Say what a browser calls itself in a word or two that its owner knows; its version is nobody's business."""
    found = [next((name for mark, name in marks.items() if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def sessions(person: Person, token: str) -> list[Session]:
    """List where a person is signed in now, the newest first; `token` is that of the browser which asks."""
    moment, here = now(), hashed("session", token)
    alive = (SignIn.person == person.id) & (SignIn.ends > moment) & (SignIn.seen > moment - IDLE)
    notes = {each.sign_in_id: each for each in SessionNote.select().join(SignIn).where(alive)}
    return [
        Session(
            _handle(each.token_hash),
            notes[each.token_hash].way if each.token_hash in notes else "mail",
            notes[each.token_hash].browser if each.token_hash in notes else "",
            each.started,
            each.seen,
            each.token_hash == here,
        )
        for each in SignIn.select().where(alive).order_by(SignIn.started.desc(), SignIn.token_hash)
    ]


def _handle(token_hash: str) -> str:
    return hashed("handle", token_hash)[:16]


def end_session(db: Database, person: Person, handle: str) -> None:
    """Sign one of a person's browsers out."""
    with writing(db):
        mine = [each.token_hash for each in SignIn.select().where(SignIn.person == person.id)]
        named = [each for each in mine if _handle(each) == handle]
        if not named:
            raise NotFound
        SignIn.delete().where(SignIn.token_hash.in_(named)).execute()
        audit.tell(db, "session ended", handle)


def end_sessions(db: Database, person: Person, *, but: str = "") -> int:
    """Sign a person out everywhere, except in the browser of one token, and tell how many that were."""
    others = (SignIn.person == person.id) & (SignIn.token_hash != hashed("session", but))
    with writing(db):
        ended: int = SignIn.delete().where(others).execute()
        audit.tell(db, "sessions ended", person.id)
    return ended
