"""What the macros ask while they draw a questionnaire: texts, names, earlier answers, choices and rows.

One definition is drawn on the phone page, on staff pages and in the desktop window; the three differ in their
markup only. Paths are those of the judge (`delmal/0/tekst`), field names those of the reader (`a.delmal.0.tekst`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .. import municipalities
from ..answering import bound_day, shown
from ..forms import FormDefinition, Section, has_row_id, is_asked_in
from ..judging import Context
from ..kinds import (
    Answer,
    Answers,
    Day,
    InMunicipality,
    Number,
    OneOf,
    Question,
    Reference,
    Rows,
    Scaled,
    SomeOf,
    Words,
    kind_of,
)
from ..revisions import new_id
from ..wording import Language, say
from .pages import day
from .reading import PREFIX

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One form as it is drawn for one person, in one language.

    `before` is what was handed in last time; `labels` names what a reference may be; a page that
    `keeps_private` stays on this computer, and only such a page asks the questions that never leave it.
    """

    form: FormDefinition
    language: Language
    context: Context
    answers: Answers = field(default_factory=dict)
    complaints: Mapping[str, str] = field(default_factory=dict)
    before: Answers = field(default_factory=dict)
    labels: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    keeps_private: bool = False

    @staticmethod
    def kind(question: Question) -> str:
        """Name the kind of a question for the macros."""
        return kind_of(question)

    # --- words and names --------------------------------------------------------------------------

    def say(self, words: Words) -> str:
        """Give a text of the form in the page's language."""
        return words.in_(self.language)

    @staticmethod
    def field(path: str) -> str:
        """Name the posted field of a question."""
        return PREFIX + path.replace("/", ".")

    def first_field(self, path: str) -> str:
        """Name the element that the error summary leads to: the first option of a group, else the field."""
        question = self._question(path)
        if isinstance(question, Scaled | OneOf | SomeOf) and not self.is_list(question):
            return f"{self.field(path)}-1"
        return self.field(path)

    def complaint(self, path: str) -> str | None:
        """Say what must be mended in one answer, if anything."""
        return self.complaints.get(path)

    def summary(self) -> list[tuple[str, str]]:
        """List everything to mend as (element, sentence), from the top of the page to its end."""
        paths = sorted(self.complaints, key=self._place)
        return [(self.first_field(path), self._named(path) + self.complaints[path]) for path in paths]

    def _named(self, path: str) -> str:
        """Name the question that a complaint is about, so that the sentence can follow its words."""
        question = self._question(path)
        text = self.say(question.text) if question else ""
        return f"{text} " if text.endswith(("?", ".", "!", ":")) else f"{text}: " if text else ""

    def _place(self, path: str) -> list[int]:
        """Tell where on the page a path stands: `delmal/1/tekst` before `delmal/2` and before `tiltak`."""
        order = {dotted: number for number, (dotted, _) in enumerate(self.form.every())}
        place, above = [], ""
        for part in path.split("/"):
            if part.isdigit():
                place.append(int(part))
            else:
                place.append(order.get(above + part, -1))
                above += f"{part}."
        return place

    def _question(self, path: str) -> Question | None:
        try:
            return self.form.question(".".join(part for part in path.split("/") if not part.isdigit()))
        except KeyError:
            return None

    # --- what is asked ----------------------------------------------------------------------------

    def facts(self) -> Mapping[str, object]:
        """Give the declared facts that conditions on the page look at."""
        return self.context.seen()

    def sections(self) -> list[tuple[Section, list[Question]]]:
        """Give the themes that have something to ask in this wave."""
        found = [(section, self.asked(section.questions)) for section in self.form.sections]
        return [(section, questions) for section, questions in found if questions]

    def asked(self, questions: Sequence[Question]) -> list[Question]:
        """Leave out what this page has no use for.

        That is other waves' questions, private ones where the answers would leave the computer, and rows that
        we make when there are none.
        """
        return [
            question
            for question in questions
            if is_asked_in(question, self.context.wave)
            and (self.keeps_private or not question.local_only)
            and not self._has_no_rows(question)
        ]

    def _has_no_rows(self, question: Question) -> bool:
        if not isinstance(question, Rows) or question.made_by == "person" or question.required:
            return False
        return self.context.rows.get(question.code) == []

    def marks_optional(self) -> bool:
        """Tell whether optional questions must be told from required ones: where there are both."""
        return any(question.required for _, question in self.form.every())

    # --- answers ----------------------------------------------------------------------------------

    def answer(self, path: str) -> Answer | None:
        """Find what is filled in so far; a preset number stands in a field never touched."""
        found = _at(self.answers, path)
        question = self._question(path) if found is None and not self.answers else None
        return question.preset if isinstance(question, Number) else found

    def written(self, question: Question, path: str) -> str:
        """Give an answer as it stands in a field: numbers as people write them."""
        answer = self.answer(path)
        if isinstance(question, Number) and isinstance(answer, int):
            return shown(answer, question.decimals)
        if isinstance(question, InMunicipality) and (found := municipalities.find(str(answer))):
            return found.line
        return str(answer) if isinstance(answer, str | int) else ""

    def known(self, question: Question, path: str) -> str:
        """Tell what we fill in ourselves, in a row or on the sheet."""
        found = self.context.facts.get(question.code)
        return str(found) if found is not None else self.written(question, path)

    def last(self, question: Question, path: str) -> str:
        """Tell what was answered last time, for the eye; rows are matched by their lasting identity."""
        answer = _at(self.before, self._path_before(path))
        return self.told(question, answer, path) if answer is not None and not isinstance(question, Rows) else ""

    def _path_before(self, path: str) -> str:
        """Follow a row to where the same row stood last time."""
        code, _, rest = path.partition("/")
        number, _, inner = rest.partition("/")
        now, then = _at(self.answers, f"{code}/{number}/id"), self.before.get(code)
        if not inner or now is None or not isinstance(then, list):
            return path
        places = [place for place, row in enumerate(then) if isinstance(row, dict) and row.get("id") == now]
        return f"{code}/{places[0]}/{inner}" if places else "-"

    def told(self, question: Question, answer: Answer, path: str) -> str:
        """Put one stored answer in words."""
        if isinstance(question, Number) and isinstance(answer, int):
            unit = f" {self.say(question.unit)}" if question.unit else ""
            return shown(answer, question.decimals) + unit
        if isinstance(question, Day):
            return _in_words(str(answer), self.language)
        if isinstance(question, Scaled | OneOf | SomeOf | InMunicipality | Reference):
            texts = dict(self.options(question, path))
            codes = answer if isinstance(answer, list) else [answer]
            return ", ".join(texts.get(str(code), str(code)) for code in codes)
        return str(answer)

    # --- choices ----------------------------------------------------------------------------------

    def offered(self, question: Question, path: str) -> list[Option]:
        """List what can be chosen here, as (value, text); an answer of before may have been something else."""
        every = self.options(question, path)
        return [(value, text) for value, text in every if self.context.offers(question.code, value)]

    def options(self, question: Question, path: str) -> list[Option]:
        """List what can be answered at all, as (value, text)."""
        match question:
            case Scaled(scale=scale):
                points = [(str(point.value), self.say(point.text)) for point in scale.points]
                return points + ([(scale.extra.code, self.say(scale.extra.text))] if scale.extra else [])
            case OneOf(choices_from=source) if source is not None:
                return self._rows_as_options(source.rows, source.code, source.text)
            case OneOf(among=among) if among is not None:
                above = "/".join(path.split("/")[:-1])
                ticked = self._question(f"{above}/{among}" if above else among) or self._question(among)
                return self.options(ticked, path) if ticked else []
            case OneOf() | SomeOf():
                return [(choice.code, self.say(choice.text)) for choice in question.choices]
            case InMunicipality():
                other = [("annen", say(self.language, "Annen virksomhet"))] if question.other else []
                return [*_municipalities(), *other]
            case Reference():
                return list(self.labels.get(question.code, ()))
        return []

    def _rows_as_options(self, code: str, value: str, text: str) -> list[Option]:
        """Offer rows written earlier on the page; one without words yet goes by its number."""
        question = self._question(code)
        if not isinstance(question, Rows):
            return []
        rows = self.rows(question, code)
        return [(str(row[value]), str(row.get(text) or title)) for _, title, row in rows if value in row]

    @staticmethod
    def is_list(question: Question) -> bool:
        """Tell which choices are drawn as a list that unfolds: those with many, or that change."""
        return isinstance(question, Reference) or bool(getattr(question, "choices_from", None))

    # --- rows and bounds --------------------------------------------------------------------------

    def rows(self, question: Rows, path: str) -> list[tuple[str, str, Answers]]:
        """Give each row to draw as (path, title, answers so far), with blank ones where some are wanted."""
        given = _at(self.answers, path)
        rows: list[Answers] = [dict(row) for row in given if isinstance(row, dict)] if isinstance(given, list) else []
        ours = self.context.rows.get(question.code)
        if question.made_by != "person" and ours is not None:
            theirs = {row.get("id"): row for row in rows}
            rows = [{**theirs.get(row["id"], {}), **row} for row in ours]
        return [
            (f"{path}/{place}/", self._row_title(question, row, place + 1), row) for place, row in enumerate(rows)
        ]

    def _row_title(self, question: Rows, row: Answers, number: int) -> str:
        """Title a row by its own words where the form says how, or where we made it; else by its number."""
        if question.made_by == "goals" and row.get("tekst"):
            return str(row["tekst"])
        title = self.say(question.row_title or question.text)
        if "{" in title:
            return title.format_map({key: str(value) for key, value in row.items()})
        return f"{title} {number}" if question.most > 1 else title

    def bounds(self, question: Day) -> tuple[str, str]:
        """Give a date field's first and last day, as far as they are known."""
        days = [bound_day(bound, self.context) for bound in (question.earliest, question.latest)]
        first, last = (day.isoformat() if day else "" for day in days)
        return first, last


