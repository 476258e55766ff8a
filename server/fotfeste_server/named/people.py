"""People and what they may do."""

from fotfeste_shared.answering import EMAIL, clean_text
from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Closed, Invalid
from fotfeste_shared.revisions import new_id
from fotfeste_shared.wording import Language

from .. import audit
from .models import Person, Role, SetupLink, Team
from .secret import hashed


def wanted(text: str, field: str, longest: int = 120) -> str:
    """Read a short text that must be there; one line, no spaces around it."""
    cleaned = one_line(text)
    if not cleaned or len(cleaned) > longest:
        sentence = "Skriv noe her." if not cleaned else "Dette er for langt."
        raise Invalid(questions={field: sentence})
    return cleaned


def one_line(text: str, longest: int = 10_000) -> str:
    """Give a text without line breaks and without letters that a database refuses."""
    return clean_text(text, lines=False)[:longest]


def email(text: str, field: str = "email") -> str:
    """Read an e-mail address in the one spelling that we keep."""
    cleaned = one_line(text).casefold()
    if len(cleaned) > 254 or not EMAIL.fullmatch(cleaned):
        raise Invalid(questions={field: "Skriv en e-postadresse, for eksempel navn@kommune.no."})
    return cleaned


def person_by_email(db: Database, address: str, name: str, language: Language = "nb") -> Person:
    """Find the person with this address, or add them; a known person keeps the name they have."""
    address, name = email(address), wanted(name, "name")
    with writing(db):
        insert_once(Person, Person.email, id=new_id(), name=name, email=address, language=language)
        return Person.get(Person.email == address)


def assign(
    db: Database,
    person: Person,
    role: str,
    *,
    network: str | None = None,
    municipality: str | None = None,
    team: str | None = None,
) -> None:
    """Give a person a role somewhere; the same role twice is one."""
    with writing(db):
        same = (Role.person == person.id) & (Role.role == role)
        for column, value in ((Role.network, network), (Role.municipality, municipality), (Role.team, team)):
            same &= column.is_null() if value is None else column == value
        if not Role.select().where(same).exists():
            Role.create(
                id=new_id(), person=person.id, role=role, network=network, municipality=municipality, team=team
            )
            audit.tell(db, "role given", role, person.id, network or "", municipality or "", team or "")


def relieve_contacts(team: Team) -> None:
    """Take the right to hand in for a team from those who were its contacts."""
    Role.delete().where((Role.team == team.id) & (Role.role == "team_contact")).execute()


def is_setup(token: str) -> bool:
    """Tell whether a set-up link still leads in."""
    found = SetupLink.get_or_none(SetupLink.token_hash == hashed("setup", token))
    return found is not None and found.used is None


def come_in_first(db: Database, token: str, name: str, address: str, language: Language) -> Person:
    """Make the first organizer out of the holder of the set-up link; it works once."""
    with writing(db):
        used = SetupLink.update(used=now()).where(
            (SetupLink.token_hash == hashed("setup", token)) & SetupLink.used.is_null()
        )
        if used.execute() != 1:
            raise Closed("Lenken er brukt eller gammel. Start tjenesten på nytt for å få en ny.")
        person = person_by_email(db, address, name, language)
        assign(db, person, "organizer")
    return person
