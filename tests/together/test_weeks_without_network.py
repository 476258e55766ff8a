"""Six weeks without a network: two hundred talks are logged, all are delivered, and no private word leaves.

One mentor, the real pages and store, and the real server, which is away for the whole time. Every talk has private
notes with a word that occurs nowhere else; afterwards each place where something might have ended up is searched.
"""

import gzip
import logging
import logging.handlers
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from keyring.backends import fail
from making_desk import PASSPHRASE, Browser
from making_house import House, close_app, furnish, open_app
from werkzeug.serving import make_server

from fotfeste_desktop.desk import Desk
from fotfeste_desktop.diagnosing import diagnosis
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.models import Note
from fotfeste_desktop.models import Revision as Kept
from fotfeste_server.backup import take_backup
from fotfeste_server.named.devices import make_code
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Pairing, Revision
from fotfeste_shared.clock import now, today

pytestmark = pytest.mark.slow

TALKS, DAYS = 200, 42
CANARY, LABEL, HALF = "Kanarifugl", "Gulspurv", "Bokfink"  # in notes, in a pairing's own name, in a draft
SAID = "legemidler"  # a theme that was ticked: what is searched for this way is found where it must be


class Wire:
    """The way to the house: everything that passes is remembered, and it can be cut."""

    def __init__(self, house: House) -> None:
        self.house, self.heard, self.port = house, [], 0
        self.mend()

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        plain = gzip.decompress(body) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else body
        self.heard.append(repr(sorted(environ.items(), key=str)).encode() + plain)
        environ["wsgi.input"] = BytesIO(body)
        return self.house.app(environ, start_response)

    def mend(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self, threaded=False)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def cut(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Weeks:
    """What was done, and all that is left of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = furnish(open_app(folder / "house", ""))
        self.wire = Wire(self.house)
        self.home = Home(folder / "computer")
        self.home.prepare()
        self.log = logging.handlers.MemoryHandler(10**6, logging.CRITICAL + 1)
        logging.getLogger("fotfeste_desktop").setLevel(logging.INFO)  # as in the program
        logging.getLogger().addHandler(self.log)
        self.desk, self.browser = self.start()

    def start(self) -> tuple[Desk, Browser]:
        desk = Desk(self.home, KeyStore(fail.Keyring()), ask_where=lambda name: self.folder / "stick" / name)
        desk.begin()
        return desk, Browser(desk)

    def next_morning(self) -> None:
        self.desk.close()
        self.desk, self.browser = self.start()
        self.browser.get("/")
        self.browser.post("/unlock", secret=PASSPHRASE)

    def connect(self) -> None:
        self.browser.get("/")
        self.browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
        self.browser.post("/recovery", written="ja")
        code = make_code(self.house.db, self.house.people["mentor"])
        self.browser.get("/connect")
        self.browser.post("/connect", server=f"http://127.0.0.1:{self.wire.port}/#kode={code}", code="", name="PC")
        assert "Du er koblet til" in self.browser.page, self.browser.page

    def post(self, path: str, **fields: str) -> str:
        """Send a form as the page last seen would, and give where it leads; nothing is drawn."""
        named = {name.replace("__", "."): value for name, value in fields.items()}
        reply = self.browser.client.post(path, data=self.browser._hidden() | named)
        assert reply.status_code == 303, reply.get_data(as_text=True)
        return reply.headers["Location"]

    def talk(self, pairing: str, number: int) -> None:
        record = self.post(f"/pairings/{pairing}/sessions").rpartition("/")[2]
        rev = str(self.desk.outbox().draft(record).rev)
        notes = {"a__steg": f"{CANARY} steg {number}", "a__langt": f"{CANARY} notat {number}\nog mer"}
        fields = {"a__kobling": pairing, "a__status": "ja", "a__dato": today().isoformat(), "a__minutter": "45"}
        fields |= {"a__form": "rom", "a__arbeidstid": "ja", "a__tema": SAID, "a__informert": "ja"}
        self.post(f"/records/{record}", id=rev, **fields, **notes)

    def close(self) -> None:
        self.desk.close()
        self.wire.cut()
        close_app(self.house.app)
        logging.getLogger().removeHandler(self.log)
        logging.getLogger("fotfeste_desktop").setLevel(logging.NOTSET)


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weeks]:
    weeks = Weeks(tmp_path_factory.mktemp("weeks"))
    house = weeks.house
    for unit in ("Ekeberg", "Solbakken", "Åsen"):
        pair(
            house.db, house.participation, unit=unit, profession="sykepleier", started=today(), mentor_name="Mentor",
            mentor_email=house.people["mentor"].email, team=house.team,
        )  # fmt: skip
    pairings = [each.id for each in Pairing.select().where(Pairing.mentor == house.people["mentor"].id)]
    weeks.connect()
    weeks.browser.get(f"/pairings/{pairings[0]}")
    weeks.browser.post(f"/pairings/{pairings[0]}/label", label=LABEL)
    weeks.wire.cut()
    began = now()
    with time_machine.travel(began) as clock:
        for number in range(TALKS):
            if number % (TALKS // 4) == 0:
                weeks.next_morning()
            clock.move_to(began + timedelta(days=DAYS) * number / TALKS)
            weeks.talk(pairings[number % len(pairings)], number)
        weeks.waiting = weeks.browser.get("/waiting")
        weeks.browser.post("/waiting/parcel")
        weeks.parcel = weeks.browser.page
        record = weeks.post(f"/pairings/{pairings[1]}/sessions").rpartition("/")[2]
        for text in (f"{HALF} og ganske mye mer enn det", ""):
            weeks.browser.client.post(f"/drafts/{record}", data=weeks.browser._hidden() | {"a.langt": text})
        weeks.wire.mend()
        weeks.browser.get("/waiting")
        weeks.browser.post("/deliver")
        weeks.delivered = weeks.browser.page
        weeks.today = weeks.browser.get("/")
        take_backup(house.service.config, house.db)
    yield weeks
    weeks.close()


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_are_delivered_once_and_every_receipt_is_the_servers(weeks: Weeks):
    kept = {row.rev: row for row in Kept.select().where(Kept.mine).bind(weeks.desk.db)}
    stored = {row.rev: row for row in Revision.select().where(Revision.form == "mentorlogg")}

    assert f"{TALKS} venter på levering" in weeks.waiting or f"({TALKS})" in weeks.waiting
    assert "Tilkoblet. Alt er levert." in weeks.delivered
    assert (len(kept), kept.keys()) == (TALKS, stored.keys())
    assert all(row.receipt and row.state in ("delivered", "backed_up") for row in kept.values())
    assert {rev: (row.seq, row.digest) for rev, row in kept.items()} == {
        rev: (row.seq, row.digest) for rev, row in stored.items()
    }
    assert [row.held for row in stored.values() if row.held] == []
    assert Note.select().count(weeks.desk.db) == TALKS
    weeks.desk.let_go()


def test_no_private_word_is_in_any_request(weeks: Weeks):
    passed = b"".join(weeks.wire.heard)

    assert passed.count(SAID.encode()) == TALKS
    assert [word for word in (CANARY, LABEL, HALF) if word.encode() in passed] == []


def test_no_private_word_is_in_any_file_of_the_server(weeks: Weeks):
    files = bytes_below(weeks.folder / "house")
    backups = [name for name in files if "backup" in name]

    assert backups
    assert any(SAID.encode() in raw for raw in files.values())
    assert [name for name, raw in files.items() for word in (CANARY, LABEL, HALF) if word.encode() in raw] == []


def test_no_private_word_can_be_read_on_the_computer_or_in_what_is_carried_from_it(weeks: Weeks):
    files = bytes_below(weeks.folder / "computer") | bytes_below(weeks.folder / "stick")

    assert "Filen ligger her" in weeks.parcel
    assert any(name.endswith(".fotfeste") for name in files)
    words = (CANARY, LABEL, HALF, SAID)
    assert [name for name, raw in files.items() for word in words if word.encode() in raw] == []


def test_no_private_word_is_in_a_log_or_in_what_the_helper_is_told(weeks: Weeks):
    logged = "\n".join(logging.Formatter().format(record) for record in weeks.log.buffer)
    told = diagnosis(weeks.home, KeyStore(fail.Keyring()))

    assert "sync: offline" in logged
    assert [word for word in (CANARY, LABEL, HALF) if word in logged + told] == []


def test_the_mentor_still_has_every_note_and_the_own_name(weeks: Weeks):
    assert LABEL in weeks.today
    assert f"{CANARY} steg {TALKS - 1}" in weeks.today
    notes = [note.answers["langt"] for note in Note.select().bind(weeks.desk.db)]
    assert sorted(notes) == sorted(f"{CANARY} notat {number}\nog mer" for number in range(TALKS))
    weeks.desk.let_go()
