"""Where everything lies in time: counted from the day on which the example network is made."""

from dataclasses import dataclass
from datetime import date, timedelta

from fotfeste_shared.answering import add_months

GATHERINGS = 9
HELD = 5
MONTHS_BETWEEN = 4
REPORT_DAYS = 14  # reports are due so many days before a gathering
NEXT_IN = 17  # the coming gathering is at least so many days ahead: its reports are due within the week or so
TUESDAY = 1
WEEK = timedelta(days=7)
WAVES = {"start": 0, "m3": 3, "m6": 6, "m12": 12}
FIRST_WAVE = timedelta(days=14)
OPEN_DAYS = 28
TOO_SHORT = 14  # days of a window that are too few for a link; it then opens with the next


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of the calendar: the period of one window."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """Name it as windows are named."""
        return f"{self.year}-Q{self.number}"

    @property
    def opens(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def closes(self) -> date:
        """Its last day."""
        return self.after().opens - timedelta(days=1)

    def after(self) -> "Quarter":
        """The next one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def before(self) -> "Quarter":
        """The one before."""
        return quarter_of(self.opens - timedelta(days=1))


def quarter_of(day: date) -> Quarter:
    """Tell the quarter of a day."""
    return Quarter(day.year, (day.month + 2) // 3)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One gathering of the plan."""

    number: int
    starts: date
    ends: date
    reports_due: date
    digital: bool


@dataclass(frozen=True, slots=True)
class Days:
    """All that the plan needs to know about time."""

    today: date

    @property
    def meetings(self) -> tuple[Meeting, ...]:
        """The nine gatherings: five held, the sixth near, the others at their distance of four months."""
        return tuple(self._meeting(number) for number in range(1, GATHERINGS + 1))

    def _meeting(self, number: int) -> Meeting:
        starts = _tuesday(self.today + timedelta(days=NEXT_IN))
        if number != HELD + 1:
            starts = _tuesday(add_months(starts, MONTHS_BETWEEN * (number - HELD - 1)))
        digital = number == 1  # the first ones were
        ends = starts if digital else starts + timedelta(days=1)  # from lunch to lunch
        return Meeting(number, starts, ends, starts - timedelta(days=REPORT_DAYS), digital)

    @property
    def starts(self) -> date:
        """The first day of the network: some weeks before its first gathering."""
        return add_months(self.meetings[0].starts, -2).replace(day=1)

    @property
    def ends(self) -> date:
        """The last day of the network: some weeks after its last gathering."""
        return add_months(self.meetings[-1].starts, 2).replace(day=1) - timedelta(days=1)

    @property
    def open_quarter(self) -> Quarter:
        """The quarter whose window is open today."""
        return quarter_of(self.today)

    @property
    def sealed_quarters(self) -> tuple[Quarter, Quarter]:
        """The two before it, whose windows are sealed."""
        last = self.open_quarter.before()
        return last.before(), last


def _tuesday(day: date) -> date:
    """Give the first Tuesday from a day on."""
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def wave_day(started: date, wave: str) -> date:
    """Tell when a new hire is asked for the so many-th time."""
    return started + FIRST_WAVE if wave == "start" else add_months(started, WAVES[wave])


@dataclass(frozen=True, slots=True, order=True)
class Asking:
    """When a link is open, in the window of which quarter."""

    quarter: Quarter
    opens: date
    closes: date


def asking(day: date, lasts: int = OPEN_DAYS) -> Asking:
    """Place a link that is due on a day: four weeks, in the window that holds the day, or in the next."""
    quarter = quarter_of(day)
    if (quarter.closes - day).days < min(TOO_SHORT, lasts):
        quarter = quarter.after()
        day = quarter.opens
    return Asking(quarter, day, min(day + timedelta(days=lasts), quarter.closes))
