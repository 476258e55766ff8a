"""Every indicator of the domain's table that anonymous answers feed, as figures with n, interval and period.

The numbers are the table's: 2-5 and 14-16, 18 (`over_waves`, `over_time`), 25 (`usefulness`), 26 (`reasons`), 27
(`turnout`) and 29 (`against_network`). Row 1 is in `leaving`; the other rows are named and stand in the reports.

Each gives `Measured`: the figure or why it is hidden, where and when it belongs, and the windows it was counted in.
Whoever draws them needs no more than `Measured.shown` (a `Figure` or `Hidden`), `wave`, `place`, `part` and `windows`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Rows, Scaled

from ..anonymous.disclosure import crowd
from ..anonymous.invitations import EVERYWHERE
from .asked import Asked, counted
from .counting import NOBODY, Span, Tally, fits, ladder, tally
from .figures import Figure, Hidden, Shown, differ, mean, share
from .figures import counted as exactly
from .indicators import INDICATORS, OTHERS, Indicator, items, measure, waves_of
from .reading import Source
from .released import Dated, Pick, Window

GATHERING, LEAVER = "evaluering_samling", "slutter"
REASON, WHERE_TO = "grunn", "til"
INTERNAL, OUTSIDE = ("annen_enhet",), ("annen_kommune", "sykehus", "bemanning", "annet_yrke", "studier")
ENOUGH_PLACES = 5
OTHER_PLACES = 3  # fewer would show another municipality's figure rather than the network's


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of an indicator.

    `part` tells several of one indicator apart: a question's path, or the code of a choice. An empty `place` is the
    whole network.
    """

    number: int
    name: str
    form: str
    wave: str
    place: str
    shown: Shown
    windows: tuple[Window, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """A municipality's figure beside the other municipalities' together; `differs` is None where nobody can tell.

    `quarters` are the three values that part the municipalities in four.
    """

    own: Measured
    others: Measured
    differs: bool | None
    quarters: tuple[Fraction, Fraction, Fraction] | None


# --- indexes, means and shares -----------------------------------------------------------------------


def over_waves(source: Source, place: str = "", window: str = "") -> Iterator[Measured]:
    """Give indicators 2-5, 14-16 and 18 in every wave that asks them."""
    if not _may_see(source, place):
        return
    for indicator in (*INDICATORS, *OTHERS):
        form = source.form(indicator.form)
        if form is not None and (not place or not indicator.network_only):
            for wave in waves_of(form, indicator):
                yield one(source, indicator, wave, place, window)


def over_time(source: Source, wave: str, place: str = "") -> Iterator[Measured]:
    """Give the indicators of one wave in every window that was sealed: what a trend is drawn of."""
    for window in source.released.windows:
        for each in over_waves(source, place, window.id):
            if each.wave == wave:
                yield each


def _may_see(source: Source, place: str) -> bool:
    return place in source.reach.places if place else source.reach.whole


def one(source: Source, indicator: Indicator, wave: str, place: str = "", window: str = "") -> Measured:
    """Give one indicator for a wave and place, in all windows together or in one."""
    form = source.form(indicator.form)
    assert form is not None  # noqa: S101 (callers have looked)
    pick = Pick(form.code, "", (wave,), (place,) if place else (), (window,) if window else ())
    shown = measure(source.released, form, indicator, pick, source.colluders)
    if isinstance(shown, Hidden) and (window or place):
        shown = replace(shown, waiting=None)  # what waits belongs to no window, and is told for no place
    windows = _windows(source, pick, form, indicator) if isinstance(shown, Figure) else ()
    return Measured(indicator.number, indicator.name, form.code, wave, place, shown, windows)


def _windows(source: Source, pick: Pick, form: FormDefinition, indicator: Indicator) -> tuple[Window, ...]:
    paths = [question.code for question in items(form, indicator)]
    return _of(dated for path in paths for dated in source.released.pick(replace(pick, question=path)))


# --- gatherings --------------------------------------------------------------------------------------


def usefulness(source: Source) -> Iterator[Measured]:
    """Give 25: the mean of each question about a gathering, and of each part of its programme; network only."""
    form = source.form(GATHERING)
    if form is None or not source.reach.whole:
        return
    for asked in counted(form, source.released, source.titles):
        if isinstance(asked.question, Scaled):
            for wave in _waves_seen(source, form, asked.path):
                pick = Pick(form.code, asked.path, (wave,))
                same = [each for each in source.released.pick(pick) if fits(asked.shape, each.block)]
                shown = _mean_of(source, asked, same)
                yield Measured(25, "nytte", form.code, wave, "", shown, _of(same), asked.path)


def _waves_seen(source: Source, form: FormDefinition, path: str) -> list[str]:
    """Give the gatherings that have answers to any question, so that a hidden question is not simply missing."""
    inside = any(isinstance(each, Rows) and path.startswith(f"{each.code}.") for each in form.questions())
    blocks = source.released.pick(Pick(form.code, path)) if inside else source.released.blocks
    return sorted({dated.block.wave for dated in blocks if dated.block.form == form.code})


def _mean_of(source: Source, asked: Asked, same: list[Dated]) -> Shown:
    if not same:
        return Hidden(crowd(source.colluders))
    return mean(ladder(asked.shape, [each.block for each in same], source.colluders), source.colluders)


def _of(same: Iterable[Dated]) -> tuple[Window, ...]:
    return tuple(sorted({each.window for each in same}))


# --- leaving -----------------------------------------------------------------------------------------


def reasons(source: Source, half: str = "") -> Iterator[Measured]:
    """Give 26: the share of leavers who name each reason, and of those who stay in the municipality or leave it.

    For the whole network only; `half` is one of `halves`, without it all leavers are counted together.
    """
    form = source.form(LEAVER)
    if form is None or not source.reach.whole:
        return
    windows = tuple(each.id for each in source.released.windows if not half or half_of(each) == half)
    for asked in counted(form, source.released):
        if asked.path in (REASON, WHERE_TO):
            dated = source.released.pick(Pick(form.code, asked.path, windows=windows)) if windows else []
            same = [each for each in dated if fits(asked.shape, each.block)]
            told = tally(asked.shape, [each.block for each in same], source.colluders)
            for part, span in _parts(asked.path, told):
                shown = share(span, told, source.colluders) if same else Hidden(crowd(source.colluders))
                yield Measured(26, "grunner", form.code, "", "", shown, _of(same), part)


def halves(source: Source) -> list[str]:
    """Name the half-years that have a sealed window: `2027-H1`."""
    return sorted({half_of(window) for window in source.released.windows if not window.is_the_end})


def half_of(window: Window) -> str:
    """Name the half-year of a window."""
    return f"{window.opens.year}-H{1 if window.opens.month <= 6 else 2}"


def _parts(path: str, told: Tally) -> Iterator[tuple[str, Span]]:
    if path == REASON:
        yield from ((f"{REASON}.{code}", span) for code, span in told.codes.items())
        return
    for name, codes in (("intern", INTERNAL), ("ekstern", OUTSIDE)):
        spans = [told.codes[code] for code in codes if code in told.codes]
        together = sum(spans, NOBODY)
        yield f"{WHERE_TO}.{name}", replace(together, high=min(together.high, told.n))


# --- turnout -----------------------------------------------------------------------------------------


def turnout(source: Source, place: str = "", window: str = "") -> Iterator[Measured]:
    """Give 27: how many of those asked have answered, by survey and wave; counted, so there is no interval.

    Asked are all links that were made less those that came back, or all who were in the hall. Places in which fewer
    than five were asked wait, and are in no sum before they are told.
    """
    sums: dict[tuple[str, str], tuple[int, int, set[Window]]] = {}
    for each in source.released.turnout if _may_see(source, place) else ():
        told = each.turnout
        mine = not place or told.place == place
        if mine and (not window or each.window.id == window) and source.form(told.form) is not None:
            invited, answered, windows = sums.get((told.form, told.wave), (0, 0, set()))
            sums[told.form, told.wave] = (invited + told.invited, answered + told.answered, windows | {each.window})
    for (form, wave), (invited, answered, windows) in sorted(sums.items(), key=lambda item: item[0]):
        shown = replace(exactly(invited, answered), interval=None)
        yield Measured(27, "svarprosent", form, wave, place, shown, tuple(sorted(windows)))


# --- a municipality beside the others ----------------------------------------------------------------


def against_network(source: Source, indicator: Indicator, wave: str, place: str) -> Against | None:
    """Give 29: a municipality's figure and that of the others together, None for what is told for no municipality.

    The others are hidden while fewer than three of them have figures. Quarters of the municipalities are given where
    at least five may be told as one number each; no municipality is named.
    """
    return next(each_against_network(source, indicator, wave, (place,)), None)


def each_against_network(
    source: Source, indicator: Indicator, wave: str, places: Iterable[str]
) -> Iterator[Against]:
    """Give 29 for several municipalities; what all of them are held against is worked out once."""
    form = source.form(indicator.form)
    if form is None or form.results_level != "municipality" or indicator.network_only:
        return
    each = {
        other: shown
        for other in _places(source, form, indicator, wave)
        if isinstance(shown := one(source, indicator, wave, other).shown, Figure)
    }
    for place in places:
        yield _against(source, form, one(source, indicator, wave, place), each, indicator)


def _against(
    source: Source, form: FormDefinition, own: Measured, each: dict[str, Figure], indicator: Indicator
) -> Against:
    wave, place = own.wave, own.place
    beside = tuple(sorted(set(each) - {place}))
    others = _together(source, form, indicator, wave, beside)
    clear = isinstance(own.shown, Figure) and isinstance(others.shown, Figure)
    differs = differ(own.shown, others.shown) if clear else None  # type: ignore[arg-type]  # both are figures here
    single = sorted(figure.middle for figure in each.values() if not figure.as_span)
    return Against(own, others, differs, _quarters(single) if len(single) >= ENOUGH_PLACES else None)


def _places(source: Source, form: FormDefinition, indicator: Indicator, wave: str) -> set[str]:
    codes = {question.code for question in items(form, indicator)}
    blocks = (dated.block for dated in source.released.blocks)
    return {
        block.place for block in blocks
        if block.form == form.code and block.wave == wave and block.question in codes and block.place != EVERYWHERE
    }  # fmt: skip


def _together(
    source: Source, form: FormDefinition, indicator: Indicator, wave: str, places: tuple[str, ...]
) -> Measured:
    pick = Pick(form.code, "", (wave,), places)
    shown: Shown = Hidden(crowd(source.colluders))
    if len(places) >= OTHER_PLACES:
        shown = measure(source.released, form, indicator, pick, source.colluders)
    windows = _windows(source, pick, form, indicator) if isinstance(shown, Figure) else ()
    return Measured(indicator.number, indicator.name, form.code, wave, "", shown, windows)


def _quarters(values: list[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Give the three values that part a sorted list in four, between neighbours where they fall between."""
    found = []
    for quarter in (1, 2, 3):
        at = Fraction((len(values) - 1) * quarter, 4)
        low = int(at)
        high = min(low + 1, len(values) - 1)
        found.append(values[low] + (values[high] - values[low]) * (at - low))
    return found[0], found[1], found[2]
