"""What may be told about a group of answers, so that nobody can prove what one person answered.

Nothing here knows a clock, a database or a form. The rules hang on one number, `colluders` (C): how many
members of a block may tell all they know. A block has at least 2C+3 answers; counts within C+1 of nobody or
everybody are rounded at random to base C+2. Whoever changes a line here runs `tests/attacks` first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Uniform: TypeAlias = Callable[[], float]
Given: TypeAlias = int | str | list[str]
Counts: TypeAlias = dict[str, int | str | list[int] | dict[str, int]]
Kind: TypeAlias = Literal["ordinal", "nominal", "multiple", "binned"]


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """How a question is counted: points of a scale, lower bounds of bins, or the codes that can be chosen.

    `alone` are codes that only say "none of these": they count as nothing ticked.
    """

    kind: Kind
    points: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """The finest group that is ever counted: one question, in one wave, in one place."""

    form: str
    question: str
    wave: str
    place: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Told:
    """A block as it is told: where it belongs, of how many, and its protected counts."""

    cell: Cell
    n: int
    counts: Counts


def crowd(colluders: int) -> int:
    """Say how many answers a block needs at least (K)."""
    if colluders < 1:
        msg = "somebody always knows one answer: their own"
        raise ValueError(msg)
    return 2 * colluders + 3


def protect(count: int, n: int, colluders: int, uniform: Uniform) -> int:
    """Round a count near nobody or everybody at random, right on average; leave others as they are."""
    base = colluders + 2
    if count <= colluders + 1:
        return base if uniform() * base < count else 0
    if n - count <= colluders + 1:
        return n - base if uniform() * base < n - count else n
    return count


def ordinal_block(answers: Sequence[int], points: Sequence[int], colluders: int, uniform: Uniform) -> Counts:
    """Count answers on a scale: for each point but the last, how many answered at most that, protected."""
    _enough(answers, colluders)
    below = [sum(answer <= point for answer in answers) for point in points[:-1]]
    return {"cumulative": [protect(count, len(answers), colluders, uniform) for count in below]}


def nominal_block(answers: Sequence[str], codes: Sequence[str], colluders: int) -> Counts:
    """Count one choice out of several; when nearly all chose the same, tell only that."""
    _enough(answers, colluders)
    counts = dict.fromkeys(codes, 0) | {code: answers.count(code) for code in sorted(set(answers))}
    dominant = len(answers) - colluders - 1
    for code, count in counts.items():
        if count >= dominant:
            return {"dominant": code, "at_least": dominant}
    return {"counts": counts}


def multiple_block(
    answers: Sequence[Sequence[str]], codes: Sequence[str], colluders: int, uniform: Uniform
) -> Counts:
    """Count several choices: each code is a yes or no of its own, protected at both ends."""
    _enough(answers, colluders)
    ticked = {code: sum(code in answer for answer in answers) for code in codes}
    n = len(answers)
    return {"counts": {code: protect(count, n, colluders, uniform) for code, count in ticked.items()}}


def binned(answers: Iterable[int], lower_bounds: Sequence[int]) -> list[int]:
    """Put numbers into bins named by their lower bounds; a number below the first falls into the first."""
    first = lower_bounds[0]
    return [max((low for low in lower_bounds if low <= answer), default=first) for answer in answers]


def counts_of(shape: Shape, answers: Sequence[Given], colluders: int, uniform: Uniform) -> Counts:
    """Tell one group of answers in the way of its question."""
    numbers = [answer for answer in answers if isinstance(answer, int)]
    texts = [answer for answer in answers if isinstance(answer, str)]
    lists = [answer for answer in answers if isinstance(answer, list)]
    match shape.kind:
        case "ordinal":
            return ordinal_block(numbers, shape.points, colluders, uniform)
        case "binned":
            return ordinal_block(binned(numbers, shape.points), shape.points, colluders, uniform)
        case "nominal":
            return nominal_block(texts, shape.codes, colluders)
        case "multiple":
            offered = [code for code in shape.codes if code not in shape.alone]
            return multiple_block(lists, offered, colluders, uniform)


def blocks_of(cells: Mapping[Cell, Sequence[Given]], colluders: int, uniform: Uniform) -> list[Told]:
    """Make a block of every cell with enough answers, in an order that depends on nothing but the cells."""
    return [
        Told(cell, len(cells[cell]), counts_of(cell.shape, cells[cell], colluders, uniform))
        for cell in sorted(cells)
        if len(cells[cell]) >= crowd(colluders)
    ]


def _enough(answers: Sequence[object], colluders: int) -> None:
    """Refuse to count a group that is too small, whoever asks."""
    if len(answers) < crowd(colluders):
        msg = f"a block needs {crowd(colluders)} answers"
        raise ValueError(msg)
