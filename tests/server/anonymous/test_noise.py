"""The noise of tables has exactly the distribution that its ε is promised for, and no draw is a fraction."""

from collections import Counter
from fractions import Fraction
from math import exp
from random import Random

import pytest
from scipy.stats import chisquare

from fotfeste_server.anonymous.noise import discrete_laplace, falls

DRAWS = 10_000
EPSILONS = [Fraction(1), Fraction(1, 2), Fraction(3, 2)]


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_ten_thousand_draws_are_those_of_the_promised_noise(epsilon):
    """P8: χ² against the exact chances, the tails put together where fewer than ten are expected."""
    below = Random(7).randrange
    drawn = Counter(discrete_laplace(epsilon, below) for _ in range(DRAWS))
    p = exp(-epsilon)
    chance = {x: (1 - p) / (1 + p) * p ** abs(x) for x in range(-60, 61)}
    middle = [x for x in chance if chance[x] * DRAWS >= 10]
    expected = [chance[x] * DRAWS for x in middle]
    seen = [drawn[x] for x in middle]
    told = chisquare([*seen, DRAWS - sum(seen)], [*expected, DRAWS - sum(expected)])

    assert told.pvalue > 0.01


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_a_noise_of_another_strength_is_noticed_by_the_same_measure(epsilon):
    below = Random(7).randrange
    drawn = Counter(discrete_laplace(epsilon, below) for _ in range(DRAWS))
    p = exp(-epsilon * 9 / 10)
    chance = {x: (1 - p) / (1 + p) * p ** abs(x) for x in range(-6, 7)}
    seen, expected = [drawn[x] for x in chance], [each * DRAWS for each in chance.values()]

    assert chisquare([*seen, DRAWS - sum(seen)], [*expected, DRAWS - sum(expected)]).pvalue < 0.01


def test_one_answer_more_changes_no_numbers_chance_by_more_than_the_promise():
    p = exp(-1)
    chance = lambda x: (1 - p) / (1 + p) * p ** abs(x)  # noqa: E731

    assert all(chance(told - 5) <= exp(1) * chance(told - 6) * 1.000_001 for told in range(-20, 40))


@pytest.mark.parametrize("exponent", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_yes_comes_with_the_chance_of_the_exponential(exponent):
    below = Random(3).randrange
    yes = sum(falls(exponent, below) for _ in range(DRAWS))

    assert abs(yes / DRAWS - exp(-exponent)) < 0.015


def test_every_draw_is_a_whole_number_below_a_whole_number():
    asked = []

    def below(most):
        asked.append(most)
        return Random(len(asked)).randrange(most)

    drawn = [discrete_laplace(Fraction(1, 2), below) for _ in range(50)]

    assert {int} == {type(most) for most in asked} == {type(each) for each in drawn}
