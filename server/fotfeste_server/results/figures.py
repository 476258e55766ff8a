"""One figure at a time: a share, a mean, a distribution, or the reason why it is hidden. Pure arithmetic.

A figure knows the span in which the truth lies for certain, since counts near nobody or everybody were rounded
at random, and its best value. Below twenty answers only the span is shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import comb, hypot, sqrt
from typing import Literal

from .counting import Ladder, Span, Tally

ENOUGH = 20  # from here on a sum is told as one number
SURE = 1.96  # standard errors in a 95 % interval
FINE = 10_000  # intervals are kept to this part, so that they come out the same everywhere

Unit = Literal["share", "mean"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Figure:
    """One number about `n` answers: the span that holds the truth, the best value, and how sure it is.

    Shares are parts of one. `error` is the standard error, of the sample and of the rounding together.
    """

    unit: Unit
    n: int
    blocks: int
    low: Fraction
    high: Fraction
    value: Fraction | None
    interval: Interval | None = None
    error: float = 0.0

    @property
    def as_span(self) -> bool:
        """Tell whether only the span may be shown."""
        return self.n < ENOUGH or self.value is None

    @property
    def middle(self) -> Fraction:
        """Where to put a mark: the value, or the middle of the span."""
        return (self.low + self.high) / 2 if self.as_span or self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Hidden:
    """No figure: too few answers, or none. `waiting` is told for all places together only."""

    needs: int
    waiting: int | None = None
    why: Literal["few", "other_scale"] = "few"


Shown = Figure | Hidden


# --- shares ----------------------------------------------------------------------------------------


def share_from(ladder: Ladder, point: int, colluders: int) -> Figure:
    """Give the share that answered a point of the scale or higher."""
    below = ladder.at_most[ladder.points.index(point) - 1]
    told = None if below.told is None else ladder.n - below.told
    return share(Span(ladder.n - below.high, ladder.n - below.low, told, below.doubts), ladder, colluders)


def share(span: Span, whole: Ladder | Tally, colluders: int) -> Figure:
    """Make a share of a count."""
    n = whole.n
    value = None if span.told is None else _within(Fraction(span.told), span) / n
    rounding = sqrt(span.doubts) * (colluders + 2) / 2
    interval = None if value is None else wilson(value, n, SURE * rounding / n)
    return Figure("share", n, whole.blocks, Fraction(span.low, n), Fraction(span.high, n), value, interval)


def wilson(part: Fraction, n: int, more: float = 0.0) -> Interval:
    """Give Wilson's interval of a share; `more` is what rounding, which is independent of it, adds to the half."""
    z2, p = SURE**2, float(part)
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = hypot(SURE * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n), more)
    return Interval(_fine(max(0.0, centre - half)), _fine(min(1.0, centre + half)))


def differ(one: Figure, other: Figure) -> bool | None:
    """Tell whether two figures of different people differ by more than both intervals together allow.

    None when either may only be shown as a span. Newcombe's way: no formula of a difference, just the intervals.
    """
    if one.as_span or other.as_span:
        return None
    low, high = sorted((one, other), key=lambda figure: figure.middle)
    if low.interval is None or high.interval is None:
        return None
    room = hypot(float(low.interval.high - low.middle), float(high.middle - high.interval.low))
    return float(high.middle - low.middle) > room


def counted(n: int, count: int) -> Figure:
    """Make a share of numbers that are known exactly, such as a municipality's own."""
    part = Fraction(count, n)
    return Figure("share", n, 0, part, part, part, exact(n, count))


@cache
def exact(n: int, count: int) -> Interval:
    """Give the interval of Clopper and Pearson: at its ends the count seen is one that comes once in forty times.

    Found by halving among whole ten-thousandths, in whole numbers, and kept on the outer side: never too narrow.
    """
    low = 0 if count == 0 else _last(lambda part: _at_least(n, count, part) * 40 <= FINE**n)
    high = FINE if count == n else 1 + _last(lambda part: (FINE**n - _at_least(n, count + 1, part)) * 40 > FINE**n)
    return Interval(Fraction(low, FINE), Fraction(high, FINE))


def _last(holds: Callable[[int], bool]) -> int:
    """Give the last of the ten-thousandths for which something holds that holds up to a point and then no more."""
    first, beyond = 0, FINE
    while beyond - first > 1:
        middle = (first + beyond) // 2
        first, beyond = (middle, beyond) if holds(middle) else (first, middle)
    return first


