"""Which questions of a form are counted, and how: from a form's definition to the shapes of `disclosure`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fotfeste_shared.forms import FormDefinition, shipped
from fotfeste_shared.kinds import Answer, Answers, Number, OneOf, Question, Rows, Scaled, SomeOf, Text

from .disclosure import Given, Shape

FindForm: TypeAlias = Callable[[str, int], FormDefinition]
FEW_ENOUGH = 12  # a number without bins is counted value by value when it can take no more values than this


@dataclass(frozen=True, slots=True)
class Piece:
    """One answer on its own: to be counted in a shape, or (`shape` None) something written."""

    question: str
    shape: Shape | None
    answer: Given


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


def pieces(form: FormDefinition, answers: Answers) -> Iterator[Piece]:
    """Take an answered form apart, question by question; what is not answered on the scale is not answered."""
    yield from _pieces(tuple(form.questions()), answers, "")


def _pieces(questions: tuple[Question, ...], answers: Answers, above: str) -> Iterator[Piece]:
    beside = {question.code: question for question in questions}
    for code, answer in answers.items():
        question = beside.get(code)
        if isinstance(question, Rows) and isinstance(answer, list):
            for row in answer:
                # A row of a programme is a question of its own: «innslag.<id>.nytte».
                yield from _pieces(question.questions, row, f"{above}{code}.{row.get('id', '')}.")
        elif isinstance(question, Text) and isinstance(answer, str):
            yield Piece(above + code, None, answer)
        elif question is not None:
            shape = shape_of(question, beside)
            if shape is not None and _counts(shape, answer):
                yield Piece(above + code, shape, answer)


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
