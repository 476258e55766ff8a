"""Whom an account at a service elsewhere belongs to; known by its issuer and number there, never by a name."""

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Forbidden, Invalid, NotFound

from .. import audit
from .models import Person
from .sign_in_models import Identity

UNKNOWN = "Kontoen er ikke koblet til noen hos oss. Logg inn med kode på e-post, og koble den til på siden din."
TAKEN = "Kontoen er koblet til en annen person hos oss."


def identities_of(person: Person) -> list[Identity]:
    """List the accounts that a person signs in with."""
    return list(Identity.select().where(Identity.person == person.id).order_by(Identity.added))


def connect(db: Database, person: Person, provider: str, issuer: str, subject: str) -> None:
    """Tie an account elsewhere to a person who is signed in; twice is once."""
    with writing(db):
        row = {"issuer": issuer, "subject": subject, "person": person.id, "provider": provider, "added": now()}
        new = insert_once(Identity, Identity.issuer, Identity.subject, **row)
        if not new and _found(issuer, subject) != person:
            raise Invalid(TAKEN, questions={})
        if new:
            audit.tell(db, "account connected", person.id, provider)


def disconnect(db: Database, person: Person, issuer: str) -> None:
    """Forget a person's account at a service."""
    with writing(db):
        mine = (Identity.person == person.id) & (Identity.issuer == issuer)
        if not Identity.delete().where(mine).execute():
            raise NotFound
        audit.tell(db, "account disconnected", person.id)


def whose(db: Database, provider: str, issuer: str, subject: str, email: str | None) -> Person:
    """Tell whose account this is.

    The first time, an address that the service is trusted for will do, unless that person has another account there:
    an address may have passed to somebody new.
    """
    with writing(db):
        known = _found(issuer, subject)
        if known is not None:
            return known
        person = Person.get_or_none(Person.email == email.casefold()) if email else None
        if person is None or any(each.issuer == issuer for each in identities_of(person)):
            raise Forbidden(UNKNOWN, code="unknown_account")
        connect(db, person, provider, issuer, subject)
        return person


def _found(issuer: str, subject: str) -> Person | None:
    row = Identity.get_or_none((Identity.issuer == issuer) & (Identity.subject == subject))
    return row.person if row else None
