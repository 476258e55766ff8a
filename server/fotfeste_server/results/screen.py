"""What the page of results shows, ready to draw: headlines, trends and answers, in one language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.municipalities import in_order
from fotfeste_shared.wording import Language, say

from . import indicators, plots, sentences, words
from .figures import Figure, Hidden, Shown
from .indicators import NEW_HIRE
from .leaving import Cohort
from .reading import Source
from .report import Detail, Point, Series, details, over_time, over_waves, staying, waves_of


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table twin."""

    name: str
    value: str
    n: str
    sure: str
    period: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One card: a title, a figure in large letters, and what it rests on."""

    title: str
    value: str
    hidden: bool
    about: str
    sure: str
    explained: str


@dataclass(frozen=True, slots=True)
class Trend:
    """One plot of an indicator, with its sentence and table twin."""

    name: str
    title: str
    explained: str
    sentence: str
    described: str
    period: str
    plot: plots.Dots
    rows: tuple[Row, ...]
    any_span: bool
    by_wave: tuple[tuple[str, "Answers"], ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """One question: its words, its sentence, its bars and its table."""

    path: str
    text: str
    section: str
    section_order: int
    sentence: str
    described: str
    period: str
    hidden: bool
    parts: tuple[plots.Part, ...]
    bars: tuple[plots.Bar, ...]
    rows: tuple[Row, ...]
    options: tuple[str, ...]
    any_span: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter."""

    code: str
    name: str
    chosen: bool


# --- headlines and trends --------------------------------------------------------------------------


def trends(source: Source, language: Language, *, place: str, window: str) -> list[Trend]:
    """Give each indicator over its waves."""
    found = [trend(each, "wave", language) for each in over_waves(source, place, window)]
    by_wave = [(words.wave(each.wave, language), _answers(each, language)) for each in staying(source, place, window)]
    return [replace(each, by_wave=tuple(by_wave)) if each.name == "bli-wave" else each for each in found]


def history(source: Source, language: Language, *, place: str, wave: str) -> list[Trend]:
    """Give each indicator of one wave from window to window, when there is more than one."""
    if len(source.released.windows) < 2:
        return []
    return [trend(each, "window", language) for each in over_time(source, place, wave)]


def trend(series: Series, along: str, language: Language) -> Trend:
    """Draw one indicator along its waves or windows."""
    title = indicators.title(series.indicator, language)
    long = [(_name(point, along, language), point.shown) for point in series.points]
    short = [(_short(point, along, language), point.shown) for point in series.points]
    rows = [row(name, point.shown, words.period(point.windows, language), language)
            for (name, _), point in zip(long, series.points, strict=True)]  # fmt: skip
    return Trend(
        f"{series.indicator.name}-{along}", title, indicators.explained(series.indicator, language),
        sentences.change(long, language), sentences.described(title, long, language), _period(series, language),
        plots.dots(short, language), tuple(rows), any_span(long),
    )  # fmt: skip


def _name(point: Point, along: str, language: Language) -> str:
    return words.wave(point.wave, language) if along == "wave" else words.window(point.windows[0], language)


def _short(point: Point, along: str, language: Language) -> str:
    if along == "wave":
        return words.short_wave(point.wave, language)
    return words.short_window(point.windows[0], language)


def _period(series: Series, language: Language) -> str:
    return words.period([window for point in series.points for window in point.windows], language)


def any_span(points: Sequence[tuple[str, Shown]]) -> bool:
    """Tell whether any figure may only be shown as a span, which is then explained."""
    return any(isinstance(shown, Figure) and shown.as_span for _, shown in points)


def row(name: str, shown: Shown, period: str, language: Language) -> Row:
    """Give the line of the table twin that says one figure."""
    n = str(shown.n) if isinstance(shown, Figure) else ""
    return Row(name, words.told(shown, language), n, words.sureness(shown, language), period)


def leaving(source: Source, language: Language) -> Trend | None:
    """Give the share who left within their first year, cohort by cohort; only those who see the network have it."""
    if not source.reach.whole:
        return None
    title = say(language, "Førsteårsavgang")
    points: list[tuple[str, Shown]] = [(str(each.year), each.figure) for each in source.cohorts]
    rows = tuple(row(name, shown, name, language) for name, shown in points)
    return Trend(
        "leaving", title, _left_explained(source.cohorts, language),
        sentences.change(points, language, same_people=True), sentences.described(title, points, language), "",
        plots.dots(points, language, years=True), rows, any_span(points),
    )  # fmt: skip


def _left_explained(cohorts: Sequence[Cohort], language: Language) -> str:
    if any(each.source == "pairings" for each in cohorts):
        return say(language, "Andelen som sluttet i stillingen innen 12 måneder, fra koblingene i mentorordningen.")
    return say(language, "Andelen som sluttet i stillingen innen 12 måneder, fra kommunenes årsmålinger.")


