"""Where things stand in a plot: points with their intervals, stacked bars, bars with a span. Drawing is the template's.

Every plot has a sentence and a table twin made from the same figures, so that nobody needs the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fotfeste_shared.wording import Language

from . import words
from .figures import Figure, Hidden, Shown

WIDTH = 320
LEFT, RIGHT = 40, 8
TOP, HEIGHT = 28, 120  # room above for the highest value, and the height of the scale
UNDER = 44  # two lines of text
ROOM = 20  # a part of a bar narrower than this has no number in it


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a plot; `low` and `high` are the ends of its interval or span, smaller is further up."""

    kind: Literal["dot", "span", "hidden"]
    x: int
    y: int
    low: int
    high: int
    value: str
    name: str
    under: str


@dataclass(frozen=True, slots=True)
class Dots:
    """Points with intervals, from left to right."""

    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    line: str
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = TOP + HEIGHT
    height: int = TOP + HEIGHT + UNDER


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar."""

    tone: int
    x: int
    width: int
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer: for certain so long, at the most so much longer. In thousandths."""

    name: str
    sure: int
    at_most: int
    label: str


def dots(points: Sequence[tuple[str, Shown]], language: Language, *, years: bool = False) -> Dots:
    """Place figures with their names; a share's scale is 0-100 %, a mean's 1-5."""
    share = any(isinstance(shown, Figure) and shown.unit == "share" for _, shown in points)
    top = _top(points) if years else Fraction(1)
    least, most = (Fraction(), top) if share else (Fraction(1), Fraction(5))
    step = (WIDTH - LEFT - RIGHT) // max(1, len(points))
    middle = LEFT + step // 2
    marks = tuple(
        _mark(shown, middle + step * i, name, (least, most), language) for i, (name, shown) in enumerate(points)
    )
    seen = [mark for mark in marks if mark.kind == "dot"]
    line = " ".join(f"{mark.x},{mark.y}" for mark in seen) if len(seen) > 1 else ""
    return Dots(_ticks(least, most, language, share=share), marks, line)


def _top(points: Sequence[tuple[str, Shown]]) -> Fraction:
    """Let a scale of small shares end at the next fifth."""
    ends = [shown.interval.high for _, shown in points if isinstance(shown, Figure) and shown.interval]
    return min(Fraction(1), Fraction(int(max(ends, default=Fraction(1)) * 5) + 1, 5))


def _ticks(least: Fraction, most: Fraction, language: Language, *, share: bool) -> tuple[Tick, ...]:
    values = [least + (most - least) * i / 4 for i in range(5)]
    labels = [words.percent(value, language) if share else str(int(value)) for value in values]
    return tuple(Tick(_y(value, (least, most)), label) for value, label in zip(values, labels, strict=True))


def _mark(shown: Shown, x: int, name: str, scale: tuple[Fraction, Fraction], language: Language) -> Mark:
    if isinstance(shown, Hidden):
        return Mark("hidden", x, TOP + HEIGHT // 2, 0, 0, "", name, "")
    low, high = shown.low, shown.high
    if not shown.as_span and shown.interval is not None:
        low, high = shown.interval.low, shown.interval.high
    value = words.percent(shown.middle, language) if shown.unit == "share" else words.decimal(shown.middle, language)
    kind: Literal["dot", "span"] = "span" if shown.as_span else "dot"
    told = "" if shown.as_span else value
    return Mark(kind, x, _y(shown.middle, scale), _y(low, scale), _y(high, scale), told, name, f"n = {shown.n}")


def _y(value: Fraction, scale: tuple[Fraction, Fraction]) -> int:
    least, most = scale
    return TOP + HEIGHT - round((value - least) / (most - least) * HEIGHT)


# --- answers ---------------------------------------------------------------------------------------


def stacked(answers: Sequence[tuple[str, Shown]], language: Language, width: int = 600) -> tuple[Part, ...]:
    """Lay the shares of a scale end to end; the tones go from 1 to 5 whatever the number of points."""
    parts, start = [], Fraction()
    for i, (_, shown) in enumerate(answers):
        part = shown.value if isinstance(shown, Figure) and shown.value is not None else Fraction()
        x, end = round(start * width), round((start + part) * width)
        tone = 1 + round(Fraction(4 * i, max(1, len(answers) - 1)))
        label = words.percent(part, language) if end - x >= ROOM * 2 else ""
        parts.append(Part(tone, x, end - x, label))
        start += part
    return tuple(part for part in parts if part.width)


def bars(answers: Sequence[tuple[str, Shown]], language: Language) -> tuple[Bar, ...]:
    """Give a bar for each answer; a span is drawn as what is certain and what may be on top of it."""
    return tuple(_bar(name, shown, language) for name, shown in answers if isinstance(shown, Figure))


def _bar(name: str, shown: Figure, language: Language) -> Bar:
    low, high = (shown.low, shown.high) if shown.as_span else (shown.middle, shown.middle)
    return Bar(name, round(low * 1000), round(high * 1000), words.told(shown, language))
