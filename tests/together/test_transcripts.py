"""What clients of protocol 1 once said is taken for ever, and answered with all that they were answered then.

The transcripts lie in `tests/data/transcripts/`. From the first tagged release on none of them may be changed.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from making_house import close_app

from fotfeste_shared import sync

from .old_house import THEN, open_old_house

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "data" / "transcripts").glob("*.json"))
REPLIES = {
    "hello": sync.Hello, "push": sync.PushReply, "pull": sync.PullReply, "have": sync.HaveReply,
    "enrol": sync.EnrolReply,
}  # fmt: skip
FREE = {"device", "forms", "cursor", "sentence"}  # must be there; their value is chance, grows, or is ours to word


@pytest.fixture
def client(tmp_path: Path, time_machine):
    time_machine.move_to(THEN, tick=False)
    app = open_old_house(tmp_path / "data")
    yield app.test_client()
    close_app(app)


def said(client, exchange: dict[str, Any]):
    """Say one request to the byte, and give the answer."""
    body = exchange.get("body", "").encode()
    if exchange["headers"].get("Content-Encoding") == "gzip":
        body = gzip.compress(body, mtime=0)
    return client.open(exchange["path"], method=exchange["method"], headers=exchange["headers"], data=body)


def lacking(old: Any, new: Any, place: str = "") -> list[str]:
    """Name what the old answer held and the new one does not; the new one may say more."""
    if isinstance(old, dict) and isinstance(new, dict):
        missing = [f"{place}/{key}" for key in old if key not in new]
        both = [key for key in old if key in new and key not in FREE]
        return missing + [each for key in both for each in lacking(old[key], new[key], f"{place}/{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [each for n, pair in enumerate(zip(old, new, strict=True)) for each in lacking(*pair, f"{place}/{n}")]
    return [] if old == new else [f"{place}: {old!r} became {new!r}"]


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_an_old_clients_requests_are_answered_as_they_were(client, transcript: Path):
    for number, exchange in enumerate(json.loads(transcript.read_text("utf-8")), start=1):
        reply = said(client, exchange)
        assert exchange["status"] == reply.status_code, (number, reply.text)
        assert [] == lacking(exchange["reply"], reply.json), number


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_todays_client_reads_an_old_servers_answers(transcript: Path):
    for exchange in json.loads(transcript.read_text("utf-8")):
        kind = REPLIES.get(exchange["path"].rpartition("/")[2])
        if kind and exchange["status"] == 200:
            sync.read(kind, json.dumps(exchange["reply"]))


def test_every_kind_of_request_and_outcome_has_its_transcript():
    exchanges = [each for path in TRANSCRIPTS for each in json.loads(path.read_text("utf-8"))]
    items = [item for each in exchanges for item in each["reply"].get("items", [])]

    assert set(REPLIES) <= {each["path"].rpartition("/")[2] for each in exchanges}
    assert {"stored", "duplicate", "refused"} == {item["outcome"] for item in items}
    assert {"digest", "id_reused", "not_yours", "unreadable"} <= {item.get("reason") for item in items}
    assert {"invalid", "unknown_form_version"} <= {item.get("held") for item in items}
    assert any(each["headers"].get("Content-Encoding") == "gzip" for each in exchanges)
    assert {401, 403} <= {each["status"] for each in exchanges}


def test_a_newer_clients_push_is_taken_and_its_pull_asks_for_the_old_words(client):
    exchanges = [each for path in TRANSCRIPTS for each in json.loads(path.read_text("utf-8"))]
    for exchange in exchanges:
        exchange["headers"]["Sync-Protocol"] = "2"
    push = next(each for each in exchanges if each["path"].endswith("/push") and each["status"] == 200)
    pull = next(each for each in exchanges if each["path"].endswith("/pull") and each["status"] == 200)

    assert (200, 426) == (said(client, push).status_code, said(client, pull).status_code)
