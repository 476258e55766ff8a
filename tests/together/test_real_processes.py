"""Real processes under torture: lines cut after every byte, programs killed and stopped, and nothing is lost.

The short form runs every day. The long one takes some minutes and prints its figures:
    FOTFESTE_TORTURE=long python tests tests/together/test_real_processes.py -n 0 -s
"""

import os
import time
from datetime import timedelta
from itertools import count

import pytest
from making_house import close_app, furnish, open_app
from together.machines_apart import Computer, Stand, lost, settle
from together.torn_line import Cut, Line

from fotfeste_server.named.devices import make_code
from fotfeste_server.named.mentoring import pair
from fotfeste_shared.clock import today

LONG = os.environ.get("FOTFESTE_TORTURE") == "long"
pytestmark = pytest.mark.slow


class Torture:
    """A served house, a line to it, and computers of its mentors that are connected by the line."""

    def __init__(self, folder, environment, serve, url=""):
        self.folder, self.environment, self.computers = folder, environment, []
        app = open_app(folder / "house0", url)
        house = furnish(app)
        others = [another_mentor(house, number) for number in range(2)]
        self.codes = [make_code(house.db, each) for each in (house.people["mentor"], *others)]
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

    def start(url=""):
        made.append(Torture(tmp_path, environment, real_server, url))
        return made[-1]

    yield start
    for each in made:
        each.end()


@pytest.fixture
def tell(request):
    """Print what was counted, in the long form."""

    def show(**figures):
        if LONG:
            print(f"\n{request.node.name}:", *(f"{name}={value}" for name, value in figures.items()))

    return show


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_line_cut_after_any_byte_loses_and_doubles_nothing(torture, tell, way):
    house = torture()
    computer, worst = house.computer(), 0.0
    for after in count(0, 1 if LONG else 29):
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
