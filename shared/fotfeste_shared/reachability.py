"""Which questions of a form can ever be asked: every condition tried against all answers that may come before it."""

from collections.abc import Iterator, Mapping, Sized
from itertools import product
from math import prod
from typing import Any

from .conditions import Condition, holds, names
from .forms import FormDefinition, is_asked_in
from .kinds import YES, Answer, Consent, Number, OneOf, Question, Rows, Scaled, SomeOf, Tick

MOST_TRIED = 100_000
Verdict = tuple[str, str, str]  # never or pointless, the question's path, why


def tried(form: FormDefinition) -> Iterator[Verdict]:
    """Try every condition, wave by wave, and tell of those that never or always hold."""
    yield from _level(form, tuple(form.questions()), {}, "")


def _level(
    form: FormDefinition, questions: tuple[Question, ...], above: dict[str, Question], path: str
) -> Iterator[Verdict]:
    before = dict(above)
    for question in questions:
        if question.ask_if is not None:
            waves = [wave for wave in form.waves or (None,) if is_asked_in(question, wave)]
            told = set().union(*(_outcomes(question.ask_if, before, wave) for wave in waves))
            strange = list(_impossible(question.ask_if, before))
            if True not in told:
                why = strange[0] if strange else "no answers before it ever lead here"
                yield ("unreachable", path + question.code, f"is never asked: {why}")
            elif strange:
                yield ("pointless", path + question.code, strange[0])
            elif False not in told:
                yield ("pointless", path + question.code, "is always asked: the condition says nothing")
        if isinstance(question, Rows):
            yield from _level(form, question.questions, before, f"{path}{question.code}.")
        before[question.code] = question


def _outcomes(condition: Condition, before: Mapping[str, Question], wave: str | None) -> set[bool]:
    """Give what the condition comes out as over everything that could have been answered."""
    needed = _needed(condition, before)
    asked = [code for code in before if code in needed and is_asked_in(before[code], wave)]
    facts = _facts([condition, *(before[code].ask_if or {} for code in asked)])
    parts = _comparisons([condition, *(before[code].ask_if or {} for code in asked)])
    answers = [_could_be(before[code], [c for c in parts if c.get("question") == code]) for code in asked]
    choices = [[(name, value) for value in values] for name, values in facts.items() if name != "wave"]
    everything: list[Sized] = [*answers, *choices]
    if prod(len(each) for each in everything) > MOST_TRIED:
        return {True, False}  # too tangled to try out; nothing is claimed
    outcomes = set()
    for known in product(*choices):
        context = {name: value for name, value in (*known, ("wave", wave)) if value is not None}
        for given in product(*answers):
            seen = _as_answered(dict(zip(asked, given, strict=True)), before, context)
            if seen is not None:
                outcomes.add(holds(condition, seen, context))
    return outcomes


def _as_answered(
    given: dict[str, Answer | None], before: Mapping[str, Question], context: Mapping[str, object]
) -> dict[str, Answer] | None:
    """Give the answers as a condition sees them; None for a combination that nobody can give."""
    seen: dict[str, Answer] = {}
    for code, answer in given.items():
        ask_if = before[code].ask_if
        if ask_if is not None and not holds(ask_if, seen, context):
            if answer is not None:
                return None
            continue
        if answer is None and before[code].required:
            return None
        if answer is not None:
            seen[code] = answer
    return seen


def _needed(condition: Condition, before: Mapping[str, Question]) -> set[str]:
    """Name the questions that a condition hangs on, through the conditions of those as well."""
    needed: set[str] = set()
    waiting = names(condition)
    while waiting:
        code = waiting.pop()
        if code not in needed and code in before:
            needed.add(code)
            waiting |= names(before[code].ask_if or {"all": []})
    return needed


def _comparisons(conditions: list[Condition]) -> list[Condition]:
    """Give the single comparisons that conditions are made of."""
    found: list[Condition] = []
    for condition in conditions:
        inside = [condition["not"]] if "not" in condition else []
        parts = [*condition.get("all", []), *condition.get("any", []), *inside]
        if parts:
            found += _comparisons(parts)
        elif condition and not {"all", "any", "not"} & set(condition):
            found.append(condition)
    return found


def _facts(conditions: list[Condition]) -> dict[str, list[Any]]:
    """Give the context facts that conditions look at, each with what it is compared with, and with none of it."""
    facts: dict[str, list[Any]] = {}
    for part in _comparisons(conditions):
        if "context" in part:
            facts.setdefault(part["context"], [None]).append(_compared(part))
    return facts


def _compared(part: Condition) -> Any:  # noqa: ANN401 (a text or a number)
    return next(part[key] for key in ("is", "includes", "at_least", "at_most") if key in part)


def _could_be(question: Question, compared: list[Condition]) -> list[Answer | None]:
    """Give enough possible answers to tell everything that it is compared with apart; None is no answer."""
    values = sorted({_compared(part) for part in compared}, key=str)
    match question:
        case OneOf(choices=choices) if choices:
            return [None, *(choice.code for choice in choices)]
        case Scaled(scale=scale):
            extra: list[Answer] = [scale.extra.code] if scale.extra else []
            return [None, *(point.value for point in scale.points), *extra]
        case Number():
            near = {n + step for n in values if isinstance(n, int) for step in (-1, 0, 1)}
            inside = {question.least, question.most, *near}
            return [None, *sorted(n for n in inside if question.least <= n <= question.most)]
        case SomeOf():
            return [None, *_ticked(question, [value for value in values if isinstance(value, str)])]
        case Tick() | Consent():
            return [None, YES]
        case _:
            return [None, "-", *values]


def _ticked(question: SomeOf, compared: list[str]) -> Iterator[Answer]:
    codes = [choice.code for choice in question.choices if choice.code in compared]
    other = next((c.code for c in question.choices if c.code not in compared), None)
    for picks in product((False, True), repeat=len(codes)):
        ticked = [code for code, picked in zip(codes, picks, strict=True) if picked]
        if len(ticked) <= question.most and not (len(ticked) > 1 and set(ticked) & set(question.exclusive)):
            yield ticked or ([other] if other else [])


def _impossible(condition: Condition, before: Mapping[str, Question]) -> Iterator[str]:
    """Name comparisons with something that cannot be answered."""
    for part in _comparisons([condition]):
        question = before.get(part.get("question", ""))
        value = next((part[key] for key in ("is", "includes") if key in part), None)
        codes = [choice.code for choice in question.choices] if isinstance(question, OneOf | SomeOf) else []
        if codes and value not in codes:
            yield f"{value!r} is no choice of {part['question']!r}"
        if isinstance(question, Number) and "at_least" in part and part["at_least"] > question.most:
            yield f"{part['question']!r} is at most {question.most}"
