"""The machines of a simulated world: a server and desktop clients with their real stores, that can lose power."""

import contextvars
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from flask import Flask

from fotfeste_desktop.exchange import DELIVERED, Exchange
from fotfeste_desktop.migrations import STEPS as CLIENT_STEPS
from fotfeste_desktop.models import Draft
from fotfeste_desktop.models import Revision as Row
from fotfeste_desktop.outbox import Outbox
from fotfeste_desktop.overview import Overview
from fotfeste_desktop.syncing import Syncing
from fotfeste_server import app as server_app
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.app import close_app, create_app, open_house
from fotfeste_server.config import Config
from fotfeste_server.service import Service
from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, KeyField, Table, open_database
from fotfeste_shared.migrating import Step, migrate, waiting_steps
from fotfeste_shared.writer import Writer, _Wish

T = TypeVar("T")
Image = dict[str, bytes]
KEY = bytes(range(32))
URL = "http://fotfeste.eksempel.no"


class Broken(AssertionError):
    """A promise was broken; the sentence begins with its number."""


class Crash(BaseException):
    """The process is gone; nothing after this moment happened in it."""


class Fuse:
    """Hears each statement before it runs; when lit, the process dies before the k-th and stays dead."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.commits: int | None = None
        self.dead = False

    def __call__(self, sql: str) -> None:
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left <= 0
        if sql == "COMMIT" and self.commits is not None:
            self.commits -= 1
            self.dead = self.dead or self.commits <= 0
        if self.dead:
            raise Crash

    def light(self, rng: Random, statements: int, commits: int) -> None:
        """Die soon: at any statement, or just before something would be kept."""
        if rng.random() < 0.4:
            self.commits = rng.randint(1, commits)
        else:
            self.left = rng.randint(1, statements)

    def put_out(self) -> None:
        """What was lit and has not burnt down yet does no harm any more."""
        self.left = self.commits = None


class WriterHere(Writer):
    """The shipped group commit, run by whoever calls: no thread, and like its thread it knows no request."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def do(self, act: Callable[[], T]) -> T:
        wish = _Wish(act)
        try:
            contextvars.Context().run(self._commit, [wish])
        except Crash:
            if wish._told.locked():
                raise
        outcome: T = wish.wait()
        return outcome

    def close(self) -> None:
        """There is no thread to end."""


def fast_folder() -> Path:
    """A folder in memory where there is one: the simulation is about order, the disk has tests of its own."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fotfeste-world-", dir=memory if memory.is_dir() else None))


def take_image(path: Path) -> Image:
    """Copy a file and its log as they lie on the disk, as a snapshot of the machine would."""
    parts = (path, path.with_name(path.name + "-wal"))
    return {part.name: part.read_bytes() for part in parts if part.exists()}


def put_image(path: Path, image: Image) -> None:
    """Lay an earlier copy in the place of whatever is there now."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    for name, data in image.items():
        path.with_name(name).write_bytes(data)


def cut_power(db: Database) -> None:
    """Drop the connection without ceremony: what was not committed is gone."""
    if not db.is_closed():
        connection = db._state.conn
        db._state.reset()
        connection.close()


@cache
def the_app() -> Flask:
    """The real app, made once in a process; each world lays its own database, writer and folders into it."""
    folder = fast_folder()
    with warnings.catch_warnings():
        app = create_app(Config(data=folder, database=f"sqlite:///{folder / 'none.db'}"))
    close_app(app)
    shutil.rmtree(folder)
    return app


@dataclass(frozen=True)
class Wish:
    """One request as it lies on the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer as it lies on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class Later(Table):
    """A table that tomorrow's program keeps: one row for each revision there was when it was made."""

    rev = KeyField()


def step_of_tomorrow(db: Database, _change: Any) -> None:
    """A change of shape that takes many statements."""
    with db.bind_ctx([Later, Row]):
        db.create_tables([Later])
        for row in Row.select(Row.rev):
            Later.create(rev=row.rev)


