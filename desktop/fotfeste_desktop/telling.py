"""An answer as people read it: the texts of the choices, dates in words, numbers with their unit."""

from collections.abc import Mapping

from fotfeste_shared.answering import shown
from fotfeste_shared.kinds import (
    Answer,
    Consent,
    Day,
    Number,
    OneOf,
    Question,
    Reference,
    Rows,
    Scaled,
    SomeOf,
    Tick,
)
from fotfeste_shared.web.pages import day, translated
from fotfeste_shared.wording import Language


def told(question: Question, answer: Answer | None, *, names: Mapping[str, str], language: Language) -> str:
    """Say one answer in a language; `names` are those of things referred to. Empty when it was not answered."""
    if answer is None:
        return ""
    match question:
        case OneOf() | SomeOf():
            codes = answer if isinstance(answer, list) else [answer]
            texts = {choice.code: choice.text.in_(language) for choice in question.choices}
            return ", ".join(texts.get(str(code), str(code)) for code in codes)
        case Scaled():
            return _on_scale(question, answer, language)
        case Number() if isinstance(answer, int):
            unit = f" {question.unit.in_(language)}" if question.unit else ""
            return shown(answer, question.decimals) + unit
        case Day():
            return day(str(answer), language)
        case Tick() | Consent():
            return translated("Ja")
        case Reference():
            return names.get(str(answer), str(answer))
        case Rows() if isinstance(answer, list):
            return "; ".join(_row(question, row, names, language) for row in answer)
        case _:
            return str(answer)


def _on_scale(question: Scaled, answer: Answer, language: Language) -> str:
    extra = question.scale.extra
    if extra and answer == extra.code:
        return extra.text.in_(language)
    texts = {point.value: point.text.in_(language) for point in question.scale.points}
    return texts.get(answer, str(answer)) if isinstance(answer, int) else str(answer)


def _row(question: Rows, row: Mapping[str, Answer], names: Mapping[str, str], language: Language) -> str:
    parts = (told(each, row.get(each.code), names=names, language=language) for each in question.questions)
    return ", ".join(part for part in parts if part)
