"""A simulated programme: people in municipalities answer through real envelopes, quarter by quarter, wave by wave.

It remembers who answered what and in which order, as the attacker of `shared/privacy.md` does; the server does not.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from server.anonymous.makers import World
from server.results.making_results import source_of

from fotfeste_server.anonymous.disclosure import Uniform
from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.sealing import seal
from fotfeste_server.results.reading import Reach, Source
from fotfeste_server.results.released import read_released
from fotfeste_shared.database import Database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import anonymous_receipt

FORM = shipped()["nyansatt"]
QUESTIONS = ("t_faglig", "t_forverring", "t_legemidler", "t_prioritere", "t_ansvar", "t_uenig", "t_parorende", "b_bli")
POINTS = (1, 2, 3, 4, 5)
WAVES = {"start": 0, "m3": 1, "m6": 2, "m12": 4}  # quarters after the start
PLACES = ("5001", "0301", "1804", "4204", "4601", "5501", "1103", "3301", "3401", "3801", "1506", "5601")
WHOLE = {"small": (4, 7, 18), "published": (3, 5, 7, 9, 12, 15, 18, 24, 30, 38, 48, 60)}
ANSWERING = 0.7


@dataclass(frozen=True)
class Person:
    """One who answered: where, in which wave, and what to each question."""

    number: int
    place: str
    wave: str
    answers: dict[str, int]


@dataclass
class Programme:
    """A programme with everybody's answers in the order in which they came, and the real server beside it."""

    world: World
    came: list[Person] = field(default_factory=list)
    waiting: dict[tuple[str, str, str], list[Person]] = field(default_factory=lambda: defaultdict(list))
    blocks: list[tuple[str, str, str, str, list[Person]]] = field(default_factory=list)

    @classmethod
    def at(cls, db: Database, folder: Path) -> "Programme":
        return cls(World.at(db, folder))

    @property
    def path(self) -> Path:
        return self.world.folder / f"{self.world.network}.jsonl"

    def source(self, places: tuple[str, ...] = PLACES) -> Source:
        """Everything that somebody of the working group sees now."""
        return source_of(read_released(self.path), Reach(whole=True, places=places))

    def open(self, number: int) -> str:
        year, quarter = 2026 + number // 4, number % 4
        opens, closes = date(year, 3 * quarter + 1, 1), date(year, 3 * quarter + 3, 28)
        name = f"{year}-Q{quarter + 1}"
        return open_window(self.world.db, self.world.keys, self.world.network, name, opens=opens, closes=closes)

    def answer(self, window: str, person: Person, today: date) -> None:
        """One more person answers; the attacker, who saw them do it, takes note."""
        world = self.world
        [token] = invite(world.db, world.keys, window, FORM, wave=person.wave, place=person.place)
        envelope = Envelope(world.writer, token, today, world.repeats)
        receipt = envelope.receive(Filled(FORM.code, FORM.version, person.answers, anonymous_receipt()))
        assert "kept" == receipt.outcome
        self.came.append(person)
        for question in person.answers:
            self.waiting[question, person.wave, person.place].append(person)

    def seal(self, window: str, uniform: Uniform) -> None:
        """Seal for real; the attacker knows the rule, so they know who is in which block."""
        world = self.world
        seal(world.db, world.keys, world.folder, window, 1, uniform=uniform)
        for (question, wave, place), people in list(self.waiting.items()):
            if len(people) >= 5:
                self.blocks.append((question, wave, place, window, people))
                del self.waiting[question, wave, place]


def somebody(chance: Random, number: int, place: str, wave: str, mood: float) -> Person:
    """A person with an opinion; they skip a question now and then."""
    given = {
        question: 1 + sum(chance.random() < mood for _ in range(4))
        for question in QUESTIONS
        if chance.random() < 0.95
    }
    return Person(number, place, wave, given or {QUESTIONS[0]: 3})


def cohorts(chance: Random, sizes: tuple[int, ...], mood: float, quarters: int = 11) -> list[list[Person]]:
    """Who answers in each quarter: hires are spread over the quarters, and most answer each of their waves."""
    coming: list[list[Person]] = [[] for _ in range(quarters)]
    number = 0
    for place, size in zip(PLACES, sizes, strict=False):
        for _ in range(size):
            start = chance.randrange(max(1, quarters - 4))
            for wave, later in WAVES.items():
                if chance.random() < ANSWERING and start + later < quarters:
                    coming[start + later].append(somebody(chance, number, place, wave, mood))
                    number += 1
    for quarter in coming:
        chance.shuffle(quarter)
    return coming


def run(programme: Programme, quarters: list[list[Person]], uniform: Uniform) -> Programme:
    """Let a whole programme happen."""
    for number, coming in enumerate(quarters):
        window = programme.open(number)
        today = date(2026 + number // 4, 3 * (number % 4) + 1, 15)
        for person in coming:
            programme.answer(window, person, today)
        programme.seal(window, uniform)
    return programme
