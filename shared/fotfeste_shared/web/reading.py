"""Posted fields as answers: the one reader of questionnaires, for phone, web and desktop.

A field is named `a.` and the question's path: `a.kort`, `a.delmal.0.tekst`. What can not be read stays as the
person wrote it, so that the judge can say so and the page can show it again.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from ..forms import FormDefinition, has_row_id
from ..kinds import (
    YES,
    Answer,
    Answers,
    Consent,
    Day,
    Info,
    InMunicipality,
    Number,
    Question,
    Rows,
    Scaled,
    SomeOf,
    Tick,
)
from ..municipalities import ANOTHER, chosen
from ..revisions import new_id
from ..wording import LANGUAGES, say

PREFIX = "a."
MOST_ROWS = 200
WHOLE = re.compile(r"-?[0-9]{1,9}")


class Posted(Protocol):
    """What a posted form offers us: werkzeug's MultiDict, or anything alike."""

    def getlist(self, key: str, /) -> list[str]:
        """Give all values of a field, in the order in which they were sent."""
        ...

    def keys(self) -> Iterable[str]:
        """Name the fields that were sent."""
        ...


def read_answers(form: FormDefinition, posted: Posted, *, blank_rows: bool = False) -> Answers:
    """Read all answers of a form from its posted fields; unknown fields are passed over.

    A row left wholly blank is no row, unless `blank_rows` asks for the sheet just as it stood on the screen.
    """
    return _Reader(posted, blank_rows=blank_rows).read(tuple(form.questions()), PREFIX)


class _Reader:
    """One posted sheet: which rows were sent, and the fields themselves."""

    def __init__(self, posted: Posted, *, blank_rows: bool) -> None:
        self.posted = posted
        self.blank_rows = blank_rows
        self.rows = _rows_posted(posted.keys())

    def read(self, questions: tuple[Question, ...], prefix: str) -> Answers:
        """Read one level of questions, whose fields begin with `prefix`."""
        answers: Answers = {}
        for question in questions:
            if isinstance(question, Rows):
                answer: Answer | None = self._rows(question, f"{prefix}{question.code}.")
            else:
                answer = read_value(question, self.posted.getlist(prefix + question.code))
            if answer is not None and answer not in ("", []):
                answers[question.code] = answer
        return answers

    def _rows(self, question: Rows, prefix: str) -> list[Answers]:
        """Read each row; a new one gets its lasting identity here."""
        read = []
        for number in self.rows.get(prefix, []):
            row = self.read(question.questions, f"{prefix}{number}.")
            if not self.blank_rows and not set(row) - {"id"}:
                continue
            if has_row_id(question):
                row.setdefault("id", new_id())
            read.append(row)
        return read


def _rows_posted(keys: Iterable[str]) -> Mapping[str, list[int]]:
    """Find which row numbers were sent, for each repeating part: `{"a.delmal.": [0, 2]}`."""
    found: dict[str, set[int]] = {}
    for key in keys:
        for hit in re.finditer(r"\.([0-9]{1,3})(?=\.)", key):
            found.setdefault(key[: hit.start() + 1], set()).add(int(hit[1]))
    return {prefix: sorted(numbers)[:MOST_ROWS] for prefix, numbers in found.items()}


def read_value(question: Question, sent: list[str]) -> Answer | None:
    """Read one question's field; what was sent several times counts once, by its last value."""
    if isinstance(question, Info):
        return None
    values = [value.strip() if not isinstance(question, SomeOf) else value for value in sent if value.strip()]
    if isinstance(question, SomeOf):
        return list(dict.fromkeys(values))
    if not values:
        return None
    value = values[-1]
    match question:
        case Number():
            return _number(value, question.decimals)
        case Scaled():
            return int(value) if WHOLE.fullmatch(value) else value
        case Tick() | Consent():
            return YES if value in (YES, "on") else value
        case Day():
            return _day(value)
        case InMunicipality():
            return _place(value)
        case _:
            return sent[-1]


def _number(text: str, decimals: int) -> Answer:
    """Read a number as Norwegians write it, scaled: `1 234` and, with one decimal, `3,5` and `3.5` (35)."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\u2212", "-")
    whole, _, part = plain.replace(".", ",").partition(",")
    if not WHOLE.fullmatch(whole) or not re.fullmatch(r"[0-9]*", part, re.ASCII) or len(part) > decimals:
        return text
    return int(whole + part.ljust(decimals, "0"))


def _place(text: str) -> str:
    """Read a municipality as it was chosen or typed; what fits several or none stays for the judge."""
    others = {say(language, "Annen virksomhet").casefold() for language in LANGUAGES}
    if text.casefold() in {*others, ANOTHER}:
        return ANOTHER
    found = chosen(text)
    return found[0].number if len(found) == 1 else text


def _day(text: str) -> str:
    """Read a date as browsers send it or as people type it: `24.8.2026` becomes ISO."""
    typed = re.fullmatch(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})", text)
    return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}" if typed else text
