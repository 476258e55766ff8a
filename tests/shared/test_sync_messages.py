import json
from pathlib import Path

import pytest

from fotfeste_shared import sync
from fotfeste_shared.forms import shipped
from fotfeste_shared.kinds import Question, Rows, Text
from fotfeste_shared.revisions import new_id

SCHEMA = Path(__file__).parents[2] / "shared" / "schema" / "sync-1.json"


def a_push(**changed):
    push = {
        "batch": new_id(),
        "device": new_id(),
        "install": new_id(),
        "push_no": 1,
        "app": "0.1",
        "sent_at": "2026-08-24T10:00:00Z",
        "items": [{"rev": new_id(), "digest": "sha256:" + "0" * 64, "text": "{}"}],
    }
    return {**push, **changed}


def test_the_published_schema_is_that_of_the_messages():
    published = json.loads(SCHEMA.read_text("utf-8"))

    assert sync.schema() == published, "write it anew: json.dumps(sync.schema(), indent=1, sort_keys=True)"


def test_keys_of_a_newer_side_are_passed_over():
    assert 1 == sync.read(sync.Push, json.dumps(a_push(mood="good"))).push_no


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch": "1"},
        {"push_no": -1},
        {"push_no": 1.5},
        {"items": [{"rev": new_id()}]},
        {"items": [{"rev": new_id(), "digest": "md5:0", "text": ""}]},
        {"items": [{"rev": new_id(), "digest": "sha256:" + "0" * 64, "text": "x"}] * 51},
        {"known": {"seq": "1", "link": ""}},
    ],
)
def test_a_message_of_another_shape_is_refused(wrong):
    with pytest.raises(sync.BadMessage):
        sync.read(sync.Push, json.dumps(a_push(**wrong)))


@pytest.mark.parametrize("rubbish", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"batch":'])
def test_rubbish_is_refused_in_words(rubbish):
    with pytest.raises(sync.BadMessage):
        sync.read(sync.Push, rubbish)


def test_the_same_message_gives_the_same_bytes():
    push = sync.read(sync.Push, json.dumps(a_push()))

    assert sync.write(push) == sync.write(sync.read(sync.Push, sync.write(push)))


def longest(question: Question) -> int:
    """How many letters an answer may have as it is written in a revision, each of them behind a backslash."""
    if isinstance(question, Rows):
        return question.most * (100 + sum(longest(each) for each in question.questions))
    return 200 + 2 * (question.longest or 0) if isinstance(question, Text) else 1_000


@pytest.mark.parametrize("code", sorted(shipped()))
def test_nothing_that_the_judge_passes_is_too_long_to_be_delivered(code):
    assert 1_000 + sum(longest(each) for each in shipped()[code].questions()) < sync.BYTES_IN_A_PUSH
