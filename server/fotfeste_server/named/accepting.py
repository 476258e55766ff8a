"""An organizer accepts a municipality's sign-up: it takes part, with its teams, their members and its contacts."""

from dataclasses import dataclass

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, Writer, writing
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.wording import Language, as_language

from .access import BINDING, scope
from .history import leaves_of
from .joining import rows_in, versions_of
from .ledger import Ledger
from .models import Member, Network, Participation, Person, Record, Team
from .networks import appoint_administrator, come_back, take_in
from .people import person_by_email
from .publishing import published
from .reforming import place_of
from .registration_models import Registration
from .teams import form_team, seat


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted sign-up has made: the municipality's contact, and each team with its own."""

    place: Participation
    contact: Person
    contacts: tuple[tuple[Person, Team], ...]


def accept(db: Database, network: Network, registration: Registration, by: Person) -> Accepted:
    """Let the municipality take part, in one transaction; accepting again finds everything there.

    Teams that the municipality has already are gone on with under their names.
    """
    answers: Answers = registration.answers or {}
    with writing(db):
        fresh = (Registration.id == registration.id) & Registration.state.in_(["waiting", "accepted"])
        taken = Registration.update(state="accepted", decided_by=by.id, decided=now()).where(fresh)
        if not answers or taken.execute() != 1:
            raise Conflicting("Påmeldingen er allerede behandlet.")
        place = _place(db, network, registration.municipality)
        language = as_language(registration.language)
        contact = _meet(db, answers["kontakt_navn"], answers["kontakt_epost"], answers.get("kontakt_mobil"), language)
        appoint_administrator(db, place, contact.name, contact.email)
        contacts = tuple(_team(db, place, written, language) for written in rows_in(answers, "team"))
    return Accepted(place, contact, contacts)


def _place(db: Database, network: Network, municipality: str) -> Participation:
    found = place_of(network, municipality)
    if found is None:
        return take_in(db, network, municipality)
    if found.left_on is not None:
        come_back(db, found)
    return found


def _team(db: Database, place: Participation, written: Answers, language: Language) -> tuple[Person, Team]:
    """Make a team as it was written, and give the one who hands in for it."""
    name = str(written["navn"])
    found: Team | None = Team.get_or_none((Team.participation == place.id) & (Team.name == name))
    team = found or form_team(db, place, name)
    contact: Member | None = None
    for member in rows_in(written, "medlemmer"):
        leads = member.get("teamkontakt") == "ja"
        person = _meet(db, member["navn"], member["epost"], member.get("mobil"), language)
        seated = seat(db, team, person.name, person.email, str(member["rolle"]), contact=leads)
        contact = seated if leads else contact
    if contact is None:
        raise Conflicting("Påmeldingen er allerede behandlet.")
    return contact.person, team


def _meet(db: Database, name: object, address: object, phone: object, language: Language) -> Person:
    """Find somebody or add them; what a known person says of themselves is not written over."""
    person = person_by_email(db, str(address), str(name), language)
    if isinstance(phone, str) and not person.phone:
        Person.update(phone=phone).where(Person.id == person.id).execute()
    return person


def hand_over(db: Database, writer: Writer, registration: Registration, accepted: Accepted) -> Receipt:
    """Put what was written into the ledger in its contact's name, and let go of our own copy of it.

    From then on the municipality changes it there. Done again after a crash it finds the same form.
    """
    record = Record.get(Record.natural_key == f"{BINDING}:{accepted.place.id}")
    ledger = Ledger(db, writer, scope(accepted.contact), record, tuple(leaves_of(record.id)))
    receipt = ledger.receive(Filled(BINDING, registration.version, registration.answers or {}, registration.id))
    with writing(db):
        rows = Registration.select().where(Registration.network == registration.network_id)
        every = list(versions_of(registration.id, {row.id: row.replaces for row in rows}))
        Registration.update(answers=None).where(Registration.id.in_(every)).execute()
    return receipt


def advice_on(registration: Registration, language: Language) -> list[str]:
    """Say which wanted roles a sign-up lacks, team by team; it may be accepted all the same."""
    answers: Answers = registration.answers or {}
    told = judge(published(BINDING, registration.version), answers, Context(now().date()))
    names = [str(team.get("navn", "")) for team in rows_in(answers, "team")]
    found = []
    for each in told.advice:
        number = next((int(part) for part in each.path.split("/") if part.isdigit()), None)
        name = names[number] if number is not None and number < len(names) else ""
        found.append(f"{name}: {each.sentence(language)}" if name else each.sentence(language))
    return found
