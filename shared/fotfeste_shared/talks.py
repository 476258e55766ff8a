"""When a mentor and a new colleague are to talk: weekly, then every other week, then monthly for a year.

The plan is that of Trondheim's pilot (domain notes §1.2): some seventeen talks. The window's list of what is due and
the server's coverage stand on the same days.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from .answering import add_months

Away = tuple[date, date]
"""The first and the last day of a time in which no talk is expected: holidays, leave, illness."""


def plan(started: date, away: Iterable[Away] = ()) -> list[date]:
    """Give the days of the talks of the first year; one that falls in a time away is not expected."""
    weekly = [started + timedelta(weeks=week) for week in (1, 2, 3, 4)]
    fortnightly = [started + timedelta(weeks=week) for week in (6, 8, 10, 12)]
    monthly = [add_months(started, month) for month in range(4, 13)]
    gaps = list(away)
    return [day for day in weekly + fortnightly + monthly if not any(first <= day <= last for first, last in gaps)]


def quarter_of(day: date) -> str:
    """Name the quarter of a day: `2027-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
