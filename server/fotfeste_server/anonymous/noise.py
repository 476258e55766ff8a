"""Noise for tables that were registered beforehand: a discrete Laplace draw, exact to the last bit.

A floating-point draw leaves gaps between its numbers that tell what was added to what. Here every step is a draw of
a whole number below another, and every chance a fraction of whole numbers, so the noise has exactly the distribution
that the privacy loss ε is promised for: one more or one fewer answer changes no table's chance by more than e^ε.
"""

from collections.abc import Callable
from fractions import Fraction
from random import SystemRandom
from typing import TypeAlias

Below: TypeAlias = Callable[[int], int]
"""Draws a whole number from nought up to, but not including, the one given; all of them alike."""

CHANCE: Below = SystemRandom().randrange


def discrete_laplace(epsilon: Fraction, below: Below = CHANCE) -> int:
    """Draw a whole number x with a chance in proportion to e^(-ε|x|)."""
    step, scale = epsilon.numerator, epsilon.denominator
    while True:
        size = _geometric(scale, below) // step
        minus = below(2) == 1
        if size or not minus:  # nought has no sign, and may not come twice as often
            return -size if minus else size


def _geometric(scale: int, below: Below) -> int:
    """Draw y = 0, 1, 2 … with a chance in proportion to e^(-y/scale): a remainder first, then whole scales."""
    while True:
        remainder = below(scale)
        if falls(Fraction(remainder, scale), below):
            break
    whole = 0
    while falls(Fraction(1), below):
        whole += 1
    return remainder + scale * whole


def falls(exponent: Fraction, below: Below) -> bool:
    """Say yes with the chance e^(-exponent), for an exponent of at most one.

    Draws of exponent/1, exponent/2, exponent/3 … go on until the first no. That it comes at an odd draw has exactly
    this chance, by the series of the exponential.
    """
    draw = 1
    while below(exponent.denominator * draw) < exponent.numerator:
        draw += 1
    return draw % 2 == 1
