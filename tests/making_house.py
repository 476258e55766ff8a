"""Makers for the server's tests: a house with one network, its teams and people, in a real database."""

import atexit
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

from flask import Flask

from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.migrations import STEPS
from fotfeste_server.named.access import Scope, scope
from fotfeste_server.named.devices import Enrolled, enrol, make_code
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Gathering, Network, Pairing, Participation, Person, Record, Team
from fotfeste_server.named.networks import appoint_administrator, found_network, take_in
from fotfeste_server.named.people import assign, person_by_email
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.named.teams import follow, form_team, seat
from fotfeste_server.service import Service
from fotfeste_server.static_files import compressed
from fotfeste_server.views import COOKIE
from fotfeste_server.views.pace import Pace
from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.kinds import Answers
from fotfeste_shared.migrating import migrate
from fotfeste_shared.revisions import About, Written, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.sync import Push, PushItem

KEY = b"k" * 32
ORGANIZER, ADVISOR, CONTACT, MENTOR = (f"{who}@eksempel.no" for who in ("arrangor", "veileder", "kontakt", "mentor"))


@dataclass
class House:
    """An app on a database, with somebody in every role of one network, and a stranger in another."""

    app: Flask
    network: Network
    participation: Participation
    team: Team
    gathering: Gathering
    pairing: Pairing
    people: dict[str, Person]
    elsewhere: "House | None" = None
    devices: dict[str, Enrolled] = field(default_factory=dict)

    @property
    def service(self) -> Service:
        return self.app.extensions["fotfeste"]

    @property
    def db(self) -> Database:
        return self.service.db

    def scope(self, who: str) -> Scope:
        return scope(self.people[who])

    def report(self) -> Record:
        return Record.get(Record.natural_key == f"statusrapport:{self.team.id}:{self.gathering.id}")

    def browser(self, who: str | None = None):
        """A browser, signed in as somebody."""
        client = self.app.test_client()
        if who:
            token = begin_session(self.db, self.people[who])
            client.set_cookie(COOKIE, token)
        return client

    def device(self, who: str) -> Enrolled:
        if who not in self.devices:
            code = make_code(self.db, self.people[who])
            self.devices[who] = enrol(self.db, KEY, code, new_id(), "PC")
        return self.devices[who]

    def push(self, who: str, *written: Written, known=None) -> Push:
        device = self.device(who).device
        items = [PushItem(rev=each.rev, digest=each.digest, text=each.text) for each in written]
        return Push(
            batch=new_id(), device=device.id, install=device.install, push_no=1, app="0.1", sent_at=timestamp(now()),
            known=known, items=items,
        )  # fmt: skip


