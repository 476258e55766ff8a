"""The figures of the document laid flat, one to a line, with their words: what the CSV and the SPSS file are made of.

A line tells no more than the document does: its numbers are those of `written`, and it exists for a figure, never
for a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from fotfeste_shared.wording import Language, say

from . import indicators, words
from .document import Written, written
from .figures import Figure, Shown
from .reading import Source
from .released import Window
from .report import Detail, Point, every_detail, every_indicator

Part = Literal["left", "indicator", "question", "answer"]
Cell = str | int | None
HUNDRED, TEN = 100, 10


@dataclass(frozen=True, slots=True)
class Line:
    """One figure and everything that says what it is about; codes for machines, words for people."""

    part: Part
    form: str
    path: str
    text: str
    wave: str
    place: str
    windows: tuple[Window, ...]
    code: str
    answer: str
    shown: Shown
    years: str = ""

    @property
    def told(self) -> Written:
        """The figure's numbers as the document writes them."""
        return written(self.shown)

    def number(self, name: str, end: int | None = None) -> int | None:
        """Read one of the document's numbers, or one end of a pair of them."""
        found = self.told.get(name)
        if end is not None and isinstance(found, list):
            found = found[end]
        return found if isinstance(found, int) else None


def lines(source: Source, language: Language) -> Iterator[Line]:
    """Give every figure that one reader may see, the hidden ones too."""
    for cohort in source.cohorts:
        title = say(language, "Førsteårsavgang")
        yield Line("left", "", "", title, "", "", (), "", "", cohort.figure, str(cohort.year))
    for indicator, point in every_indicator(source):
        yield _of_indicator(indicator.name, indicators.title(indicator, language), point)
    for detail in every_detail(source):
        yield from _of_question(detail, language)


def _of_indicator(name: str, title: str, point: Point) -> Line:
    return Line("indicator", "", name, title, point.wave, point.place, point.windows, "", "", point.shown)


def _of_question(detail: Detail, language: Language) -> Iterator[Line]:
    names = dict(detail.asked.options(language))
    about = (detail.form.code, detail.asked.path, detail.asked.words(language), detail.wave, detail.place)
    whole: Shown | None = detail.hidden or detail.summary
    if whole is not None:
        yield Line("question", *about, detail.windows, "", "", whole)
    if detail.mean is not None and detail.mean != detail.summary:
        yield Line("question", *about, detail.windows, "", "", detail.mean)
    for code, shown in detail.answers:
        yield Line("answer", *about, detail.windows, code, names.get(code, code), shown)


# --- columns ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for programs, its heading, and how it is read off a line; `parts` divide whole numbers."""

    name: str
    title: str
    read: Callable[[Line], Cell]
    parts: int = 1


def about(language: Language) -> list[Column]:
    """Give the columns that say what a figure is about."""
    return [
        Column("del", say(language, "Hva linjen er"), lambda line: part(line.part, language)),
        Column("skjema", say(language, "Skjema"), lambda line: line.form),
        Column("sporsmal", say(language, "Spørsmålskode"), lambda line: line.path),
        Column("tekst", say(language, "Spørsmål"), lambda line: line.text),
        Column("malingkode", say(language, "Målingskode"), lambda line: line.wave),
        Column("maling", say(language, "Måling"), lambda line: wave(line, language)),
        Column("stedskode", say(language, "Stedskode"), lambda line: line.place),
        Column("sted", say(language, "Sted"), lambda line: words.place(line.place, language)),
        Column("periode", say(language, "Periode"), lambda line: line.years or words.period(line.windows, language)),
        Column("svarkode", say(language, "Svarkode"), lambda line: line.code),
        Column("svar", say(language, "Svar"), lambda line: line.answer),
    ]


def numbers(language: Language) -> list[Column]:
    """Give the columns of numbers; a share and a mean never stand in the same one."""
    return [
        Column("n", "n", lambda line: line.number("n")),
        Column("grupper", say(language, "Grupper"), lambda line: line.number("groups")),
        Column("minst_antall", say(language, "Minst antall"), lambda line: line.number("low")),
        Column("hoyst_antall", say(language, "Høyst antall"), lambda line: line.number("high")),
        Column("prosent", say(language, "Prosent"), lambda line: line.number("percent")),
        Column("prosent_fra", say(language, "Prosent, usikkerhet fra"), lambda line: line.number("percent_95", 0)),
        Column("prosent_til", say(language, "Prosent, usikkerhet til"), lambda line: line.number("percent_95", 1)),
        Column("snitt", say(language, "Snitt"), lambda line: line.number("tenths"), TEN),
        Column("snitt_fra", say(language, "Snitt, usikkerhet fra"), lambda line: line.number("tenths_95", 0), TEN),
        Column("snitt_til", say(language, "Snitt, usikkerhet til"), lambda line: line.number("tenths_95", 1), TEN),
        Column("minst_snitt", say(language, "Snitt, minst"), lambda line: line.number("low_tenths"), TEN),
        Column("hoyst_snitt", say(language, "Snitt, høyst"), lambda line: line.number("high_tenths"), TEN),
    ]


def said(language: Language) -> Column:
    """Give the column that says each figure as the page does, or why it is hidden."""
    return Column("vises", say(language, "Slik vises det"), lambda line: words.told(line.shown, language))


def part(code: Part, language: Language) -> str:
    """Say what kind of figure a line holds."""
    match code:
        case "left":
            return say(language, "førsteårsavgang")
        case "indicator":
            return say(language, "indikator")
        case "question":
            return say(language, "spørsmål")
        case "answer":
            return say(language, "svar på spørsmål")


def wave(line: Line, language: Language) -> str:
    """Name the wave of a line; numbers of the municipalities have none."""
    return "" if line.part == "left" else words.wave(line.wave, language)


def is_span(shown: Shown) -> bool:
    """Tell whether only the span of a figure is shown."""
    return isinstance(shown, Figure) and shown.as_span
