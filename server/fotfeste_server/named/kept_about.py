"""What is kept about one person, for that person to read and take along; and letting a person go.

Answers of the anonymous world are not here: nobody, we included, knows whose they are.
"""

from typing import Any

import msgspec

from fotfeste_shared.database import Database, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import new_id, read_revision, timestamp
from fotfeste_shared.wording import Language

from .. import audit
from .agenda import title_of
from .erasing import Erasures, erase_all
from .models import Device, Member, Network, Pairing, Person, Record, Revision, Role, SignIn, Team

GONE = "Slettet person"


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


def forget(db: Database, erasures: Erasures, person: Person) -> int:
    """Forget a person: name, address, rights, computers and what they wrote about themselves; tells how many records.

    What they handed in for a team or a municipality stays, without their name. A mentor's talks are erased. Whoever
    still follows a new hire, or alone plans a network, is told to hand that over first.
    """
    if Pairing.select().where((Pairing.mentor == person.id) & Pairing.ended.is_null()).exists():
        raise Conflicting
    own = Record.select(Record.id).where(
        ((Record.about_kind == "person") & (Record.about_id == person.id))
        | (
            (Record.about_kind == "pairing")
            & Record.about_id.in_(Pairing.select(Pairing.id).where(Pairing.mentor == person.id))
            & (Record.form == "mentorlogg")
        )
    )
    records = [each.id for each in own]
    with writing(db):
        Role.delete().where(Role.person == person.id).execute()
        Member.update(contact=False).where(Member.person == person.id).execute()
        SignIn.delete().where(SignIn.person == person.id).execute()
        Device.update(state="blocked", name="–").where(Device.person == person.id).execute()
        Person.update(name=GONE, email=f"{new_id()}@slettet.invalid", phone=None).where(
            Person.id == person.id
        ).execute()
        audit.tell(db, "person let go", person.id)
    return erase_all(db, erasures, records) if records else 0
