"""The mentor is reminded of the next talk, and only of that."""

from datetime import date, timedelta

import pytest

from fotfeste_desktop.schedule import Next, When, next_session
from fotfeste_shared.talks import plan

START = date(2027, 1, 31)
FIRST = START + timedelta(weeks=1)


def test_the_first_year_has_seventeen_talks_that_thin_out():
    days = plan(START)
    gaps = [(later - earlier).days for earlier, later in zip([START, *days], days, strict=False)]

    assert len(days) == 17
    assert gaps[:8] == [7, 7, 7, 7, 14, 14, 14, 14]
    assert min(gaps[8:]) >= 27
    assert days[-1] == date(2028, 1, 31)
    assert days[10] == date(2027, 7, 31)  # and never 31 June:
    assert days[9] == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("today", "when"),
    [
        (START - timedelta(days=5), When.LATER),
        (START, When.NOW),
        (FIRST, When.NOW),
        (FIRST + timedelta(days=1), When.PASSED),
        (FIRST + timedelta(days=7), When.PASSED),
        (FIRST + timedelta(days=8), When.OVERDUE),
    ],
)
def test_a_talk_is_near_in_its_week_not_logged_after_its_day_and_overdue_a_week_later(today, when):
    assert next_session(START, [], None, today) == Next(when, FIRST)


def test_a_talk_held_a_little_early_counts_as_that_talk():
    held = [FIRST - timedelta(days=2)]

    assert next_session(START, held, None, FIRST).day == START + timedelta(weeks=2)


def test_missed_weeks_are_not_piled_up():
    late = START + timedelta(days=34)

    assert next_session(START, [FIRST, late], None, late).day == START + timedelta(weeks=6)


def test_the_day_they_agreed_on_goes_before_the_plan():
    agreed = FIRST + timedelta(days=3)

    assert next_session(START, [FIRST], agreed, FIRST) == Next(When.NOW, agreed, agreed=True)
    # an agreement that has since been kept, or overtaken, no longer counts
    assert not next_session(START, [FIRST, agreed], agreed, agreed).agreed


def test_after_a_year_nothing_more_is_asked_for():
    assert next_session(START, plan(START), None, date(2028, 1, 31)) == Next(When.DONE, None)
    assert next_session(START, [], None, date(2028, 3, 1)) == Next(When.DONE, None)
    # unless the two have agreed on another one
    assert next_session(START, [], date(2028, 3, 2), date(2028, 3, 1)).when is When.NOW


def test_no_talk_is_expected_while_somebody_is_away():
    days, today = plan(START), FIRST + timedelta(days=20)
    away = [(days[0], days[3])]

    assert When.OVERDUE == next_session(START, [], None, today).when
    assert Next(When.LATER, days[4]) == next_session(START, [], None, today, away=away)


def test_who_takes_over_is_not_reminded_of_talks_before_their_time():
    days = plan(START)

    assert Next(When.NOW, days[8]) == next_session(START, [], None, days[8] - timedelta(days=3), since=days[8])


def test_a_whole_year_away_asks_for_nothing():
    assert Next(When.DONE, None) == next_session(START, [], None, FIRST, away=[(START, date(2029, 1, 1))])