def _at_least(n: int, count: int, part: int) -> int:
    """Give the chance of `count` or more of n, each with a chance of `part` ten-thousandths, times FINE**n."""
    return sum(comb(n, k) * part**k * (FINE - part) ** (n - k) for k in range(count, n + 1))


# --- scales ----------------------------------------------------------------------------------------


def mean(ladder: Ladder, colluders: int) -> Figure:
    """Give the mean of a scale: its last point, less a step for everybody who is below the step."""
    steps = [after - before for before, after in pairwise(ladder.points)]
    low = ladder.points[-1] - sum((Fraction(s * span.high, ladder.n) for s, span in _pairs(steps, ladder)), Fraction())
    high = ladder.points[-1] - sum((Fraction(s * span.low, ladder.n) for s, span in _pairs(steps, ladder)), Fraction())
    told = repaired(ladder)
    below = sum((s * count / ladder.n for s, count in zip(steps, told, strict=True)), Fraction())
    value = ladder.points[-1] - below
    error = _error(ladder, told, steps, colluders)
    return Figure("mean", ladder.n, ladder.blocks, low, high, value, around(ladder.points, value, error), error)


def _pairs(steps: Sequence[int], ladder: Ladder) -> list[tuple[int, Span]]:
    return list(zip(steps, ladder.at_most, strict=True))


def around(points: Sequence[int], value: Fraction, error: float) -> Interval:
    """Give the interval about a mean, within the scale."""
    low, high = float(value) - SURE * error, float(value) + SURE * error
    return Interval(_fine(max(float(points[0]), low)), _fine(min(float(points[-1]), high)))


def _error(ladder: Ladder, told: Sequence[Fraction], steps: Sequence[int], colluders: int) -> float:
    """Say how far off a mean may be: from asking these people and not others, and from rounding."""
    parts = _parts(told, ladder.n)
    centre = sum((p * point for p, point in zip(parts, ladder.points, strict=True)), Fraction())
    spread = sum((p * (point - centre) ** 2 for p, point in zip(parts, ladder.points, strict=True)), Fraction())
    rounding = sum(s * s * span.doubts for s, span in _pairs(steps, ladder)) * (colluders + 2) ** 2 / 4
    return sqrt(float(spread) / max(1, ladder.n - 1) + rounding / ladder.n**2)


def repaired(ladder: Ladder) -> list[Fraction]:
    """Give the told counts, mended so that they never fall from one point to the next, and lie in their spans.

    Rounding may put fewer at or below a higher point; neighbours that do so share their mean.
    """
    pools: list[tuple[Fraction, int]] = []
    for span in ladder.at_most:
        pools.append((Fraction(span.told or 0), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, many), (before, more) = pools.pop(), pools.pop()
            pools.append(((last * many + before * more) / (many + more), many + more))
    level = [value for value, many in pools for _ in range(many)]
    return [_within(value, span) for value, span in zip(level, ladder.at_most, strict=True)]


def distribution(ladder: Ladder, colluders: int) -> list[Figure]:
    """Give the share of each point of a scale, or of each bin."""
    told = [Fraction(), *repaired(ladder), Fraction(ladder.n)]
    spans = [Span(0, 0, 0), *ladder.at_most, Span(ladder.n, ladder.n, ladder.n)]
    figures = []
    for i in range(len(ladder.points)):
        low = max(0, spans[i + 1].low - spans[i].high)
        high = spans[i + 1].high - spans[i].low
        value = (told[i + 1] - told[i]) / ladder.n
        rounding = sqrt(spans[i].doubts + spans[i + 1].doubts) * (colluders + 2) / 2
        sure = wilson(max(Fraction(), value), ladder.n, SURE * rounding / ladder.n)
        low_part, high_part = Fraction(low, ladder.n), Fraction(high, ladder.n)
        figures.append(Figure("share", ladder.n, ladder.blocks, low_part, high_part, max(Fraction(), value), sure))
    return figures


def _parts(told: Sequence[Fraction], n: int) -> list[Fraction]:
    counts = [Fraction(), *told, Fraction(n)]
    return [(after - before) / n for before, after in pairwise(counts)]


def _within(value: Fraction, span: Span) -> Fraction:
    """Move a told count into its span: the truth lies there, so this never takes it further away."""
    return min(max(value, Fraction(span.low)), Fraction(span.high))


def _fine(number: float) -> Fraction:
    return Fraction(round(number * FINE), FINE)
