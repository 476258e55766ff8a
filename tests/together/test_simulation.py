"""Nothing lost, nothing doubled, nothing altered: whole worlds of server, clients and faults, each from one seed.

A world that breaks a promise prints its seed and its story. To see it again:
    FOTFESTE_SEED=1234 python tests tests/together/test_simulation.py -k one_seed -n 0
The long form, with its figures, takes more than an hour:
    FOTFESTE_TORTURE=long python tests tests/together/test_simulation.py -s -n 0
"""

import os

import pytest
from together.living import LONG, Figures, hunt, live
from together.planted import BUGS

WORLDS = 4_000 if LONG else 32
AT_ONCE = 100 if LONG else 4
TRIES = 60
SEED = int(os.environ.get("FOTFESTE_SEED", "5"))


@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_worlds_of_faults_lose_double_and_alter_nothing(first: int, figures: Figures):
    for seed in range(first, first + AT_ONCE):
        figures.add(live(seed))

    assert figures.stats["saved"] > 0
    assert figures.stats["requests"] > figures.stats["saved"]


@pytest.mark.parametrize("seed", range(200 if LONG else 3))
def test_so_it_is_on_postgresql(seed: int, postgres: str):
    live(seed, postgres=postgres)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug):
    found = hunt(bug, range(TRIES))
    print(f"planted: {bug.name}: {found}")

    assert found is not None, f"{bug.what}, and nobody noticed in {TRIES} worlds"


def test_one_seed_tells_the_same_story_twice():
    once, again = live(SEED), live(SEED)

    assert once.story == again.story
    assert once.stats == again.stats
    assert set(once.saved) == set(again.saved)


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest):
    total = Figures()
    yield total
    if LONG:
        print("\n" + total.table())
