"""Things of the desktop's tests: a folder, an encrypted database, an outbox, and a session as a mentor logs it."""

import os
from datetime import timedelta

import pytest
from keyring.backends import fail
from loopback import PERSON as MENTOR
from loopback import Loopback
from making_desk import PAIRING, PASSPHRASE, Browser

from fotfeste_desktop.desk import Desk
from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.outbox import Outbox
from fotfeste_desktop.syncing import Syncing
from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.migrating import migrate
from fotfeste_shared.revisions import About, timestamp

PERSON = "0b9f7c1e-2222-4a4a-8a8a-000000000002"
DEVICE = "0b9f7c1e-3333-4a4a-8a8a-000000000003"
SERVER = "0b9f7c1e-4444-4a4a-8a8a-000000000004"


@pytest.fixture
def home(tmp_path):
    umask = os.umask(0o022)
    home = Home(tmp_path / "home")
    home.prepare()
    yield home
    home.leave()
    os.umask(umask)


@pytest.fixture
def key():
    return bytes(range(32))


@pytest.fixture
def db(home, key):
    db = open_database(f"sqlite:///{home.database}", key=key)
    migrate(db, STEPS)
    yield db
    close_database(db)


@pytest.fixture
def mentor_log():
    return shipped()["mentorlogg"]


@pytest.fixture
def session():
    """A session as the judge passes it, with private notes."""
    return {
        "kobling": PAIRING,
        "status": "ja",
        "dato": today().isoformat(),
        "minutter": 45,
        "form": "rom",
        "arbeidstid": "ja",
        "tema": ["trygghet"],
        "steg": "Øve på overrapport",
        "langt": "Hun er blitt tryggere på natt",
    }


@pytest.fixture
def outbox(db):
    return Outbox(db, PERSON)


class Mentor:
    """Writes sessions and hands them in, as the pages do."""

    def __init__(self, outbox, form, answers):
        self.outbox, self.form, self.answers = outbox, form, answers

    def draft(self, record, **answers):
        return self.outbox.open(self.form, record, About("pairing", PAIRING), self.answers | answers)

    def save(self, record, **answers):
        """Gives the id of the revision that now waits."""
        draft = self.draft(record, **answers)
        filled = Filled(self.form.code, self.form.version, self.answers | answers, draft.rev)
        assert self.outbox.receive(filled, self.form).taken
        return draft.rev


@pytest.fixture
def mentor(outbox, mentor_log, session):
    return Mentor(outbox, mentor_log, session)


class FakeHistory:
    """What a server would answer, made by hand: the rule of acknowledgement is tried on lies, too."""

    def __init__(self):
        self.id = SERVER
        self.seq = 0

    def reply(self, push, **wrong):
        """An answer that keeps every item, except for what the test gets wrong on purpose."""
        items = []
        for item in push.items:
            self.seq += 1
            word = {"rev": item.rev, "outcome": "stored", "digest": item.digest, "seq": self.seq}
            items.append(sync.ItemReply(**word | {"receipt": f"7KQ2-{self.seq:04}"} | wrong.get("item", {})))
        whole = {"service": sync.SERVICE, "protocol": 1, "batch": push.batch, "server": SERVER}
        whole |= {"now": timestamp(now()), "history": sync.History(seq=self.seq, link=f"link{self.seq}")}
        whole |= {"items": items} | {key: value for key, value in wrong.items() if key != "item"}
        return sync.PushReply(**whole)


@pytest.fixture
def server():
    return FakeHistory()


@pytest.fixture
def exchange(db):
    """The bookkeeping of sync, already enrolled."""
    exchange = Exchange(db)
    person = sync.PersonLine(id=PERSON, name="Ola Mentor")
    reply = sync.EnrolReply(service=sync.SERVICE, device=DEVICE, token="t" * 43, server=SERVER, person=person)
    exchange.take_enrolment("http://127.0.0.1:9", reply)
    return exchange


@pytest.fixture
def loopback():
    """A real server on this machine that remembers every byte it was sent."""
    server = Loopback()
    yield server
    server.stop()


@pytest.fixture
def syncing(db, loopback):
    """The client's syncing, enrolled at the loopback server; each test says when it goes round."""
    syncing = Syncing(db)
    syncing.enrol(loopback.url, loopback.code, "PC")
    yield syncing
    syncing.stop()


@pytest.fixture
def desk(home):
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.begin()
    yield desk
    desk.close()


@pytest.fixture
def browser(desk):
    return Browser(desk)


@pytest.fixture
def opened(browser):
    """Past the first start: passphrase chosen, recovery code written down."""
    browser.get("/")
    browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    browser.post("/recovery", written="ja")
    return browser


@pytest.fixture
def connected(opened, desk, loopback):
    started = (today() - timedelta(days=3)).isoformat()
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "started": started, "municipality": "Moss"}
    loopback.roster = sync.Roster(person=MENTOR, pairings=[sync.PairingLine(id=PAIRING, **line)])
    opened.get("/connect")
    opened.post("/connect", server=loopback.url, code="7kq2 m9xd", name="PC")
    return opened
