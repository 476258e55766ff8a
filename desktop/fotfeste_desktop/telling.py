"""An answer as people read it: the texts of the choices, dates in words, numbers with their unit."""

from collections.abc import Mapping

from fotfeste_shared.answering import shown
from fotfeste_shared.kinds import (
    Answer,
    Computed,
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


def told(
    question: Question,
    answer: Answer | None,
    *,
    names: Mapping[str, str],
    language: Language,
    whole: Mapping[str, Answer] | None = None,
) -> str:
    """Say one answer in a language; `names` are those of things referred to. Empty when it was not answered.

    `whole` is the sheet that it stands in: a measure belongs to a goal of the same sheet.
    """
    if answer is None:
        return ""
    match question:
        case OneOf(choices_from=source) if source is not None:
            rows = (whole or {}).get(source.rows)
            found = [row for row in rows if row.get(source.code) == answer] if isinstance(rows, list) else []
            return str(found[0].get(source.text, "")) if found and isinstance(found[0], dict) else ""
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
            return "\n\n".join(_row(question, row, names, language, whole) for row in answer)
        case _:
            return str(answer)


def _on_scale(question: Scaled, answer: Answer, language: Language) -> str:
    extra = question.scale.extra
    if extra and answer == extra.code:
        return extra.text.in_(language)
    texts = {point.value: point.text.in_(language) for point in question.scale.points}
    return texts.get(answer, str(answer)) if isinstance(answer, int) else str(answer)


def _row(
    question: Rows,
    row: Mapping[str, Answer],
    names: Mapping[str, str],
    language: Language,
    whole: Mapping[str, Answer] | None,
) -> str:
    """Say a row line by line, each answer with its question; what is ours, such as a row's lasting id, is not said."""
    asked = [each for each in question.questions if not isinstance(each, Computed)]
    said = {
        each.text.in_(language): told(each, row.get(each.code), names=names, language=language, whole=whole)
        for each in asked
    }
    ends = {text: "" if text.endswith("?") else ":" for text in said}
    return "\n".join(f"{text}{ends[text]} {answer}" for text, answer in said.items() if answer)
