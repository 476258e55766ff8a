"""How figures, waves, periods and places are said in three languages; every screen, file and plot uses these."""

import re
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor

from fotfeste_shared.municipalities import name_of
from fotfeste_shared.wording import Language, Value, say

from .figures import Figure, Hidden, Shown
from .released import Window

EVERYWHERE = "*"
GATHERING = "samling"  # the waves of a gathering's evaluation: samling1, samling2, …
QUARTER = re.compile(r"(\d{4})-?Q([1-4])")


def told(shown: Shown, language: Language) -> str:
    """Say a figure, as finely as may be: «62 %», «3,8», «3–5 av 5»; or why it is hidden."""
    if isinstance(shown, Hidden):
        return hidden(shown, language)
    return _share(shown, language) if shown.unit == "share" else _mean(shown, language)


def _share(figure: Figure, language: Language) -> str:
    if not figure.as_span and figure.value is not None:
        return percent(figure.value, language)
    low, high = int(figure.low * figure.n), int(figure.high * figure.n)
    if low == high:
        return say(language, "{count} av {n}", count=low, n=figure.n)
    return say(language, "{low}–{high} av {n}", low=low, high=high, n=figure.n)


def _mean(figure: Figure, language: Language) -> str:
    if not figure.as_span and figure.value is not None:
        return decimal(figure.value, language)
    low, high = tenths_down(figure.low), tenths_up(figure.high)
    return decimal(low, language) if low == high else f"{decimal(low, language)}–{decimal(high, language)}"


def hidden(why: Hidden, language: Language) -> str:
    """Say why there is no figure, and how many answers wait where that may be told."""
    if why.why == "other_scale":
        return say(language, "skjult: spørsmålet ble stilt med en annen skala")
    if why.waiting:
        return say(language, "skjult: for få svar – minst {needs} trengs, {n} venter", needs=why.needs, n=why.waiting)
    return say(language, "skjult: for få svar – minst {needs} trengs", needs=why.needs)


def sureness(shown: Shown, language: Language) -> str:
    """Say how sure a figure is: its 95 % interval, or that the span comes from the rounding."""
    if isinstance(shown, Hidden):
        return ""
    if shown.as_span:
        if shown.low == shown.high:
            return say(language, "få svar: tolk med varsomhet")
        return say(language, "spenn på grunn av avrunding")
    if shown.interval is None:
        return ""
    if shown.unit == "share":
        low, high = whole(shown.interval.low * 100), percent(shown.interval.high, language)
        return say(language, "usikkerhet {low}–{high}", low=str(low), high=high)
    low_, high_ = decimal(shown.interval.low, language), decimal(shown.interval.high, language)
    return say(language, "usikkerhet {low}–{high}", low=low_, high=high_)


# --- numbers ---------------------------------------------------------------------------------------


def percent(part: Fraction, language: Language) -> str:
    """Write a share in whole percent; Norwegian has a space that does not break."""
    return f"{whole(part * 100)}{'' if language == 'en' else chr(0xA0)}%"


def decimal(number: Fraction, language: Language) -> str:
    """Write a number with one decimal."""
    tenths = whole(number * 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}{'.' if language == 'en' else ','}{abs(tenths) % 10}"


def tenths_down(number: Fraction) -> Fraction:
    """Round the low end of a span outwards."""
    return Fraction(floor(number * 10), 10)


def tenths_up(number: Fraction) -> Fraction:
    """Round the high end of a span outwards."""
    return Fraction(ceil(number * 10), 10)


def whole(number: Fraction) -> int:
    """Round to a whole number, halves upwards."""
    return floor(number + Fraction(1, 2))


# --- waves, periods, places ------------------------------------------------------------------------


def wave(code: str, language: Language) -> str:
    """Name a wave; one that we do not know goes by its code."""
    match code:
        case "start":
            return say(language, "Ved start")
        case "m3":
            return say(language, "Etter 3 måneder")
        case "m6":
            return say(language, "Etter 6 måneder")
        case "m12":
            return say(language, "Etter 12 måneder")
        case "for":
            return say(language, "Før mentoroppgaven")
        case "etter":
            return say(language, "Etter mentoroppgaven")
        case _ if code.removeprefix(GATHERING).isdigit():
            return say(language, "Samling {n}", n=code.removeprefix(GATHERING))
        case _:
            return code or say(language, "Én måling")


def short_wave(code: str, language: Language) -> str:
    """Name a wave where there is little room, under a plot."""
    match code:
        case "start":
            return say(language, "Start")
        case "m3" | "m6" | "m12":
            return say(language, "{n} mnd", n=code[1:])
        case "for":
            return say(language, "Før")
        case "etter":
            return say(language, "Etter")
        case _:
            return code


def window(each: Window, language: Language) -> str:
    """Name a window by its quarter: «4. kvartal 2026»."""
    if each.is_the_end:
        return say(language, "Siste forsegling")
    year, number = _quarter(each)
    return say(language, "{n}. kvartal {year}", n=number, year=year) if number else each.quarter


def short_window(each: Window, language: Language) -> str:
    """Name a window under a plot."""
    if each.is_the_end:
        return say(language, "Siste")
    year, number = _quarter(each)
    return say(language, "{n}. kv. {year}", n=number, year=year[2:]) if number else each.quarter


def _quarter(each: Window) -> tuple[str, str]:
    """Read «2026-Q4»; two empty texts when a window is called something else."""
    found = QUARTER.fullmatch(each.quarter)
    return (found[1], found[2]) if found else ("", "")


def period(windows: Iterable[Window], language: Language) -> str:
    """Name the time that some windows span: «2.–3. kvartal 2026»."""
    inside = sorted(set(windows))
    if not inside:
        return ""
    first, last = inside[0], inside[-1]
    (year, start), (same_year, end) = _quarter(first), _quarter(last)
    if year and year == same_year and start != end:
        return say(language, "{first}.–{last}. kvartal {year}", first=start, last=end, year=year)
    names = [window(first, language), window(last, language)]
    return names[0] if names[0] == names[1] else " – ".join(names)


def place(code: str, language: Language) -> str:
    """Name a municipality, or all of them together."""
    if code in ("", EVERYWHERE):
        return say(language, "Hele nettverket")
    return name_of(code)


def answers(n: int, blocks: int, language: Language) -> str:
    """Say how many answered, and in how many groups they were counted."""
    values: dict[str, Value] = {"n": n, "blocks": blocks}
    if blocks > 1:
        return say(language, "{n} svar i {blocks} grupper", **values)
    return say(language, "{n} svar", n=n)
