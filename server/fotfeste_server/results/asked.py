"""The questions of a form that are counted, each with its shape, its words and the waves that ask it."""

from collections.abc import Iterator
from dataclasses import dataclass

from fotfeste_shared.forms import FormDefinition, Section
from fotfeste_shared.kinds import Number, OneOf, Question, Rows, Scaled, SomeOf
from fotfeste_shared.wording import Language, say

from ..anonymous.disclosure import Shape
from ..anonymous.shapes import shape_of
from .released import Released


@dataclass(frozen=True, slots=True)
class Asked:
    """One counted question; `path` is what its blocks are called."""

    path: str
    question: Question
    shape: Shape
    waves: tuple[str, ...]
    section: Section
    choices_of: Question
    row: int = 0

    def words(self, language: Language) -> str:
        """Give the question as it was asked; one that stands in rows is told apart by a number."""
        text = self.question.text.in_(language)
        return f"{text} ({self.row})" if self.row else text

    def options(self, language: Language) -> list[tuple[str, str]]:
        """Give what could be answered as (code, words), in order; «none of these» counts as nothing ticked."""
        return [option for option in self._options(language) if option[0] not in self.shape.alone]

    def _options(self, language: Language) -> list[tuple[str, str]]:
        match self.choices_of:
            case Scaled(scale=scale):
                return [(str(point.value), point.text.in_(language)) for point in scale.points]
            case OneOf(choices=choices) | SomeOf(choices=choices):
                return [(choice.code, choice.text.in_(language)) for choice in choices]
            case Number(decimals=0):
                return [(str(low), _bin(low, above, language)) for low, above in _bins(self.shape)]
            case _:
                return [(str(low), str(low)) for low in self.shape.points]


def counted(form: FormDefinition, released: Released) -> Iterator[Asked]:
    """Give a form's counted questions in order; those inside rows once for each row that was answered."""
    paths = released.questions(form.code)
    beside = {question.code: question for question in form.questions()}
    for section in form.sections:
        for question in section.questions:
            yield from _counted(form, section, question, beside, paths)


def _counted(
    form: FormDefinition, section: Section, question: Question, beside: dict[str, Question], paths: set[str]
) -> Iterator[Asked]:
    waves = question.waves or form.waves
    if isinstance(question, Rows):
        inner = {each.code: each for each in question.questions}
        inside = sorted(path for path in paths if path.startswith(f"{question.code}."))
        rows = sorted({path.split(".")[1] for path in inside})
        for path in inside:
            below = inner.get(path.rpartition(".")[2])
            shape = shape_of(below, inner) if below is not None else None
            if below is not None and shape is not None:
                number = 1 + rows.index(path.split(".")[1])
                yield Asked(path, below, shape, waves, section, _source(below, inner), number)
        return
    shape = shape_of(question, beside)
    if shape is not None:
        yield Asked(question.code, question, shape, waves, section, _source(question, beside))


def _source(question: Question, beside: dict[str, Question]) -> Question:
    """Give the question whose choices these are: one's own, or an earlier one's ticked ones."""
    return beside.get(question.among or "", question) if isinstance(question, OneOf) else question


def _bins(shape: Shape) -> list[tuple[int, int | None]]:
    return list(zip(shape.points, [*shape.points[1:], None], strict=True))


def _bin(low: int, above: int | None, language: Language) -> str:
    if above is None:
        return say(language, "{low} eller flere", low=low)
    return str(low) if above == low + 1 else f"{low}–{above - 1}"


def bare(path: str) -> str:
    """Take the row out of a path, «innslag.<id>.nytte», to find the question in its definition."""
    parts = path.split(".")
    return f"{parts[0]}.{parts[-1]}" if len(parts) > 1 else path
