"""What will be seen of a network before anybody has been asked: exact chances, from hires expected and who answers.

A municipality's answers in a wave wait until there are enough of them, then they are counted together and new ones
begin to wait. What still waits when the network ends is put together for all municipalities, or dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import comb

from ..anonymous.disclosure import crowd

YEAR = 365
LIKELY, UNLIKELY = 0.8, 0.2
Chances = list[float]


@dataclass(frozen=True, slots=True)
class Seen:
    """The chances of one wave in one municipality: seen by the end of each quarter, only together, or never."""

    place: str
    wave: str
    asked: int
    by_quarter: tuple[tuple[str, float], ...]
    pooled: float

    @property
    def own(self) -> float:
        """Give the chance that the municipality ever sees figures of its own."""
        return self.by_quarter[-1][1] if self.by_quarter else 0.0

    @property
    def never(self) -> float:
        """Give the chance that nothing of it is ever told."""
        return max(0.0, 1.0 - self.own - self.pooled)

    @property
    def likely_from(self) -> str | None:
        """Name the first quarter after which figures of its own are likely, if there is one."""
        return next((quarter for quarter, chance in self.by_quarter if chance >= LIKELY), None)


@dataclass(frozen=True, slots=True)
class Turn:
    """When those of one wave are asked: so many days after their first at work, and by which quarter's window."""

    wave: str
    day: timedelta


TURNS = (
    Turn("start", timedelta(14)), Turn("m3", timedelta(91)), Turn("m6", timedelta(182)), Turn("m12", timedelta(YEAR)),
)  # fmt: skip
FOUR_WEEKS = timedelta(27)


def forecast(
    hires: Mapping[str, int], *, starts: date, ends: date, percent: int, colluders: int
) -> dict[tuple[str, str], Seen]:
    """Give the chances for every place and wave; `hires` are those expected in a year, spread evenly over it."""
    found = {}
    for turn in TURNS:
        asked = {place: asked_by_quarter(each, turn, starts, ends) for place, each in hires.items()}
        for seen in _wave(turn, asked, quarters_between(starts, ends), percent, crowd(colluders)):
            found[seen.place, seen.wave] = seen
    return found


def _wave(
    turn: Turn, asked: Mapping[str, Sequence[int]], quarters: Sequence[str], percent: int, enough: int
) -> list[Seen]:
    told = {place: _follow(counts, percent, enough) for place, counts in asked.items()}
    found = []
    for place, (chances, _, unseen) in told.items():
        others = _together([each for other, (_, each, _) in told.items() if other != place], enough)
        # Those who wait unseen are told with the others if together they are enough; nobody waiting is nothing to tell.
        pooled = sum(chance * sum(others[enough - few :]) for few, chance in enumerate(unseen) if few)
        by_quarter = tuple(zip(quarters, chances, strict=True))
        found.append(Seen(place, turn.wave, sum(asked[place]), by_quarter, pooled))
    return found


def asked_by_quarter(per_year: int, turn: Turn, starts: date, ends: date) -> list[int]:
    """Say how many are asked in each quarter, of hires that begin evenly through the network's time."""
    counts = dict.fromkeys(quarters_between(starts, ends), 0)
    for number in range(per_year * (ends - starts).days // YEAR):
        day = starts + timedelta(days=(2 * number + 1) * YEAR // (2 * per_year)) + turn.day
        quarter = quarter_of(day) if quarter_of(day) == quarter_of(day + FOUR_WEEKS) else quarter_of(day + FOUR_WEEKS)
        if quarter in counts:
            counts[quarter] += 1
    return list(counts.values())


def _follow(asked: Sequence[int], percent: int, enough: int) -> tuple[Chances, Chances, Chances]:
    """Follow one place quarter by quarter: the chance of having been seen, and how many wait at the end.

    Gives that last as chances of 0, 1, 2 … waiting: all of them, and those of a place that was never seen.
    """
    unseen, waiting = [1.0] + [0.0] * (enough - 1), [0.0] * enough
    chances = []
    for count in asked:
        new = binomial(count, percent)
        waiting, told_again = _step(waiting, new, enough)
        unseen, told = _step(unseen, new, enough)
        waiting[0] += told_again + told
        chances.append(1.0 - sum(unseen))
    return chances, [a + b for a, b in zip(waiting, unseen, strict=True)], unseen


def _step(waiting: Chances, new: Chances, enough: int) -> tuple[Chances, float]:
    """Add a quarter's answers to those that wait; gives who waits on, and the chance that they were counted."""
    on, told = [0.0] * enough, 0.0
    for few, chance in enumerate(waiting):
        for more, share in enumerate(new):
            if few + more >= enough:
                told += chance * share
            else:
                on[few + more] += chance * share
    return on, told


def _together(each: Sequence[Chances], enough: int) -> Chances:
    """Give the chances of how many wait in several places together; the last is «enough or more»."""
    total = [1.0] + [0.0] * enough
    for waiting in each:
        following = [0.0] * (enough + 1)
        for had, chance in enumerate(total):
            for more, share in enumerate(waiting):
                following[min(enough, had + more)] += chance * share
        total = following
    return total


@cache
def binomial(asked: int, percent: int) -> Chances:
    """Give the chances that 0, 1, 2 … of those asked answer."""
    rate = percent / 100
    return [comb(asked, n) * rate**n * (1 - rate) ** (asked - n) for n in range(asked + 1)]


def whole_network(seen: Sequence[Seen]) -> tuple[str | None, float]:
    """Say from which quarter something of a wave is likely seen anywhere, and how many places may expect to."""
    by_end = sum(each.own for each in seen)
    for number, (quarter, _) in enumerate(seen[0].by_quarter if seen else ()):
        nowhere = 1.0
        for each in seen:
            nowhere *= 1.0 - each.by_quarter[number][1]
        if 1.0 - nowhere >= LIKELY:
            return quarter, by_end
    return None, by_end


# --- quarters ---------------------------------------------------------------------------------------


def quarter_of(day: date) -> str:
    """Name the quarter of a day: `2027-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_between(starts: date, ends: date) -> list[str]:
    """Name every quarter from one day to another."""
    found, day = [], starts
    while quarter_of(day) <= quarter_of(ends):
        if quarter_of(day) not in found:
            found.append(quarter_of(day))
        day += timedelta(28)
    return found