@cache
def ground() -> Path:
    """What every house on a file begins with, made once: the tables, and the static files compressed."""
    folder = Path(tempfile.mkdtemp(prefix="fotfeste-ground-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    compressed(folder / "static")
    db = open_database(f"sqlite:///{folder / 'fotfeste.db'}")
    migrate(db, STEPS)
    close_database(db)
    return folder


def forget_tries() -> None:
    """Begin as a server does that has just started, though many of them share the process of the tests."""
    for name, module in list(sys.modules.items()):
        if name.startswith("fotfeste_server.views."):
            for pace in vars(module).values():
                if isinstance(pace, Pace):
                    pace._had.clear()


def open_app(data: Path, database_url: str) -> Flask:
    """Open an app on a folder, new or not, and a database; without an address, on a file in that folder."""
    config = Config(data=data, database=database_url)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(data.iterdir()):
        shutil.copytree(ground() / "static", data / "static")
        if not database_url:
            shutil.copy(ground() / "fotfeste.db", data / "fotfeste.db")  # whose it is, too
    app = create_app(config)
    forget_tries()
    app.config["TESTING"] = True
    return app


def furnish(app: Flask, name: str = "Sørlandet", number: str = "4204") -> House:
    """Fill an app with one network and one person in every role."""
    db = app.extensions["fotfeste"].db
    tag = name.casefold().replace("ø", "o")
    network = found_network(db, f"Nettverk {name}", "Mentor", today() - timedelta(30), today() + timedelta(700))
    organizer = person_by_email(db, f"{tag}.{ORGANIZER}", "Arrangør")
    assign(db, organizer, "organizer", network=network.id)
    participation = take_in(db, network, number)
    appoint_administrator(db, participation, "Administrator", f"{tag}.admin@eksempel.no")
    team = form_team(db, participation, f"Team {name}")
    advisor = follow(db, team, "Veileder", f"{tag}.{ADVISOR}")
    contact = seat(db, team, "Kontakt", f"{tag}.{CONTACT}", "hr", contact=True).person
    head = seat(db, team, "Leder", f"{tag}.leder@eksempel.no", "avdelingsleder").person
    gathering = plan_gathering(db, network, starts=today() + timedelta(30), theme="Oppstart")
    pairing = pair(
        db, participation, unit="Sykehjemmet", profession="sykepleier", started=today() - timedelta(10),
        mentor_name="Mentor", mentor_email=f"{tag}.{MENTOR}", team=team,
    )  # fmt: skip
    administrator = Person.get(Person.email == f"{tag}.admin@eksempel.no")
    people = {
        "organizer": organizer, "advisor": advisor, "contact": contact, "head": head, "mentor": pairing.mentor,
        "administrator": administrator,
    }  # fmt: skip
    return House(app, network, participation, team, gathering, pairing, people)


REPORT: Answers = {
    "framdrift": 20,
    "kort": "Vi har lært opp fire mentorer og begynt med samtaler.",
    "delmal": [
        {
            "id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f01", "tekst": "Alle nye får mentor", "maltall": "Andel med mentor",
            "frist": (today() + timedelta(100)).isoformat(), "status": "i_gang", "oppnaelse": 0,
        },
    ],
    "tiltak": [
        {
            "id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f02", "delmal_id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f01",
            "tekst": "Kurs for mentorer", "ansvar": "hr", "status": "planlagt",
        },
    ],
    "tall": [{"nye_ansatte": 4, "med_mentor": 3, "mentorer": 5, "mentorer_opplart": 4}],
    "hindringer": ["ingen"],
    "hjelp": ["mal"],
    "neste": "Vi skal lære opp to mentorer til.",
    "deltatt": ["hr"],
}  # fmt: skip


def report(house: House, who: str = "contact", *, parents: tuple[str, ...] = (), **change: object) -> Written:
    """A status report as a desktop client writes it."""
    answers = {**REPORT, **{key: value for key, value in change.items() if key in REPORT}}
    record = house.report()
    return write_revision(
        Content(
            rev=new_id(),
            record=str(change.get("record", record.id)),
            form="statusrapport",
            form_version=1,
            about=change.get("about", About("team", house.team.id)),
            author=house.people[who].id,
            saved_at=timestamp(now()),
            parents=parents,
            answers=answers,
        )
    )


def session_log(house: House, who: str = "mentor", **change: object) -> Written:
    """A mentor session as a desktop client writes it."""
    answers: Answers = {
        "kobling": house.pairing.id, "status": "ja", "dato": today().isoformat(), "minutter": 45, "form": "rom",
        "arbeidstid": "ja", "tema": ["oppgaver"], "informert": "ja",
    }  # fmt: skip
    return write_revision(
        Content(
            rev=new_id(),
            record=new_id(),
            form="mentorlogg",
            form_version=shipped()["mentorlogg"].version,
            about=About("pairing", house.pairing.id),
            author=house.people[who].id,
            saved_at=timestamp(now()),
            answers={**answers, **change},
        )
    )


__all__ = ["KEY", "REPORT", "House", "close_app", "furnish", "open_app", "report", "session_log"]
