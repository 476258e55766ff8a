"""How released blocks add up: what the true count may have been behind each protected one, and the sum of them.

Every number here is a span that holds the truth for certain, and beside it the number that was told, which is
right on average. Nothing is drawn and nothing is guessed about one person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import add

from ..anonymous.disclosure import Shape, crowd, protect
from ..anonymous.releases import Block


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most that a count can be; `told` is what was released, None when only the span was.

    `doubts` is the number of blocks in which the count may have been rounded.
    """

    low: int
    high: int
    told: int | None
    doubts: int = 0

    def __add__(self, other: "Span") -> "Span":
        told = None if self.told is None or other.told is None else self.told + other.told
        return Span(self.low + other.low, self.high + other.high, told, self.doubts + other.doubts)


NOBODY = Span(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Answers on a scale: of `n`, how many answered at most each point but the last."""

    n: int
    blocks: int
    points: tuple[int, ...]
    at_most: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers by code: of `n`, how many chose each."""

    n: int
    blocks: int
    codes: Mapping[str, Span]


@cache
def behind(told: int, n: int, colluders: int) -> Span:
    """Say which counts can lie behind a protected one, by asking the rule itself.

    A programme may have raised its number of colluders on the way, so every number up to it is tried.
    """
    able = [count for count in range(n + 1) if any(_gives(told, count, n, c) for c in range(1, colluders + 1))]
    if not able:
        return Span(0, n, told, 1)
    return Span(min(able), max(able), told, int(min(able) < max(able)))


def _gives(told: int, count: int, n: int, colluders: int) -> bool:
    if n < crowd(colluders):
        return False
    return told in (protect(count, n, colluders, lambda: 0.0), protect(count, n, colluders, lambda: 0.999_999))


def fits(shape: Shape, block: Block) -> bool:
    """Tell whether a block was counted in the way its question is counted now."""
    if block.kind != shape.kind:
        return False
    return shape.kind not in ("ordinal", "binned") or block.counts.get("points") == list(shape.points)


# --- scales ----------------------------------------------------------------------------------------


def ladder(shape: Shape, blocks: Sequence[Block], colluders: int) -> Ladder:
    """Add up blocks of one scale."""
    steps = [_steps(block, colluders) for block in blocks]
    summed = tuple(reduce(add, column, NOBODY) for column in zip(*steps, strict=True))
    return Ladder(sum(block.n for block in blocks), len(blocks), shape.points, summed)


def _steps(block: Block, colluders: int) -> list[Span]:
    """Read one block; as a person who is at or below a point is at or below the next, spans narrow each other."""
    told = block.counts["cumulative"]
    assert isinstance(told, list)  # noqa: S101 (the kind says so)
    spans = [behind(count, block.n, colluders) for count in told]
    for i in range(1, len(spans)):
        spans[i] = _narrowed(spans[i], spans[i - 1].low, block.n)
    for i in reversed(range(len(spans) - 1)):
        spans[i] = _narrowed(spans[i], 0, spans[i + 1].high)
    return spans


def _narrowed(span: Span, low: int, high: int) -> Span:
    return Span(max(span.low, low), min(span.high, high), span.told, span.doubts)


# --- choices ---------------------------------------------------------------------------------------


def tally(shape: Shape, blocks: Sequence[Block], colluders: int) -> Tally:
    """Add up blocks of choices, one or several for each person."""
    codes = _codes(shape, blocks)
    parts = [_of_block(block, codes, colluders) for block in blocks]
    summed = {code: reduce(add, (part[code] for part in parts), NOBODY) for code in codes}
    return Tally(sum(block.n for block in blocks), len(blocks), summed)


def _codes(shape: Shape, blocks: Iterable[Block]) -> tuple[str, ...]:
    """The codes of the definition, then those that only an older version had."""
    seen = {code for block in blocks for code in _counts(block)}
    seen |= {str(block.counts["dominant"]) for block in blocks if "dominant" in block.counts}
    offered = tuple(code for code in shape.codes if code not in shape.alone)
    return offered + tuple(sorted(seen - set(offered)))


def _counts(block: Block) -> dict[str, int]:
    counts = block.counts.get("counts", {})
    return counts if isinstance(counts, dict) else {}


def _of_block(block: Block, codes: Iterable[str], colluders: int) -> dict[str, Span]:
    if "dominant" in block.counts:
        at_least = block.counts["at_least"]
        assert isinstance(at_least, int)  # noqa: S101 (the kind says so)
        others = Span(0, block.n - at_least, None, 1)
        most = Span(at_least, block.n, None, 1)
        return {code: most if code == block.counts["dominant"] else others for code in codes}
    told = _counts(block)
    if block.kind == "nominal":
        return {code: Span(told.get(code, 0), told.get(code, 0), told.get(code, 0)) for code in codes}
    return {code: behind(told[code], block.n, colluders) if code in told else NOBODY for code in codes}
