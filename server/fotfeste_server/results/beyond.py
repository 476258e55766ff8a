"""What the page of results shows beyond the headlines: other indicators, a place beside the others, gatherings,
reasons for leaving, how many answered, tables of two questions, and what people wrote.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from fotfeste_shared.wording import Language, say

from . import indicators, measures, naming, plots, sentences, words
from .document import tables, texts
from .figures import Figure, Hidden, Shown
from .indicators import Indicator
from .measures import Against, Measured
from .reading import Source
from .released import Crossed
from .report import every_comparison, others_over_waves
from .screen import Row, Trend, any_span, row, trend


@dataclass(frozen=True, slots=True)
class Barred:
    """Bars with their sentence and table twin."""

    sentence: str
    period: str
    bars: tuple[plots.Bar, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TwoWay:
    """A table of two questions with noise in every cell."""

    title: str
    about: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote to one question, and a person let through."""

    question: str
    form: str
    texts: tuple[str, ...]


# --- more indicators -------------------------------------------------------------------------------


def others(source: Source, language: Language, *, place: str, window: str) -> list[Trend]:
    """Give each indicator that is no headline over its waves."""
    return [trend(each, "wave", language) for each in others_over_waves(source, place, window)]


def comparisons(source: Source, language: Language, *, place: str) -> list[Trend]:
    """Give a municipality beside the others, for the last wave of each indicator that it has a figure in."""
    last = {
        indicator: each
        for indicator, each in every_comparison(source, (place,))
        if isinstance(each.own.shown, Figure)
    }
    return [_comparison(indicator, each, language) for indicator, each in last.items()]


def _comparison(indicator: Indicator, each: Against, language: Language) -> Trend:
    own, title = words.place(each.own.place, language), indicators.title(indicator, language)
    points: list[tuple[str, Shown]] = [(own, each.own.shown), (say(language, "De andre"), each.others.shown)]
    long = [(own, each.own.shown), (say(language, "De andre kommunene"), each.others.shown)]
    wave = words.wave(each.own.wave, language)
    rows = tuple(row(name, shown, words.period(each.own.windows, language), language) for name, shown in long)
    return Trend(
        f"{indicator.name}-beside", title, f"{wave}. {indicators.explained(indicator, language)}",
        _beside(long, each, language), sentences.described(title, long, language),
        words.period(each.own.windows, language), plots.dots(points, language), rows, any_span(points),
    )  # fmt: skip


def _beside(points: Sequence[tuple[str, Shown]], each: Against, language: Language) -> str:
    """Tell both figures and whether they differ; and how the municipalities spread, where there are enough."""
    (own, mine), (_, theirs) = points
    if isinstance(theirs, Hidden):
        return say(language, "De andre kommunene vises når minst tre av dem har tall.")
    told = say(language, "{place}: {own}. De andre: {others}.", place=own, own=words.told(mine, language),
               others=words.told(theirs, language))  # fmt: skip
    parts = [told, sentences.verdict(each.differs, language)]
    if each.quarters is not None and isinstance(mine, Figure):
        low, middle, high = (_value(quarter, mine, language) for quarter in each.quarters)
        spread = say(language, "Halvparten av kommunene ligger mellom {low} og {high}, midt i {middle}.",
                     low=low, high=high, middle=middle)  # fmt: skip
        parts.append(spread)
    return " ".join(parts)


def _value(number: Fraction, like: Figure, language: Language) -> str:
    return words.percent(number, language) if like.unit == "share" else words.decimal(number, language)


# --- gatherings and reasons ------------------------------------------------------------------------


def gatherings(source: Source, language: Language) -> list[Trend]:
    """Give each question about the gatherings, from gathering to gathering; parts of a programme have one each."""
    by_path: dict[str, list[Measured]] = defaultdict(list)
    for each in measures.usefulness(source):
        by_path[each.part].append(each)
    return [_gathering(source, number, each, language) for number, each in enumerate(by_path.values())]


