"""Who is to be asked when: the waves that follow from a pairing's first day, told without saying who is who.

What leaves this module towards the anonymous world is a place, a wave, dates and an address; no id does.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from fotfeste_shared.answering import EMAIL, PHONE, add_months
from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Invalid
from fotfeste_shared.revisions import new_id
from fotfeste_shared.wording import Language, as_language

from .bounces import bounced, note_bounce
from .ledger import current
from .models import (
    Contact,
    Gathering,
    Invited,
    Inviting,
    Member,
    Network,
    Pairing,
    Participation,
    Person,
    Record,
    Team,
)
from .people import one_line
from .settings import takes_part_on

NEW_HIRE, MENTOR, LEAVER, PAIRING = "nyansatt", "mentor", "slutter", "kobling"
THE_WHOLE = "sluttevaluering"  # asks all who took part, when the network is nearly over
LAST_WEEKS = timedelta(weeks=8)
NOWHERE = "*"  # a survey that is told for the whole network only is asked without a place
FIRST_WAVE = timedelta(days=14)
LATER_WAVES = {"m3": 3, "m6": 6, "m12": 12}
A_YEAR_AS_MENTOR = 12
KEPT_FOR = timedelta(days=393)  # an address, from the first day at work: never longer than thirteen months
CHANGED_MENTOR = "byttet_mentor"
HAVE_LEFT = ("sluttet_stilling", CHANGED_MENTOR)  # who changed mentor is asked through the new pairing


@dataclass(frozen=True, slots=True)
class Wave:
    """One person's turn to be asked; `subject` stays in the named world."""

    subject: str
    form: str
    wave: str
    place: str
    day: date
    address: str | None
    language: Language
    refused: bool = False
    forget: date | None = None

    @property
    def reachable(self) -> bool:
        """Tell whether a letter can go."""
        return self.address is not None and not self.refused


def waves(network: Network) -> list[Wave]:
    """Give every turn in a network that nobody has been invited to yet, the earliest first.

    Nobody is asked in a municipality that has left.
    """
    pairings = [each for each in _pairings(network) if takes_part_on(each.participation, today())]
    had = {(row.subject, row.form, row.wave) for row in Invited.select()}
    had |= _had_before(pairings, had)
    every = [
        *(turn for pairing in pairings for turn in _of_new_hire(pairing)), *_of_mentors(pairings),
        *_of_everybody(network, pairings),
    ]  # fmt: skip
    coming = [turn for turn in every if (turn.subject, turn.form, turn.wave) not in had]
    return sorted(coming, key=lambda turn: (turn.day, turn.form, turn.wave, turn.place, turn.subject))


