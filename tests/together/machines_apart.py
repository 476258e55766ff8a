"""Computers and the server's file as the tests of real processes see them: from outside."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fotfeste_desktop.exchange import DELIVERED
from fotfeste_desktop.models import Revision as Kept
from fotfeste_server.named.models import Meta, Revision
from fotfeste_server.named.proving import prove
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import receipt_code

from .desk_process import KEY

PATIENCE = 60.0
AT_ONCE = 500


@dataclass(frozen=True)
class Stand:
    """How things stood after an order: the status line, and how many were not delivered."""

    line: str
    waiting: int


class Computer:
    """One process of the desktop client on its folder; what it has said survives it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir()
        self.folder, self._environment = folder, environment
        self.saved: dict[str, str] = {}
        self.delivered: dict[str, tuple[int, str]] = {}
        self._said, self._read, self._done = folder / "said", 0, list[Stand]()
        self.start()

    def start(self) -> None:
        """Start the program, as the next morning."""
        with self._said.open("ab") as said, (self.folder / "noise").open("ab") as noise:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "together.desk_process", str(self.folder)],
                env=self._environment, stdin=subprocess.PIPE, stdout=said, stderr=noise,
            )  # fmt: skip

    def order(self, *words: str) -> None:
        """Tell it to do something, and do not wait."""
        assert self.process.stdin
        self.process.stdin.write((" ".join(words) + "\n").encode())
        self.process.stdin.flush()

    def do(self, *words: str) -> Stand:
        """Tell it to do something, and wait until it says how things stand."""
        self.listen()
        self._done.clear()
        self.order(*words)
        until = time.monotonic() + PATIENCE
        while not self._done:
            assert self.process.poll() is None, (self.folder / "noise").read_text()
            assert time.monotonic() < until, f"{words} took too long"
            time.sleep(0.002)
            self.listen()
        return self._done[-1]

    def listen(self) -> list[str]:
        """Hear what it has said since; gives the revisions that it newly calls delivered."""
        with self._said.open("rb") as said:
            said.seek(self._read)
            text = said.read()
        text = text[: text.rfind(b"\n") + 1]
        self._read += len(text)
        fresh = []
        for line in text.decode().splitlines():
            match line.split():
                case ["said_saved", rev, told]:
                    self.saved[rev] = told
                case ["said_delivered", rev, seq, receipt]:
                    self.delivered[rev] = (int(seq), receipt)
                    fresh.append(rev)
                case ["done", status, waiting]:
                    self._done.append(Stand(status, int(waiting)))
        return fresh

    def kill(self) -> None:
        """End it with no time to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._gone()

    def end(self) -> None:
        """Close the program in good order."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
        self._gone()

    def _gone(self) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # an order that it did not live to read
            self.process.stdin.close()
        self.process.wait(PATIENCE)

    def rows(self) -> list[Kept]:
        """What lies in its file; to be asked when it has ended."""
        db = open_database(f"sqlite:///{self.folder / 'desk.db'}", key=KEY)
        found = list(Kept.select().bind(db))
        close_database(db)
        return found


def signal_all(process: subprocess.Popen[bytes], what: int) -> None:
    """Send a signal to a server and its workers."""
    os.killpg(process.pid, what)


def lost(address: str, revs: list[str]) -> list[str]:
    """Name those that the database has not got at this moment, read beside whoever serves it."""
    db = open_database(address, read_only=True)
    try:
        found: set[str] = set()
        for start in range(0, len(revs), AT_ONCE):
            some = Revision.rev.in_(revs[start : start + AT_ONCE])
            found |= {row.rev for row in Revision.select(Revision.rev).where(some).bind(db)}
        return sorted(set(revs) - found)
    finally:
        close_database(db)


def revs_of(address: str) -> list[str]:
    """Name all that lies in a whole log."""
    db = open_database(address, read_only=True)
    try:
        assert () == prove(db).faults
        return [str(row.rev) for row in Revision.select(Revision.rev).bind(db)]
    finally:
        close_database(db)


def settle(address: str, computers: list[Computer]) -> dict[str, int]:
    """Hold server and ended computers to their word, and count: lost, doubled, altered must all be nothing."""
    db = open_database(address, read_only=True)
    try:
        assert () == prove(db).faults
        link0 = Meta.select().where(Meta.key == "link0").get(db).value
        lines = list(Revision.select().bind(db))
    finally:
        close_database(db)
    kept = {row.rev: row for row in lines}
    rows = [row for computer in computers for row in computer.rows()]
    written = {row.rev for row in rows if row.mine}
    said = {rev: told for computer in computers for rev, told in computer.saved.items()}
    figures = {
        "saved": len(said),
        "delivered": len({rev for computer in computers for rev in computer.delivered}),
        "lost": len((said.keys() | written) - kept.keys()),
        "doubled": len(lines) - len({row.record_id for row in lines}) + len(kept.keys() - written),
        "altered": sum(
            kept[rev].digest != told or digest(str(kept[rev].text)) != told for rev, told in said.items() if rev in kept
        ),
    }
    assert (0, 0, 0) == (figures["lost"], figures["doubled"], figures["altered"]), figures
    for row in rows:
        line = kept[row.rev]
        assert row.state in DELIVERED
        assert (line.text, line.digest) == (row.text, row.digest)
        assert (line.seq, receipt_code(line.rev, line.digest, line.seq, link0)) == (row.seq, row.receipt)
    return figures
