"""Desktop clients: enrolled with a typed code, known by a token, turned away when one wishes."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Forbidden, SignInNeeded
from fotfeste_shared.revisions import new_id

from .. import audit
from .access import Rows, Scope
from .models import Device, EnrolmentCode, Member, Network, Pairing, Participation, Person, Role, Team
from .people import one_line
from .secret import grouped, hashed, hashed_code, new_code

CODE_LIVES = timedelta(minutes=15)
REPEATABLE = timedelta(minutes=15)
TRIES = 5
WRONG = "Koden er feil, brukt eller for gammel. Be om en ny."
UNKNOWN = "Denne maskinen er ikke koblet til. Koble den til på nytt; det du har skrevet, er ikke borte."


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device and its token, which is told only now."""

    device: Device
    token: str


def make_code(db: Database, person: Person) -> str:
    """Make a code by which this person's computer may be enrolled; an unused earlier one is void."""
    code = new_code()
    with writing(db):
        EnrolmentCode.delete().where(
            (EnrolmentCode.person == person.id) & EnrolmentCode.used_at.is_null()
        ).execute()
        EnrolmentCode.create(code_hash=hashed_code("enrol", code), person=person.id, expires=now() + CODE_LIVES)
        audit.tell(db, "enrolment code made", person.id)
    return grouped(code)


def enrol(db: Database, key: bytes, typed: str, install: str, name: str) -> Enrolled:
    """Trade a code for a device and its token.

    The same code from the same install within a quarter of an hour has the same answer, because the first one
    may have been lost on the way: the token is made from the code and a key of ours, and stored by no one.
    """
    moment, code_hash = now(), hashed_code("enrol", typed)
    token = hmac.new(key, f"device|{code_hash}|{install}".encode(), hashlib.sha256).hexdigest()
    with writing(db):
        code = _tried(code_hash)
        if code is None or (code.used_at or code.expires) <= moment - (REPEATABLE if code.used_at else timedelta()):
            raise Forbidden(WRONG, code="wrong_code")
        if code.used_at is None:
            device = _new_device(code, install, name, token)
            audit.tell(db, "device enrolled", device.id, code.person_id)
        elif code.install == install and code.device is not None:
            device = code.device
        else:
            raise Forbidden(WRONG, code="wrong_code")
    return Enrolled(device, token)


def _tried(code_hash: str) -> EnrolmentCode | None:
    """Find a code and count the try; one that was tried too often is as good as unknown."""
    key = EnrolmentCode.code_hash == code_hash
    counted = EnrolmentCode.update(tries=EnrolmentCode.tries + 1).where(key & (EnrolmentCode.tries < TRIES))
    return EnrolmentCode.get(key) if counted.execute() == 1 else None


def _new_device(code: EnrolmentCode, install: str, name: str, token: str) -> Device:
    moment = now()
    device = Device.create(
        id=new_id(),
        person=code.person_id,
        name=one_line(name, 80) or "–",
        token_hash=hashed("device", token),
        install=install,
        enrolled=moment,
    )
    used = EnrolmentCode.update(used_at=moment, install=install, device=device.id)
    used.where(EnrolmentCode.code_hash == code.code_hash).execute()
    return device


def device_of(token: str) -> Device:
    """Find the device that carries a token; an unknown or blocked one has to be enrolled again."""
    found = Device.get_or_none(Device.token_hash == hashed("device", token))
    if found is None:
        raise SignInNeeded(UNKNOWN, code="unknown_device")
    if found.state == "blocked":
        raise Forbidden(UNKNOWN, code="revoked")
    return found


def devices(scope: Scope, network: Network) -> list[Device]:
    """List the devices of the people in a network, within one's scope, newest first."""
    people = people_in(scope, network).select(Person.id)
    return list(Device.select().where(Device.person.in_(people)).order_by(Device.enrolled.desc()))


def people_in(scope: Scope, network: Network) -> Rows:
    """Give the people of a network whose computers one may enrol, by name.

    A municipality's administrator reaches their own municipality's mentors and teams, nobody else.
    """
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    teams = scope.teams().where(Team.participation.in_(inside)).select(Team.id)
    mentors = scope.pairings().where(Pairing.participation.in_(inside)).select(Pairing.mentor)
    seated = Member.select(Member.person).where(Member.team.in_(teams))
    reached = Person.id.in_(mentors) | Person.id.in_(seated) | (Person.id == scope.person.id)
    if scope.may("plan", network):
        reached |= Person.id.in_(Role.select(Role.person).where(Role.network == network.id))
    return Person.select().where(reached).order_by(Person.name, Person.id)


def turn_away(db: Database, device: Device, state: str) -> None:
    """Take a device's rights: `drain_only` may still deliver what it holds, `blocked` nothing more."""
    with writing(db):
        Device.update(state=state).where(Device.id == device.id).execute()
        audit.tell(db, "device turned away", device.id, state)
