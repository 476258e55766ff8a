"""Real processes under torture: lines cut after every byte, programs killed and stopped, and nothing is lost.

The short form runs every day. The long one takes about ten minutes and prints its figures:
    FOTFESTE_TORTURE=long python tests tests/together/test_real_processes.py -s
FOTFESTE_SEED chooses another order of faults; processes have a will of their own, so it is not the same story twice.
"""

import os
import re
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import chain, count, repeat
from random import Random
from time import sleep as wait

import pytest
import requests
from bench.serving import family
from making_house import KEY, close_app, furnish, open_app, session_log
from together.machines_apart import PATIENCE, Computer, Stand, lost, revs_of, settle
from together.torn_line import PORTAL, Cut, Line, Portal, Stall, Trickle, any_weather

from fotfeste_server.named.devices import enrol, make_code
from fotfeste_server.named.mentoring import pair
from fotfeste_shared.clock import now, today
from fotfeste_shared.revisions import new_id, timestamp
from fotfeste_shared.sync import Push, PushItem, PushReply, read, write

LONG = os.environ.get("FOTFESTE_TORTURE") == "long"
STEP = 1 if LONG else 29
KILLS = 120 if LONG else 10
ROUNDS = 8
BATCHES = 200 if LONG else 8
SEED = int(os.environ.get("FOTFESTE_SEED", "3"))
pytestmark = pytest.mark.slow


class Torture:
    """A served house, a line to it, and computers of its mentors that are connected by the line."""

    def __init__(self, folder, environment, serve, url="", prepare=None):
        self.folder, self.environment, self.computers = folder, environment, []
        app = open_app(folder / "house0", url)
        house = furnish(app)
        others = [another_mentor(house, number) for number in range(2)]
        self.codes = [make_code(house.db, each) for each in (house.people["mentor"], *others)]
        self.prepared = prepare(house) if prepare else None
        self.address = house.service.config.database_url
        close_app(app)
        self.server = serve(*(["--database", url] if url else []))
        self.line = Line(self.server.port)

    def computer(self):
        found = Computer(self.folder / f"pc{len(self.computers)}", self.environment)
        self.computers.append(found)
        found.do("connect", self.line.url, self.codes.pop())
        assert Stand("online", 0) == found.do("deliver")
        return found

    def supervise(self):
        """Start the server again when it has ended by itself, as the operating system would."""
        if self.server.process.poll() is not None:
            self.server.start()

    def serves(self):
        """Wait until somebody answers."""
        until = time.monotonic() + PATIENCE
        while True:
            self.supervise()
            with suppress(requests.RequestException):
                assert requests.get(f"{self.server.url}/health/live", timeout=5).status_code == 200
                return
            assert time.monotonic() < until, self.server.said()
            wait(0.1)

    def end(self):
        for each in self.computers:
            each.end()
        self.line.close()


def another_mentor(house, number):
    return pair(
        house.db, house.participation, unit="Sykehuset", profession="sykepleier", started=today() - timedelta(10),
        mentor_name="Mentor", mentor_email=f"mentor{number}@ushte.example", team=house.team,
    ).mentor  # fmt: skip


@pytest.fixture
def torture(tmp_path, environment, real_server):
    made = []

    def start(url="", prepare=None):
        made.append(Torture(tmp_path, environment, real_server, url, prepare))
        return made[-1]

    yield start
    for each in made:
        each.end()


@pytest.fixture
def tell(request):
    """Print what was counted, in the long form."""

    def show(**figures):
        if LONG or os.environ.get("FOTFESTE_SEED"):
            print(f"\n{request.node.name}:", *(f"{name}={value}" for name, value in figures.items()))

    return show


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_line_cut_after_any_byte_loses_and_doubles_nothing(torture, tell, way):
    house = torture()
    computer, worst = house.computer(), 0.0
    for after in chain(range(0, 1200, STEP), count(1200, STEP if LONG else 211)):
        cuts = house.line.cuts
        computer.do("save")
        house.line.always(Cut(way, after, reset=after % 2 == 1))
        computer.do("deliver")
        assert not lost(house.address, list(computer.delivered)[-1:])
        house.line.always(None)
        healed = time.monotonic()
        assert Stand("online", 0) == computer.do("deliver")
        worst = max(worst, time.monotonic() - healed)
        if house.line.cuts == cuts:
            break  # a whole exchange is shorter than this
    house.end()

    assert house.line.cuts > 20
    tell(cuts=house.line.cuts, **settle(house.address, [computer]), worst_seconds=round(worst, 2))


