"""The one judge: what of a filled sheet counts, and everything that must be mended, as sentences.

Phone, desktop, web and sync are all held to what this module says. It is pure: today's date, the wave and
whatever is known beforehand come in with the `Context`.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field

from .answering import Fault, faults_of
from .conditions import holds
from .context import Context
from .forms import FormDefinition, has_row_id, is_asked_in
from .kinds import Answer, Answers, Computed, Consent, Info, Question, Rows, SomeOf, Words, fits
from .wording import Language, Value, say

__all__ = ["Complaint", "Context", "Judgement", "asked", "judge"]

MISSING: dict[type, str] = {
    Consent: "Du må krysse av her for å gå videre.",
    SomeOf: "Velg minst ett svar.",
    Rows: "Fyll ut minst én.",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend (or, as advice, to think over), hung on its question by path: `delmal/0/tekst`."""

    path: str
    sentence_nb: str
    values: Mapping[str, Value | Words] = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """Say it in the person's language; values that are texts of the form come in that language too."""
        words = {key: value.in_(language) if isinstance(value, Words) else value for key, value in self.values.items()}
        return say(language, self.sentence_nb, **words)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge found: the answers that count, what must be mended, and advice that stops nobody."""

    answers: Answers
    complaints: tuple[Complaint, ...]
    advice: tuple[Complaint, ...]

    @property
    def good(self) -> bool:
        """Tell whether it can be taken as it is."""
        return not self.complaints

    def sentences(self, language: Language) -> dict[str, str]:
        """Give the first sentence for each question, by path."""
        return {each.path: each.sentence(language) for each in reversed(self.complaints)}


def judge(form: FormDefinition, answers: Mapping[str, object], context: Context) -> Judgement:
    """Judge a whole sheet in one pass: drop what was not asked, keep what was, and list every complaint."""
    sitting = _Sitting(context)
    kept = sitting.hear(tuple(form.questions()), answers, ChainMap(), "")
    return Judgement(kept, tuple(sitting.complaints), tuple(sitting.advice))


def asked(form: FormDefinition, answers: Mapping[str, object], context: Context) -> set[str]:
    """Name the paths that are asked, given the answers so far; the browser's twin gives the same set."""
    sitting = _Sitting(context)
    sitting.hear(tuple(form.questions()), answers, ChainMap(), "")
    return sitting.asked


