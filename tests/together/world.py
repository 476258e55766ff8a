"""One simulated world: a server, some clients, a faulty network and a turned clock, all drawn from one seed."""

import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Self, TypeVar

import making_house
import time_machine

from fotfeste_desktop.exchange import DELIVERED
from fotfeste_desktop.syncing import Line
from fotfeste_server import app as server_app
from fotfeste_server.backup import BadBackup, backups, take_backup
from fotfeste_server.named import pushing
from fotfeste_server.named.devices import make_code
from fotfeste_server.named.models import Device, Meta, Revision
from fotfeste_server.restoring import put_back
from fotfeste_server.views import sync as sync_views
from fotfeste_shared.database import writing
from fotfeste_shared.intake import Filled
from fotfeste_shared.migrating import Step
from fotfeste_shared.revisions import new_id

from .events import EVENTS
from .machines import (
    URL,
    Answer,
    Broken,
    Client,
    Crash,
    Image,
    Server,
    Wish,
    fast_folder,
    put_image,
    take_image,
    the_app,
)
from .on_postgres import ServerOnPostgres
from .wire import SECRET, Fault, Wire, plain
from .writing import apart_of, words

T = TypeVar("T")
OFTEN = 12  # beside writing and delivering, which weigh three times as much
START = 1_803_888_000.0  # a spring morning of 2027; the world's own clock begins here
CAST = {
    "kontakt-1": "contact", "kontakt-2": "contact", "leder": "head", "mentor-1": "mentor", "mentor-2": "mentor",
    "veileder": "advisor", "arrangor": "organizer", "administrator": "administrator",
}  # fmt: skip
PAIRS = (  # who have something to read of each other
    ("kontakt-1", "kontakt-2"), ("mentor-1", "mentor-2"), ("kontakt-1", "veileder"), ("kontakt-2", "arrangor"),
    ("veileder", "arrangor"), ("leder", "arrangor"), ("administrator", "kontakt-1"),
)  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """A revision of which a screen has said that it is saved."""

    rev: str
    record: str
    digest: str
    text: str


@dataclass(frozen=True)
class Template:
    """How every world begins: a furnished server, and clients that are connected and have read everything once."""

    server: Image
    clients: dict[str, Image]
    people: dict[str, str]


@cache
def template(postgres: str | None = None) -> Template:
    """Make the beginning once in a process; it is the same in every process."""
    with World(-1, beginning=None, postgres=postgres) as world:
        house = making_house.furnish(world.app)
        world.people = {who: person.id for who, person in house.people.items()}
        for name, who in CAST.items():
            client = world.add_client(name, who)
            client.syncing.enrol(URL, make_code(world.server.db, house.people[who]), "PC")
            if client.syncing.round().line is not Line.ONLINE:
                raise Broken(f"the world does not begin: {client.syncing.status}")
        images = {client.name: take_image(client.path) for client in world.clients}
        return Template(world.server.keep_for_others(), images, world.people)