class Misfortunes:
    """Kills and stops programs in an order from a seed, and holds them to what they have said each time."""

    def __init__(self, house, rng):
        self.house, self.rng, self.counted, self.stopped = house, rng, Counter(), []
        self.checked = set()

    def one(self):
        wait(self.rng.uniform(0.05, 0.4))
        for resume in self.stopped:
            resume()
        self.stopped.clear()
        self.house.supervise()
        happens = self.rng.choices(
            [
                self.server_dies, self.worker_dies, self.computer_dies, self.server_stops, self.computer_stops,
                self.line_breaks,
            ],
            [2, 1, 4, 2, 1, 4],
        )[0]  # fmt: skip
        happens()

    def server_dies(self):
        """Its file is looked at before it starts again: what was called delivered lies there."""
        self.house.server.kill()
        self.counted["kills of the server"] += 1
        self.look()
        wait(self.rng.choice([0, 0, 0.3]))
        self.house.server.start()

    def worker_dies(self):
        """As when memory runs out: one that serves is gone, and the server sees to it that another follows."""
        workers = family(self.house.server.process.pid)[1:]
        if workers:
            os.kill(self.rng.choice(workers), signal.SIGKILL)
            self.counted["kills of a worker"] += 1
            self.look()

    def computer_dies(self):
        computer = self.rng.choice(self.house.computers)
        computer.kill()
        self.counted["kills of a client"] += 1
        self.look()
        computer.start()
        computer.order("work")

    def server_stops(self):
        group = self.house.server.process.pid
        os.killpg(group, signal.SIGSTOP)
        self.counted["stops"] += 1
        self.stopped.append(lambda: os.killpg(group, signal.SIGCONT))

    def computer_stops(self):
        process = self.rng.choice(self.house.computers).process
        process.send_signal(signal.SIGSTOP)
        self.counted["stops"] += 1
        self.stopped.append(lambda: process.send_signal(signal.SIGCONT))

    def line_breaks(self):
        """Every connection ends, and those that follow find other weather."""
        self.house.line.hang_up()
        self.counted["broken lines"] += 1

    def look(self):
        for computer in self.house.computers:
            computer.listen()
        said = {rev for each in self.house.computers for rev in each.delivered} - self.checked
        assert [] == lost(self.house.address, sorted(said))
        self.checked |= said

    def kills(self):
        return sum(n for what, n in self.counted.items() if what.startswith("kills"))


def heal(house):
    """Let the sun shine, and let everybody deliver at once; gives how many seconds the slowest needed."""
    house.line.always(None)
    worst = 0.0
    house.serves()
    for computer in house.computers:
        computer.do("rest")
        healed, stand = time.monotonic(), None
        for _ in range(ROUNDS):
            stand = computer.do("deliver")
            if stand == Stand("online", 0):
                break
        assert stand == Stand("online", 0), (computer.folder / "noise").read_text()
        worst = max(worst, time.monotonic() - healed)
    return round(worst, 2)


def torment(house, tell, kills):
    rng = Random(SEED)
    computers = [house.computer() for _ in range(3)]
    fate = Misfortunes(house, rng)
    house.line.weather = lambda: any_weather(rng)
    for computer in computers:
        computer.order("work")
    while fate.kills() < kills:
        fate.one()
    for resume in fate.stopped:
        resume()
    worst = heal(house)
    house.end()

    figures = settle(house.address, computers)
    assert min(figures["saved"], figures["delivered"]) > kills
    tell(cuts=house.line.cuts, **fate.counted, **figures, worst_seconds=worst)


