"""Which questions of a form are counted, and how: from a form's definition to the shapes of `disclosure`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from fotfeste_shared.forms import FormDefinition, shipped
from fotfeste_shared.kinds import Answer, Answers, Number, OneOf, Question, Rows, Scaled, SomeOf, Text

from .disclosure import Given, Shape

FindForm: TypeAlias = Callable[[str, int], FormDefinition]
FEW_ENOUGH = 12  # a number without bins is counted value by value when it can take no more values than this


class Piece(NamedTuple):
    """One answer on its own: to be counted in a shape, or (`shape` None) something written."""

    question: str
    shape: Shape | None
    answer: Given


@dataclass(frozen=True, slots=True)
class Level:
    """The questions of one level of a form, ready to take many answers apart: each one's shape is found once."""

    shapes: dict[str, Shape]
    written: frozenset[str]
    below: dict[str, "Level"]


def shipped_form(code: str, _version: int) -> FormDefinition:
    """Find a form among those that come with the program."""
    return shipped()[code]


def shape_of(question: Question, beside: Mapping[str, Question]) -> Shape | None:
    """Say how a question is counted; None when it is not. `beside` are the questions of the same level."""
    match question:
        case Scaled():
            return Shape("ordinal", points=tuple(point.value for point in question.scale.points))
        case OneOf():
            source = beside.get(question.among or "")
            listed = source.choices if isinstance(source, SomeOf) else question.choices
            return Shape("nominal", codes=tuple(choice.code for choice in listed))
        case SomeOf():
            return Shape("multiple", codes=tuple(c.code for c in question.choices), alone=question.exclusive)
        case Number():
            return _number_shape(question)
        case _:
            return None


def _number_shape(question: Number) -> Shape | None:
    bounds = question.bins or question.quick
    if not bounds and question.most - question.least < FEW_ENOUGH:
        bounds = tuple(range(question.least, question.most + 1))
    return Shape("binned", points=tuple(sorted(set(bounds)))) if bounds else None


def level_of(questions: Iterable[Question]) -> Level:
    """Make a form's questions, or those of its rows, ready for `pieces`."""
    beside = {question.code: question for question in questions}
    shapes = {code: shape_of(question, beside) for code, question in beside.items()}
    return Level(
        shapes={code: shape for code, shape in shapes.items() if shape is not None},
        written=frozenset(code for code, question in beside.items() if isinstance(question, Text)),
        below={code: level_of(question.questions) for code, question in beside.items() if isinstance(question, Rows)},
    )


def pieces(here: Level, answers: Answers, above: str = "") -> Iterator[Piece]:
    """Take an answered form apart, question by question; what is not answered on the scale is not answered."""
    for code, answer in answers.items():
        if code in here.shapes:
            if _counts(here.shapes[code], answer):
                yield Piece(above + code, here.shapes[code], answer)
        elif code in here.below and isinstance(answer, list):
            for row in answer:
                # A row of a programme is a question of its own: «innslag.<id>.nytte».
                yield from pieces(here.below[code], row, f"{above}{code}.{row.get('id', '')}.")
        elif code in here.written and isinstance(answer, str):
            yield Piece(above + code, None, answer)


def _counts(shape: Shape, answer: Answer) -> bool:
    """Leave out «ikke aktuelt», and whatever an older or newer version of the form would not understand."""
    match shape.kind:
        case "ordinal":
            return answer in shape.points
        case "binned":
            return isinstance(answer, int)
        case "nominal":
            return isinstance(answer, str) and (not shape.codes or answer in shape.codes)
        case "multiple":
            return isinstance(answer, list) and bool(answer) and set(answer) <= set(shape.codes)