class _Sitting:
    """One sheet before the judge: walks the questions in order and remembers what was said of each."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.facts = context.seen()
        self.asked: set[str] = set()
        self.complaints: list[Complaint] = []
        self.advice: list[Complaint] = []

    def hear(
        self, questions: tuple[Question, ...], answers: Mapping[str, object], above: ChainMap[str, object], path: str
    ) -> Answers:
        """Judge one level; `above` is what the levels around it have answered so far."""
        kept: Answers = {}
        seen = above.new_child()
        for question in questions:
            if not is_asked_in(question, self.context.wave):
                continue
            if question.ask_if is not None and not holds(question.ask_if, seen, self.facts):
                continue
            self.asked.add(path + question.code)
            answer = self._answer(question, answers.get(question.code), seen, path + question.code)
            if answer is not None:
                kept[question.code] = answer
        return kept

    def _answer(
        self, question: Question, given: object, seen: MutableMapping[str, object], path: str
    ) -> Answer | None:
        """Judge one question; what fits its kind is seen by later conditions even where it must be mended."""
        if isinstance(question, Info):
            return None
        if isinstance(question, Computed):
            given = self._computed(question, given)
        if isinstance(question, Rows):
            return self._rows(question, given, seen, path)
        if given is None or given in ("", []):
            if question.required:
                self._complain(path, Fault(MISSING.get(type(question), "Svar på dette spørsmålet.")))
            return None
        if fits(question, given):
            seen[question.code] = given
        answer, faults = faults_of(question, given, seen, self.context)
        for fault in faults:
            self._complain(path, fault)
        return answer

    def _computed(self, question: Computed, given: object) -> object:
        """Take what we know ourselves; only a row's own identity is taken from the sheet."""
        known = self.context.facts.get(question.code)
        return known if known is not None else given if question.code == "id" else None

    def _complain(self, path: str, fault: Fault) -> None:
        self.complaints.append(Complaint(path, fault.sentence_nb, fault.values))

    # --- rows -------------------------------------------------------------------------------------

    def _rows(
        self, question: Rows, given: object, seen: MutableMapping[str, object], path: str
    ) -> Answer | None:
        """Judge each row by itself, then what holds for the rows together."""
        if given is not None and not fits(question, given):
            self._complain(path, Fault("Dette ble ikke forstått. Svar på nytt."))
            return None
        rows: list[Answers] = []
        for row in self._known_rows(question, given if isinstance(given, list) else []):
            inner = self.hear(question.questions, row, ChainMap(seen), f"{path}/{len(rows)}/")
            rows.append(inner)
        if rows:
            seen[question.code] = rows
        for where, fault in _together(question, rows, self.facts):
            self._complain(f"{path}/{where}" if where else path, fault)
        self._advise(question, rows, path)
        return rows or None

    def _known_rows(self, question: Rows, given: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
        """Where we make the rows, take ours in our order with the person's answers laid over them."""
        ours = self.context.rows.get(question.code)
        if question.made_by == "person" or ours is None:
            return given
        theirs = {row.get("id"): row for row in given if isinstance(row.get("id"), str)}
        return [{**theirs.get(row["id"], {}), **row} for row in ours]

    def _advise(self, question: Rows, rows: list[Answers], path: str) -> None:
        """Say which wanted roles no row has; a warning, not a wall."""
        wanted = question.wanted
        if wanted is None or not rows:
            return
        asked_for = next(each for each in question.questions if each.code == wanted.question)
        texts = {choice.code: choice.text for choice in getattr(asked_for, "choices", ())}
        had = {row.get(wanted.question) for row in rows}
        for code in wanted.codes:
            if code not in had:
                sentence = "Ingen er ført opp som «{role}». Dere kan levere likevel."
                self.advice.append(Complaint(path, sentence, {"role": texts[code]}))


def _together(question: Rows, rows: list[Answers], facts: Mapping[str, object]) -> Iterator[tuple[str, Fault]]:
    """Judge what holds for all rows at once: how many, exactly one, no two alike, at least one of a kind."""
    least = max(question.fewest, 1 if question.required else 0)
    if len(rows) < least and (rows or question.required):
        yield "", Fault("Her trengs minst {n}.", {"n": least}) if least > 1 else Fault(MISSING[Rows])
    if len(rows) > question.most:
        yield "", Fault("Her er det plass til høyst {n}.", {"n": question.most})
    one = question.exactly_one
    if one and rows and sum(bool(row.get(one)) for row in rows) != 1:
        text = next(each.text for each in question.questions if each.code == one)
        yield "", Fault("Kryss av «{question}» for nøyaktig én.", {"question": text})
    for code in (*question.unique, *(("id",) if has_row_id(question) else ())):
        yield from _repeated(question, rows, code)
    if question.some and rows and not any(holds(question.some, row, facts) for row in rows):
        yield "", Fault("{words}", {"words": question.some_sentence or question.text})


def _repeated(question: Rows, rows: list[Answers], code: str) -> Iterator[tuple[str, Fault]]:
    """Complain at the second of two rows that must differ; capital letters make no difference."""
    text = next(each.text for each in question.questions if each.code == code)
    had: set[str] = set()
    for number, row in enumerate(rows):
        value = str(row.get(code, "")).strip().casefold()
        if value and value in had:
            yield f"{number}/{code}", Fault("«{question}» står to ganger. Bruk ulike svar.", {"question": text})
        had.add(value)

