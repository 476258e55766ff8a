"""A desk without a window, in a process of its own: the shipped outbox, exchange and syncing on an encrypted file.

It does what it is told, line by line, and says aloud what a page would show, after it is so:
    said_saved REV DIGEST · said_delivered REV SEQ RECEIPT · done LINE WAITING
`work` lets it write by itself, and the shipped thread deliver, until the next order.
"""

import os
import random
import select
import sys
from pathlib import Path

from fotfeste_desktop.exchange import DELIVERED
from fotfeste_desktop.exchange import Exchange as Books
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.models import Revision
from fotfeste_desktop.outbox import Outbox
from fotfeste_desktop.syncing import EnrolmentRefused, Syncing, Unreachable
from fotfeste_shared.clock import today
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.kinds import Answers
from fotfeste_shared.migrating import migrate
from fotfeste_shared.problems import Problem
from fotfeste_shared.revisions import About, new_id

KEY = bytes(range(32))
PACE = 0.08
AT_ONCE = 500


class DeskProcess:
    """One person's program: `handle` obeys an order."""

    def __init__(self, folder: Path) -> None:
        self.db = open_database(f"sqlite:///{folder / 'desk.db'}", key=KEY)
        migrate(self.db, STEPS)
        self.books = Books(self.db)
        self.syncing = Syncing(self.db)
        self.syncing._courier._session.trust_env = False  # no proxy but ours
        self.form = shipped()["mentorlogg"]
        self.works = False
        # what lies here from before it was killed will be told again when it is delivered
        self.untold = {str(row.rev) for row in Revision.select(Revision.rev).where(Revision.mine).bind(self.db)}

    def run(self) -> None:
        """Obey until the orders end."""
        buffer = b""
        while True:
            ready, _, _ = select.select([0], [], [], PACE if self.works else None)
            if ready:
                piece = os.read(0, 4096)
                if not piece:
                    break
                buffer += piece
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                self.handle(line.decode().split())
            if self.works:
                self.save()
                self.syncing.wake()
                self.tell_delivered()
        self.syncing.stop()
        close_database(self.db)

    def handle(self, order: list[str]) -> None:
        """Obey one order and say how things stand then."""
        match order:
            case ["connect", url, code]:
                self.connect(url, code)
            case ["save"]:
                self.save()
            case ["deliver"]:
                self.syncing.deliver_now()
            case ["work"]:
                self.works = True
                self.syncing.start()
            case ["rest"]:
                self.works = False
            case _:
                raise ValueError(order)
        self.tell_delivered()
        unsent = Revision.mine & Revision.state.not_in(DELIVERED)
        waiting = Revision.select().where(unsent).bind(self.db).count(self.db)
        say("done", self.syncing.status.line, waiting)

    def connect(self, url: str, code: str) -> None:
        """Become a device of the server, and read what the person works with."""
        try:
            self.syncing.enrol(url, code, "PC")
        except (EnrolmentRefused, Unreachable) as fault:
            say("note", type(fault).__name__)

    def save(self) -> None:
        """Write up one talk as the page does: a draft, then handed in."""
        identity, roster = self.books.identity(), self.books.roster()
        if identity is None or roster is None:
            return
        outbox, pairing = Outbox(self.db, identity.person.id), roster.pairings[0].id
        answers: Answers = {
            "kobling": pairing, "status": "ja", "dato": today().isoformat(), "form": "rom", "arbeidstid": "ja",
            "minutter": random.randrange(10, 90), "tema": ["oppgaver"], "informert": "ja",
        }  # fmt: skip
        try:
            draft = outbox.open(self.form, new_id(), About("pairing", pairing), answers)
            filled = Filled(id=str(draft.rev), form=self.form.code, version=self.form.version, answers=answers)
            outbox.receive(filled, self.form)
        except Problem as problem:
            say("note", "not_saved", problem.code)
            return
        row = Revision.select().where(Revision.rev == draft.rev).get(self.db)
        self.untold.add(row.rev)
        say("said_saved", row.rev, row.digest)

    def tell_delivered(self) -> None:
        """Say of what has been delivered since the last look that it is."""
        asked = sorted(self.untold)
        for start in range(0, len(asked), AT_ONCE):
            wanted = Revision.rev.in_(asked[start : start + AT_ONCE]) & Revision.state.in_(DELIVERED)
            for row in Revision.select().where(wanted).bind(self.db):
                say("said_delivered", row.rev, row.seq, row.receipt)
                self.untold.discard(str(row.rev))


def say(*words: object) -> None:
    """One whole line in one write, so that a kill leaves it whole or not there."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


if __name__ == "__main__":
    DeskProcess(Path(sys.argv[1])).run()
