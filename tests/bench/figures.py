"""What a bench tells: a figure, the limit measured beside it in the same run, and the goal; nothing is asserted."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEADS = ("what", "work", "figure", "limit beside it", "ratio", "goal", "best peer")
WIDEST = (4, 50, 26, 34, 6, 22, 26)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `ratio` is figure to limit where both count the same thing."""

    what: str
    work: str
    figure: str
    limit: str = "–"
    ratio: float | None = None
    goal: str = "–"
    peer: str = "–"

    def cells(self) -> tuple[str, ...]:
        """Give the line's cells as text."""
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.what, self.work, self.figure, self.limit, ratio, self.goal, self.peer)


@dataclass(slots=True)
class Wishes:
    """How much time the run may take, and which parts of it are wanted."""

    only: set[str] = field(default_factory=set)
    quick: bool = False
    long: bool = False
    install: bool = True

    def scaled(self, usual: int) -> int:
        """Give the amount of work: a fifth of the usual in a quick run."""
        return max(1, usual // 5) if self.quick else usual

    @property
    def stored(self) -> list[int]:
        """Say how many stored answers flatness is measured at."""
        if self.quick:
            return [0, 10_000]
        return [0, 10_000, 100_000, *([1_000_000] if self.long else [])]


class Clock:
    """Seconds of a block, known after it."""

    seconds = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Take the time of a block."""
    clock, began = Clock(), time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - began


def per_second(rate: float) -> str:
    """Word a rate."""
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def milliseconds(seconds: float) -> str:
    """Word a duration."""
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def megabytes(size: float) -> str:
    """Word an amount of memory."""
    return f"{size / 1_048_576:,.0f} MB"


def drawn(lines: Iterable[Figure]) -> str:
    """Draw the table; a long cell goes on below itself."""
    rows = [_folded(cells) for cells in (HEADS, *(line.cells() for line in lines))]
    widths = [max(len(part) for row in rows for part in row[column]) for column in range(len(HEADS))]
    rule = "  ".join("-" * width for width in widths)
    body = [_row(row, widths) for row in rows]
    return "\n".join([body[0], rule, *body[1:]])


def _folded(cells: tuple[str, ...]) -> list[list[str]]:
    return [list(_parts(cell, width)) for cell, width in zip(cells, WIDEST, strict=True)]


def _parts(cell: str, width: int) -> Iterator[str]:
    line = ""
    for word in cell.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _row(row: list[list[str]], widths: list[int]) -> str:
    height = max(map(len, row))
    filled = [[*parts, *([""] * (height - len(parts)))] for parts in row]
    return "\n".join(
        "  ".join(parts[line].ljust(width) for parts, width in zip(filled, widths, strict=True)).rstrip()
        for line in range(height)
    )
