"""All of one's networks at a glance: how many take part, what comes next, and what waits for somebody."""

from dataclasses import dataclass

from fotfeste_shared.clock import today

from .access import Scope
from .models import Gathering, Leaf, Network, Participation, Record, Team
from .networks import STATUS_REPORT
from .registration_models import Registration


@dataclass(frozen=True, slots=True)
class Line:
    """One network in the overview; what only the working group may know is None for others."""

    network: Network
    places: int
    teams: int
    next: Gathering | None
    handed_in: int | None = None
    missing: int | None = None
    waiting: int | None = None

    @property
    def over(self) -> bool:
        """Tell whether the network has ended."""
        return bool(self.network.ends < today())


@dataclass(frozen=True, slots=True)
class Together:
    """All networks added up."""

    networks: int
    places: int
    teams: int
    missing: int
    waiting: int


def overview(mine: Scope) -> list[Line]:
    """Tell of each of one's networks, the newest first."""
    return [_line(mine, each) for each in mine.networks().order_by(Network.starts.desc(), Network.name)]


def added_up(lines: list[Line]) -> Together:
    """Add up the networks that are going on; a municipality in two of them counts in both."""
    going_on = [line for line in lines if not line.over]
    return Together(
        len(going_on), sum(line.places for line in going_on), sum(line.teams for line in going_on),
        sum(line.missing or 0 for line in going_on), sum(line.waiting or 0 for line in going_on),
    )  # fmt: skip


def _line(mine: Scope, network: Network) -> Line:
    day = today()
    here = Participation.left_on.is_null() | (Participation.left_on > day)
    inside = Participation.select(Participation.id).where((Participation.network == network.id) & here)
    teams = Team.select(Team.id).where(Team.participation.in_(inside))
    held = Gathering.select().where((Gathering.network == network.id) & Gathering.cancelled_on.is_null())
    coming = held.where(Gathering.ends >= day).order_by(Gathering.starts, Gathering.number).first()
    told = Line(network, inside.count(), teams.count(), coming)
    if not mine.may("read_reports", network):
        return told
    return Line(
        network, told.places, told.teams, coming, _handed_in(coming, teams) if coming else None,
        _missing(network, teams), _waiting(network) if mine.may("plan", network) else None,
    )  # fmt: skip


def _handed_in(gathering: Gathering, teams: object) -> int:
    full = Leaf.select(Leaf.record)
    before = (Record.form == STATUS_REPORT) & (Record.gathering == gathering.id) & Record.team.in_(teams)
    return int(Record.select().where(before & Record.id.in_(full)).count())


def _missing(network: Network, teams: object) -> int:
    """Count the reports whose day has passed and that nobody has handed in; a gathering called off wants none."""
    wanted = (Gathering.network == network.id) & (Gathering.reports_due < today()) & Gathering.cancelled_on.is_null()
    due = Gathering.select(Gathering.id).where(wanted)
    empty = Record.id.not_in(Leaf.select(Leaf.record))
    asked = (Record.form == STATUS_REPORT) & Record.gathering.in_(due) & Record.team.in_(teams)
    return int(Record.select().where(asked & empty).count())


def _waiting(network: Network) -> int:
    waiting = (Registration.network == network.id) & (Registration.state == "waiting")
    return int(Registration.select().where(waiting).count())
