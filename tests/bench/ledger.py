"""B7: what desktop clients deliver, over HTTP, into the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from figures import Figure, Wishes, milliseconds, per_second, timed
from load import Answered, Load, ask, post
from making_house import House, furnish, open_app, session_log
from serving import folder, serving

from fotfeste_server.app import close_app
from fotfeste_server.named.devices import Enrolled, enrol, make_code
from fotfeste_server.named.models import Revision
from fotfeste_shared import sync
from fotfeste_shared.clock import now
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.revisions import Written, new_id, timestamp

QUEUED = 500
IN_A_PUSH = sync.ITEMS_IN_A_PUSH
LONG_QUEUE = 10_000
CROWD = 100


@dataclass(frozen=True, slots=True)
class Pushes:
    """Requests ready to send: the half that was delivered before, the whole queue, a long one, and the crowd's."""

    before: list[bytes]
    queue: list[bytes]
    long_queue: list[bytes]
    crowd: list[bytes]


def b7(wishes: Wishes) -> Iterator[Figure]:
    """Deliver a queue of which half is there already, a long one, and fifty sessions from each of a crowd at once."""
    crowd, long_queue = wishes.scaled(CROWD), wishes.scaled(LONG_QUEUE)
    with folder() as data:
        pushes = _pushes(data, crowd, long_queue)
        with serving(data) as server:
            _kept(ask(Load(server.port, pushes.before, 1)), "stored", IN_A_PUSH)
            alone = _kept(ask(Load(server.port, pushes.queue, 1)), "stored", IN_A_PUSH)
            at_length = _kept(ask(Load(server.port, pushes.long_queue, 1)), "stored", IN_A_PUSH)
            all_at_once = _kept(ask(Load(server.port, pushes.crowd, crowd)), "stored", IN_A_PUSH)
        there, meant = _count(data), QUEUED + long_queue + crowd * IN_A_PUSH
        if there != meant:
            raise RuntimeError(f"{meant} sessions were confirmed, {there} are there")
        limit = _commits(data, QUEUED)
        long_limit = _commits(data, long_queue)
    yield Figure(
        "B7",
        f"push: {QUEUED} queued sessions, half of them there already, from one client in {len(pushes.queue)} requests",
        milliseconds(alone.seconds),
        f"raw commits of the same texts {milliseconds(limit)}",
        alone.seconds / limit,
        "100 ms",
        "ODK 5.2 s (computed)",
    )
    yield Figure(
        "B7",
        f"push: {long_queue:,} queued sessions from one client until all have receipts",
        f"{at_length.seconds:.1f} s",
        f"raw commits of as many texts {long_limit:.2f} s",
        at_length.seconds / long_limit,
        "10 s",
    )
    rate = crowd * IN_A_PUSH / all_at_once.seconds
    yield Figure(
        "B7",
        f"push: {crowd} clients × {IN_A_PUSH} sessions at once",
        f"{per_second(rate)}, all have receipts after {all_at_once.seconds:.1f} s",
        f"raw {per_second(long_queue / long_limit)}",
        rate / (long_queue / long_limit),
        "≥ 0.2 of raw",
        "ODK 97/s",
    )


def _pushes(data: Path, crowd: int, long_queue: int) -> Pushes:
    """Furnish a house with a mentor and a crowd of computers, and write what they have to deliver."""
    app = open_app(data, "")
    try:
        house = furnish(app)
        here = [_enrolled(house) for _ in range(crowd + 2)]
        queue = [session_log(house) for _ in range(QUEUED)]
        # Every other one was delivered before, but the reply was lost.
        return Pushes(
            _requests(here[0], queue[::2]),
            _requests(here[0], queue),
            _requests(here[1], [session_log(house) for _ in range(long_queue)]),
            [_requests(each, [session_log(house) for _ in range(IN_A_PUSH)])[0] for each in here[2:]],
        )
    finally:
        close_app(app)


def _enrolled(house: House) -> Enrolled:
    return enrol(house.db, house.service.secret, make_code(house.db, house.people["mentor"]), new_id(), "PC")


def _requests(enrolled: Enrolled, written: list[Written]) -> list[bytes]:
    device, requests = enrolled.device, []
    for number, start in enumerate(range(0, len(written), IN_A_PUSH), 1):
        items = [
            sync.PushItem(rev=each.rev, digest=each.digest, text=each.text)
            for each in written[start : start + IN_A_PUSH]
        ]
        push = sync.Push(
            batch=new_id(), device=device.id, install=device.install, push_no=number, app="0.1",
            sent_at=timestamp(now()), items=items,
        )  # fmt: skip
        bearer = {"Authorization": f"Bearer {enrolled.token}"}
        requests.append(post("/sync/v1/push", sync.write(push), "application/json", **bearer))
    return requests


def _kept(told: Answered, outcome: str, many: int) -> Answered:
    """Refuse figures of pushes that were not taken: the last answer must speak of every item."""
    words = told.last.count(f'"outcome":"{outcome}"'.encode()) + told.last.count(b'"outcome":"duplicate"')
    if set(told.statuses) != {200} or words != many:
        raise RuntimeError(f"not every push was taken: {told.statuses}, {told.last[-300:]!r}")
    return told


def _count(data: Path) -> int:
    db = open_database(f"sqlite:///{data / 'fotfeste.db'}", read_only=True)
    try:
        return int(Revision.select().bind(db).count())
    finally:
        close_database(db)


def _commits(data: Path, rows: int) -> float:
    """Tell how many seconds SQLite needs for so many texts of a session's size, a push in a commit."""
    db = open_database(f"sqlite:///{data / 'raw.db'}")
    try:
        connection = db.connection()
        connection.execute("DROP TABLE IF EXISTS log")
        connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, rev TEXT UNIQUE, digest TEXT, text TEXT)")
        with timed() as clock:
            for start in range(0, rows, IN_A_PUSH):
                connection.execute("BEGIN IMMEDIATE")
                for _ in range(start, start + IN_A_PUSH):
                    row = (new_id(), "0" * 71, "x" * 600)
                    connection.execute("INSERT INTO log (rev, digest, text) VALUES (?, ?, ?)", row)
                connection.execute("COMMIT")
        return clock.seconds
    finally:
        close_database(db)
