"""Run as a program: performs a verb again and again in children of its own, and kills each before its k-th statement.

`python killing.py submit|seal URL FOLDER` prints one JSON line for each round, the last of which nobody killed,
and then how many statements the verb has.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random

from server.anonymous.makers import World, filled, some_answers

from fotfeste_server.anonymous.models import Block, Inbox, Window
from fotfeste_server.anonymous.releases import read_release
from fotfeste_shared.database import Database, close_database, open_database

RECEIPT = "ABCD-EFGH-JKMN-PQRS"
ANSWERS = {"trygg": 4, "valg": "a"}


class Clock:
    """Counts statements, and ends the process before the one it is set to."""

    def __init__(self) -> None:
        self.left = 0
        self.heard = 0

    def __call__(self, _statement: str) -> None:
        self.heard += 1
        if self.left and self.heard == self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def child(act: Callable[[], object]) -> bool:
    """Run in a process of its own; tells whether it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 (a child must never come back as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit(1)
    return os.WIFSIGNALED(status)


def open_world(url: str, folder: Path, clock: Clock, network: str) -> tuple[Database, World]:
    db = open_database(url, on_statement=clock)
    world = World.at(db, folder)
    world.network = network
    return db, world


def note(folder: Path, **facts: object) -> None:
    (folder / "note.json").write_text(json.dumps(facts))


def noted(folder: Path) -> dict:
    return json.loads((folder / "note.json").read_text())


def round_of(verb: str, url: str, folder: Path, k: int) -> bool:
    network = f"net-{k}"

    def prepare() -> None:
        db, world = open_world(url, folder, Clock(), network)
        window = world.window()
        chance = Random(k)
        if verb == "seal":
            world.answered(window, [some_answers(chance) for _ in range(6)])
            note(folder, window=window)
        else:
            note(folder, window=window, token=world.links(window)[0])
        world.writer.close()
        close_database(db)

    def submit_and_die() -> None:
        clock = Clock()
        _, world = open_world(url, folder, clock, network)
        clock.heard, clock.left = 0, k
        receipt = world.envelope(noted(folder)["token"]).receive(filled(ANSWERS, RECEIPT))
        note(folder, **noted(folder), told=receipt.outcome)

    def submit_again() -> None:
        _, world = open_world(url, folder, Clock(), network)
        before = Inbox.select().where(Inbox.window == noted(folder)["window"]).count()
        receipt = world.envelope(noted(folder)["token"]).receive(filled(ANSWERS, RECEIPT))
        rows = Inbox.select().where(Inbox.window == noted(folder)["window"]).count()
        print(json.dumps({"k": k, "before": before, "outcome": receipt.outcome, "rows": rows}), flush=True)

    def seal_and_die() -> None:
        clock = Clock()
        _, world = open_world(url, folder, clock, network)
        clock.heard, clock.left = 0, k
        world.seal(noted(folder)["window"], seed=1)

    def seal_again() -> None:
        _, world = open_world(url, folder, Clock(), network)
        window = noted(folder)["window"]
        released = world.release()
        drawn = blocks(window)
        closed = Window.get(Window.id == window).sealed is not None
        world.seal(window, seed=2)
        whole = world.release()
        facts = {
            "k": k,
            "closed": closed,
            "had_bytes": bool(released),
            "bytes_kept": whole.startswith(released),
            "draws_kept": not closed or drawn == blocks(window),
            "answers": max(block.n for block in read_release(world.folder / f"{network}.jsonl")),
            "left": Inbox.select().where(Inbox.window == window).count(),
            "key_left": world.keys.has_window(window),
        }
        print(json.dumps(facts), flush=True)

    child(prepare)
    killed = child(submit_and_die if verb == "submit" else seal_and_die)
    child(submit_again if verb == "submit" else seal_again)
    return killed


def blocks(window: str) -> list:
    rows = Block.select().where(Block.window == window).order_by(Block.id)
    return [(row.id, row.question, row.n, row.counts) for row in rows]


def main() -> None:
    verb, url, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    k = 1
    while round_of(verb, url, folder, k):
        k += 1
    print(json.dumps({"statements": k - 1}))


if __name__ == "__main__":
    main()
