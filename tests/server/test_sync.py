"""The doors of sync: who is let in, how much is taken, and what a device on its way out may still do."""

import gzip
import zlib

import pytest
from making_house import House, close_app, furnish, open_app, report

from fotfeste_server.named.devices import turn_away
from fotfeste_server.named.models import Device, Revision
from fotfeste_shared.revisions import new_id
from fotfeste_shared.sync import BYTES_INFLATED, Have, Pull, Push, write


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


def ask(house: House, path: str, body: bytes, who: str = "contact", **headers: str):
    bearer = {"Authorization": f"Bearer {house.device(who).token}"}
    return house.app.test_client().post(f"/sync/v1/{path}", data=body, headers={**bearer, **headers})


def pull(house: House, who: str = "contact", **more: object) -> bytes:
    device = house.device(who).device
    return write(Pull(batch=new_id(), device=device.id, install=device.install, **more))


def packed(body: bytes) -> tuple[bytes, dict[str, str]]:
    return gzip.compress(body), {"Content-Encoding": "gzip"}


def test_a_packed_push_is_taken(house: House):
    body, headers = packed(write(house.push("contact", report(house))))

    assert "stored" == ask(house, "push", body, **headers).json["items"][0]["outcome"]


@pytest.mark.parametrize(("swells_to", "status"), [(BYTES_INFLATED - 10_000, 200), (BYTES_INFLATED + 1, 413)])
def test_a_small_body_that_swells_is_stopped(house: House, swells_to: int, status: int):
    push = write(house.push("contact", report(house)))
    body, headers = packed(push[:-1] + b" " * (swells_to - len(push)) + b"}")

    assert len(body) < 20_000
    assert status == ask(house, "push", body, **headers).status_code
    assert (status == 200) == Revision.select().exists()


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_packed_body_that_was_cut_is_refused_whole(house: House, cut: int):
    body, headers = packed(write(house.push("contact", report(house))))

    for bad in (body[:-cut], body[cut:], zlib.compress(b"{}"), b""):
        assert 400 == ask(house, "push", bad, **headers).status_code
    assert 0 == Revision.select().count()


def test_a_device_that_is_turned_away_may_deliver_and_nothing_else(house: House):
    turn_away(house.db, house.device("contact").device, "drain_only")

    reply = ask(house, "push", write(house.push("contact", report(house)))).json["items"][0]
    refused = ask(house, "pull", pull(house))

    assert ("stored", "drain_only") == (reply["outcome"], reply["held"])
    assert (403, "drain_only") == (refused.status_code, refused.json["problem"]["code"])


def test_a_stolen_device_may_do_nothing(house: House):
    device = house.device("contact").device
    turn_away(house.db, device, "blocked")

    bodies = {
        "push": write(house.push("contact", report(house))),
        "pull": pull(house),
        "have": write(Have(batch=new_id(), device=device.id, revs=[])),
    }
    told = {path: ask(house, path, body) for path, body in bodies.items()}

    assert {(403, "revoked")} == {(each.status_code, each.json["problem"]["code"]) for each in told.values()}
    assert 0 == Revision.select().count()


def test_a_device_speaks_for_itself_only(house: House):
    house.device("mentor")
    body = write(house.push("contact", report(house)))

    assert 403 == ask(house, "push", body, who="mentor").status_code
    assert 401 == ask(house, "push", body, Authorization="Bearer nonsense").status_code


def test_a_device_tells_what_it_still_holds_and_organizers_see_it(house: House):
    page = house.browser("organizer")
    address = f"/networks/{house.network.id}/devices"
    house.device("contact")
    before = page.get(address).text

    ask(house, "pull", pull(house, made=3, unsent_hours=49))
    waiting = page.get(address).text
    ask(house, "pull", pull(house, made=3))
    after = page.get(address).text

    assert ("Vet ikke" in before, "Det eldste er fra" in waiting, "Ingenting" in after) == (True, True, True)
    assert "Det eldste er fra" not in after


def test_a_computer_that_was_set_back_or_copied_is_marked(house: House):
    def push(number: int, install: str | None = None) -> bool:
        whole = house.push("contact")
        changed = {"push_no": number, "install": install or whole.install}
        fields = {name: getattr(whole, name) for name in Push.__struct_fields__}
        ask(house, "push", write(Push(**{**fields, **changed})))
        return Device.get_by_id(house.device("contact").device.id).rewound

    assert [False, False, True] == [push(1), push(2), push(1)]
    Device.update(rewound=False).execute()
    assert push(3, new_id())
    assert "Satt tilbake eller kopiert" in house.browser("organizer").get(f"/networks/{house.network.id}/devices").text
