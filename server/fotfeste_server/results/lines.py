"""The figures of the document laid flat, one to a line, with their words: what the CSV and the SPSS file are made of.

A line tells no more than the document does: its numbers are those of `written`, and it exists for a figure, never
for a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from fotfeste_shared.wording import Language, say

from . import indicators, naming, words
from .document import Written, tables, written
from .figures import Figure, Shown
from .reading import Source
from .released import Crossed, Window
from .report import Detail, Point, every_comparison, every_detail, every_indicator, every_measure

Part = Literal["left", "indicator", "measure", "others", "question", "answer", "crossed"]
Cell = str | int | None
TEN = 10


@dataclass(frozen=True)
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
    shown: Shown | None
    years: str = ""
    noised: int | None = None
    halves: int | None = None

    @cached_property
    def told(self) -> Written:
        """The figure's numbers as the document writes them; a count with noise has none of these."""
        return written(self.shown) if self.shown is not None else {}

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
    for each in every_measure(source):
        path = each.part or each.name
        text = naming.title(source, each, language)
        yield Line("measure", each.form, path, text, each.wave, each.place, each.windows, "", "", each.shown)
    for indicator, beside in every_comparison(source):
        own, text = beside.own, indicators.title(indicator, language)
        yield Line("others", "", own.name, text, own.wave, own.place, own.windows, "", "", beside.others.shown)
    for detail in every_detail(source):
        yield from _of_question(detail, language)
    yield from of_tables(source, language)


def of_tables(source: Source, language: Language) -> Iterator[Line]:
    """Give the tables of two questions, cell by cell."""
    for crossed in tables(source):
        yield from _of_table(source, crossed, language)


def _of_table(source: Source, crossed: Crossed, language: Language) -> Iterator[Line]:
    """Give each cell of a table of two questions: a count with noise, which is no figure with a span."""
    table = crossed.table
    down, across = (naming.question(source, table.form, path, language) for path in (table.row, table.column))
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            first = naming.answer(source, table.form, table.row, row, language)
            second = naming.answer(source, table.form, table.column, column, language)
            yield Line(
                "crossed", table.form, f"{table.row} × {table.column}", f"{down} × {across}", table.wave, "",
                (crossed.window,), f"{row} × {column}", f"{first} × {second}", None, noised=cell, halves=table.halves,
            )  # fmt: skip


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
        Column("med_stoy", say(language, "Antall med støy"), lambda line: line.noised),
        Column("epsilon", "ε", lambda line: line.halves * 5 if line.halves is not None else None, TEN),
    ]


def said(language: Language) -> Column:
    """Give the column that says each figure as the page does, or why it is hidden."""
    title = say(language, "Slik vises det")
    return Column("vises", title, lambda line: words.told(line.shown, language) if line.shown else "")


def part(code: Part, language: Language) -> str:
    """Say what kind of figure a line holds."""
    match code:
        case "left":
            return say(language, "førsteårsavgang")
        case "indicator":
            return say(language, "indikator")
        case "measure":
            return say(language, "annet mål")
        case "others":
            return say(language, "de andre kommunene")
        case "question":
            return say(language, "spørsmål")
        case "answer":
            return say(language, "svar på spørsmål")
        case "crossed":
            return say(language, "to spørsmål mot hverandre")


def wave(line: Line, language: Language) -> str:
    """Name the wave of a line; numbers of the municipalities have none."""
    return "" if line.part == "left" else words.wave(line.wave, language)


def is_span(shown: Shown | None) -> bool:
    """Tell whether only the span of a figure is shown."""
    return isinstance(shown, Figure) and shown.as_span
