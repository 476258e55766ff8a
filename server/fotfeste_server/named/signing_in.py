"""Signing in: a short code by mail, typed in the browser that asked for it; then a session that can be ended."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Invalid, TooMany

from .. import audit
from .models import Person, SignIn, SignInCode
from .people import one_line
from .secret import hashed, hashed_code, new_code, new_token
from .sign_in_models import SessionNote

CODE_LIVES = timedelta(minutes=10)
TRIES = 5
CODES_AN_HOUR = 5
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

NOBODY = Person(id="", name="Noen Som Ikke Finnes", email="", phone=None, language="nb")  # has no mailbox

Post = Callable[[Person, str], None]


def ask_for_code(db: Database, address: str, browser: str, post: Post) -> None:
    """Send a code to whoever has this address; for an unknown address all looks the same, and nothing is sent.

    `browser` is the secret of the browser that asked; `post` puts the letter among the jobs of this transaction. An
    unknown address costs the same work, down to a letter to nobody, so that its answer does not come sooner.
    """
    code, moment = new_code(), now()
    with writing(db):
        person = Person.get_or_none(Person.email == one_line(address).casefold())
        _not_too_often(person or NOBODY, moment)
        SignInCode.delete().where(SignInCode.expires < moment - timedelta(hours=1)).execute()
        SignInCode.delete().where(SignInCode.browser_hash == hashed("browser", browser)).execute()
        SignInCode.create(
            browser_hash=hashed("browser", browser),
            person=person.id if person else None,
            code_hash=hashed_code("sign-in", code),
            expires=moment + CODE_LIVES,
        )
        post(person or NOBODY, code)


def _not_too_often(person: Person, moment: datetime) -> None:
    """Send a person few codes an hour: a mailbox is not to be filled, nor codes to be guessed in numbers."""
    since = moment - timedelta(hours=1) + CODE_LIVES
    asked = SignInCode.select().where((SignInCode.person == person.id) & (SignInCode.expires > since)).count()
    if asked >= CODES_AN_HOUR:
        raise TooMany


def sign_in(db: Database, browser: str, typed: str, *, seen_as: str = "") -> str:
    """Trade a code for a session and give its token; a wrong, old or used-up code is refused in the same words.

    `seen_as` is what its owner will know the browser by, in the list of where they are signed in.
    """
    moment = now()
    key = SignInCode.browser_hash == hashed("browser", browser)
    with writing(db):
        # Counted before it is compared, so that two guesses at once are two tries.
        counted = SignInCode.update(tries=SignInCode.tries + 1).where(
            key & (SignInCode.tries < TRIES) & (SignInCode.expires > moment)
        )
        asked = SignInCode.get_or_none(key) if counted.execute() == 1 else None
        good = asked is not None and hmac.compare_digest(asked.code_hash, hashed_code("sign-in", typed))
        token = _begin(db, asked.person_id, moment, "mail", seen_as) if asked and good and asked.person_id else None
        if token:
            SignInCode.delete().where(key).execute()
    if token is None:
        raise Invalid(questions={"code": "Koden er feil eller gammel. Sjekk den, eller be om en ny."})
    return token


def _begin(db: Database, person: str, moment: datetime, way: str, seen_as: str) -> str:
    token = new_token()
    token_hash = hashed("session", token)
    SignIn.delete().where(SignIn.ends < moment).execute()
    SignIn.create(token_hash=token_hash, person=person, started=moment, seen=moment, ends=moment + LONGEST)
    SessionNote.create(sign_in=token_hash, way=way, browser=seen_as)
    with audit.on_behalf_of(person):
        audit.tell(db, "signed in", way)
    return token


def begin_session(db: Database, person: Person, *, way: str = "setup", seen_as: str = "") -> str:
    """Sign in somebody who has shown who they are in another way: a passkey, another service, the set-up link."""
    with writing(db):
        return _begin(db, person.id, now(), way, seen_as)


def who(db: Database, token: str) -> Person | None:
    """Tell who is signed in by a token; nobody after an hour of rest, or twelve hours in all."""
    moment = now()
    found = SignIn.get_or_none(SignIn.token_hash == hashed("session", token))
    if found is None or found.ends <= moment or found.seen <= moment - IDLE:
        return None
    if found.seen <= moment - SEEN_EVERY:
        with writing(db):
            SignIn.update(seen=moment).where(SignIn.token_hash == found.token_hash).execute()
    return found.person


def sign_out(db: Database, token: str) -> None:
    """End a session for good."""
    with writing(db):
        SignIn.delete().where(SignIn.token_hash == hashed("session", token)).execute()
