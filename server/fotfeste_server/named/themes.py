"""What the teams want help with and what is in their way, gathered for the programme of a gathering."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fotfeste_shared.kinds import YES, Answers

from .reporting import Told, codes_of, rows_of


@dataclass(frozen=True, slots=True)
class Theme:
    """One choice of the form: how many teams chose it now, and how many the time before."""

    code: str
    teams: int
    before: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Something that a team has learnt, in its own words; `team` is named where it will tell the others itself."""

    about: str
    text: str
    team: str | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class Themes:
    """Everything on the sheet; `teams` is how many have handed in."""

    teams: int
    help: tuple[Theme, ...]
    barriers: tuple[Theme, ...]
    other_barriers: tuple[str, ...]
    shared: tuple[Quote, ...]
    learnt: tuple[Quote, ...]


def themes_of(told: Iterable[Told]) -> Themes:
    """Gather the themes of the reports before one gathering; most wanted first, never by team."""
    handed_in = [each for each in told if each.answers]
    lessons = [(each, measure) for each in handed_in for measure in rows_of(each.answers, "tiltak")]
    with_words = [(each, measure) for each, measure in lessons if measure.get("erfaring")]
    other = {str((each.answers or {}).get("hindring_annet", "")) for each in handed_in} - {""}
    return Themes(
        len(handed_in),
        _counted(handed_in, "hjelp"),
        tuple(each for each in _counted(handed_in, "hindringer") if each.code != "ingen"),
        tuple(sorted(other)),
        tuple(_quote(each, measure, named=True) for each, measure in with_words if measure.get("kan_deles") == YES),
        _shuffled(_quote(each, measure) for each, measure in with_words if measure.get("kan_deles") != YES),
    )


def _counted(told: list[Told], question: str) -> tuple[Theme, ...]:
    now = Counter(code for each in told for code in codes_of(each.answers, question))
    then = Counter(code for each in told for code in codes_of(each.before, question))
    themes = [Theme(code, teams, then[code]) for code, teams in now.items()]
    return tuple(sorted(themes, key=lambda each: (-each.teams, each.code)))


def _quote(told: Told, measure: Answers, *, named: bool = False) -> Quote:
    place = told.team.participation.municipality if named else None
    return Quote(str(measure.get("tekst", "")), str(measure["erfaring"]), told.team.name if named else None, place)


def _shuffled(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """Put quotes in the order of their words, so that their places tell nothing of whose they are."""
    return tuple(sorted(set(quotes), key=lambda quote: (quote.text, quote.about)))
