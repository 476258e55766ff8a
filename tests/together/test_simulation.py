"""Nothing lost, nothing doubled, nothing altered: whole worlds of server, clients and faults, each from one seed.

A world that breaks a promise prints its seed and its story. To see it again:
    FOTFESTE_SEED=1234 python tests tests/together/test_simulation.py -k one_seed -n 0
The long form, with its figures: 600 worlds and 60 on PostgreSQL, some twenty minutes of one core.
    FOTFESTE_TORTURE=long python tests tests/together/test_simulation.py -s -n 0
FOTFESTE_WORLDS asks for another number of them, and FOTFESTE_FIRST for others than the first.
"""

import os
from collections.abc import Iterator

import pytest
from together.living import LONG, Figures, hunt, live
from together.planted import BUGS

WORLDS = int(os.environ.get("FOTFESTE_WORLDS", "600" if LONG else "32"))
THERE = max(WORLDS // 10, 1)  # on PostgreSQL, where a world takes several times as long
FIRST = int(os.environ.get("FOTFESTE_FIRST", "0"))
AT_ONCE = 4
TRIES = 60
HUNTED = 0 if LONG else 12  # every day begins with worlds in which bugs show soon; any sixty of them show all
SEED = int(os.environ.get("FOTFESTE_SEED", "5"))


@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, AT_ONCE))
def test_worlds_of_faults_lose_double_and_alter_nothing(first: int, figures: Figures):
    for seed in range(first, min(first + AT_ONCE, FIRST + WORLDS)):
        figures.add(live(seed))

    assert figures.stats["saved"] > 0
    assert figures.stats["requests"] > figures.stats["saved"]


@pytest.mark.parametrize("seed", range(FIRST, FIRST + THERE))
def test_so_it_is_on_postgresql(seed: int, postgres: str, figures_there: Figures):
    figures_there.add(live(seed, postgres=postgres))

    assert figures_there.stats["requests"] > 0


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug):
    found = hunt(bug, range(HUNTED, HUNTED + TRIES))
    print(f"planted: {bug.name}: {found}")

    assert found is not None, f"{bug.what}, and nobody noticed in {TRIES} worlds"


def test_one_seed_tells_the_same_story_twice():
    once, again = live(SEED), live(SEED)

    assert once.story == again.story
    assert once.stats == again.stats
    assert set(once.saved) == set(again.saved)


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    yield from counted("SQLite")


@pytest.fixture(scope="module")
def figures_there() -> Iterator[Figures]:
    yield from counted("PostgreSQL")


def counted(where: str) -> Iterator[Figures]:
    total = Figures()
    yield total
    if LONG:
        print(f"\nOn {where}\n{total.table()}")
