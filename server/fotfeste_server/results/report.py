"""The figures of a network put in order: headlines over waves and over time, and every question's answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Scaled

from ..anonymous.disclosure import crowd
from . import measures
from .asked import Asked, counted
from .counting import fits, ladder, tally
from .figures import Figure, Hidden, Shown, distribution, mean, share, share_from
from .indicators import INDICATORS, NEW_HIRE, OTHERS, WILL_STAY, Indicator, measure
from .indicators import waves_of as asked_in
from .measures import Against, Measured
from .reading import Source
from .released import Dated, Pick, Window


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a series: in a wave, in a place, over some windows."""

    wave: str
    place: str
    windows: tuple[Window, ...]
    shown: Shown


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator over its waves, or over time."""

    indicator: Indicator
    points: tuple[Point, ...]

    @property
    def seen(self) -> tuple[Point, ...]:
        """The points that are not hidden."""
        return tuple(point for point in self.points if isinstance(point.shown, Figure))


@dataclass(frozen=True, slots=True)
class Detail:
    """One question's answers in one wave and place; `summary` is its mean or its share of high answers."""

    form: FormDefinition
    asked: Asked
    wave: str
    place: str
    windows: tuple[Window, ...]
    answers: tuple[tuple[str, Shown], ...]
    summary: Figure | None
    mean: Figure | None = None
    hidden: Hidden | None = None

    @property
    def n(self) -> int:
        """How many answered."""
        return next((shown.n for _, shown in self.answers if isinstance(shown, Figure)), 0)

    @property
    def blocks(self) -> int:
        """In how many blocks they were counted."""
        return next((shown.blocks for _, shown in self.answers if isinstance(shown, Figure)), 0)


# --- indicators ------------------------------------------------------------------------------------


def over_waves(source: Source, place: str, window: str = "") -> list[Series]:
    """Give each indicator in every wave of the new hires' survey."""
    form = source.form(NEW_HIRE)
    if form is None:
        return []
    where = [(wave, window) for wave in form.waves]
    return [_series(source, form, indicator, place, where) for indicator in INDICATORS]


def others_over_waves(source: Source, place: str, window: str = "") -> list[Series]:
    """Give each indicator that is no headline in the waves that ask its questions."""
    found = []
    for indicator in OTHERS:
        form = source.form(indicator.form)
        if form is not None and place in places_of(source, form, indicator):
            where = [(wave, window) for wave in asked_in(form, indicator)]
            found.append(_series(source, form, indicator, place, where))
    return found


def over_time(source: Source, place: str, wave: str) -> list[Series]:
    """Give each indicator of one wave in every window that was sealed."""
    form = source.form(NEW_HIRE)
    if form is None:
        return []
    where = [(wave, window.id) for window in source.released.windows]
    return [_series(source, form, indicator, place, where) for indicator in INDICATORS]


def _series(
    source: Source, form: FormDefinition, indicator: Indicator, place: str, where: list[tuple[str, str]]
) -> Series:
    points = (_point(source, form, indicator, wave=wave, place=place, window=window) for wave, window in where)
    return Series(indicator, tuple(points))


def _point(source: Source, form: FormDefinition, indicator: Indicator, *, wave: str, place: str, window: str) -> Point:
    pick = Pick(form.code, "", (wave,) if wave else (), _some(place), _some(window))
    shown = measure(source.released, form, indicator, pick, source.colluders)
    if window and isinstance(shown, Hidden):
        shown = replace(shown, waiting=None)  # what waits belongs to no window
    return Point(wave, place, _windows(source, window), shown)


def _some(code: str) -> tuple[str, ...]:
    return (code,) if code else ()


def _windows(source: Source, window: str) -> tuple[Window, ...]:
    return tuple(each for each in source.released.windows if not window or each.id == window)


# --- questions -------------------------------------------------------------------------------------


def details(source: Source, form: FormDefinition, wave: str, place: str, window: str = "") -> Iterator[Detail]:
    """Give every counted question of a form in one wave, the hidden ones too."""
    for asked in counted(form, source.released, source.titles):
        if not asked.waves or wave in asked.waves:
            yield _detail(source, form, asked, Pick(form.code, asked.path, (wave,), _some(place), _some(window)))