def _had_before(pairings: list[Pairing], had: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Say what new hires who changed mentor were asked already, as turns of their new pairings.

    A new hire has no name here, so the new pairing is known by municipality, unit, profession and first day. Where
    two hires are alike in all four, one of them may be left out rather than anybody asked twice.
    """
    carried: set[tuple[str, str, str]] = set()
    alike: dict[tuple[object, ...], list[Pairing]] = {}
    for pairing in pairings:
        key = (pairing.participation_id, pairing.unit.casefold(), pairing.profession, pairing.started)
        alike.setdefault(key, []).append(pairing)
    for group in alike.values():
        ended = [pairing for pairing in group if pairing.reason == CHANGED_MENTOR]
        going_on = [pairing for pairing in group if pairing.reason != CHANGED_MENTOR]
        for wave in ("start", *LATER_WAVES):
            asked = sum((pairing.id, NEW_HIRE, wave) in had for pairing in ended)
            open_ = [pairing for pairing in going_on if (pairing.id, NEW_HIRE, wave) not in had]
            carried |= {(pairing.id, NEW_HIRE, wave) for pairing in open_[:asked]}
    return carried


def _pairings(network: Network) -> Iterator[Pairing]:
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    yield from Pairing.select().where(Pairing.participation.in_(inside)).order_by(Pairing.started, Pairing.id)


def _of_new_hire(pairing: Pairing) -> Iterator[Wave]:
    kept = contact_of(pairing)
    shared = {
        "subject": pairing.id, "place": str(pairing.participation.municipality),
        "address": kept.address if kept else None, "language": as_language(kept.language if kept else None),
        "refused": kept.refused if kept else False, "forget": pairing.started + KEPT_FOR,
    }  # fmt: skip
    left = pairing.ended if pairing.reason in HAVE_LEFT else None
    days = {"start": pairing.started + FIRST_WAVE}
    days |= {wave: add_months(pairing.started, months) for wave, months in LATER_WAVES.items()}
    for wave, day in days.items():
        if left is None or (day < left and today() < left):
            yield Wave(form=NEW_HIRE, wave=wave, day=day, **shared)
    if left is not None and pairing.reason == "sluttet_stilling":
        yield Wave(form=LEAVER, wave="", day=left, **shared)


def _of_mentors(pairings: list[Pairing]) -> Iterator[Wave]:
    """Ask a mentor when the first pairing begins and a year later; they are reached as the colleagues they are."""
    first: dict[str, Pairing] = {}
    for pairing in pairings:
        first.setdefault(pairing.mentor_id, pairing)
    for pairing in first.values():
        person, began = pairing.mentor, pairing.started
        place, language = str(pairing.participation.municipality), as_language(person.language)
        for wave, day in (("for", began), ("etter", add_months(began, A_YEAR_AS_MENTOR))):
            yield Wave(person.id, MENTOR, wave, place, day, person.email, language, bounced(person.email))


def _of_everybody(network: Network, pairings: list[Pairing]) -> Iterator[Wave]:
    """Ask all who took part what the network gave them: after its last gathering, in its last eight weeks."""
    held = Gathering.select().where((Gathering.network == network.id) & Gathering.cancelled_on.is_null())
    last = max((each.ends for each in held), default=None)
    if last is None:
        return
    day = max(last + timedelta(1), network.ends - LAST_WEEKS)
    inside = Participation.select(Participation.id).where(
        (Participation.network == network.id) & Participation.left_on.is_null()
    )
    teams = Team.select(Team.id).where(Team.participation.in_(inside))
    seated = Member.select(Member.person).where(Member.team.in_(teams) & Member.left.is_null())
    mentors = {pairing.mentor_id for pairing in pairings}
    people = Person.select().where(Person.id.in_(seated) | Person.id.in_(mentors))
    for person in people.order_by(Person.id):
        language, refused = as_language(person.language), bounced(person.email)
        yield Wave(_in(network, person), THE_WHOLE, "", NOWHERE, day, person.email, language, refused)


def _in(network: Network, person: Person) -> str:
    """Name a person's part in one network: who took part in two is asked about each."""
    return f"{person.id}:{network.id}"


def colleague_of(turn: Wave) -> Person | None:
    """Find the colleague whose turn it is, None when it is a new hire's."""
    found: Person | None = Person.get_or_none(Person.id == turn.subject.partition(":")[0])
    return found


# --- addresses --------------------------------------------------------------------------------------


def contact_of(pairing: Pairing) -> Contact | None:
    """Find how a new hire is reached: what was written here, else what the head of department handed in apart."""
    kept: Contact | None = Contact.get_or_none(Contact.pairing == pairing.id)
    if kept is not None:
        return kept
    for record in handed_in_apart(pairing):
        content = current(record.id)
        address = content.answers.get("kontakt") if content else None
        with suppress(Invalid):  # what is held may hold anything
            if isinstance(address, str):
                return Contact(pairing=pairing.id, address=readable_address(address))
    return None


def handed_in_apart(pairing: Pairing) -> list[Record]:
    """Give the records that hold what a head of department wrote apart about a pairing, the last written first."""
    apart = (Record.form == PAIRING) & (Record.about_id == pairing.id) & Record.apart_of.is_null(False)
    return list(Record.select().where(apart).order_by(Record.opened.desc(), Record.id))


def keep_contact(db: Database, pairing: Pairing, typed: str, language: Language) -> None:
    """Keep how a new hire is reached; a new address may be tried again after an old one was refused."""
    address = readable_address(typed)
    with writing(db):
        Contact.delete().where(Contact.pairing == pairing.id).execute()
        Contact.create(id=new_id(), pairing=pairing.id, address=address, language=language)


def readable_address(typed: str) -> str:
    """Read an e-mail address or a mobile number in the one spelling that we keep."""
    line = one_line(typed)
    if "@" in line:
        address = line.casefold()
        if len(address) <= 254 and EMAIL.fullmatch(address):
            return address
    number = "".join(c for c in line if c.isdigit() or c == "+")
    if PHONE.fullmatch(number):
        return number if number.startswith("+") else f"+47{number}"
    raise Invalid(questions={"address": "Skriv en e-postadresse eller et mobilnummer."})


def erase_contact(db: Database, pairing: Pairing) -> None:
    """Erase how a new hire is reached."""
    with writing(db):
        Contact.delete().where(Contact.pairing == pairing.id).execute()


def erase_old_contacts(db: Database, network: Network, day: date) -> set[str]:
    """Erase the addresses whose time is over; gives them, for links that would go there to be forgotten as well."""
    with writing(db):
        old = [
            row for row in Contact.select().where(Contact.pairing.in_([each.id for each in _pairings(network)]))
            if row.pairing.started + KEPT_FOR <= day
        ]  # fmt: skip
        Contact.delete().where(Contact.id.in_([row.id for row in old])).execute()
    return {row.address for row in old}


def note_refusal(db: Database, network: Network, address: str, again: tuple[str, str] | None) -> None:
    """Note that an address takes nothing, a new hire's or a colleague's, so that somebody mends it.

    `again` is the form and wave whose first letter it was: it reached nobody and may be sent anew.
    """
    with writing(db):
        for pairing in _pairings(network):
            kept = contact_of(pairing)
            if kept is None or kept.address != address:
                continue
            if not Contact.update(refused=True).where(Contact.pairing == pairing.id).execute():
                Contact.create(id=new_id(), pairing=pairing.id, address=address, refused=True)
            if again:
                _ask_anew(pairing.id, *again)
        colleague = Person.get_or_none(Person.email == address)
        if colleague is not None:
            note_bounce(db, address)
            if again:
                _ask_anew(_in(network, colleague) if again[0] == THE_WHOLE else colleague.id, *again)


def _ask_anew(subject: str, form: str, wave: str) -> None:
    mine = (Invited.subject == subject) & (Invited.form == form) & (Invited.wave == wave)
    Invited.delete().where(mine).execute()


# --- what has been done -----------------------------------------------------------------------------


def note_invited(turn: Wave, way: str) -> bool:
    """Note that a turn has been taken, inside the caller's transaction; False when it was taken already."""
    return insert_once(
        Invited, Invited.subject, Invited.form, Invited.wave,
        subject=turn.subject, form=turn.form, wave=turn.wave, way=way,
    )  # fmt: skip


def invites_by_itself(network: Network) -> bool:
    """Tell whether invitations go out without anybody asking."""
    return bool(Inviting.select().where(Inviting.network == network.id).exists())


def let_invite(db: Database, network: Network, *, on: bool) -> None:
    """Let invitations go out by themselves from now on, or stop that."""
    with writing(db):
        if on:
            insert_once(Inviting, Inviting.network, network=network.id)
        else:
            Inviting.delete().where(Inviting.network == network.id).execute()


def inviting_networks() -> list[Network]:
    """Give the networks whose invitations go out by themselves."""
    return list(Network.select().where(Network.id.in_(Inviting.select(Inviting.network))).order_by(Network.id))