def no_half_a_step(db: Database, steps: list[Step]) -> None:
    """I1: after a crash in a migration the file is as before it, or as after it."""
    pending = "step_of_tomorrow" in waiting_steps(db, [*steps, *[s for s in [step_of_tomorrow] if s not in steps]])
    if pending == db.table_exists(Later):
        raise Broken(f"I1: a migration was half applied to {db.database}")


class Server:
    """The server: its file, its process, and its answers to single requests."""

    keeps_copies = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "server.db"
        self.config = Config(data=folder, database=f"sqlite:///{self.path}", backups=folder / "copies")
        self.fuse = Fuse()

    def boot(self) -> None:
        """Start the process on what lies on the disk."""
        self.db = open_house(self.config)
        no_half_a_step(self.db, server_app.STEPS)
        self.fuse = Fuse()
        self.db.on_statement = self.fuse
        service: Service = the_app().extensions["fotfeste"]
        the_app().extensions["fotfeste"] = replace(
            service, config=self.config, db=self.db, writer=WriterHere(self.db), keys=Keys(self.config.keys), secret=KEY
        )

    def cut(self) -> None:
        """End the process at this very moment."""
        cut_power(self.db)

    def take(self) -> Image:
        """Copy what lies on the disk."""
        return take_image(self.path)

    def put(self, image: Image) -> None:
        """Lay an earlier copy in the place of whatever is there now."""
        put_image(self.path, image)

    def keep_for_others(self) -> Image:
        """Make the beginning of all worlds."""
        return self.take()

    def remove(self) -> None:
        """Everything lies in the world's folder, which goes."""

    def handle(self, wish: Wish) -> Answer:
        """Answer one request, as the web server would have it answered."""
        client = the_app().test_client(use_cookies=False)
        reply = client.open(wish.path, method=wish.method, headers=wish.headers, data=wish.body, base_url=URL)
        return Answer(reply.status_code, dict(reply.headers), reply.get_data())


class Client:
    """One computer with the desktop client: its encrypted file, its process, its person."""

    def __init__(self, name: str, who: str, folder: Path, rng: Random) -> None:
        self.name, self.who = name, who
        self.path = folder / f"{name}.db"
        self.rng = rng
        self.fuse = Fuse()
        self.steps = list(CLIENT_STEPS)
        self.skew = 0.0
        self.must_hold: set[str] = set()
        self.must_draft: dict[str, list[object]] = {}
        self.delivered: set[str] = set()
        self.image: tuple[Image, set[str]] | None = None

    def boot(self, wire: object) -> None:
        """Start the process on what lies on the disk."""
        self.db = open_database(f"sqlite:///{self.path}", key=KEY)
        no_half_a_step(self.db, self.steps)
        migrate(self.db, self.steps)
        self.fuse = Fuse()
        self.db.on_statement = self.fuse
        self.exchange = Exchange(self.db)
        self.syncing = Syncing(self.db, jitter=self.rng)
        self.syncing._courier._session.mount(URL, wire)
        self.syncing._courier._session.trust_env = False

    def cut(self) -> None:
        """End the process at this very moment."""
        cut_power(self.db)
        self.syncing._courier.close()

    def outbox(self) -> Outbox:
        """The door for what the person writes, as the desk makes it."""
        identity = self.exchange.identity()
        return Outbox(self.db, identity.person.id if identity else self.exchange.install())

    def overview(self) -> Overview:
        """What the pages would show."""
        return Overview(self.db, today())

    def rows(self) -> dict[str, Row]:
        """Every revision that lies here."""
        return {row.rev: row for row in Row.select().bind(self.db)}

    def drafts(self) -> dict[str, object]:
        """What is being written, by record."""
        return {row.record: row.answers for row in Draft.select().bind(self.db)}

    def waiting(self) -> list[str]:
        """What is not delivered yet, and could be."""
        settled = (*DELIVERED, "erased")
        return sorted(r.rev for r in self.rows().values() if r.state not in settled and r.problem != "erased")
