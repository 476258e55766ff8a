"""A deadline is a day on the wall in Norway, and a report that was written offline before it is not late."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine as clock
from making_house import House, report
from msgspec.structs import replace

from fotfeste_server.named.deadlines import GRACE, Delivery, end_of, timing
from fotfeste_server.named.models import Device
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.reporting import reports
from fotfeste_shared.clock import CIVIL
from fotfeste_shared.revisions import Written, new_id, read_revision, timestamp, write_revision

DUE = date(2027, 3, 5)
END = end_of(DUE)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("due", "end"),
    [
        (date(2027, 3, 27), datetime(2027, 3, 27, 23, tzinfo=UTC)),  # the night before the clocks go forward
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),  # the day itself, 23 hours long
        (date(2027, 10, 30), datetime(2027, 10, 30, 22, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, tzinfo=UTC)),  # 25 hours long
        (date(2026, 12, 31), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_deadline_ends_at_midnight_in_norway_on_the_nights_of_the_clocks_too(due, end):
    assert end == end_of(due)
    assert "in_time" == timing(due, Delivery(end - timedelta(milliseconds=1)))
    assert "late" == timing(due, Delivery(end))


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (Delivery(END - MINUTE), "in_time"),
        (Delivery(END + MINUTE), "late"),
        (Delivery(END + timedelta(6), END - MINUTE, DUE), "written_in_time"),
        (Delivery(END + GRACE - MINUTE, END - MINUTE, DUE - timedelta(90)), "written_in_time"),
        (Delivery(END + GRACE, END - MINUTE, DUE), "late"),  # later than what is promised
        (Delivery(END + MINUTE, END, DUE), "late"),  # by its own word
        (Delivery(END + timedelta(2), END - MINUTE, DUE + timedelta(1)), "late"),  # it was in touch and kept it back
    ],
)
def test_what_was_written_offline_is_in_time_when_all_that_is_known_agrees(delivery, expected):
    assert expected == timing(DUE, delivery)


def deliver(house: House, written: Written, off: timedelta = timedelta()) -> None:
    """Deliver from a computer whose clock is off by so much."""
    push = house.push("contact", written)
    push = replace(push, sent_at=timestamp(datetime.fromisoformat(push.sent_at) + off))
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))


def said_at(house: House, moment: datetime, **change: object) -> Written:
    """A report that says it was written at some moment."""
    content = read_revision(report(house, **change).text)
    return write_revision(replace(content, rev=new_id(), saved_at=timestamp(moment)))


def state(house: House) -> str:
    return next(reports(house.scope("organizer"), house.gathering)).state


@pytest.mark.parametrize("off", [timedelta(), timedelta(days=365), timedelta(days=-365)])
def test_a_report_written_offline_before_the_deadline_counts_whatever_the_computers_clock_says(house: House, off):
    end = end_of(house.gathering.reports_due)
    house.device("contact")

    with clock.travel(end + timedelta(5), tick=False):
        deliver(house, said_at(house, end - timedelta(hours=1) + off), off)

        assert "written_in_time" == state(house)


@pytest.mark.parametrize("off", [timedelta(), timedelta(days=365), timedelta(days=-365)])
def test_a_clock_that_is_set_back_makes_no_report_earlier(house: House, off):
    end = end_of(house.gathering.reports_due)
    house.device("contact")

    with clock.travel(end + timedelta(5), tick=False):
        deliver(house, said_at(house, end + timedelta(1) + off), off)

        assert "late" == state(house)


def test_a_computer_that_was_in_touch_after_the_deadline_has_kept_nothing_back_in_good_faith(house: House):
    end = end_of(house.gathering.reports_due)
    device = house.device("contact").device

    with clock.travel(end + timedelta(3), tick=False):
        Device.update(last_seen=end.astimezone(CIVIL).date() + timedelta(1)).where(Device.id == device.id).execute()
        deliver(house, said_at(house, end - timedelta(hours=1)))

        assert "late" == state(house)


def test_a_text_that_answers_a_late_one_was_not_written_before_it(house: House):
    end = end_of(house.gathering.reports_due)
    house.device("contact")

    with clock.travel(end + timedelta(2), tick=False):
        first = said_at(house, end + timedelta(1))
        deliver(house, first)
        Device.update(last_seen=None).execute()
        deliver(house, said_at(house, end - timedelta(hours=1), parents=(first.rev,)))

        assert "late" == state(house)


def test_a_word_that_is_no_moment_makes_nothing_earlier(house: House):
    end = end_of(house.gathering.reports_due)
    house.device("contact")

    with clock.travel(end + timedelta(2), tick=False):
        push = house.push("contact", said_at(house, end - timedelta(hours=1)))
        wrong = replace(push, sent_at="i går")
        house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, wrong))

        assert "late" == state(house)
