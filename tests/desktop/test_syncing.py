"""What waits arrives once, whatever the network does, and no byte of a private note ever leaves."""

import random

import pytest

from fotfeste_desktop.addresses import BadAddress, clean_address
from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.models import Form, Label, Note, Revision
from fotfeste_desktop.outbox import Outbox
from fotfeste_desktop.syncing import EnrolmentRefused, Line, Syncing, Unreachable
from fotfeste_shared import sync
from fotfeste_shared.forms import dump, form_digest
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, new_id

CANARY = "kanarifugl-æøå-5f1c"


def states(db):
    return {row.rev: row.state for row in Revision.select().bind(db)}


def test_what_waits_is_delivered_with_the_servers_receipt(db, mentor, syncing, loopback):
    revs = [mentor.save(new_id()) for _ in range(3)]

    assert syncing.round().line is Line.ONLINE
    assert states(db) == dict.fromkeys(revs, "delivered")
    assert [row["rev"] for row in loopback.rows] == revs
    receipts = [row.receipt for row in Revision.select().bind(db)]
    assert all(len(receipt) == 9 for receipt in receipts)


def test_no_byte_of_a_private_note_leaves_in_any_request(db, mentor, syncing, loopback):
    record = new_id()
    mentor.save(record, steg=CANARY, langt=CANARY, trygg=CANARY, egen=CANARY)
    Label.insert(pairing=mentor.answers["kobling"], text=CANARY).execute(db)
    mentor.draft(new_id(), langt=CANARY)
    syncing.round()
    loopback.forget()  # the client pushes everything it has once more, and asks what is missing
    syncing.round()
    mentor.save(record, steg=CANARY, minutter=50)
    syncing.round()

    heard = b"".join(loopback.heard)
    told = [CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode("unicode_escape"), b"kanarifugl"]
    assert len(loopback.rows) == 2
    assert b"minutter" in heard
    assert [each for each in told if each in heard] == []
    assert Note.select().count(db) == 1
    assert not any("kanarifugl" in row.text for row in Revision.select().bind(db))


def test_a_server_that_is_away_loses_nothing(db, mentor, syncing, loopback):
    rev = mentor.save(new_id())
    loopback.stop()

    assert syncing.round().line is Line.OFFLINE
    assert states(db) == {rev: "queued"}


def test_a_lost_answer_is_asked_for_again_and_counts_once(db, mentor, syncing, loopback):
    rev = mentor.save(new_id())
    loopback.wrong.cut = True
    assert syncing.round().line is Line.OFFLINE
    assert states(db) == {rev: "queued"}
    assert len(loopback.rows) == 1
    loopback.wrong.cut = False

    syncing.round()

    assert states(db) == {rev: "delivered"}
    assert len(loopback.rows) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>Velkommen til hotellet</html>", b"{}", b'{"service":"fotfeste"}', b"\xff"]
)
def test_a_captive_portal_is_no_success(db, mentor, syncing, loopback, body):
    rev = mentor.save(new_id())
    loopback.wrong.body = body

    assert syncing.round().line is Line.WRONG_SERVER
    assert states(db) == {rev: "queued"}


@pytest.mark.parametrize(
    ("status", "line"),
    [(201, Line.OFFLINE), (302, Line.OFFLINE), (401, Line.LOGIN_NEEDED), (403, Line.REVOKED), (503, Line.OFFLINE)],
)
def test_only_200_is_an_answer(db, mentor, syncing, loopback, status, line):
    rev = mentor.save(new_id())
    loopback.wrong.status = status
    loopback.wrong.headers = {"Location": loopback.url + "/elsewhere"}

    assert syncing.round().line is line
    assert states(db) == {rev: "queued"}


def test_the_server_says_how_long_to_stay_away(mentor, syncing, loopback):
    mentor.save(new_id())
    loopback.wrong.status, loopback.wrong.headers = 503, {"Retry-After": "120"}
    syncing.round()

    assert syncing._pause() >= 120


def test_waiting_times_grow_and_are_spread(db):
    syncing = Syncing(db, jitter=random.Random(1))
    longest = []
    for failures in range(1, 15):
        syncing._failures = failures
        longest.append(max(syncing._pause() for _ in range(200)))
    syncing.stop()

    assert longest[0] <= 4
    assert longest == sorted(longest[:8]) + longest[8:]
    assert max(longest) <= 900
    assert longest[-1] > 800


def test_one_poisonous_revision_does_not_stop_the_others(db, mentor, syncing, loopback):
    revs = [mentor.save(new_id()) for _ in range(5)]
    poison = revs[2]
    loopback.falls_over = poison
    syncing.round()

    assert {rev for rev, state in states(db).items() if state == "delivered"} == set(revs) - {poison}
    assert states(db)[poison] == "queued"


def test_a_refused_revision_is_shown_to_the_person_and_kept(db, mentor, syncing, loopback):
    bad, good = mentor.save(new_id()), mentor.save(new_id())
    loopback.refuses[bad] = "not_yours"
    syncing.round()

    assert states(db) == {bad: "attention", good: "delivered"}


def test_a_server_that_forgot_is_given_everything_again_without_anybody_noticing(db, mentor, syncing, loopback):
    revs = [mentor.save(new_id()) for _ in range(4)]
    syncing.round()
    loopback.forget()
    syncing.round()

    assert {row["rev"] for row in loopback.rows} == set(revs)
    assert states(db) == dict.fromkeys(revs, "delivered")


def test_published_forms_are_fetched_once_and_believed_by_their_digest(db, mentor_log, syncing, loopback):
    line = sync.FormLine(code="mentorlogg", version=1, digest=form_digest(mentor_log))
    other = sync.FormLine(code="mentorlogg", version=2, digest="sha256:" + "0" * 64)
    loopback.forms = {line: dump(mentor_log), other: dump(mentor_log)}
    syncing.round()

    assert [row.digest for row in Form.select().bind(db)] == [line.digest]


def test_a_wrong_code_connects_nothing(db, loopback):
    syncing = Syncing(db)
    with pytest.raises(EnrolmentRefused):
        syncing.enrol(loopback.url, "WR0NG123", "PC")
    assert Exchange(db).identity() is None
    assert syncing.round().line is Line.NOT_ENROLLED
    syncing.stop()


def test_a_server_that_does_not_answer_is_no_wrong_code(db, loopback):
    syncing = Syncing(db)
    loopback.wrong.status = 503
    with pytest.raises(Unreachable):
        syncing.enrol(loopback.url, loopback.code, "PC")
    syncing.stop()


def test_saving_needs_no_connection_at_all(db, mentor_log, session):
    outbox = Outbox(db, new_id())
    draft = outbox.open(mentor_log, new_id(), About("pairing", session["kobling"]), {})
    outbox.receive(Filled("mentorlogg", 1, session, draft.rev), mentor_log)

    assert list(states(db).values()) == ["queued"]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("fotfeste.example.no", "https://fotfeste.example.no"),
        (" https://fotfeste.example.no/ ", "https://fotfeste.example.no"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
    ],
)
def test_addresses_are_read_as_people_type_them(typed, address):
    assert clean_address(typed) == address


@pytest.mark.parametrize("typed", ["", "http://fotfeste.example.no", "ftp://x.no", "https://me:pw@x.no", "https://"])
def test_answers_are_never_sent_in_the_clear(typed):
    with pytest.raises(BadAddress):
        clean_address(typed)