def test_programs_killed_and_stopped_on_a_bad_line_lose_and_double_nothing(torture, tell):
    torment(torture(), tell, KILLS)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_so_it_is_on_postgresql(torture, tell, database_url):
    torment(torture(database_url), tell, KILLS // 3)


def eight_devices_and_their_batches(house):
    """Enrol eight computers of one mentor, and write what each of them will push."""
    mentor = house.people["mentor"]
    enrolled = [enrol(house.db, KEY, make_code(house.db, mentor), new_id(), "PC") for _ in range(8)]
    batches = []
    for _ in range(BATCHES):
        items = [PushItem(rev=w.rev, digest=w.digest, text=w.text) for w in (session_log(house) for _ in range(5))]
        batches.append((new_id(), items))
    return enrolled, batches


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_eight_devices_that_push_the_same_at_once_have_it_kept_once(torture, tell, database_url):
    house = torture(database_url, eight_devices_and_their_batches)
    enrolled, batches = house.prepared
    at_once = threading.Barrier(len(enrolled))

    def push(each, batch, items):
        wish = Push(
            batch=batch, device=each.device.id, install=each.device.install, push_no=1, app="0.1",
            sent_at=timestamp(now()), items=items,
        )  # fmt: skip
        at_once.wait()
        bearer = {"Authorization": f"Bearer {each.token}"}
        answer = requests.post(f"{house.server.url}/sync/v1/push", write(wish), headers=bearer, timeout=60)
        return read(PushReply, answer.content)

    with ThreadPoolExecutor(len(enrolled)) as people:
        for batch, items in batches:
            replies = list(people.map(push, enrolled, repeat(batch), repeat(items)))
            assert {reply.batch for reply in replies} == {batch}
            for words in zip(*(reply.items for reply in replies), strict=True):
                assert Counter(word.outcome for word in words) == {"stored": 1, "duplicate": 7}
                assert len({(word.rev, word.digest, word.seq, word.receipt) for word in words}) == 1
    everything = [item.rev for _, items in batches for item in items]
    assert sorted(everything) == sorted(revs_of(house.address))
    tell(pushes=len(batches) * 8, written=len(everything), kept=len(revs_of(house.address)))


def test_a_house_restored_under_load_gets_everything_back(torture, tell, environment):
    house = torture()
    computers = [house.computer() for _ in range(3)]
    for computer in computers:
        computer.order("work")
    times, brought_back = (5 if LONG else 1), []
    for _ in range(times):
        wait(0.5)
        copy = re.search(r"Proved: (.+), (\d+) lines", house.server.command("backup"))
        wait(0.5)
        house.server.kill()
        said = re.search(r"Brought back: (\d+) lines", house.server.command("restore", copy[1]))
        assert said[1] == copy[2]
        brought_back.append(int(said[1]))
        house.server.start()
    worst = heal(house)
    heal(house)
    house.end()

    figures = settle(house.address, computers)
    assert figures["saved"] > brought_back[-1]
    tell(restores=times, brought_back=brought_back, **figures, worst_seconds=worst)


def test_a_portal_and_a_line_that_stalls_or_trickles_deliver_nothing_that_was_not_delivered(torture, tell):
    house = torture()
    computer = house.computer()
    for answer in PORTAL:
        computer.do("save")
        house.line.always(Portal(answer))
        before = len(computer.delivered)
        stand = computer.do("deliver")
        assert (stand.line != "online", before) == (True, len(computer.delivered))
    for weather in (Stall(0.3), Trickle("up", 0), Trickle("down", 0)):
        computer.do("save")
        house.line.always(weather)
        assert Stand("online", 0) == computer.do("deliver")
        assert [] == lost(house.address, list(computer.delivered))
    for way in ("up", "down"):
        house.line.always(None)
        computer = house.computer()
        house.line.always(Trickle(way, 1.0))
        computer.order("work")
        wait(25 if LONG else 1)
        computer.listen()
        assert len(computer.saved) > 5  # whatever the line does, people go on saving
    worst = heal(house)
    house.end()

    tell(**settle(house.address, house.computers), worst_seconds=worst)
