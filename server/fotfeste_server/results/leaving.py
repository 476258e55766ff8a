"""How many left within their first year: the municipalities' own numbers added up, for the whole network only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fotfeste_shared.kinds import Answers
from fotfeste_shared.revisions import Revision as Written
from fotfeste_shared.revisions import read_revision, winner

from ..named.models import Network, Pairing, Participation, Record, Revision
from .figures import Hidden, Shown, counted

BASELINE = "startmaling"
WHOLE = "hele"
FEWEST = 5  # below this a number points to a person
YEAR = timedelta(days=365)
LEFT, CHANGED_MENTOR = "sluttet_stilling", "byttet_mentor"  # how a pairing ended


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who were hired in a year: how many, and how many of them left within twelve months."""

    year: int
    hired: int
    left: int
    municipalities: int
    source: Literal["baseline", "pairings"]

    @property
    def figure(self) -> Shown:
        """Give the share who left, hidden while the year's hires are too few."""
        return counted(self.hired, self.left) if self.hired >= FEWEST else Hidden(FEWEST)


def cohorts(network: Network, today: date) -> list[Cohort]:
    """Give the network's years in order, from the yearly measurements, else from the pairings that ended."""
    return from_baselines(_baselines(network)) or from_pairings(_pairings(network), today)


def from_baselines(sheets: Iterable[tuple[str, Answers]]) -> list[Cohort]:
    """Join each year's leavers with the year before's hires, municipality by municipality and scope by scope."""
    numbers = {(place, str(a.get("omfang")), int(str(a["ar"]))): a for place, a in sheets if "ar" in a}
    found: dict[int, dict[str, list[tuple[str, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for (place, extent, year), answers in sorted(numbers.items()):
        hired = numbers.get((place, extent, year - 1), {}).get("nye")
        left = answers.get("sluttet_12")
        if isinstance(hired, int) and isinstance(left, int) and left <= hired:
            found[year - 1][place].append((extent, hired, left))
    return [_cohort(year, places) for year, places in sorted(found.items())]


def _cohort(year: int, places: dict[str, list[tuple[str, int, int]]]) -> Cohort:
    """Count each municipality once: its whole service when that is reported, else its parts."""
    hired = left = 0
    for parts in places.values():
        whole = [part for part in parts if part[0] == WHOLE]
        hired += sum(part[1] for part in whole or parts)
        left += sum(part[2] for part in whole or parts)
    return Cohort(year, hired, left, len(places), "baseline")


def from_pairings(pairings: Iterable[Pairing], today: date) -> list[Cohort]:
    """Count pairings that began a year ago or more; who only changed mentor goes on in another pairing."""
    hires: dict[int, list[Pairing]] = defaultdict(list)
    for pairing in pairings:
        if pairing.reason != CHANGED_MENTOR and pairing.started + YEAR <= today:
            hires[pairing.started.year].append(pairing)
    return [
        Cohort(year, len(each), sum(map(_left, each)), len({str(p.participation_id) for p in each}), "pairings")
        for year, each in sorted(hires.items())
    ]


def _left(pairing: Pairing) -> bool:
    return pairing.reason == LEFT and pairing.ended is not None and pairing.ended <= pairing.started + YEAR


def _pairings(network: Network) -> list[Pairing]:
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    return list(Pairing.select().where(Pairing.participation.in_(inside)))


def _baselines(network: Network) -> list[tuple[str, Answers]]:
    """Read the yearly measurements that stand, one for each record, as (municipality, answers)."""
    records = Record.select(Record.id).where((Record.form == BASELINE) & (Record.network == network.id))
    rows = Revision.select().where(
        Revision.record.in_(records) & Revision.held.is_null() & Revision.text.is_null(False)
    )
    rows = rows.order_by(Revision.seq)
    by_record: dict[str, list[Written]] = defaultdict(list)
    for row in rows:
        by_record[str(row.record_id)].append(read_revision(str(row.text)))
    standing = []
    for revisions in by_record.values():
        chosen = winner(revisions)
        standing += [(r.about.id, r.answers) for r in revisions if r.rev == chosen and not r.withdrawn]
    return standing
