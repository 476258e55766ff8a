"""A form as data: its questions, who fills it in, where a filled one goes, and the checks before publishing.

A definition is written as TOML, published as canonical JSON with a digest, and never changes once published.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from .checking import faults_of_form
from .kinds import Asked, Computed, Question, Rows, Words

Wave = str
Role = Literal[
    "anyone",
    "new_hire",
    "leaver",
    "participant",
    "mentor",
    "team_contact",
    "department_head",
    "municipality_administrator",
    "advisor",
    "organizer",
]
KeyPart = Literal["network", "municipality", "team", "gathering", "person", "meeting", "email", "year", "scope"]


class FormFault(ValueError):
    """A definition that must not be published; lists every fault in the words of its author."""

    def __init__(self, code: str, faults: list[str]) -> None:
        """Keep all faults: an author mends them in one go."""
        super().__init__(f"{code}: " + "; ".join(faults))
        self.faults = faults


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A theme: questions that belong together, one page of the phone at a time."""

    code: str
    title: Words
    questions: tuple[Question, ...]
    intro: Words | None = None


class Due(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a form is expected: so many days from a fact, and the days before it on which we remind."""

    of: Literal["gathering", "last_gathering", "meeting", "start", "report", "january", "leaving", "invitation"]
    days: int = 0
    remind: tuple[int, ...] = ()
    open_days: int = 0


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long a filled form is kept after a fact, and what shorter life some of its answers have."""

    after: Literal["meeting", "gathering", "network_end", "start", "final_report", "window"]
    months: int = 0
    apart_days: int | None = None
    free_text_months: int | None = None
    archived_by: Literal["nobody", "municipality"] = "nobody"


class FormDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One version of one form."""

    code: str
    version: int
    title: Words
    intro: Words | None = None
    minutes: int
    intake: Literal["envelope", "ledger"]
    subject: Literal["meeting", "municipality", "gathering", "team", "pairing", "network", "person"]
    natural_key: tuple[KeyPart, ...] = ()
    filled_in_by: tuple[Role, ...]
    channels: tuple[Literal["phone", "web", "desktop"], ...]
    results_level: Literal["none", "network", "municipality", "team"] = "none"
    waves: tuple[Wave, ...] = ()
    due: Due | None = None
    retention: Retention
    sections: tuple[Section, ...]

    def questions(self) -> Iterator[Question]:
        """Give the top-level questions in the order in which they are asked."""
        for section in self.sections:
            yield from section.questions

    def question(self, path: str) -> Question:
        """Find one question by its dotted path, such as `delmal.tekst`; KeyError when there is none."""
        here: tuple[Question, ...] = tuple(self.questions())
        for code in path.split("."):
            found = next((each for each in here if each.code == code), None)
            if found is None:
                raise KeyError(path)
            here = found.questions if isinstance(found, Rows) else ()
        return found  # type: ignore[return-value]  # split() gives at least one part

    def every(self) -> Iterator[tuple[str, Question]]:
        """Walk all questions at every depth as `(dotted path, question)`."""
        yield from _below(tuple(self.questions()), "")


def _below(questions: tuple[Question, ...], above: str) -> Iterator[tuple[str, Question]]:
    for question in questions:
        yield above + question.code, question
        if isinstance(question, Rows):
            yield from _below(question.questions, f"{above}{question.code}.")


# --- reading and writing -------------------------------------------------------------------------


def canonical(thing: object) -> str:
    """Write JSON in the one way that is hashed: sorted keys, no spaces, no floats, letters as they are."""
    return json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """Name a text by its content."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def dump(form: FormDefinition) -> str:
    """Write a definition as the canonical JSON that is published and sent to clients."""
    return canonical(msgspec.to_builtins(form))


def form_digest(form: FormDefinition) -> str:
    """Name one version of a form by its content."""
    return digest(dump(form))


def read_form(text: str | bytes) -> FormDefinition:
    """Read a published definition; raises FormFault when it is not one that we understand."""
    try:
        return msgspec.json.decode(text, type=FormDefinition)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise FormFault("form", [str(fault)]) from fault


def load_form(toml: str, lists: dict[str, Any] | None = None) -> FormDefinition:
    """Read a definition from TOML, put in the shared scales and lists it names, and check it."""
    raw = tomllib.loads(toml)
    _put_in_lists(raw, lists or {"scale": {}, "choices": {}})
    try:
        form = msgspec.convert(raw, FormDefinition)
    except msgspec.ValidationError as fault:
        raise FormFault(str(raw.get("code", "form")), [str(fault)]) from fault
    if faults := faults_of_form(form):
        raise FormFault(form.code, faults)
    return form


def _put_in_lists(raw: object, lists: dict[str, Any]) -> None:
    """Replace `choices = "rolle"` and `scale = "enig5"` by what `lists.toml` says, all the way down."""
    if isinstance(raw, list):
        for each in raw:
            _put_in_lists(each, lists)
    if not isinstance(raw, dict):
        return
    for key in ("choices", "scale"):
        if isinstance(raw.get(key), str):
            raw[key] = lists[key][raw[key]]
    for value in raw.values():
        _put_in_lists(value, lists)


@cache
def shared_lists() -> dict[str, Any]:
    """Load the scales and lists of choices that definitions name."""
    return tomllib.loads((files(__package__) / "definitions" / "lists.toml").read_text("utf-8"))


@cache
def shipped() -> dict[str, FormDefinition]:
    """Load the forms that come with the program, by code."""
    folder, lists = files(__package__) / "definitions", shared_lists()
    written = (entry for entry in folder.iterdir() if entry.name.endswith(".toml") and entry.name != "lists.toml")
    texts = [entry.read_text("utf-8") for entry in written]
    forms = [load_form(text, lists) for text in texts]
    return {form.code: form for form in sorted(forms, key=lambda form: form.code)}


def has_row_id(question: Rows) -> bool:
    """Tell whether rows of this question have a lasting identity that follows them from report to report."""
    return any(isinstance(each, Computed) and each.code == "id" for each in question.questions)


def is_asked_in(question: Asked, wave: str | None) -> bool:
    """Tell whether a question belongs to a wave; one that names no waves belongs to all."""
    return not question.waves or wave in question.waves
