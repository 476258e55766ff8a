"""When a mentor and a new colleague are due to talk: weekly, then every other week, then monthly for a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fotfeste_shared.talks import Away, plan

# a session that is not logged a week after its day is worth a reminder, a day earlier it would only nag
GRACE = timedelta(days=7)
SOON = timedelta(days=7)


class When(StrEnum):
    """How near the next session is."""

    OVERDUE = "overdue"
    PASSED = "passed"  # its day was lately, and nothing is logged yet
    NOW = "now"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Next:
    """The next session of a pairing, and whether the two agreed on the day themselves."""

    when: When
    day: date | None
    agreed: bool = False


def next_session(
    started: date,
    held: Sequence[date],
    agreed: date | None,
    today: date,
    *,
    away: Sequence[Away] = (),
    since: date | None = None,
) -> Next:
    """Tell the next session: the day they agreed on, else the plan's first after the last one held.

    Nothing is expected in a time `away`, nor before the day `since` which this mentor follows the new hire.
    """
    last = max(held, default=None)
    days = [day for day in plan(started, away) if since is None or day >= since]
    day = agreed if agreed and (last is None or agreed > last) else _planned_after(started, days, last)
    year_is_over = plan(started)[-1] + GRACE < today
    if day is None or (year_is_over and day != agreed):
        return Next(When.DONE, None)
    return Next(_when(day, today), day, agreed=day == agreed)


def _planned_after(started: date, days: list[date], last: date | None) -> date | None:
    if last is None:
        return next(iter(days), None)
    for before, day in zip([started, *days], days, strict=False):
        # a session held somewhat early is that session: the next one is the one after
        if day - (day - before) / 2 > last:
            return day
    return None


def _when(day: date, today: date) -> When:
    if day + GRACE < today:
        return When.OVERDUE
    if day < today:
        return When.PASSED
    return When.NOW if day <= today + SOON else When.LATER