def _gathering(source: Source, number: int, each: Sequence[Measured], language: Language) -> Trend:
    title = naming.question(source, each[0].form, each[0].part, language)
    points = [(words.wave(one.wave, language), one.shown) for one in each]
    rows = tuple(row(name, one.shown, words.period(one.windows, language), language)
                 for (name, _), one in zip(points, each, strict=True))  # fmt: skip
    period = words.period([window for one in each for window in one.windows], language)
    return Trend(
        f"gathering-{number}", title, "", sentences.change(points, language),
        sentences.described(title, points, language), period, plots.dots(points, language), rows, any_span(points),
    )  # fmt: skip


def reasons(source: Source, language: Language) -> Barred | None:
    """Give why people left, the most named first; None for those who do not see the whole network."""
    found = list(measures.reasons(source))
    if not found:
        return None
    named = [(naming.title(source, each, language), each.shown) for each in found]
    seen = sorted((each for each in named if isinstance(each[1], Figure)), key=_most_first)
    if not seen:
        why = words.hidden(found[0].shown, language) if isinstance(found[0].shown, Hidden) else ""
        return Barred(f"{why.capitalize()}.", "", (), ())
    period = words.period([window for each in found for window in each.windows], language)
    name, shown = seen[0]
    sentence = say(language, "Oftest: {reason} ({value}).", reason=name, value=words.told(shown, language))
    rows = tuple(row(name, shown, period, language) for name, shown in seen)
    return Barred(sentence, period, plots.bars(seen, language), rows)


def _most_first(each: tuple[str, Shown]) -> tuple[Fraction, str]:
    shown = each[1]
    return (-shown.middle if isinstance(shown, Figure) else Fraction(1), each[0])


# --- how many answered -----------------------------------------------------------------------------


def turnout(source: Source, language: Language, *, place: str, window: str) -> list[Row]:
    """Give the response rate of each survey and wave."""
    told = measures.turnout(source, place, window)
    return [_answered(source, each, language) for each in told if isinstance(each.shown, Figure)]


def _answered(source: Source, each: Measured, language: Language) -> Row:
    form, shown = source.form(each.form), each.shown
    assert isinstance(shown, Figure)  # noqa: S101 (turnout is never hidden: what is too little waits)
    title = form.title.in_(language) if form else each.form
    name = f"{title} · {words.wave(each.wave, language)}" if each.wave else title
    count = say(language, "{count} av {n}", count=int(shown.low * shown.n), n=shown.n)
    return Row(name, words.percent(shown.low, language), count, "", words.period(each.windows, language))


# --- two questions, and texts ----------------------------------------------------------------------


def two_way(source: Source, language: Language) -> list[TwoWay]:
    """Give the tables of two questions, with what their noise means."""
    return [_two_way(source, each, language) for each in tables(source)]


def _two_way(source: Source, each: Crossed, language: Language) -> TwoWay:
    table = each.table
    down = naming.question(source, table.form, table.row, language)
    across = naming.question(source, table.form, table.column, language)
    columns = tuple(naming.answer(source, table.form, table.column, code, language) for code in table.columns)
    rows = tuple(
        (naming.answer(source, table.form, table.row, code, language), tuple(_whole(cell) for cell in cells))
        for code, cells in zip(table.rows, table.cells, strict=True)
    )
    about = f"{words.wave(table.wave, language)} · {words.window(each.window, language)}"
    return TwoWay(f"{down} × {across}", about, noise(table.halves, language), columns, rows)


def noise(halves: int, language: Language) -> str:
    """Say how much noise there is, in people, and the promise that it keeps."""
    epsilon = "0,5" if halves == 1 else "1"
    off = "2" if halves == 1 else "1"
    return say(
        language,
        "Hvert antall har fått tilfeldig støy (ε = {epsilon}) og bommer med om lag {off} i snitt. "
        "Derfor kan et antall være under null, og radene går ikke opp.",
        epsilon=epsilon if language != "en" else epsilon.replace(",", "."), off=off,
    )  # fmt: skip


def _whole(cell: int) -> str:
    return str(cell) if cell >= 0 else f"−{-cell}"


def written(source: Source, language: Language) -> list[Written]:
    """Give what people wrote, question by question."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in texts(source):
        found[each.form, each.question].append(each.text)
    told = []
    for (code, path), several in found.items():
        form = source.form(code)
        asked = next((question for name, question in form.every() if name == path), None) if form else None
        heading = asked.text.in_(language) if asked else path
        told.append(Written(heading, form.title.in_(language) if form else code, tuple(several)))
    return told
