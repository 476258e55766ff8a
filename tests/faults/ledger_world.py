"""The server's ledger at work: devices push sessions, a contact hands in a report on the web, both more than once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from faults.heart_world import CHECKPOINT
from faults.trying import Found, Session, Step
from making_house import REPORT, House, close_app, furnish, open_app, session_log

from fotfeste_server.named.house import fact
from fotfeste_server.named.ledger import Ledger
from fotfeste_server.named.models import NAMED, Leaf, Record, Revision
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.database import Database, close_database, open_database
from fotfeste_shared.forms import digest
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Busy
from fotfeste_shared.revisions import chain, new_id, receipt_code
from fotfeste_shared.sync import Push


class LedgerWorld:
    """One network with a mentor's device and a team's contact in a browser."""

    def __init__(self, pushes: int) -> None:
        self.pushes = pushes
        self.house: House | None = None
        self.told: dict[str, str] = {}
        self.pushed: dict[str, list[str]] = {}

    def prepare(self, folder: Path) -> None:
        """Make a house with people in it, and connect a device."""
        app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
        self.house = furnish(app)
        self.house.device("mentor")
        close_app(app)

    def open(self, folder: Path) -> Session:
        assert self.house is not None
        self.house.app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
        db = self.house.db
        db.journalling = (*db.journalling, CHECKPOINT)
        db.close()
        return LedgerSession(self, self.house)

    def found(self, folder: Path) -> Found:
        db = open_database(f"sqlite:///{folder / 'fotfeste.db'}")
        try:
            with db.bind_ctx(NAMED, bind_refs=False, bind_backrefs=False):
                return self._read(db)
        finally:
            close_database(db)

    def _read(self, db: Database) -> Found:
        faults = [] if db.execute_sql("PRAGMA integrity_check").fetchone()[0] == "ok" else ["corrupt"]
        facts: set[str] = set()
        link0 = link = fact("link0")
        leaves = {row.rev for row in Leaf.select()}
        records = {row.id for row in Record.select()}
        for n, row in enumerate(Revision.select().order_by(Revision.seq), 1):
            link = chain(link, row.rev, row.digest)
            facts |= {f"kept {row.rev}"}
            if (row.seq, row.link) != (n, link):
                faults.append("broken chain")
            if row.rev not in leaves or row.record_id not in records:
                faults.append("half")
            if digest(row.text) != row.digest:
                faults.append("altered")
            if self.told.get(row.rev, told := receipt_code(row.rev, row.digest, row.seq, link0)) != told:
                faults.append("receipt changed")
        for push, revs in self.pushed.items():
            there = [f"kept {rev}" in facts for rev in revs]
            if any(there) and not all(there):
                faults.append("half a push")
            facts |= {push} if all(there) else set()
        return Found(frozenset(facts), tuple(faults))


@dataclass
class LedgerSession:
    world: LedgerWorld
    house: House

    def steps(self) -> Iterator[Step]:
        for _ in range(self.world.pushes):
            written = [session_log(self.house) for _ in range(3)]
            push = self.house.push("mentor", *written)
            self.world.pushed[push.batch] = [each.rev for each in written]
            yield push.batch, partial(self.push, push)
        rev = new_id()
        yield f"kept {rev}", partial(self.hand_in, rev)

    def push(self, push: Push) -> None:
        """Deliver; every item of the answer must say that it is kept, under the receipt of the first time."""
        house, device = self.house, self.house.device("mentor").device
        reply = house.service.writer.do(lambda: push_items(house.db, device, push))
        if len(reply.items) != len(push.items):
            raise Busy  # left out means «unknown»: the client comes back with them
        for item in reply.items:
            assert item.outcome in {"stored", "duplicate"}
            assert self.world.told.setdefault(item.rev, str(item.receipt)) == item.receipt

    def hand_in(self, rev: str) -> None:
        house = self.house
        ledger = Ledger(house.db, house.service.writer, house.scope("contact"), house.report())
        receipt = ledger.receive(Filled("statusrapport", 1, REPORT, rev))
        assert receipt.outcome in {"kept", "known"}
        assert self.world.told.setdefault(rev, str(receipt.code)) == receipt.code

    def close(self) -> None:
        close_app(self.house.app)
