"""A patient attacker: tries every world that fits what was shown and asks what all of them agree on."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import accumulate, combinations_with_replacement, product

from fotfeste_server.anonymous.disclosure import protect

ALMOST_ONE = 1 - 1e-12
Release = Callable[[Sequence[int], int], set[tuple[Hashable, ...]]]


def every_draw(count: int, n: int, colluders: int) -> set[int]:
    """All that `protect` can ever show for one count."""
    return {protect(count, n, colluders, lambda: 0.0), protect(count, n, colluders, lambda: ALMOST_ONE)}


def honest(colluders: int) -> Release:
    """What a block may show, point by point, each draw on its own."""
    return lambda below, n: set(product(*(every_draw(count, n, colluders) for count in below)))


def below(answers: Iterable[int], levels: int) -> list[int]:
    """How many answered at most 0, 1, … for every level but the last."""
    counts = Counter(answers)
    return list(accumulate(counts[level] for level in range(levels - 1)))


def ordinal_attack(n: int, levels: int, colluders: int, release: Release) -> tuple[int, int]:
    """Count the facts asked and those forced: is another member surely at most, or surely above, a point?"""
    asked = forced = 0
    for told in combinations_with_replacement(range(levels), colluders):
        lowest: dict[tuple[Hashable, ...], int] = defaultdict(lambda: levels)
        highest: dict[tuple[Hashable, ...], int] = defaultdict(lambda: -1)
        for others in combinations_with_replacement(range(levels), n - colluders):
            for shown in release(below(told + others, levels), n):
                lowest[shown] = min(lowest[shown], others[0])
                highest[shown] = max(highest[shown], others[-1])
        asked += 2 * (levels - 1) * len(lowest)
        forced += sum(top <= point for top in highest.values() for point in range(levels - 1))
        forced += sum(low > point for low in lowest.values() for point in range(levels - 1))
    return asked, forced
