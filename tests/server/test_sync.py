"""What a desktop client meets over HTTP: its own answers or a plain refusal, never a half one."""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app, report, session_log

from fotfeste_server.named.devices import make_code
from fotfeste_server.named.models import Device, Revision
from fotfeste_server.views import sync as pages
from fotfeste_server.views.pace import Pace
from fotfeste_shared.clock import now
from fotfeste_shared.forms import digest, shipped
from fotfeste_shared.revisions import new_id
from fotfeste_shared.sync import (
    BYTES_INFLATED,
    EnrolReply,
    Have,
    HaveReply,
    Hello,
    Pull,
    PullReply,
    PushReply,
    read,
    write,
)


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(pages, "enrolling", Pace(30, 900))
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


def send(house: House, who: str, verb: str, message: bytes, **headers: str):
    token = house.device(who).token
    return house.app.test_client().post(
        f"/sync/v1/{verb}", data=message, headers={"Authorization": f"Bearer {token}", **headers}
    )


def pull(house: House, who: str) -> bytes:
    device = house.device(who).device
    return write(Pull(batch=new_id(), device=device.id, install=device.install))


def test_hello_tells_the_service_and_where_its_history_stands(house: House):
    told = read(Hello, house.app.test_client().get("/sync/v1/hello").data)

    assert ("fotfeste", 1, 0) == (told.service, told.protocol.min, told.history.seq)


def test_a_code_enrols_one_computer_and_its_repeat_has_the_same_answer(house: House):
    code, install = make_code(house.db, house.people["mentor"]), new_id()
    wish = {"code": code.lower(), "install": install, "name": "Jobb-PC"}
    client = house.app.test_client()

    first = client.post("/sync/v1/enrol", data=json.dumps(wish))
    again = client.post("/sync/v1/enrol", data=json.dumps(wish))
    other = client.post("/sync/v1/enrol", data=json.dumps({**wish, "install": new_id()}))

    assert first.data == again.data
    told = read(EnrolReply, first.data)
    assert house.people["mentor"].id == told.person.id
    assert (403, "wrong_code") == (other.status_code, other.json["problem"]["code"])
    assert 1 == Device.select().count()
    house.devices["mentor"] = type(house.device("contact"))(Device.get_by_id(told.device), told.token)
    assert 200 == send(house, "mentor", "pull", pull(house, "mentor")).status_code


def test_a_code_lives_a_quarter_of_an_hour_and_five_tries(house: House, time_machine):
    code, install = make_code(house.db, house.people["mentor"]), new_id()
    client = house.app.test_client()
    statuses = [
        client.post("/sync/v1/enrol", data=json.dumps({"code": code, "install": install, "name": "PC"})).status_code
        for _ in range(6)
    ]
    old = make_code(house.db, house.people["head"])
    time_machine.move_to(now() + timedelta(minutes=16), tick=True)
    late = client.post("/sync/v1/enrol", data=json.dumps({"code": old, "install": install, "name": "PC"}))

    assert [200] * 5 + [403] == statuses
    assert 403 == late.status_code


def test_guessing_codes_is_slow(house: House):
    client = house.app.test_client()
    wishes = [json.dumps({"code": f"AAAA-{n:04}", "install": new_id(), "name": "PC"}) for n in range(31)]

    assert 429 == [client.post("/sync/v1/enrol", data=each).status_code for each in wishes][-1]


def test_a_delivery_is_answered_with_receipts_packed_or_not(house: House):
    written = report(house)
    push = write(house.push("contact", written))

    plain = read(PushReply, send(house, "contact", "push", push).data)
    packed = send(house, "contact", "push", gzip.compress(push), **{"Content-Encoding": "gzip"})

    [first], [again] = plain.items, read(PushReply, packed.data).items
    assert ("stored", "duplicate") == (first.outcome, again.outcome)
    assert first.receipt == again.receipt
    assert read(PushReply, packed.data).batch == plain.batch


def test_a_message_that_swells_is_stopped(house: House):
    bomb = gzip.compress(b" " * (BYTES_INFLATED * 4))

    assert 413 == send(house, "contact", "push", bomb, **{"Content-Encoding": "gzip"}).status_code


def test_an_unknown_token_gets_a_problem_that_a_client_understands(house: House):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        reply = house.app.test_client().post("/sync/v1/push", data=b"{}", headers=headers)
        assert (401, "unknown_device") == (reply.status_code, reply.json["problem"]["code"])


def test_forms_are_fetched_by_digest_and_kept_for_good(house: House):
    told = read(PullReply, send(house, "mentor", "pull", pull(house, "mentor")).data)
    token = house.device("mentor").token
    client = house.app.test_client()

    assert len(shipped()) == len(told.forms)
    for line in told.forms:
        reply = client.get(f"/sync/v1/forms/{line.digest}", headers={"Authorization": f"Bearer {token}"})
        assert line.digest == digest(reply.text)
        assert "immutable" in reply.headers["Cache-Control"]


def test_have_names_what_is_missing(house: House):
    here, gone = session_log(house), new_id()
    send(house, "mentor", "push", write(house.push("mentor", here)))
    wish = Have(batch=new_id(), device=house.device("mentor").device.id, revs=[here.rev, gone])

    assert [gone] == read(HaveReply, send(house, "mentor", "have", write(wish)).data).missing


@pytest.mark.parametrize("verb", ["push", "pull", "have", "enrol"])
def test_rubbish_is_never_a_fault_of_ours(house: House, verb: str):
    chance = random.Random(verb)
    good = {
        "push": write(house.push("contact", report(house))), "pull": pull(house, "contact"),
        "have": write(Have(batch=new_id(), device=house.device("contact").device.id, revs=[new_id()])),
        "enrol": json.dumps({"code": "AAAA-AAAA", "install": new_id(), "name": "PC"}).encode(),
    }[verb]  # fmt: skip
    for _ in range(200):
        reply = send(house, "contact", verb, spoilt(chance, good), **chance.choice(HEADERS))
        assert reply.status_code < 500, reply.text
        assert reply.is_json
    assert 1 >= Revision.select().count()


HEADERS = ({}, {"Content-Encoding": "gzip"}, {"Content-Type": "text/html"}, {"Content-Encoding": "br"})
ODD = (b"", b"null", b"[]", b'"\\ud800"', b"{" * 4000, b'{"batch":1e999}', b"\xff\xfe", b'{"a":NaN}', b"0" * 5000)


def spoilt(chance: random.Random, good: bytes) -> bytes:
    """A message with a byte or a field gone wrong."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(ODD)
    if kind == 1:
        return good[: chance.randrange(len(good))]
    if kind == 2:
        place = chance.randrange(len(good))
        return good[:place] + chance.randbytes(3) + good[place + 3 :]
    message = json.loads(good)
    message[chance.choice(list(message))] = chance.choice([None, "", "\x00", -1, 2**70, [], {}, ["x"], "a" * 300, True])
    return json.dumps(message).encode()
