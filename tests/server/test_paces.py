"""How often each door may be tried: a guesser is slowed, a ward of 120 phones behind one address never notices."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest
from making_house import House, close_app, furnish, open_app
from making_registration import meeting, public_page, send, signing_up
from werkzeug.test import TestResponse

from fotfeste_server import views
from fotfeste_server.named.tokens import make_token
from fotfeste_server.views.pace import Pace
from fotfeste_shared.closed_file import LOCKED
from fotfeste_shared.revisions import new_id
from fotfeste_shared.sync import Enrol, write

WARD = 120
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
SLOWED = "Det ble for mange"


@dataclass(frozen=True)
class Door:
    """Whose tries are counted, how many of them in how many seconds, and what one try is."""

    whose: str
    tries: int
    seconds: int
    knock: Callable[["Knocker", int], TestResponse]


class Knocker:
    """Tries a door from an address."""

    def __init__(self, house: House, address: str = HERE) -> None:
        self.house, self.address = house, address
        self.client = house.browser()
        self.client.environ_base["REMOTE_ADDR"] = address

    def asks_for_a_code(self, n: int) -> TestResponse:
        return self.client.post("/signin", data={"email": f"deltaker{self.address[:3]}{n}@eksempel.no"})

    def asks_for_the_same_code(self, _n: int) -> TestResponse:
        return self.client.post("/signin", data={"email": "en@eksempel.no"})

    def types_a_code(self, _n: int) -> TestResponse:
        return self.client.post("/signin/code", data={"code": "AAAA-AAAA"})

    def enrols(self, _n: int) -> TestResponse:
        return self.client.post("/sync/v1/enrol", data=write(Enrol(code="AAAA-AAAA", install=new_id(), name="PC")))

    def guesses_a_key(self, _n: int) -> TestResponse:
        return self.client.get("/api/v1/teams", headers={"Authorization": "Bearer fot_gjettet"})

    def uses_a_key(self, _n: int) -> TestResponse:
        return self.client.get("/api/v1/teams", headers={"Authorization": f"Bearer {self.house.key}"})

    def signs_up(self, n: int) -> TestResponse:
        address = f"nr{n}.{self.address.replace('.', '-')}@kommune.no"
        return send(self.client, f"/n/{self.house.code}/meeting", signing_up(address=address))

    def brings_a_locked_file(self, _n: int) -> TestResponse:
        client = self.house.browser("organizer")
        locked = {"parcel": (BytesIO(LOCKED + b"x" * 60), "x.fotfeste"), "passphrase": "feil"}
        return client.post(f"/networks/{self.house.network.id}/parcel", data=locked)


DOORS = {
    "signin.asking": Door("address", 300, 3600, Knocker.asks_for_a_code),
    "signin.mailbox": Door("mailbox", 5, 3600, Knocker.asks_for_the_same_code),
    "signin.typing": Door("address", 600, 3600, Knocker.types_a_code),
    "sync.enrolling": Door("address", 300, 900, Knocker.enrols),
    "by_key.guessing": Door("wrong key", 120, 3600, Knocker.guesses_a_key),
    "by_key.asking": Door("key", 1200, 60, Knocker.uses_a_key),
    "open_sheets.posting": Door("address", 400, 3600, Knocker.signs_up),
    "keeping.unlocking": Door("person", 20, 900, Knocker.brings_a_locked_file),
}
QUIET = {"open_sheets.writing_to": (5, 3600)}  # slows letters, not people: test_public_meeting.py
FROM_ONE_PLACE = [name for name, door in DOORS.items() if door.whose == "address"]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("paces"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    house = furnish(app)
    house.code = public_page(house).code
    meeting(house)
    house.key = make_token(house.db, house.people["organizer"], house.network, "regneark", ["read"], days=1)
    yield house
    close_app(app)


@pytest.fixture
def house(furnished: House) -> Iterator[House]:
    yield furnished
    for pace in paces().values():
        pace._had.clear()


def paces() -> dict[str, Pace]:
    """The paces of the table, by where they stand."""
    places = {name: name.split(".") for name in (*DOORS, *QUIET)}
    return {name: vars(importlib.import_module(f"{views.__name__}.{at}"))[what] for name, (at, what) in places.items()}


def test_every_pace_that_the_pages_keep_has_its_line_here_and_is_what_the_line_says():
    names = [each.name for each in pkgutil.iter_modules(views.__path__)]
    modules = [importlib.import_module(f"{views.__name__}.{name}") for name in names]
    kept = {id(value) for module in modules for value in vars(module).values() if isinstance(value, Pace)}
    told = {name: (door.tries, door.seconds) for name, door in DOORS.items()} | QUIET

    assert kept == {id(pace) for pace in paces().values()}
    assert told == {name: (pace._tries, int(pace._seconds)) for name, pace in paces().items()}
    assert [] == [name for name in FROM_ONE_PLACE if DOORS[name].tries < 2 * WARD]


@pytest.mark.parametrize("name", DOORS)
def test_who_tries_too_often_is_slowed_in_words_and_nobody_else_is(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
):
    door, here, elsewhere = DOORS[name], Knocker(house), Knocker(house, ELSEWHERE)
    monkeypatch.setattr(paces()[name], "_tries", 3)

    before = [door.knock(here, n) for n in range(3)]
    after = door.knock(here, 3)

    assert not any(SLOWED in reply.text for reply in before)
    assert SLOWED in after.text
    assert after.status_code in (422, 429)
    if door.whose in ("address", "wrong key"):
        assert SLOWED not in door.knock(elsewhere, 4).text


@pytest.mark.parametrize("name", ["signin.asking", "sync.enrolling", "open_sheets.posting"])
def test_a_ward_of_120_phones_behind_one_address_never_notices(house: House, name: str):
    phones = [Knocker(house) for _ in range(WARD)]

    told = [DOORS[name].knock(phone, n) for n, phone in enumerate(phones)]

    assert [] == [reply.status_code for reply in told if SLOWED in reply.text or reply.status_code == 429]
