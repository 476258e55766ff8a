"""The house in which the golden transcripts were recorded: every id, key and moment in it is fixed for ever."""

from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from fotfeste_server.app import create_app
from fotfeste_server.config import Config
from fotfeste_server.named.house import note
from fotfeste_server.named.models import (
    Device,
    EnrolmentCode,
    Gathering,
    Network,
    Pairing,
    Participation,
    Person,
    Record,
    Role,
    Team,
)
from fotfeste_server.named.publishing import publish
from fotfeste_server.named.secret import hashed, hashed_code
from fotfeste_shared.database import writing
from fotfeste_shared.forms import shipped

THEN = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
CODE, TOKENS = "7KQ2M9XD", {"contact": "token-of-the-contact", "mentor": "token-of-the-mentor"}


def named(number: int) -> str:
    """One of the fixed ids."""
    return f"00000000-0000-4000-8000-{number:012d}"


NETWORK, PARTICIPATION, TEAM, GATHERING, PAIRING, REPORT = map(named, range(1, 7))
PEOPLE, DEVICES = {"contact": named(11), "mentor": named(12)}, {"contact": named(21), "mentor": named(22)}


def open_old_house(data: Path):
    """Build it anew, with whatever tables and programs there are today."""
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "session.key").write_bytes(bytes(32))
    (data / "keys" / "parcel.key").write_bytes(bytes(range(32)))
    app = create_app(Config(data=data))
    app.config["TESTING"] = True
    # what was given out then; the numbers have gone on since
    publish(app.extensions["fotfeste"].db, replace(shipped()["mentorlogg"], version=1))
    with writing(app.extensions["fotfeste"].db):
        note("server", named(99))
        note("link0", "0" * 64)
        Network.create(id=NETWORK, name="Gammelt nettverk", starts=date(2027, 1, 1), ends=date(2028, 12, 31))
        Participation.create(id=PARTICIPATION, network=NETWORK, municipality="4204")
        Team.create(id=TEAM, participation=PARTICIPATION, name="Team sør")
        for who, person in PEOPLE.items():
            Person.create(id=person, name=who.title(), email=f"{who}@eksempel.no")
            Device.create(
                id=DEVICES[who], person=person, name="PC", token_hash=hashed("device", TOKENS[who]),
                install=named(31), enrolled=THEN,
            )  # fmt: skip
        Role.create(id=named(41), person=PEOPLE["contact"], role="team_contact", team=TEAM)
        Gathering.create(
            id=GATHERING, network=NETWORK, number=1, starts=date(2027, 4, 1), ends=date(2027, 4, 1),
            reports_due=date(2027, 3, 18),
        )  # fmt: skip
        Pairing.create(
            id=PAIRING, participation=PARTICIPATION, team=TEAM, unit="Sykehjemmet", profession="sykepleier",
            started=date(2027, 2, 1), mentor=PEOPLE["mentor"],
        )  # fmt: skip
        Record.create(
            id=REPORT, form="statusrapport", natural_key=f"statusrapport:{TEAM}:{GATHERING}", about_kind="team",
            about_id=TEAM, network=NETWORK, team=TEAM, gathering=GATHERING, opened=THEN,
        )  # fmt: skip
        code = hashed_code("enrol", CODE)
        EnrolmentCode.create(code_hash=code, person=PEOPLE["mentor"], expires=THEN.replace(hour=10))
    return app
