"""The mentor's encrypted outbox at work: key file, drafts while typing, sheets handed in, delivery told by a server."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keyring.backends.fail
from faults.heart_world import CHECKPOINT
from faults.trying import Found, Session, Step

from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyFile, KeyStore
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.models import Draft, Note, Revision
from fotfeste_desktop.outbox import Outbox
from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, backup_copy, close_database, open_database
from fotfeste_shared.forms import digest, shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.kinds import Answers
from fotfeste_shared.migrating import migrate
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import About, timestamp

PASSPHRASE = "tre røde sykler i snø"
PAIRING, PERSON, DEVICE, SERVER = (f"0b9f7c1e-{n}{n}{n}{n}-4a4a-8a8a-00000000000{n}" for n in (1, 2, 3, 4))
FORM = shipped()["mentorlogg"]


class DesktopWorld:
    """A mentor writes sessions; `minutter` counts what she had typed when we said that it was saved."""

    def __init__(self, sheets: int, *, key_file: str | None = None) -> None:
        self.sheets = sheets
        self.key_file = key_file
        self._keys: dict[str, bytes] = {}  # unwrapping is slow on purpose; the same file gives the same key

    def prepare(self, folder: Path) -> None:
        """Begin with an empty disk, or with a key file that was made before."""
        if self.key_file:
            Home(folder).key.write_text(self.key_file)

    def open(self, folder: Path) -> Session:
        home = Home(folder)
        keys = keys_of(home)
        key = keys.make(PASSPHRASE)[0] if keys.is_new() else self._key(home)
        db = open_database(f"sqlite:///{home.database}", key=key)
        db.journalling = (*db.journalling, CHECKPOINT)
        db.close()
        migrate(db, STEPS)
        return DesktopSession(db, folder, self.sheets)

    def found(self, folder: Path) -> Found:
        home = Home(folder)
        if not home.database.exists():
            return Found(frozenset())
        key = self._key(home)
        db = open_database(f"sqlite:///{home.database}", key=key)
        try:
            migrate(db, STEPS)
            facts, faults = _read(db)
        finally:
            close_database(db)
        if (folder / "copy.db").exists():
            copy = open_database(f"sqlite:///{folder / 'copy.db'}", key=key, read_only=True)
            copied, more = _read(copy)
            copy.close()
            facts |= {f"copied {fact}" for fact in copied}
            faults += [f"copy {fault}" for fault in more]
        return Found(frozenset(facts), tuple(faults))

    def _key(self, home: Home) -> bytes:
        text = home.key.read_text()
        if text not in self._keys:
            self._keys[text] = keys_of(home).from_secret(PASSPHRASE)
        return self._keys[text]


def keys_of(home: Home) -> KeyFile:
    return KeyFile(home, KeyStore(keyring.backends.fail.Keyring()))


def _read(db: Database) -> tuple[set[str], list[str]]:
    faults = [] if db.execute_sql("PRAGMA integrity_check").fetchone()[0] == "ok" else ["corrupt"]
    facts = {"enrolled"} if Exchange(db).identity() else set()
    drafts = {row.record: row.answers["minutter"] for row in Draft.select().bind(db)}
    kept = list(Revision.select().bind(db))
    for record, typed in drafts.items():
        facts |= {f"{record} typed {n}" for n in range(typed + 1)}
    for row in kept:
        facts |= {f"{row.record} typed {n}" for n in range(100)} | {f"{row.record} handed in"}
        facts |= {f"{row.record} delivered"} if row.state == "delivered" and row.receipt else set()
        if digest(row.text) != row.digest or json.loads(row.text)["rev"] != row.rev:
            faults.append("altered")
    records = [row.record for row in kept]
    if len(set(records)) != len(records):
        faults.append("doubled")
    if set(drafts) & set(records) or {row.record for row in Note.select().bind(db)} != set(records):
        faults.append("half")
    return facts, faults


class DesktopSession:
    def __init__(self, db: Database, folder: Path, sheets: int) -> None:
        self.db = db
        self.folder = folder
        self.sheets = sheets
        self.outbox = Outbox(db, PERSON)
        self.exchange = Exchange(db)
        self.revs: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        yield "enrolled", self.enrol
        for n in range(self.sheets):
            record = f"0b9f7c1e-5555-4a4a-8a8a-{n:012}"
            yield f"{record} typed 0", partial(self.begin, record)
            yield f"{record} typed 1", partial(self.type, record, 1)
            yield f"{record} handed in", partial(self.hand_in, record)
            if n % 2:
                yield f"{record} delivered", partial(self.deliver, record)
        yield f"copied {record} handed in", partial(self.copy, record)

    def enrol(self) -> None:
        person = sync.PersonLine(id=PERSON, name="Ola Mentor")
        reply = sync.EnrolReply(service=sync.SERVICE, device=DEVICE, token="t" * 43, server=SERVER, person=person)
        self.exchange.take_enrolment("http://127.0.0.1:9", reply)

    def begin(self, record: str) -> None:
        if record not in self.revs:
            draft = self.outbox.open(FORM, record, About("pairing", PAIRING), answers(0))
            self.revs[record] = str(draft.rev)

    def type(self, record: str, minutes: int) -> None:
        if not self._handed_in(record):
            self.begin(record)
            self.outbox.save_draft(record, answers(minutes))

    def hand_in(self, record: str) -> None:
        """Hand in under the id that the page has had since it was opened, however often."""
        self.begin(record)
        receipt = self.outbox.receive(Filled(FORM.code, FORM.version, answers(2), self.revs[record]), FORM)
        assert receipt.outcome in {"kept", "known"}

    def deliver(self, record: str) -> None:
        """Let a server answer for all that waits, this one among it."""
        push = self.exchange.next_push()
        if push is not None:
            self.exchange.take_push_reply(push, reply_to(push))
        row = self._row(record)
        if row is None or row.state != "delivered":
            raise Conflicting

    def copy(self, record: str) -> None:
        if not self._handed_in(record):
            raise Conflicting
        backup_copy(self.db, self.folder / "copy.db")

    def _handed_in(self, record: str) -> bool:
        return self._row(record) is not None

    def _row(self, record: str) -> Revision | None:
        return Revision.select().where(Revision.record == record).first(self.db)

    def close(self) -> None:
        close_database(self.db)


def answers(minutes: int) -> Answers:
    return {
        "kobling": PAIRING, "status": "ja", "dato": today().isoformat(), "minutter": minutes, "form": "rom",
        "arbeidstid": "ja", "tema": ["trygghet"], "steg": "Øve på overrapport", "langt": "Tryggere på natt",
    }  # fmt: skip


def reply_to(push: sync.Push) -> sync.PushReply:
    """Answer as a server that keeps everything."""
    items = [
        sync.ItemReply(rev=item.rev, outcome="stored", digest=item.digest, seq=n, receipt=f"7KQ2-{n:04}")
        for n, item in enumerate(push.items, 1)
    ]
    return sync.PushReply(
        service=sync.SERVICE, protocol=1, batch=push.batch, server=SERVER, now=timestamp(now()),
        history=sync.History(seq=len(items), link=push.batch), items=items,
    )  # fmt: skip
