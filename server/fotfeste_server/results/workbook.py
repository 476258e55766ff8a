"""The workbook of a network's results: figures with labels and codes, how they were made, and what is hidden.

Numbers are numbers and texts are texts: nothing that somebody wrote ever becomes a formula or a link. The same
release and language give the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from io import BytesIO
from typing import Any

import xlsxwriter

from fotfeste_shared.forms import form_digest
from fotfeste_shared.kinds import Scaled, Words, kind_of
from fotfeste_shared.wording import Language, say

from . import indicators, naming, words
from .asked import bare, counted
from .beyond import noise, written
from .document import tables, texts
from .figures import Figure, Hidden, Shown
from .lines import of_tables
from .reading import Source
from .report import Detail, every_comparison, every_detail, every_indicator, every_measure

Cell = str | int | Fraction | date | None
OPTIONS = {
    "in_memory": False,
    "constant_memory": True,  # rows go to disk as they come: a hundred thousand take no more memory than ten
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "dd.mm.yyyy",
}
LONG_AGO = date(2000, 1, 1)
NOTHING: tuple[Cell, ...] = (None,) * 7
LONGEST = 32_000  # Excel holds a little more in one cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its width, and how its numbers look."""

    title: str
    width: int
    look: str = ""


def workbook(source: Source, language: Language) -> bytes:
    """Write the whole workbook in one language."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    made = max((window.closes for window in source.released.windows), default=LONG_AGO)
    book.set_properties({"title": source.name, "created": datetime.combine(made, time(), UTC).replace(tzinfo=None)})
    _read_me(book, source, language)
    write_table(book, say(language, "Indikatorer"), _indicator_columns(language), _indicators(source, language))
    write_table(book, say(language, "Svar"), _answer_columns(language), _answers(source, language))
    write_table(book, say(language, "Snitt"), _mean_columns(language), _means(source, language))
    write_table(book, say(language, "Kodebok"), _code_columns(language), _codes(source, language))
    write_table(book, say(language, "Skjult"), _hidden_columns(language), _hidden(source, language))
    if tables(source):
        write_table(book, say(language, "To spørsmål"), _crossed_columns(language), _crossed(source, language))
    if texts(source):
        write_table(book, say(language, "Egne ord"), _text_columns(language), _texts(source, language))
    book.close()
    return out.getvalue()


def write_table(book: Any, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:  # noqa: ANN401
    """Write one sheet: a frozen heading, a filter, and one row after the other."""
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    looks = [book.add_format({"num_format": column.look} if column.look else {}) for column in columns]
    for i, column in enumerate(columns):
        sheet.set_column(i, i, column.width)
        sheet.write_string(0, i, column.title, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for i, cell in enumerate(row):
            _write(sheet, last, i, cell, looks[i])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, last), len(columns) - 1)


def _write(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:  # noqa: ANN401 (comes without types)
    match cell:
        case None:
            return
        case str():
            sheet.write_string(row, column, cell[:LONGEST], look)
        case date():
            sheet.write_datetime(row, column, datetime.combine(cell, time()), look)
        case _:
            sheet.write_number(row, column, float(cell), look)


# --- how it was made ---------------------------------------------------------------------------------


def _read_me(book: Any, source: Source, language: Language) -> None:  # noqa: ANN401 (comes without types)
    sheet = book.add_worksheet(say(language, "Les meg"))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    bold = book.add_format({"bold": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd.mm.yyyy", "align": "left", "valign": "top"})
    sheet.write_string(0, 0, say(language, "Resultater"), book.add_format({"bold": True, "font_size": 16}))
    for row, (name, cell) in enumerate(_facts(source, language), 2):
        sheet.write_string(row, 0, name, bold)
        _write(sheet, row, 1, cell, day if isinstance(cell, date) else plain)


def _facts(source: Source, language: Language) -> Iterator[tuple[str, Cell]]:
    """Give what a reader must know, line by line."""
    group = 2 * source.colluders + 3
    windows = source.released.windows
    yield say(language, "Læringsnettverk"), source.name
    yield say(language, "Steder"), _places(source, language)
    if windows:
        yield say(language, "Fra"), min(window.opens for window in windows)
        yield say(language, "Til"), max(window.closes for window in windows)
    yield say(language, "Perioder"), ", ".join(words.window(window, language) for window in windows)
    yield say(language, "Hva er talt"), say(
        language,
        "Hvert tall er en sum av grupper med minst {n} svar. En gruppe endres aldri etter forseglingen.", n=group,
    )  # fmt: skip
    yield say(language, "Avrunding"), say(
        language,
        "Antall inntil {low} fra null eller fra alle er rundet tilfeldig til 0, {base}, alle eller alle minus {base}. "
        "Rundingen er riktig i snitt. «Minst» og «Høyst» er ytterpunktene for det sanne antallet.",
        low=source.colluders + 1, base=source.colluders + 2,
    )  # fmt: skip
    yield say(language, "Visning"), say(
        language, "Andel og snitt står bare når summen er 20 svar eller mer. For færre svar står ytterpunktene."
    )
    yield say(language, "Løftet"), say(
        language,
        "Bytter to i samme gruppe svar, endres ingenting her. Ingen kan bevise hva én person svarte, "
        "selv om {n} i gruppen forteller alt.", n=source.colluders,
    )  # fmt: skip
    yield say(language, "Skjult"), say(
        language,
        "For få svar: spørsmålet hadde ingen gruppe på {n} svar. Svarene venter til neste forsegling.", n=group,
    )  # fmt: skip
    yield say(language, "Indekser"), say(
        language, "En indeks er snittet av spørsmålenes egne snitt. Målingene er ikke koblet på personer."
    )
    yield say(language, "Førsteårsavgang"), say(
        language, "Summen av kommunenes egne tall, med eksakt 95 % intervall. Den er ikke anonyme svar."
    )
    for form in source.forms:
        version = say(language, "versjon {n}", n=form.version)
        yield form.title.in_(language), f"{form.code} · {version} · {form_digest(form)}"
    yield say(language, "Frigivelse"), source.released.mark


def _places(source: Source, language: Language) -> str:
    codes = ([""] if source.reach.whole else []) + list(source.reach.places)
    return ", ".join(words.place(code, language) for code in codes)


# --- sheets -------------------------------------------------------------------------------------------


def _where(language: Language) -> list[Column]:
    place = [Column(say(language, "Stedskode"), 10), Column(say(language, "Sted"), 22)]
    return [Column(say(language, "Måling"), 20), *place]


def _shown_columns(language: Language, look: str) -> list[Column]:
    return [
        Column("n", 8, "0"), Column(say(language, "Grupper"), 9, "0"), Column(say(language, "Tall"), 9, look),
        Column(say(language, "Usikkerhet fra"), 11, look), Column(say(language, "Usikkerhet til"), 11, look),
        Column(say(language, "Minst"), 9, look), Column(say(language, "Høyst"), 9, look),
        Column(say(language, "Slik vises det"), 34),
    ]  # fmt: skip


def _shown(shown: Shown, language: Language) -> list[Cell]:
    """Give n, groups, value, interval and span of a figure, and how the page says it."""
    if isinstance(shown, Hidden):
        return [*NOTHING, words.hidden(shown, language)]
    interval = shown.interval if not shown.as_span else None
    ends: list[Cell] = [_cut(interval.low, shown), _cut(interval.high, shown)] if interval else [None, None]
    value = None if shown.as_span or shown.value is None else _cut(shown.value, shown)
    span: list[Cell] = [shown.low, shown.high]
    if shown.unit == "mean":
        span = [words.tenths_down(shown.low), words.tenths_up(shown.high)]
    return [shown.n, shown.blocks, value, *ends, *span, words.told(shown, language)]


def _cut(number: Fraction, shown: Figure) -> Fraction:
    """Keep as many digits as the page shows: whole percent, or one decimal of a mean."""
    parts = 100 if shown.unit == "share" else 10
    return Fraction(words.whole(number * parts), parts)


def _indicator_columns(language: Language) -> list[Column]:
    first = [Column(say(language, "Indikator"), 24), *_where(language), Column(say(language, "Periode"), 30)]
    return [*first, *_shown_columns(language, "0.##"), Column(say(language, "Hva det er"), 70)]


def _indicators(source: Source, language: Language) -> Iterator[list[Cell]]:
    for cohort in source.cohorts:
        place = words.place("", language)
        yield [
            say(language, "Førsteårsavgang"), "", "", place, str(cohort.year), *_shown(cohort.figure, language),
            say(language, "Andelen som sluttet i stillingen innen 12 måneder."),
        ]  # fmt: skip
    for indicator, point in every_indicator(source):
        yield [
            indicators.title(indicator, language), words.wave(point.wave, language), point.place,
            words.place(point.place, language), words.period(point.windows, language),
            *_shown(point.shown, language), indicators.explained(indicator, language),
        ]  # fmt: skip
    for each in every_measure(source):
        yield [
            naming.title(source, each, language), words.wave(each.wave, language) if each.wave else "", each.place,
            words.place(each.place, language), words.period(each.windows, language), *_shown(each.shown, language), "",
        ]  # fmt: skip
    for indicator, beside in every_comparison(source):
        own = beside.own
        yield [
            indicators.title(indicator, language), words.wave(own.wave, language), own.place,
            say(language, "Alle unntatt {place}", place=words.place(own.place, language)),
            words.period(own.windows, language), *_shown(beside.others.shown, language), "",
        ]  # fmt: skip


def _answer_columns(language: Language) -> list[Column]:
    return [
        Column(say(language, "Skjema"), 16), Column(say(language, "Spørsmålskode"), 16),
        Column(say(language, "Spørsmål"), 60), *_where(language), Column(say(language, "Periode"), 30),
        Column(say(language, "Svarkode"), 12), Column(say(language, "Svar"), 30), Column("n", 8, "0"),
        Column(say(language, "Grupper"), 9, "0"), Column(say(language, "Minst antall"), 9, "0"),
        Column(say(language, "Høyst antall"), 9, "0"), Column(say(language, "Andel"), 9, "0%"),
        Column(say(language, "Slik vises det"), 18),
    ]  # fmt: skip


def _beginning(detail: Detail, language: Language) -> list[Cell]:
    return [
        detail.form.code, detail.asked.path, detail.asked.words(language), words.wave(detail.wave, language),
        detail.place, words.place(detail.place, language), words.period(detail.windows, language),
    ]  # fmt: skip


def _answers(source: Source, language: Language) -> Iterator[list[Cell]]:
    for detail in every_detail(source):
        names = dict(detail.asked.options(language))
        for code, shown in detail.answers:
            if isinstance(shown, Figure):
                value = None if shown.as_span or shown.value is None else _cut(shown.value, shown)
                low, high = int(shown.low * shown.n), int(shown.high * shown.n)
                count: list[Cell] = [shown.n, shown.blocks, low, high, value, words.told(shown, language)]
                yield [*_beginning(detail, language), code, names.get(code, code), *count]


def _mean_columns(language: Language) -> list[Column]:
    return [*_answer_columns(language)[:7], *_shown_columns(language, "0.0")]


def _means(source: Source, language: Language) -> Iterator[list[Cell]]:
    for detail in every_detail(source):
        if isinstance(detail.mean, Figure):
            yield [*_beginning(detail, language), *_shown(detail.mean, language)]


def _code_columns(language: Language) -> list[Column]:
    return [
        Column(say(language, "Skjema"), 16), Column(say(language, "Versjon"), 8, "0"),
        Column(say(language, "Spørsmålskode"), 16), Column(say(language, "Type"), 10),
        Column("bokmål", 60), Column("nynorsk", 60), Column("English", 60),
        Column(say(language, "Svarkode"), 14), Column("bokmål", 30), Column("nynorsk", 30), Column("English", 30),
        Column(say(language, "Telles"), 8),
    ]  # fmt: skip


def _codes(source: Source, language: Language) -> Iterator[list[Cell]]:
    """Give every question with every code, in the three languages side by side, and whether the answer counts."""
    yes, no = say(language, "ja"), say(language, "nei")
    for form in source.forms:
        inside = {bare(asked.path): asked for asked in counted(form, source.released)}
        for path, question in form.every():
            first: list[Cell] = [form.code, form.version, path, kind_of(question), *_three(question.text)]
            asked = inside.get(path)
            if asked is None:
                yield [*first, None, None, None, None, no]
                continue
            names = [asked.options("nb"), asked.options("nn"), asked.options("en")]
            for (code, nb), (_, nn), (_, en) in zip(*names, strict=True):
                yield [*first, code, nb, nn, en, yes]
            if isinstance(question, Scaled) and question.scale.extra is not None:
                yield [*first, question.scale.extra.code, *_three(question.scale.extra.text), no]


def _three(text: Words) -> list[Cell]:
    return [text.nb, text.nn, text.en]


def _hidden_columns(language: Language) -> list[Column]:
    return [*_answer_columns(language)[:3], *_where(language), Column(say(language, "Hvorfor"), 60)]


def _hidden(source: Source, language: Language) -> Iterator[list[Cell]]:
    for detail in every_detail(source):
        if detail.hidden is not None:
            yield [*_beginning(detail, language)[:6], words.hidden(detail.hidden, language)]


def _crossed_columns(language: Language) -> list[Column]:
    return [
        Column(say(language, "Skjema"), 16), Column(say(language, "To spørsmål"), 60),
        Column(say(language, "Svar"), 50), Column(say(language, "Måling"), 20), Column(say(language, "Periode"), 30),
        Column(say(language, "Antall med støy"), 12, "0"), Column(say(language, "Støy"), 60),
    ]  # fmt: skip


def _crossed(source: Source, language: Language) -> Iterator[list[Cell]]:
    for line in of_tables(source, language):
        yield [
            line.form, line.text, line.answer, words.wave(line.wave, language),
            words.period(line.windows, language), line.noised, noise(line.halves or 1, language),
        ]  # fmt: skip


def _text_columns(language: Language) -> list[Column]:
    return [
        Column(say(language, "Skjema"), 30), Column(say(language, "Spørsmål"), 60),
        Column(say(language, "Tekst"), 100),
    ]  # fmt: skip


def _texts(source: Source, language: Language) -> Iterator[list[Cell]]:
    for each in written(source, language):
        for text in each.texts:
            yield [each.form, each.question, text]