def headlines(source: Source, language: Language, *, place: str, window: str) -> list[Headline]:
    """Give the five headlines; each tells its last wave that is not hidden."""
    cards = [_headline(each, language) for each in over_waves(source, place, window)]
    left = leaving(source, language) if not place else None
    return [_left_headline(left, source.cohorts, language), *cards] if left else cards


def _headline(series: Series, language: Language) -> Headline:
    title, explained = indicators.title(series.indicator, language), indicators.explained(series.indicator, language)
    if not series.seen:
        why = next((point.shown for point in series.points if isinstance(point.shown, Hidden)), Hidden(5))
        return Headline(title, words.hidden(why, language), True, "", "", explained)
    last = series.seen[-1]
    told = words.told(last.shown, language)
    return Headline(title, told, False, _about(last, language), words.sureness(last.shown, language), explained)


def _about(point: Point, language: Language) -> str:
    assert isinstance(point.shown, Figure)  # noqa: S101 (it is one that is seen)
    return f"{words.wave(point.wave, language)} · {say(language, '{n} svar', n=point.shown.n)}"


def _left_headline(trend: Trend, cohorts: Sequence[Cohort], language: Language) -> Headline:
    seen = [each for each in cohorts if isinstance(each.figure, Figure)]
    if not seen:
        return Headline(trend.title, _no_cohort(cohorts, language), True, "", "", trend.explained)
    last = seen[-1]
    year = str(last.year)
    hired = say(language, "{left} av {hired} som begynte i {year}", left=last.left, hired=last.hired, year=year)
    sure = words.sureness(last.figure, language)
    return Headline(trend.title, words.told(last.figure, language), False, hired, sure, trend.explained)


def _no_cohort(cohorts: Sequence[Cohort], language: Language) -> str:
    if cohorts:
        return say(language, "skjult: for få nyansatte – minst {needs} trengs", needs=5)
    return say(language, "ingen tall ennå")


# --- answers ---------------------------------------------------------------------------------------


def answers(
    source: Source, form: FormDefinition, language: Language, *, wave: str, place: str, window: str
) -> list[Answers]:
    """Give every counted question of a form in a wave."""
    return [_answers(each, language) for each in details(source, form, wave, place, window)]


def _answers(detail: Detail, language: Language) -> Answers:
    names = dict(detail.asked.options(language))
    named = [(names.get(code, code), shown) for code, shown in detail.answers]
    period = words.period(detail.windows, language)
    text = detail.asked.words(language)
    scale = detail.asked.shape.kind == "ordinal" and not any_span(named)
    return Answers(
        detail.asked.path, text, detail.asked.section.title.in_(language),
        detail.form.sections.index(detail.asked.section), sentences.answered(detail, language),
        sentences.described(text, named, language), period, detail.hidden is not None,
        plots.stacked(named, language) if scale else (), () if scale else plots.bars(named, language),
        tuple(row(name, shown, period, language) for name, shown in named), tuple(names.values()),
        any_span(named),
    )  # fmt: skip


# --- filters ---------------------------------------------------------------------------------------


def places(source: Source, form: FormDefinition, chosen: str, language: Language) -> list[Choice]:
    """Give the places to choose from, the network first and municipalities by name."""
    codes = source.levels(form)
    named = [Choice(code, words.place(code, language), code == chosen) for code in codes]
    return [each for each in named if not each.code] + sorted(
        (each for each in named if each.code), key=lambda each: in_order(each.name)
    )


def windows(source: Source, chosen: str, language: Language) -> list[Choice]:
    """Give the sealed windows to choose from."""
    every = Choice("", say(language, "Hele perioden"), not chosen)
    return [every, *(Choice(w.id, words.window(w, language), w.id == chosen) for w in source.released.windows)]


def waves(source: Source, form: FormDefinition, chosen: str, language: Language) -> list[Choice]:
    """Give the waves of a form to choose from."""
    return [Choice(code, words.wave(code, language), code == chosen) for code in waves_of(source, form)]


def forms(source: Source, chosen: str, language: Language) -> list[Choice]:
    """Give the forms to choose from, the new hires' first."""
    ordered = in_order_of_forms(source, language)
    return [Choice(form.code, form.title.in_(language), form.code == chosen) for form in ordered]


def in_order_of_forms(source: Source, language: Language) -> list[FormDefinition]:
    """Put the new hires' form first, then the others by their titles."""
    return sorted(source.forms, key=lambda form: (form.code != NEW_HIRE, form.title.in_(language)))


def about(source: Source, place: str, window: str, language: Language) -> str:
    """Say what the page is about: where, and over which time."""
    inside = [each for each in source.released.windows if not window or each.id == window]
    parts = [words.place(place, language), words.period(inside, language)]
    return " · ".join(part for part in parts if part)
