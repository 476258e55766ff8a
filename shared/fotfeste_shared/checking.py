"""What must be right before a form may be published, said in the words of its author."""

from typing import TYPE_CHECKING

from . import conditions
from .kinds import Number, OneOf, Question, Rows, Scaled, SomeOf

if TYPE_CHECKING:
    from .forms import FormDefinition

def faults_of_form(form: "FormDefinition") -> list[str]:
    """Say everything that is wrong with a definition; empty when it may be published."""
    faults = _faults_among(tuple(form.questions()), {}, "")
    for path, question in form.every():
        faults += [f"{path}: {fault}" for fault in (*_table_faults(form, question), *_own_faults(question))]
    return faults


def _faults_among(questions: tuple[Question, ...], above: dict[str, Question], path: str) -> list[str]:
    """Check the order of one level: codes are unique, and whatever is named has been asked before."""
    faults, before = [], dict(above)
    here: set[str] = set()
    for question in questions:
        if question.code in here:
            faults.append(f"{path}{question.code}: the code is used twice")
        here.add(question.code)
        faults += [f"{path}{question.code}: {fault}" for fault in _backward_faults(question, before)]
        if isinstance(question, Rows):
            faults += _faults_among(question.questions, before, f"{path}{question.code}.")
        before[question.code] = question
    return faults


def _backward_faults(question: Question, before: dict[str, Question]) -> list[str]:
    """A question may only look at what was asked before it, and only in a way that fits its kind."""
    faults = []
    if question.ask_if is not None:
        faults += conditions.faults(question.ask_if) or _misfits(question.ask_if, before)
    if isinstance(question, Number):
        wrong = [code for code in question.not_above if not isinstance(before.get(code), Number)]
        faults += [f"{code!r} is no number asked before" for code in wrong]
    if isinstance(question, OneOf):
        if question.among is not None and not isinstance(before.get(question.among), SomeOf):
            faults.append(f"{question.among!r} is no multiple choice asked before")
        source = question.choices_from
        if source is not None and not isinstance(before.get(source.rows), Rows):
            faults.append(f"{source.rows!r} are no rows asked before")
    if isinstance(question, Rows) and question.some is not None:
        inner = {each.code: each for each in question.questions}
        faults += conditions.faults(question.some) or _misfits(question.some, inner)
    return faults


FITS = {
    "is": ("choice", "text", "number", "scale", "tick", "consent", "municipality", "reference"),
    "includes": ("choices",),
    "at_least": ("number", "scale"),
    "at_most": ("number", "scale"),
}


def _misfits(condition: conditions.Condition, before: dict[str, Question]) -> list[str]:
    """Name the comparisons that look forward, at nothing, or at a kind they can not compare."""
    for join in ("all", "any"):
        if join in condition:
            return [fault for part in condition[join] for fault in _misfits(part, before)]
    if "not" in condition:
        return _misfits(condition["not"], before)
    if "context" in condition:
        return []
    name = condition["question"]
    if name not in before:
        return [f"the condition looks at {name!r}, which is not asked before"]
    comparison = next(key for key in FITS if key in condition)
    kind = str(type(before[name]).__struct_config__.tag)
    return [] if kind in FITS[comparison] else [f"{comparison} does not fit {name!r}, a {kind}"]


def _table_faults(form: "FormDefinition", question: Question) -> list[str]:
    """Check one question against what the form's table says of the whole form."""
    faults = []
    if form.intake == "envelope" and question.required:
        faults.append("nothing is required on an anonymous form")
    if question.local_only and "desktop" not in form.channels:
        faults.append("only the desktop client can keep an answer to itself")
    if unknown := set(question.waves) - set(form.waves):
        faults.append(f"unknown waves {sorted(unknown)}")
    return faults


def _own_faults(question: Question) -> list[str]:
    """Check one question by itself."""
    match question:
        case OneOf():
            return _one_of_faults(question)
        case SomeOf():
            codes = [choice.code for choice in question.choices]
            strangers = [code for code in question.exclusive if code not in codes]
            return _twice(codes) + [f"exclusive {code!r} is no choice" for code in strangers]
        case Scaled():
            values = [point.value for point in question.scale.points]
            return [] if values == sorted(set(values)) and len(values) > 1 else ["a scale rises"]
        case Number():
            rises = question.least <= question.most and list(question.bins) == sorted(set(question.bins))
            return [] if rises else ["bounds and bins rise"]
        case Rows():
            return _rows_faults(question)
        case _:
            return []


def _one_of_faults(question: OneOf) -> list[str]:
    sources = [question.choices, question.choices_from, question.among]
    faults = [] if sum(map(bool, sources)) == 1 else ["has one source of choices"]
    return faults + _twice([choice.code for choice in question.choices])


def _rows_faults(question: Rows) -> list[str]:
    inner = {each.code for each in question.questions}
    named = {*question.unique, *([question.exactly_one] if question.exactly_one else [])}
    named |= {question.wanted.question} if question.wanted else set()
    return [f"{code!r} is no question of the row" for code in sorted(named - inner)]


def _twice(codes: list[str]) -> list[str]:
    return [f"the choice {code!r} stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
