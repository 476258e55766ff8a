"""The anonymous side at work: answers in envelopes, one taken back, then the seal with its release and the lost key."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from faults.heart_world import CHECKPOINT
from faults.trying import Found, Session, Step
from server.anonymous.makers import World as Anonymous
from server.anonymous.makers import filled, some_answers

from fotfeste_server.anonymous.invitations import hashed
from fotfeste_server.anonymous.keys import KeyLost
from fotfeste_server.anonymous.models import FreeText, Inbox, Waiting, Window
from fotfeste_server.anonymous.releases import read_release
from fotfeste_shared.database import Database, close_database, open_database
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import anonymous_receipt


class EnvelopeWorld:
    """So many new employees answer by their links, then their window is sealed."""

    def __init__(self, answers: int) -> None:
        self.count = answers
        self.window = ""
        self.tokens: list[str] = []

    def prepare(self, folder: Path) -> None:
        """Make a window and its links."""
        db = open_database(f"sqlite:///{folder / 'fotfeste.db'}")
        world = Anonymous.at(db, folder)
        self.window = world.window()
        self.tokens = world.links(self.window, self.count + 1)
        _put_away(world, db)

    def open(self, folder: Path) -> Session:
        db = open_database(f"sqlite:///{folder / 'fotfeste.db'}")
        db.journalling = (*db.journalling, CHECKPOINT)
        db.close()
        return EnvelopeSession(self, Anonymous.at(db, folder), db)

    def found(self, folder: Path) -> Found:
        """Look, then seal as the operator does after a bad night: it must end well, and never draw twice."""
        db = open_database(f"sqlite:///{folder / 'fotfeste.db'}")
        world = Anonymous.at(db, folder)
        try:
            faults = [] if db.execute_sql("PRAGMA integrity_check").fetchone()[0] == "ok" else ["corrupt"]
            return self._look(world, faults)
        finally:
            _put_away(world, db)

    def _look(self, world: Anonymous, faults: list[str]) -> Found:
        sealed = Window.get_by_id(self.window).sealed is not None
        there = {row.id: json.loads(world.keys.open_answer(self.window, bytes(row.box))) for row in Inbox.select()}
        if sealed and there:
            faults.append("half")
        chance = Random(1)
        for token in self.tokens:
            given = some_answers(chance)
            if there.get(hashed("ans", token), given) != given:
                faults.append("altered")
        before = world.release()
        world.seal(self.window, seed=2)  # other dice: a second draw would show
        after = world.release()
        counted = max((block.n for block in read_release(world.folder / f"{world.network}.jsonl")), default=0)
        if b"\n" in before and not after.startswith(before):
            faults.append("drawn twice")
        if world.keys.has_window(self.window) or Inbox.select().exists():
            faults.append("not sealed")
        if not _can_be_read(world):
            faults.append("closed for ever")
        facts = {f"answer {token}" for token in self.tokens if sealed or hashed("ans", token) in there}
        facts |= {"taken back"} if hashed("ans", self.tokens[-1]) not in there else set()
        facts |= {"sealed"} if sealed and counted == self.count and after == before else set()
        if sealed and counted != self.count:
            faults.append("lost in the seal")
        return Found(frozenset(facts), tuple(faults))


def _can_be_read(world: Anonymous) -> bool:
    """Tell whether the key of what was written, and of what waits, is still there."""
    try:
        for row in (*FreeText.select(), *Waiting.select()):
            world.keys.open_waiting(world.network, bytes(row.box))
    except KeyLost:
        return False
    return True


class EnvelopeSession:
    def __init__(self, world: EnvelopeWorld, anonymous: Anonymous, db: Database) -> None:
        self.world = world
        self.anonymous = anonymous
        self.db = db
        self.receipts = {token: anonymous_receipt() for token in world.tokens}

    def steps(self) -> Iterator[Step]:
        chance = Random(1)
        given = {token: some_answers(chance) for token in self.world.tokens}
        last = self.world.tokens[-1]
        for token in self.world.tokens[:-1]:
            yield f"answer {token}", partial(self.answer, token, given[token])
        yield "taken back", partial(self.answer_and_take_back, last, given[last])
        yield "sealed", self.seal

    def answer(self, token: str, answers: dict) -> None:
        receipt = self.anonymous.envelope(token).receive(filled(answers, self.receipts[token]))
        assert receipt.outcome in {"kept", "known"}

    def answer_and_take_back(self, token: str, answers: dict) -> None:
        if not self._sealed():
            self.answer(token, answers)
            self.anonymous.envelope(token).withdraw(self.receipts[token])

    def _sealed(self) -> bool:
        return Window.get_by_id(self.world.window).sealed is not None

    def seal(self) -> None:
        """Seal when all have answered, so that a fault shows in the numbers."""
        answered = {hashed("ans", token) for token in self.world.tokens[:-1]}
        if {row.id for row in Inbox.select()} != answered and not self._sealed():
            raise Conflicting
        self.anonymous.seal(self.world.window, seed=1)

    def close(self) -> None:
        _put_away(self.anonymous, self.db)


def _put_away(world: Anonymous, db: Database) -> None:
    world.writer.close()
    close_database(db)
