"""The questions of a form that are counted, each with its shape, its words and the waves that ask it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fotfeste_shared.forms import FormDefinition, Section
from fotfeste_shared.kinds import Number, OneOf, Question, Rows, Scaled, SomeOf
from fotfeste_shared.wording import Language, say

from ..anonymous.disclosure import Shape
from ..anonymous.shapes import shape_of
from .released import Pick, Released


@dataclass(frozen=True, slots=True)
class Asked:
    """One counted question; `path` is what its blocks are called."""

    path: str
    question: Question
    shape: Shape
    waves: tuple[str, ...]
    section: Section
    choices_of: Question
    row: str = ""

    def words(self, language: Language) -> str:
        """Give the question as it was asked; one that stands in rows is told apart by its row."""
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


def counted(form: FormDefinition, released: Released, titles: Mapping[str, str] | None = None) -> Iterator[Asked]:
    """Give a form's counted questions in order; those inside rows once for each row that was answered.

    `titles` name rows by their id, in their order; one without a name goes by a number.
    """
    beside = {question.code: question for question in form.questions()}
    for section in form.sections:
        for question in section.questions:
            if isinstance(question, Rows):
                yield from _in_rows(form, section, question, released, titles or {})
                continue
            shape = shape_of(question, beside)
            if shape is not None:
                waves = question.waves or form.waves
                yield Asked(question.code, question, shape, waves, section, _source(question, beside))


def _in_rows(
    form: FormDefinition, section: Section, question: Rows, released: Released, titles: Mapping[str, str]
) -> Iterator[Asked]:
    """Give what was asked of each row, in the waves in which the row was there."""
    inner = {each.code: each for each in question.questions}
    order = {row: number for number, row in enumerate(titles)}
    inside = [path.split(".") for path in released.questions(form.code) if path.startswith(f"{question.code}.")]
    rows = sorted({row for _, row, _ in inside}, key=lambda row: (order.get(row, len(order)), row))
    for _, row, code in sorted(inside, key=lambda parts: (rows.index(parts[1]), parts[2])):
        below, path = inner.get(code), f"{question.code}.{row}.{code}"
        shape = shape_of(below, inner) if below is not None else None
        if below is not None and shape is not None:
            waves = {dated.block.wave for dated in released.pick(Pick(form.code, path))}
            title = titles.get(row, str(1 + rows.index(row)))
            yield Asked(path, below, shape, tuple(sorted(waves)), section, _source(below, inner), title)


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