def staying(source: Source, place: str, window: str = "") -> list[Detail]:
    """Give the answers behind the share who will stay, wave by wave."""
    form = source.form(NEW_HIRE)
    asked = next((each for each in counted(form, source.released) if each.path == WILL_STAY), None) if form else None
    if form is None or asked is None:
        return []
    picks = (Pick(form.code, WILL_STAY, (wave,), _some(place), _some(window)) for wave in asked.waves)
    return [_detail(source, form, asked, pick) for pick in picks]


def _detail(source: Source, form: FormDefinition, asked: Asked, pick: Pick) -> Detail:
    every = source.released.pick(pick)
    same = [dated for dated in every if fits(asked.shape, dated.block)]
    windows = tuple(sorted({dated.window for dated in same}))
    place = pick.places[0] if pick.places else ""
    wave = pick.waves[0]
    if not same:
        return Detail(form, asked, wave, place, (), (), None, None, _why(source, form, pick, every))
    blocks = [dated.block for dated in same]
    if asked.shape.kind in ("ordinal", "binned"):
        steps = ladder(asked.shape, blocks, source.colluders)
        shares = distribution(steps, source.colluders)
        answers = tuple(zip(map(str, asked.shape.points), shares, strict=True))
        if not isinstance(asked.question, Scaled):
            return Detail(form, asked, wave, place, windows, answers, None)
        average, high = mean(steps, source.colluders), share_from(steps, asked.shape.points[-2], source.colluders)
        summary = high if asked.question.summary == "share_high" else average
        return Detail(form, asked, wave, place, windows, answers, summary, average)
    codes = tally(asked.shape, blocks, source.colluders)
    chosen = tuple((code, share(span, codes, source.colluders)) for code, span in codes.codes.items())
    return Detail(form, asked, wave, place, windows, chosen, None)


def _why(source: Source, form: FormDefinition, pick: Pick, every: list[Dated]) -> Hidden:
    if every:
        return Hidden(crowd(source.colluders), None, "other_scale")
    told = source.reach.whole and not pick.places and not pick.windows
    waiting = source.released.still_waiting(form.code, pick.waves) if told else None
    return Hidden(crowd(source.colluders), waiting)


# --- all of it -------------------------------------------------------------------------------------


def every_indicator(source: Source) -> Iterator[tuple[Indicator, Point]]:
    """Give each indicator for every place and wave, in all windows together and in each."""
    windows = ["", *(each.id for each in source.released.windows)]
    for indicator in (*INDICATORS, *OTHERS):
        form = source.form(indicator.form)
        if form is None:
            continue
        for place in places_of(source, form, indicator):
            for wave in asked_in(form, indicator):
                for window in windows:
                    yield indicator, _point(source, form, indicator, wave=wave, place=place, window=window)


def places_of(source: Source, form: FormDefinition, indicator: Indicator) -> tuple[str, ...]:
    """Give the places that an indicator is told for."""
    return tuple(place for place in source.levels(form) if not (place and indicator.network_only))


def every_measure(source: Source) -> Iterator[Measured]:
    """Give what is made in another way than from one survey's questions: gatherings, reasons, how many answered."""
    yield from measures.usefulness(source)
    yield from measures.reasons(source)
    for place in _places(source):
        yield from measures.turnout(source, place)


def every_comparison(source: Source, wished: Sequence[str] = ()) -> Iterator[tuple[Indicator, Against]]:
    """Give each indicator of each municipality, or of those wished for, beside the others together."""
    for indicator in (*INDICATORS, *OTHERS):
        form = source.form(indicator.form)
        places = [place for place in places_of(source, form, indicator) if place] if form else []
        for wave in asked_in(form, indicator) if form else ():
            for found in measures.each_against_network(source, indicator, wave, wished or places):
                yield indicator, found


def _places(source: Source) -> tuple[str, ...]:
    return (("",) if source.reach.whole else ()) + source.reach.places


def every_detail(source: Source) -> Iterator[Detail]:
    """Give every question of every form for every place and wave."""
    for form in source.forms:
        for place in source.levels(form):
            for wave in waves_of(source, form):
                yield from details(source, form, wave, place)


def waves_of(source: Source, form: FormDefinition) -> tuple[str, ...]:
    """Give a form's waves: its own, or (a form without) those that were released."""
    if form.waves:
        return form.waves
    seen = {dated.block.wave for dated in source.released.blocks if dated.block.form == form.code}
    return tuple(sorted(seen)) or ("",)
