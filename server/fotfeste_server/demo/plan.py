"""The plan of the example network: who is there and who started when, drawn from one seed before any writing."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .days import Days, wave_day
from .people import HOMES, Crew, Crowd, Home, Muster, Someone

SEED = 2021
YEAR = 365
SCHEME_BEGAN = 455  # days ago: whoever started before that had no mentor
LEAVES_WITH_MENTOR, LEAVES_WITHOUT = 0.09, 0.2
ADVISORS = 6


@dataclass(frozen=True, slots=True)
class Hire:
    """A new colleague, who has no name anywhere; `mentor` is None for those who started before the scheme."""

    crew: Crew
    unit: str
    profession: str
    started: date
    left: date | None
    mentor: Someone | None
    luck: float

    def is_here(self, day: date) -> bool:
        """Tell whether they still work here."""
        return self.left is None or day < self.left


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that happened in the example network, as facts; the rest is telling it."""

    days: Days
    organizers: tuple[Someone, ...]
    administrators: dict[str, Someone]
    crews: tuple[Crew, ...]
    hires: tuple[Hire, ...]

    def crews_at(self, home: Home) -> list[Crew]:
        """Give the teams of a municipality."""
        return [crew for crew in self.crews if crew.home == home]

    def hires_of(self, crew: Crew) -> list[Hire]:
        """Give the new colleagues of a team's units."""
        return [hire for hire in self.hires if hire.crew is crew]

    @property
    def mentors(self) -> list[tuple[Crew, Someone]]:
        """Give every mentor with the team in whose units they work."""
        return [(crew, mentor) for crew in self.crews for mentor in crew.mentors]


def make_plan(today: date, seed: int = SEED) -> Plan:
    """Draw the plan; the same day and seed give the same plan."""
    chance = Random(seed)  # noqa: S311 (an example, not a secret)
    crowd = Crowd(chance)
    organizers = tuple(crowd.meet("nettverk") for _ in range(2))
    advisors = [crowd.meet("nettverk") for _ in range(ADVISORS)]
    crews: list[Crew] = []
    muster = Muster(crowd, chance)
    for number, home in enumerate(HOMES):
        pair = (advisors[number % ADVISORS], advisors[(number + 3) % ADVISORS])
        crews += muster.crews(home, pair)
    administrators = {home.number: crowd.meet(home.slug, home.language) for home in HOMES}
    hires = [hire for home in HOMES for hire in _hires(home, crews, today, chance)]
    return Plan(Days(today), organizers, administrators, tuple(crews), tuple(hires))


def _hires(home: Home, crews: list[Crew], today: date, chance: Random) -> list[Hire]:
    """Spread a municipality's hires over the two years before today, as evenly as chance has it."""
    teams = [crew for crew in crews if crew.home == home]
    hires: list[Hire] = []
    for year in (1, 0):
        for number in range(home.hires):
            ago = 1 + year * YEAR + min(int((number + chance.random()) * YEAR / home.hires), YEAR - 1)
            crew = teams[(number + year) % len(teams)]
            hires.append(_hire(crew, ago, len(hires), today, chance))
    return sorted(hires, key=lambda hire: hire.started)


def _hire(crew: Crew, ago: int, number: int, today: date, chance: Random) -> Hire:
    """Make one hire, who started so many days ago."""
    started = today - timedelta(days=ago)
    mentor = crew.mentors[number // 2 % len(crew.mentors)] if ago <= SCHEME_BEGAN else None
    leaves = chance.random() < (LEAVES_WITH_MENTOR if mentor else LEAVES_WITHOUT)
    left = started + timedelta(days=chance.randint(70, 345))
    return Hire(
        crew,
        chance.choice(crew.units),
        "sykepleier" if chance.random() < 0.8 else "vernepleier",
        started,
        left if leaves and left < today else None,
        mentor,
        chance.gauss(0.0, 0.6),
    )


def asked_at(hire: Hire, wave: str) -> date | None:
    """Tell when a hire is asked in a wave; None when they have left before."""
    day = wave_day(hire.started, wave)
    return day if hire.is_here(day) else None
