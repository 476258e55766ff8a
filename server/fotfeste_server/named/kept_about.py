"""What is kept about one person, for that person to read and take along; and letting a person go.

Answers of the anonymous world are not here: nobody, we included, knows whose they are.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, Table, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import new_id, read_revision, timestamp
from fotfeste_shared.wording import Language

from .. import audit
from .agenda import title_of
from .api_models import ApiToken
from .erasing import Erasures, erase_all
from .gathering_models import Calendar, Guest
from .mentoring_models import Training
from .models import (
    Device,
    EnrolmentCode,
    Member,
    Network,
    Pairing,
    Person,
    Record,
    Revision,
    Role,
    SignIn,
    SignInCode,
    Team,
)
from .registration_models import Duty, SignUp
from .sign_in_models import Identity, Passkey

GONE = "Slettet person"
# What is a person's alone, and goes with them.
THEIRS: tuple[type[Table], ...] = (
    ApiToken, Calendar, Duty, EnrolmentCode, Guest, Identity, Passkey, Role, SignIn, SignInCode, Training,
)  # fmt: skip


class KeptRole(msgspec.Struct, frozen=True):
    """A role, and where it holds."""

    role: str
    where: str


class KeptSeat(msgspec.Struct, frozen=True):
    """A seat in a team."""

    team: str
    seat: str


class KeptDevice(msgspec.Struct, frozen=True):
    """A computer that the person connected."""

    name: str
    enrolled: str
    last_seen: str | None


class KeptForm(msgspec.Struct, frozen=True):
    """One filled form as the person handed it in."""

    title: str
    form: str
    saved_at: str
    received_at: str
    answers: Answers


class Kept(msgspec.Struct, frozen=True):
    """Everything that is kept about a person."""

    name: str
    email: str
    phone: str | None
    language: str
    roles: list[KeptRole]
    seats: list[KeptSeat]
    devices: list[KeptDevice]
    handed_in: list[KeptForm]


def kept_about(person: Person, language: Language) -> Kept:
    """Gather what is kept about a person."""
    seats = Member.select(Member, Team).join(Team).where(Member.person == person.id).order_by(Team.name)
    devices = Device.select().where(Device.person == person.id).order_by(Device.enrolled)
    return Kept(
        person.name, person.email, person.phone, person.language,
        [KeptRole(each.role, _where(each)) for each in _roles(person)],
        [KeptSeat(each.team.name, each.seat) for each in seats],
        [
            KeptDevice(each.name, timestamp(each.enrolled), each.last_seen.isoformat() if each.last_seen else None)
            for each in devices
        ],
        list(_handed_in(person, language)),
    )  # fmt: skip


def _roles(person: Person) -> list[Role]:
    return list(Role.select().where(Role.person == person.id).order_by(Role.role, Role.id))


def _where(role: Role) -> str:
    if role.team_id:
        return str(Team.get_by_id(role.team_id).name)
    if role.network_id:
        return str(Network.get_by_id(role.network_id).name)
    return role.municipality or ""


def _handed_in(person: Person, language: Language) -> Any:  # noqa: ANN401 (a row of KeptForm at a time)
    lines = Revision.select().where((Revision.author == person.id) & Revision.text.is_null(False))
    for line in lines.order_by(Revision.seq):
        title = title_of(Record.get_by_id(line.record_id), language)
        answers = read_revision(str(line.text)).answers
        yield KeptForm(title, line.form, line.saved_at, timestamp(line.received_at), answers)


def own_records(person: Person) -> list[str]:
    """Name the records that go with a person: what is about them, and a mentor's own talks."""
    own = Record.select(Record.id).where(
        ((Record.about_kind == "person") & (Record.about_id == person.id))
        | (
            (Record.about_kind == "pairing")
            & Record.about_id.in_(Pairing.select(Pairing.id).where(Pairing.mentor == person.id))
            & (Record.form == "mentorlogg")
        )
    )
    written = Revision.select(Revision.record).where(Revision.text.is_null(False))
    return [each.id for each in own.where(Record.id.in_(written))]


def hindrances(person: Person) -> Iterator[str]:
    """Say what must be handed on before a person can be forgotten, in sentences of ours."""
    if Pairing.select().where((Pairing.mentor == person.id) & Pairing.ended.is_null()).exists():
        yield "Personen er mentor nå. La en annen ta over først."
    if Team.select().where(Team.advisor == person.id).exists():
        yield "Personen er veileder for et team nå. La en annen ta over først."
    for role in Role.select().where((Role.person == person.id) & (Role.role == "organizer")):
        others = (Role.role == "organizer") & (Role.person != person.id)
        here = Role.network.is_null() if role.network_id is None else _plans(role.network_id)
        if not Role.select().where(others & here).exists():
            yield "Personen er den eneste arrangøren. La en annen bli arrangør først."
            return


def _plans(network: str) -> Any:  # noqa: ANN401 (a condition of peewee)
    return Role.network.is_null() | (Role.network == network)


def forget(db: Database, erasures: Erasures, person: Person, along: Callable[[], None] = lambda: None) -> int:
    """Forget a person: name, address, rights, computers and what they wrote about themselves; tells how many records.

    What they handed in for a team or a municipality stays, without their name. A mentor's talks are erased. Whoever
    still follows a new hire or a team, or alone plans a network, is told to hand that over first. `along` is done in
    the transaction in which the name goes.
    """
    for sentence in hindrances(person):
        raise Conflicting(sentence)
    records = own_records(person)
    # First: a crash after this leaves somebody whom one can still be asked to forget.
    count = erase_all(db, erasures, records) if records else 0
    with writing(db):
        along()
        address = Person.get_by_id(person.id).email
        for table in THEIRS:
            table.delete().where(table.person == person.id).execute()  # type: ignore[attr-defined]  # all have one
        SignUp.delete().where(SignUp.email == address).execute()
        Member.update(contact=False).where(Member.person == person.id).execute()
        Member.update(left=today()).where((Member.person == person.id) & Member.left.is_null()).execute()
        Device.update(state="blocked", name="–").where(Device.person == person.id).execute()
        Person.update(name=GONE, email=f"{new_id()}@slettet.invalid", phone=None).where(
            Person.id == person.id
        ).execute()
        audit.tell(db, "person let go", person.id)
    return count
