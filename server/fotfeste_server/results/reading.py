"""What one reader may see of a network's results: all of it, or only their own municipalities'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fotfeste_shared.forms import FormDefinition

from ..named.access import ADMINISTRATOR, WORKING_GROUP, Scope
from ..named.models import Network, Participation
from .leaving import Cohort
from .released import Released


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose figures a reader may see: the whole network's, and those of these municipalities."""

    whole: bool
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that results of a network are made of, cut to what one reader may see."""

    network: str
    name: str
    colluders: int
    released: Released
    forms: tuple[FormDefinition, ...]
    reach: Reach
    cohorts: tuple[Cohort, ...] = field(default_factory=tuple)
    titles: Mapping[str, str] = field(default_factory=dict)

    def form(self, code: str) -> FormDefinition | None:
        """Find one of the forms."""
        return next((form for form in self.forms if form.code == code), None)

    def levels(self, form: FormDefinition) -> tuple[str, ...]:
        """Give the places that a form's results may be shown for: «» is the whole network."""
        whole = ("",) if self.reach.whole else ()
        return whole + (self.reach.places if form.results_level == "municipality" else ())


def reach(scope: Scope, network: Network) -> Reach:
    """Say whose figures a person may see: the working group all, a municipality's administrators their own."""
    scope.must("read_results", network)
    rows = Participation.select(Participation.municipality).where(Participation.network == network.id)
    inside = tuple(sorted(str(row.municipality) for row in rows))
    here = [held for held in scope.roles if held.network in (None, network.id)]
    if any(held.role in WORKING_GROUP for held in here):
        return Reach(whole=True, places=inside)
    own = {held.municipality for held in here if held.role == ADMINISTRATOR}
    return Reach(whole=False, places=tuple(place for place in inside if place in own))


def source(
    network: Network,
    reach: Reach,
    released: Released,
    forms: Mapping[str, FormDefinition],
    years: Sequence[Cohort] = (),
    *,
    titles: Mapping[str, str] | None = None,
) -> Source:
    """Put together what a reader's page, file and workbook are made of."""
    asked = [form for form in forms.values() if form.intake == "envelope" and form.results_level != "none"]
    kept = [form for form in asked if reach.whole or form.results_level == "municipality"]
    seen = tuple(years) if reach.whole else ()
    named = (str(network.id), str(network.name), network.colluders)
    return Source(*named, released, tuple(kept), reach, seen, titles or {})
