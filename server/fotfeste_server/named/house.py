"""The first facts of a new house: its name, the first link of its history, and the way in for the first organizer."""

import secrets

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, Prepared, gap, insert_once, writing
from fotfeste_shared.revisions import new_id

from .models import Meta, Person, SetupLink
from .secret import hashed

FACT = Prepared(Meta, lambda: Meta.select(Meta.value).where(Meta.key == gap("key")))


def settle(db: Database) -> None:
    """Write the facts that a database has from its first day; later starts change nothing."""
    with writing(db):
        insert_once(Meta, Meta.key, key="server", value=new_id())
        insert_once(Meta, Meta.key, key="link0", value=secrets.token_hex(32))


def fact(key: str) -> str:
    """Give one of the facts."""
    value = noted(key)
    if value is None:
        raise KeyError(key)
    return value


def note(key: str, value: str | None) -> None:
    """Write down a fact that may change, or strike it off; inside the caller's transaction."""
    if value is None:
        Meta.delete().where(Meta.key == key).execute()
        return
    Meta.insert(key=key, value=value).on_conflict(conflict_target=[Meta.key], update={Meta.value: value}).execute()


def noted(key: str) -> str | None:
    """Give such a fact, None where it does not hold."""
    found = FACT.run(key=key).fetchone()
    return str(found[0]) if found else None


def is_empty() -> bool:
    """Tell whether nobody has come in yet."""
    return not Person.select().exists()


def setup_token(db: Database) -> str | None:
    """Make the link for the first organizer anew, None when somebody is in already.

    Only the newest link holds: whoever reads an old terminal gets no further.
    """
    token = secrets.token_urlsafe(24)
    with writing(db):
        if not is_empty():
            return None
        SetupLink.delete().execute()
        SetupLink.create(token_hash=hashed("setup", token), made=now())
    return token