def with_blank_rows(form: FormDefinition, answers: Answers) -> Answers:
    """Lay out as many empty rows as a form wants, each with its lasting identity, before it is first drawn."""
    return _laid_out(tuple(form.questions()), answers)


def _laid_out(questions: Sequence[Question], answers: Answers) -> Answers:
    laid: Answers = dict(answers)
    for question in questions:
        if not isinstance(question, Rows) or question.made_by != "person":
            continue
        given = laid.get(question.code)
        rows = list(given) if isinstance(given, list) else []
        wanted = max(question.fewest, 1 if question.required else 0)
        rows += [{} for _ in range(wanted - len(rows))]
        laid[question.code] = [_row(question, row) for row in rows]
    return laid


def _row(question: Rows, row: Answers) -> Answers:
    identity: Answers = {"id": new_id()} if has_row_id(question) else {}
    return _laid_out(question.questions, {**identity, **row})


def _at(answers: Answers, path: str) -> Answer | None:
    """Find the answer at a path; None where there is nothing."""
    here: object = answers
    for part in path.split("/"):
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return None
    return here if isinstance(here, str | int | list) else None


def _municipalities() -> Iterator[Option]:
    """List the country's municipalities in the order of the Norwegian alphabet."""
    for each in sorted(municipalities.register().values(), key=lambda m: municipalities.in_order(m.name)):
        yield each.number, each.line.partition(" ")[2]


def _in_words(written: str, language: Language) -> str:
    """Say a day as people do; what is kept in spite of faults stands as it was written."""
    try:
        return day(written, language)
    except ValueError:
        return written
