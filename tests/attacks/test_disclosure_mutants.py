"""P2: seven plausible mistakes in the rounding, each of which the attack of P1 must catch."""

from itertools import product

import pytest
from attacks.worlds import honest, ordinal_attack

BASE = 3


def _one_by_one(draws):
    return lambda below, n: set(product(*(draws(count, n) for count in below)))


def _both_ends(zone, base):
    def draws(count, n):
        if count <= zone:
            return {0, base} if 0 < count < base else {count}
        if n - count <= zone:
            return {n - base, n} if 0 < n - count < base else {count}
        return {count}

    return draws


def _nearest(count, n):
    if count <= 2:
        return {BASE * round(count / BASE)}
    return {n - BASE * round((n - count) / BASE)} if n - count <= 2 else {count}


def _low_end_only(count, _n):
    return {0, BASE} if 0 < count < BASE else {count}


def _hide_when_all_agree(below, n):
    return {("all agree",)} if set(below) <= {0, n} else {tuple(below)}


MUTANTS = {
    "a group of four": (4, honest(1)),
    "base two": (5, _one_by_one(_both_ends(2, 2))),
    "zone one too narrow": (5, _one_by_one(_both_ends(1, BASE))),
    "nearest instead of random": (5, _one_by_one(_nearest)),
    "low end only": (5, _one_by_one(_low_end_only)),
    "hide when all agree": (5, _hide_when_all_agree),
    "exact counts": (5, _one_by_one(lambda count, _n: {count})),
}


@pytest.mark.parametrize("mistake", MUTANTS)
def test_the_attack_catches_the_mistake(mistake, attacked):
    n, release = MUTANTS[mistake]
    forced = sum(ordinal_attack(size, 5, 1, release)[1] for size in ([4] if n == 4 else range(n, 10)))

    attacked(f"P2 planted mistake, {mistake}: facts forced {forced}")
    assert forced > 0


def test_the_right_rounding_written_here_again_passes():
    """The planted mistakes differ from this in one thing each."""
    right = _one_by_one(_both_ends(2, BASE))
    forced = sum(ordinal_attack(size, 5, 1, right)[1] for size in range(5, 10))

    assert forced == 0
