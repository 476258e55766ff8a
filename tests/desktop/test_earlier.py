"""What was typed and deleted, or written over, can be brought back as long as the draft is a draft."""

from datetime import timedelta

import pytest
import time_machine

from fotfeste_desktop.earlier import MOST, bring_back, versions
from fotfeste_desktop.models import Earlier
from fotfeste_shared.clock import now
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id

NOTE = "Hun er blitt tryggere på natt, og tar selv kontakt med legevakten."


@pytest.fixture
def clock():
    with time_machine.travel(now(), tick=False) as clock:
        yield clock


@pytest.fixture
def write(db, outbox, mentor, session, clock):
    """Types a note into one draft at a given minute after it was opened."""
    record = new_id()
    mentor.draft(record, langt="")
    began = now()

    def write(minute, note, **more):
        clock.move_to(began + timedelta(minutes=minute), tick=False)
        outbox.save_draft(record, session | {"langt": note} | more)
        return [version.answers["langt"] for version in versions(db, record)]

    write.record = record
    return write


def test_a_note_that_was_emptied_by_mistake_is_there_until_the_moment_before(db, outbox, write):
    write(1, NOTE)
    assert write(1.01, "")[0] == NOTE
    [last, *_] = versions(db, write.record)
    bring_back(db, write.record, last.until)

    assert outbox.draft(write.record).answers["langt"] == NOTE


def test_going_back_can_be_undone_as_well(db, outbox, write):
    write(1, "først")
    write(5, "så")
    first = versions(db, write.record)[0]
    bring_back(db, write.record, first.until)
    assert outbox.draft(write.record).answers["langt"] == "først"

    bring_back(db, write.record, versions(db, write.record)[0].until)
    assert outbox.draft(write.record).answers["langt"] == "så"


def test_typing_on_keeps_one_version_every_other_minute_and_the_same_again_none(write):
    for second in range(0, 300, 10):
        kept = write(1 + second / 60, f"ord {second}")
    assert write(10, "ord 290")[0] != "ord 290"

    assert len(kept) == 3


def test_a_row_that_was_taken_away_is_kept_at_once(write, db):
    write(1, "x", rader=[{"id": "a"}, {"id": "b"}])
    write(1.01, "x", rader=[{"id": "a"}])

    assert [{"id": "a"}, {"id": "b"}] in [version.answers.get("rader") for version in versions(db, write.record)]


def test_weeks_of_writing_are_thinned_and_the_last_hour_is_whole(db, write):
    for minute in range(0, 60 * 24 * 2, 6):
        write(minute, f"ord {minute}")
    kept = versions(db, write.record)

    assert len(kept) == MOST
    assert sum(now() - version.until < timedelta(hours=1) for version in kept) == 10
    assert len({version.until.replace(minute=0, second=0, microsecond=0) for version in kept[10:]}) == MOST - 10
    assert kept[0].until - kept[-1].until > timedelta(hours=MOST - 12)


@pytest.mark.parametrize("end", ["handed in", "thrown away", "erased"])
def test_nothing_of_it_is_left_when_the_draft_is_gone(db, outbox, exchange, mentor_log, session, write, end):
    write(1, NOTE)
    write(5, "noe annet")
    assert Earlier.select().count(db) == 2
    match end:
        case "handed in":
            outbox.receive(Filled("mentorlogg", 1, session, outbox.draft(write.record).rev), mentor_log)
        case "thrown away":
            outbox.drop_draft(write.record)
        case "erased":
            exchange._erase(write.record)

    assert Earlier.select().count(db) == 0


def test_a_moment_that_was_never_kept_is_not_there(db, write):
    write(1, NOTE)
    with pytest.raises(NotFound):
        bring_back(db, write.record, now() + timedelta(days=1))
    with pytest.raises(NotFound):
        bring_back(db, new_id(), now())
