"""When is a question asked: conditions as plain data, judged by one small function.

Its twin in the browser is `web/static/asking.mjs`; the two are read side by side and held equal by a test.
Four comparisons (`is`, `includes`, `at_least`, `at_most`), three joins (`all`, `any`, `not`), no arithmetic.
A comparison with something absent, or of another shape, is false.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

Condition: TypeAlias = Mapping[str, Any]
Seen: TypeAlias = Mapping[str, object]

COMPARISONS = ("is", "includes", "at_least", "at_most")
JOINS = ("all", "any", "not")


def holds(condition: Condition, seen: Seen, context: Seen) -> bool:
    """Tell whether a condition holds for the answers `seen` so far and the declared `context` facts."""
    if "all" in condition:
        return all(holds(part, seen, context) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, seen, context) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], seen, context)
    if "context" in condition:
        return compares(condition, context.get(condition["context"]))
    return compares(condition, seen.get(condition["question"]))


def compares(condition: Condition, answer: object) -> bool:
    """Compare one answer; an answer of another shape than the comparison wants is not seen."""
    if "is" in condition:
        return type(answer) is type(condition["is"]) and answer == condition["is"]
    if "includes" in condition:
        return isinstance(answer, list) and condition["includes"] in answer
    if type(answer) is not int:
        return False
    if "at_least" in condition:
        return answer >= cast("int", condition["at_least"])
    return answer <= cast("int", condition["at_most"])


def names(condition: Condition) -> set[str]:
    """Name the questions that a condition looks at."""
    if "all" in condition or "any" in condition:
        parts = condition.get("all") or condition.get("any") or []
        return set().union(*(names(part) for part in parts))
    if "not" in condition:
        return names(condition["not"])
    return {condition["question"]} if "question" in condition else set()


def faults(condition: object) -> list[str]:
    """Say what is wrong with the shape of a condition, in the words of a form's author; empty when sound."""
    if not isinstance(condition, dict):
        return [f"a condition is a table, not {condition!r}"]
    kinds = [key for key in (*COMPARISONS, *JOINS) if key in condition]
    if len(kinds) != 1:
        return [f"a condition has one of {', '.join((*COMPARISONS, *JOINS))}: {condition!r}"]
    kind = kinds[0]
    if kind == "not":
        return _extra(condition, {"not"}) + faults(condition["not"])
    if kind in JOINS:
        parts = condition[kind]
        if not isinstance(parts, list) or not parts:
            return [f"{kind} wants a list of conditions"]
        return _extra(condition, {kind}) + [fault for part in parts for fault in faults(part)]
    return _comparison_faults(condition, kind)


def _comparison_faults(condition: dict[str, Any], kind: str) -> list[str]:
    """Check a single comparison: one subject, and a value of the shape that the comparison wants."""
    subject = [key for key in ("question", "context") if key in condition]
    if len(subject) != 1 or not isinstance(condition[subject[0]], str):
        return [f"a comparison names one question or one context fact: {condition!r}"]
    value = condition[kind]
    wants = {"is": (str, int), "includes": (str,), "at_least": (int,), "at_most": (int,)}[kind]
    if type(value) not in wants:
        return [f"{kind} cannot compare with {value!r}"]
    return _extra(condition, {kind, subject[0]})


def _extra(condition: dict[str, Any], known: set[str]) -> list[str]:
    """Refuse words we do not know: a misspelt comparison must not silently mean something else."""
    return [f"unknown word {key!r} in a condition" for key in sorted(set(condition) - known)]
