"""Lets worlds live from their seeds, hunts planted bugs, and adds the figures up."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .machines import Broken
from .planted import Bug
from .promises import check, rest
from .world import World

LONG = os.environ.get("FOTFESTE_TORTURE") == "long"
STEPS = 60 if LONG else 36
SHOWN = 80
WILD = 0.4  # of all requests something goes wrong with so many, where a bug is to be found soon


@dataclass
class Figures:
    """What many worlds have been through."""

    schedules: int = 0
    stats: Counter[str] = field(default_factory=Counter)
    worst_seconds: float = 0.0

    def add(self, world: World) -> None:
        self.schedules += 1
        self.stats += world.stats
        self.stats["delivered"] += len(world.saved.keys() & world.ever_on_server)
        self.worst_seconds = max(self.worst_seconds, world.worst_seconds)

    def table(self) -> str:
        """The figures, for the README and for whoever watches."""
        first = ("requests", "saved", "delivered", "conflicts", "erased", "only disk lost", "double faults")
        lines = [("schedules", self.schedules), *((name, self.stats[name]) for name in first)]
        lines += [("lost", 0), ("doubled", 0), ("altered", 0)]  # or a promise would have been broken before this
        lines.append(("worst seconds to deliver after healing", round(self.worst_seconds)))
        lines += sorted((name, n) for name, n in self.stats.items() if name not in first)
        return "\n".join(f"{name:40} {n:>9}" for name, n in lines)


def live(seed: int, *, rate: float | None = None, postgres: str | None = None, often: tuple[str, ...] = ()) -> World:
    """Let one world live, and hold it to every promise after each step and when it has come to rest."""
    with World(seed, rate=rate, postgres=postgres, often=often) as world:
        try:
            for _ in range(STEPS):
                world.step()
                check(world, world.actor)
            rest(world)
        except Broken as broken:
            story = "\n".join(world.story[-SHOWN:])
            raise Broken(f"{broken}\nAgain: FOTFESTE_SEED={seed} python tests {REPLAY}\n{story}") from broken
        world.note_on_server()
    return world


REPLAY = "tests/together/test_simulation.py -k one_seed -n 0"


def hunt(bug: Bug, seeds: Iterable[int]) -> tuple[int, str] | None:
    """Plant a bug and tell how many worlds it took to find it, and by which broken promise."""
    with bug.planted():
        for tried, seed in enumerate(seeds, start=1):
            try:
                live(seed, rate=WILD, often=bug.often)
            except Broken as broken:
                return tried, str(broken).split("\n", maxsplit=1)[0]
    return None
