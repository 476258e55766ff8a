"""Changes between reports in words: which question, in which goal or measure, what it said and what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ..answering import shown
from ..changes import Path, diff, value_at
from ..forms import FormDefinition
from ..kinds import Answers, Computed, Day, Number, OneOf, Question, Rows, Scaled, SomeOf, Tick
from ..wording import Language, say
from .pages import day

What = Literal["changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Place:
    """One place that differs: its question, the row it stands in (a goal, a measure), and both texts."""

    title: str
    row: str
    before: str
    after: str
    what: What = "changed"


@dataclass(frozen=True, slots=True)
class Telling:
    """Puts answers of one form in words; `names` are those of the things that a reference may be."""

    form: FormDefinition
    language: Language
    names: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def changes(self, before: Answers, after: Answers) -> list[Place]:
        """Tell everything that differs, in the order of the form."""
        order = {path: place for place, (path, _) in enumerate(self.form.every())}
        made = [each for each in diff(before, after).made if self._is_told(each.path)]
        rows = {each.path[:2]: place for place, each in reversed([*enumerate(made)])}  # a row's changes stay together
        made.sort(key=lambda each: (order[each.path[0]], rows[each.path[:2]], order[".".join(each.path[::2])]))
        places = [self.place(each.path, before, after) for each in made]
        return [each for each in places if each.what != "changed" or each.before != each.after]

    def _is_told(self, path: Path) -> bool:
        """What is ours, such as the lasting id of a row, is not told; nor is what the form of today does not know."""
        try:
            return not isinstance(self._question(path), Computed)
        except KeyError:
            return False

    def _question(self, path: Path) -> Question:
        return self.form.question(".".join(path[::2]))

    def place(self, path: Path, before: Answers, after: Answers) -> Place:
        """Tell one place with what stands there in both sheets."""
        question = self._question(path)
        had, has = value_at(before, path), value_at(after, path)
        if len(path) % 2 == 0 and isinstance(question, Rows):
            what: What = "new" if had is None else "gone" if has is None else "changed"
            title = (question.row_title or question.text).in_(self.language)
            row = has if has is not None else had
            return Place(title, _name_of(row), self._row(question, had, before), self._row(question, has, after), what)
        row = value_at(after, path[:2]) or value_at(before, path[:2]) if len(path) > 1 else None
        title = question.text.in_(self.language)
        return Place(title, _name_of(row), self.say(question, had, before), self.say(question, has, after))

    def _row(self, question: Rows, row: Any, whole: Answers) -> str:  # noqa: ANN401 (a row or nothing)
        if not isinstance(row, dict):
            return ""
        return "\n".join(f"{_asked(name)} {value}" for name, value in self.row(question, row, whole))

    def row(self, question: Rows, row: Answers, whole: Answers) -> list[tuple[str, str]]:
        """Put a row in words, as (question, answer)."""
        told = [each for each in question.questions if each.code in row and not isinstance(each, Computed)]
        return [(each.text.in_(self.language), self.say(each, row[each.code], whole)) for each in told]

    def say(self, question: Question, answer: Any, whole: Answers) -> str:  # noqa: ANN401 (any answer or nothing)
        """Put one answer in words, an empty text for none; `whole` is the sheet that it stands in."""
        if answer is None:
            return ""
        match question:
            case Number() if isinstance(answer, int):
                return shown(answer, question.decimals)
            case Tick():
                return say(self.language, "Ja")
            case Day():
                return self._day(answer)
            case Scaled():
                return self._point(question, answer)
            case OneOf(choices_from=source) if source is not None:
                rows: Any = whole.get(source.rows)
                found = [row for row in rows if row.get(source.code) == answer] if isinstance(rows, list) else []
                return str(found[0].get(source.text, "")) if found else ""
            case OneOf() | SomeOf():
                return self._codes(question, answer if isinstance(answer, list) else [answer])
            case Rows():
                return "\n\n".join(self._row(question, row, whole) for row in answer)
            case _:
                return dict(self.names.get(question.code, ())).get(str(answer), str(answer))

    def _point(self, question: Scaled, answer: object) -> str:
        """Name a step of a scale; where steps have numbers of their own, the number comes first."""
        scale = question.scale
        points = {str(point.value): point.text.in_(self.language) for point in scale.points}
        extra = {scale.extra.code: scale.extra.text.in_(self.language)} if scale.extra else {}
        words = {**points, **extra}.get(str(answer), str(answer))
        return f"{shown(answer, scale.decimals)} – {words}" if scale.decimals and isinstance(answer, int) else words

    def _codes(self, question: OneOf | SomeOf, codes: Iterable[object]) -> str:
        words = {choice.code: choice.text.in_(self.language) for choice in question.choices}
        return ", ".join(words.get(str(code), str(code)) for code in codes)

    def _day(self, answer: object) -> str:
        try:
            return day(date.fromisoformat(str(answer)), self.language)
        except ValueError:
            return str(answer)


def _name_of(row: object) -> str:
    return str(row.get("tekst", "")).rstrip(".") if isinstance(row, dict) else ""


def _asked(name: str) -> str:
    """Lead from a question to its answer."""
    return name if name.endswith("?") else f"{name}:"
