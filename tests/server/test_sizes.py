"""Whatever is too large, too deep or swells on the way is refused before it is read, and takes little room.

A body of a gigabyte is turned away by its head, in `test_front.py`: it never comes this far.
"""

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest
from making_house import House, close_app, furnish, open_app

from fotfeste_server.views import by_key
from fotfeste_server.views.pace import Pace
from fotfeste_shared.revisions import new_id

MOST_BYTES = 100 << 20


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("sizes"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def deep(levels: int) -> bytes:
    return b'{"answers":' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("stor.bin", b"0" * size)
    return packed.getvalue()


def parts(count: int) -> dict:
    """Many small files in one form, as bytes: the test client would put them in a file and leave it open."""
    each = '--x\r\nContent-Disposition: form-data; name="f{}"; filename="x"\r\n\r\nx\r\n'
    body = "".join(each.format(n) for n in range(count)) + "--x--\r\n"
    return {"data": body.encode(), "content_type": "multipart/form-data; boundary=x"}


def attacks(house: House) -> dict[str, tuple[str, dict]]:
    """What is sent, and where to."""
    device = {"Authorization": f"Bearer {house.device('mentor').token}"}
    packed = device | {"Content-Encoding": "gzip"}
    base = f"/networks/{house.network.id}"
    parcel = {"parcel": (io.BytesIO(bomb(50 << 20)), "x.fotfeste")}
    revision = f"/api/v1/records/{house.report().id}/revisions/{new_id()}"
    return {
        "10,000 form fields": (f"{base}/teams", {"data": {f"f{n}": "x" for n in range(10_000)}}),
        "10,000 form parts": (f"{base}/parcel", parts(10_000)),
        "a field of 2 MB": (f"{base}/teams", {"data": {"name": "x" * (2 << 20)}}),
        "JSON 100,000 deep": ("/sync/v1/push", {"data": deep(100_000), "headers": device}),
        "JSON 100,000 deep for the API": (revision, {"data": deep(100_000), "method": "PUT"}),
        "gzip that swells": ("/sync/v1/push", {"data": gzip.compress(b"0" * (90 << 20), 1), "headers": packed}),
        "gzip that is none": ("/sync/v1/push", {"data": b"\x1f\x8b" + b"\xff" * 999, "headers": packed}),
        "zip that swells": (f"{base}/parcel", {"data": parcel}),
        "an address of 100,000 letters": (f"/networks/{'x' * 100_000}", {"method": "GET"}),
        "a cookie of 60,000 letters": ("/signin", {"headers": {"Cookie": "signed_in=" + "x" * 60_000}}),
        "a number of 50,000 digits": (revision, {"data": '{"answers":{"a":' + "9" * 50_000 + "}}", "method": "PUT"}),
    }  # fmt: skip


@pytest.fixture(scope="module")
def told(house: House) -> dict[str, tuple[int, int]]:
    """Each attack's answer, and how much room it took."""
    client, found = house.browser("organizer"), {}
    by_key.guessing = Pace(999, 3600)
    client.get("/signin")  # what is imported the first time is not the attack's
    for name, (address, sent) in attacks(house).items():
        tracemalloc.start()
        status = client.open(address, **{"method": "POST", **sent}).status_code
        found[name] = status, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


def test_nothing_of_it_is_taken_and_nothing_falls_over(told: dict[str, tuple[int, int]]):
    statuses = {name: status for name, (status, _) in told.items()}

    assert {} == {name: status for name, status in statuses.items() if not 200 <= status < 500}
    for name in ("10,000 form parts", "a field of 2 MB"):
        assert 413 == statuses[name], name
    for name in ("JSON 100,000 deep", "gzip that is none"):
        assert 400 == statuses[name], name


def test_it_takes_little_room(told: dict[str, tuple[int, int]]):
    assert {} == {name: room for name, (_, room) in told.items() if room > MOST_BYTES}
