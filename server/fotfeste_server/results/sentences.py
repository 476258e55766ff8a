"""One sentence beside each plot: what it shows, and how much may be made of it."""

from collections.abc import Sequence

from fotfeste_shared.wording import Language, say

from . import words
from .figures import Figure, Hidden, Shown, differ
from .report import Detail

Named = Sequence[tuple[str, Shown]]


def described(title: str, points: Named, language: Language) -> str:
    """Tell all points of a plot, for those who do not see it."""
    told = [f"{name}: {words.told(shown, language)}{_n(shown, language)}" for name, shown in points]
    return f"{title}. {'; '.join(told)}."


def _n(shown: Shown, language: Language) -> str:
    return f" ({say(language, '{n} svar', n=shown.n)})" if isinstance(shown, Figure) else ""


def change(points: Named, language: Language, *, same_people: bool = False) -> str:
    """Tell how it went from the first figure to the last, without calling it an effect."""
    seen = [(name, shown) for name, shown in points if isinstance(shown, Figure)]
    if not seen:
        why = next((shown for _, shown in points if isinstance(shown, Hidden)), None)
        return words.hidden(why, language).capitalize() + "." if why else ""
    if len(seen) == 1:
        name, only = seen[0]
        return say(language, "{name}: {value}.", name=name, value=words.told(only, language))
    (first, before), (last, after) = seen[0], seen[-1]
    told = say(
        language,
        "Fra {before} ({first}) til {after} ({last}).",
        before=words.told(before, language), first=_small(first),
        after=words.told(after, language), last=_small(last),
    )  # fmt: skip
    others = "" if same_people else " " + say(language, "Det er ikke de samme personene.")
    return f"{told} {verdict(differ(before, after), language)}{others}"


def verdict(differs: bool | None, language: Language) -> str:  # noqa: FBT001 (three answers: yes, no, nobody knows)
    """Say whether two figures of different people differ by more than chance and rounding."""
    match differs:
        case None:
            return say(language, "Tallene er for små til å sammenlignes.")
        case True:
            return say(language, "Forskjellen er større enn usikkerheten.")
        case False:
            return say(language, "Forskjellen kan være tilfeldig.")


def _small(name: str) -> str:
    """Begin a name with a small letter where it stands inside a sentence."""
    return name[:1].lower() + name[1:] if name[:1].isalpha() else name


def answered(detail: Detail, language: Language) -> str:
    """Tell a question's main figure in one sentence."""
    if detail.hidden is not None:
        return words.hidden(detail.hidden, language).capitalize() + "."
    count = words.answers(detail.n, detail.blocks, language)
    if detail.summary is None:
        return count
    value = words.told(detail.summary, language)
    if detail.summary.unit == "share":
        return say(language, "{value} svarte de to høyeste trinnene. {count}", value=value, count=count)
    top = detail.asked.shape.points[-1]
    return say(language, "Snitt {value} av {top}. {count}", value=value, top=top, count=count)