class World:
    """Acts step by step; whatever it draws comes from the seed, so a seed tells the same story every time."""

    def __init__(
        self,
        seed: int,
        *,
        beginning: Callable[[str | None], Template] | None = template,
        rate: float | None = None,
        postgres: str | None = None,
        often: tuple[str, ...] = (),
    ) -> None:
        self.app = the_app()  # before anything else: making it ties the models to a database of its own
        self.seed = seed
        self.rng = Random(seed)
        self.ids = Random(f"ids of {seed}")
        self.begin = beginning(postgres) if beginning else None
        self.postgres = postgres
        self.time = START
        self.rate = self.rng.choice([0.02, 0.1, 0.3, 0.6]) if rate is None else rate
        # Every world has a bent of its own: what is rare in all would meet nothing else that is rare.
        self.bent = {event: weight * self._bent(weight) for event, (weight, _) in EVENTS.items()}
        self.bent |= dict.fromkeys(often, OFTEN)
        self.temper: dict[str, float] = {}
        self.faulty = beginning is not None and self.rate > 0
        self.stats: Counter[str] = Counter()
        self.story: list[str] = []
        self.saved: dict[str, Saved] = {}
        self.excused: set[str] = set()
        self.erased: set[str] = set()
        self.named_twice: set[str] = set()
        self.told_apart: set[str] = set()  # handed in under a name that had another content already
        self.ever_on_server: set[str] = set()
        self.must_be_held: dict[str, str] = {}
        self.retries: dict[str, tuple[Filled, Any, str]] = {}
        self.late: list[Wish] = []
        self.answers: list[Answer] = []
        self.storms: dict[str, int] = {}
        self.stumbles: set[str] = set()
        self.epoch = 0
        self.event = ""
        self.delivered_in: dict[str, int] = {}
        self.worst_seconds = 0.0
        self.clients: list[Client] = []
        self.people = dict(self.begin.people) if self.begin else {}

    def _bent(self, weight: float) -> float:
        return self.rng.choice([0.1, 1, 1, 6]) if weight < 10 else 1

    # --- beginning and end ------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.folder = fast_folder()
        self._before = (uuid.uuid4, pushing._why_held, server_app.STEPS)
        server_app.STEPS = list(server_app.STEPS)
        uuid.uuid4 = lambda: uuid.UUID(int=self.ids.getrandbits(128), version=4)
        pushing._why_held = self._judge_that_stumbles(pushing._why_held)
        sync_views.enrolling._had.clear()
        self._travel = time_machine.travel(self.time, tick=False)
        self.clock = self._travel.start()
        self.server = ServerOnPostgres(self.folder, self.postgres) if self.postgres else Server(self.folder)
        if self.begin:
            self.server.put(self.begin.server)
        self.server.boot()
        self.images: list[Image] = []
        if self.begin:
            self.images.append(self.begin.server)
            pair = self.rng.choice(PAIRS)
            cast = sorted({*pair, *self.rng.sample(sorted(CAST), self.rng.randint(0, 2))})
            for name in cast:
                self.add_client(name, CAST[name], self.begin.clients[name])
            self.tell(f"seed {self.seed}: {', '.join(cast)}; faults {self.rate}")
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.cut()
        self.server.cut()
        self.server.remove()
        self._travel.stop()
        uuid.uuid4, pushing._why_held, server_app.STEPS = self._before
        shutil.rmtree(self.folder, ignore_errors=True)

    def _judge_that_stumbles(self, judge: Callable[..., Any]) -> Callable[..., Any]:
        def stumbling(delivery: Any, content: Any) -> Any:
            if content.rev in self.stumbles:
                raise ValueError("a fault of the judge")
            return judge(delivery, content)

        return stumbling

    def add_client(self, name: str, who: str, image: Image | None = None, steps: list[Step] | None = None) -> Client:
        client = Client(name, who, self.folder, self.rng)
        client.steps = list(steps or client.steps)
        if image:
            put_image(client.path, {part.replace(_base(image), f"{name}.db"): data for part, data in image.items()})
        client.boot(Wire(self, client))
        self.clients.append(client)
        return client

    # --- chance, clock and story --------------------------------------------------------------------

    def count(self, what: str) -> None:
        self.stats[what] += 1

    def tell(self, sentence: str) -> None:
        self.story.append(sentence)

    def pick_fault(self, faults: dict[str, tuple[int, Fault]]) -> tuple[str, Fault | None]:
        """Draw what goes wrong with one request; usually nothing."""
        if not self.faulty or self.rng.random() >= self.rate:
            return "", None
        if not self.temper:
            self.temper = {kind: weight * self.rng.choice([0.1, 1, 4]) for kind, (weight, _) in faults.items()}
        kind = self.rng.choices(list(faults), list(self.temper.values()))[0]
        self.count(kind)
        return kind, faults[kind][1]

    def as_server(self, act: Callable[[], T], *, back_to: Client) -> T:
        """Do something by the server's clock, on behalf of a client with its own."""
        self.clock.move_to(self.time)
        try:
            return act()
        finally:
            self.clock.move_to(self.time + back_to.skew)

    @contextmanager
    def as_client(self, client: Client) -> Iterator[None]:
        self.clock.move_to(self.time + client.skew)
        try:
            yield
        finally:
            self.clock.move_to(self.time)

    # --- the server's side --------------------------------------------------------------------------

    def hear(self, wish: Wish) -> None:
        """Nothing private may be on the wire."""
        if SECRET.encode() in plain(wish) or SECRET.encode() in wish.body:
            raise Broken(f"P1: a private note left the computer in {wish.path}")

    def serve(self, wish: Wish) -> Answer:
        """Have the server handle one request; if it dies over it, it is started again."""
        self.count("handled")
        try:
            answer = self.server.handle(wish)
        except Crash:
            self.restart_server()
            raise
        self.server.fuse.put_out()
        if self.server.fuse.dead:
            self.restart_server()
        if answer.status >= 500 and answer.status != 503:
            raise Broken(f"P2: the server fell over {wish.path}: {answer.status} {answer.body[:120]!r}")
        return answer

    def restart_server(self) -> None:
        self.count("server restarts")
        self.server.cut()
        self.server.boot()

    def deliver_late(self) -> None:
        """Requests that were given up long ago arrive in any order; nobody hears the answers."""
        while self.late and self.rng.random() < 0.3:
            self.count("arrived late")
            try:
                self.serve(self.late.pop(self.rng.randrange(len(self.late))))
            except Crash:
                return

    def back_up(self) -> None:
        """Take a copy, as the hourly job does, or an image of the disk, of which the program knows nothing."""
        if self.rng.random() < 0.5 or not self.server.keeps_copies:
            self.images.append(self.server.take())
            return
        try:
            take_backup(self.server.config, self.server.db)
        except BadBackup as fault:
            raise Broken(f"I7: the copy proves that the log is not whole: {fault}") from fault
        self.count("backups")

    def restore_server(self) -> None:
        """Lay back an earlier copy, usually the last: what came after it is on the clients only."""
        copies = backups(self.server.config.copies)
        newest = self.rng.random() < 0.7
        if copies and self.rng.random() < 0.5:
            copy = self.server.config.copies / (copies[0] if newest else self.rng.choice(copies)).file
            self.tell(f"the server is restored from backup {copy.name}")
            self._replace_server(lambda: put_back(self.server.config, copy))
        else:
            image = self.images[-1] if newest else self.rng.choice(self.images)
            self.tell("the server is put back to an image of its disk")
            self._replace_server(lambda: self.server.put(image))
        self.count("server restored")

    def _replace_server(self, replace_file: Callable[[], object]) -> None:
        self.note_on_server()
        self.server.cut()
        replace_file()
        self.server.boot()
        self._new_epoch()

    def wipe_server(self) -> None:
        """A new machine with the same people, which knows no device and no history."""
        assert self.begin
        beginning = self.begin.server
        self._replace_server(lambda: self.server.put(beginning))
        with writing(self.server.db):
            Meta.update(value=new_id()).where(Meta.key == "server").execute()
            Meta.update(value=f"{self.ids.getrandbits(256):064x}").where(Meta.key == "link0").execute()
            Device.update(token_hash=Device.id).execute()
        self.images = [self.server.take()]
        shutil.rmtree(self.server.config.copies, ignore_errors=True)
        self.tell("the server is a new machine")
        self.count("server wiped")

    def _new_epoch(self) -> None:
        self.epoch += 1
        self.must_be_held = {rev: why for rev, why in self.must_be_held.items() if why == "invalid"}
        self.note_losses()

    # --- what the world knows -----------------------------------------------------------------------

    def note_on_server(self) -> None:
        self.ever_on_server |= {row.rev for row in Revision.select(Revision.rev)}

    def wanted(self) -> set[str]:
        """What must not be lost: all that was saved, but for what was erased and what has been counted as gone."""
        kept = {rev for rev, known in self.saved.items() if known.record not in self.erased}
        return kept - self.excused - self.named_twice

    def copies(self) -> set[str]:
        """Everything that lies anywhere, in full."""
        found = {row.rev for row in Revision.select(Revision.rev, Revision.text) if row.text}
        for client in self.clients:
            found |= {row.rev for row in client.rows().values() if row.text and not row.thin}
        return found

    def note_losses(self) -> None:
        """After copies were destroyed: whatever lay nowhere else is gone, and is counted, never forgotten."""
        gone = self.wanted() - self.copies()
        for rev in sorted(gone):
            double = rev in self.ever_on_server
            self.count("double faults" if double else "only disk lost")
            self.tell(f"{rev[:8]} is gone with its last copy")
        self.excused |= gone
        for client in self.clients:
            client.must_hold -= gone

    def note_saved(self, client: Client) -> None:
        """A screen says that it is saved: from now on it must be found again."""
        for rev, row in sorted(client.rows().items()):
            known = self.saved.get(rev)
            if row.mine and known and known.digest != row.digest and row.text:
                self.told_apart |= {words(row.text), words(known.text)}
                self.named_twice.add(rev)
                for each in self.clients:
                    each.must_hold.discard(rev)
            if row.mine and known is None and words(row.text) not in self.told_apart:
                self.saved[rev] = Saved(rev, row.record, row.digest, row.text)
                if apart_of(row.text) in self.erased:
                    self.erased.add(row.record)
                if row.record not in self.erased and rev not in self.named_twice:
                    client.must_hold.add(rev)
                self.count("saved")

    # --- steps --------------------------------------------------------------------------------------

    def step(self) -> None:
        """Let one thing happen, somewhere."""
        self.time += self.rng.choice([1, 30, 600, 7200])
        client = self.rng.choice(self.clients)
        event = self.rng.choices(list(EVENTS), list(self.bent.values()))[0]
        self.actor = client
        self.act(event, client)

    def act(self, event: str, client: Client) -> None:
        """Let one thing happen on a client's machine or around it, with a crash where chance has it."""
        self.event = event
        self.tell(f"{client.name}: {event}")
        epoch = self.epoch
        if self.faulty and self.rng.random() < self.rate / 2:
            client.fuse.light(self.rng, statements=40, commits=8)
        try:
            with self.as_client(client):
                EVENTS[event][1](self, client)
        except Crash:
            self.count("client crash")
            self.tell(f"{client.name}: crash")
            client.cut()
            client.boot(Wire(self, client))
            with self.as_client(client):
                self.note_saved(client)
        client.fuse.put_out()
        self.note_delivered(client, epoch)

    def note_delivered(self, client: Client, epoch: int) -> None:
        now_delivered = {rev for rev, row in client.rows().items() if row.state in DELIVERED}
        for rev in now_delivered - client.delivered:
            self.delivered_in[rev] = max(epoch, self.delivered_in.get(rev, 0))
        client.delivered = now_delivered


def _base(image: Image) -> str:
    return next(name for name in image if name.endswith(".db"))
