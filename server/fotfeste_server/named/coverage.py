"""How many of the planned talks were held, municipality by municipality, over quarters that have ended.

Talks are between two people (ruling 17): nothing is told for fewer than five pairings, and where the rest would tell
of fewer than five, the sum leaves them out. No mentor and no unit is ever counted alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fotfeste_shared.municipalities import name_of
from fotfeste_shared.talks import Away, plan, quarter_of

from .access import SESSION_LOG, Scope
from .keeping_models import TalkSum
from .ledger import current
from .mentoring_models import MetLink, MetSum, Pause, Takeover
from .models import Network, Pairing, Participation, Record
from .settings import takes_part_on

FEWEST = 5
HELD = "ja"


@dataclass(frozen=True, slots=True)
class Cover:
    """What was planned and held in a quarter; None where too few pairings stand behind it."""

    quarter: str
    planned: int | None
    held: int | None
    met: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One municipality's quarters, or the sum of a network's; `without` counts the municipalities left out of a sum."""

    name: str
    quarters: list[Cover]
    without: int = 0


@dataclass(slots=True)
class _Count:
    planned: int = 0
    held: int = 0
    met: int = 0
    pairings: int = 0
    links: int = 0

    def told(self, quarter: str) -> Cover:
        enough = self.pairings >= FEWEST
        return Cover(
            quarter, self.planned if enough else None, self.held if enough else None,
            self.met if self.links >= FEWEST else None,
        )  # fmt: skip


def coverage(mine: Scope, network: Network, today: date) -> list[Line]:
    """Give a line for each municipality that one may see, then the sum; quarters in order, the open one left out."""
    places = list(mine.participations().where(Participation.network == network.id))
    counts = {place.id: _counted(place, today) for place in places}
    quarters = sorted({quarter for each in counts.values() for quarter in each})
    lines = [
        Line(_name(place), [counts[place.id].get(quarter, _Count()).told(quarter) for quarter in quarters])
        for place in sorted(places, key=_name)
    ]
    return [*lines, _sum(counts.values(), quarters)] if quarters else []


def _name(place: Participation) -> str:
    return name_of(str(place.municipality))


def _sum(counts: Iterable[dict[str, _Count]], quarters: list[str]) -> Line:
    """Add up all, but leave out the few: what is hidden alone must not follow from the sum and the rest."""
    every, covers, left_out = list(counts), [], 0
    for quarter in quarters:
        here = [each[quarter] for each in every if quarter in each]
        talks, linked = _tellable(here, "pairings"), _tellable(here, "links")
        covers.append(
            Cover(
                quarter,
                sum(each.planned for each in talks) if talks else None,
                sum(each.held for each in talks) if talks else None,
                sum(each.met for each in linked) if linked else None,
            )
        )
        left_out = max(left_out, len(here) - len(talks))
    return Line("", covers, left_out)


def _tellable(counts: list[_Count], behind: Literal["pairings", "links"]) -> list[_Count]:
    """Pick what a sum may hold: all, when those who are too few alone are enough together, else the others."""
    few = [each for each in counts if getattr(each, behind) < FEWEST]
    together = sum(getattr(each, behind) for each in few)
    return counts if together >= FEWEST else [each for each in counts if getattr(each, behind) >= FEWEST]


def _counted(place: Participation, today: date) -> dict[str, _Count]:
    """Count one municipality's quarters that have ended."""
    found: dict[str, _Count] = defaultdict(_Count)
    now = quarter_of(today)
    for pairing in Pairing.select().where(Pairing.participation == place.id):
        days = Counter(quarter_of(day) for day in expected(pairing))
        for quarter, planned in days.items():
            found[quarter].planned += planned
            found[quarter].pairings += 1
        for day in _held(pairing):
            found[quarter_of(day)].held += 1
    for kept in TalkSum.select().where(TalkSum.participation == place.id):
        found[kept.quarter].held += kept.talks
    links = MetLink.select().where(MetLink.participation == place.id).count()
    for said in MetSum.select().where(MetSum.participation == place.id):
        found[said.quarter].met += said.times
    for each in found.values():
        each.links = links
    return {quarter: each for quarter, each in found.items() if quarter < now}


def expected(pairing: Pairing) -> list[date]:
    """Give the days on which this pairing's talks were expected: within its own time, and not while away.

    Nothing is expected in a municipality that has left.
    """
    away: list[Away] = [(each.first, each.last) for each in Pause.select().where(Pause.pairing == pairing.id)]
    taken = Takeover.get_or_none(Takeover.pairing == pairing.id)
    begins = taken.day if taken else pairing.started
    return [
        day for day in plan(pairing.started, away)
        if day >= begins and (pairing.ended is None or day <= pairing.ended)
        and takes_part_on(pairing.participation, day)
    ]  # fmt: skip


def _held(pairing: Pairing) -> Iterable[date]:
    logged = Record.select().where((Record.form == SESSION_LOG) & (Record.about_id == pairing.id))
    for record in logged:
        content = current(record.id)
        if content is not None and content.answers.get("status", HELD) == HELD and "dato" in content.answers:
            yield date.fromisoformat(str(content.answers["dato"]))
