"""P1: in every world of a small block, whatever is shown and whoever tells all, nothing is proved."""

from collections import defaultdict
from itertools import combinations, combinations_with_replacement, product

import pytest
from attacks.worlds import every_draw, honest, ordinal_attack

from fotfeste_server.anonymous.disclosure import nominal_block

ONE_COLLUDER = [(n, 5, 1) for n in range(5, 10)] + [(n, 2, 1) for n in range(5, 31)]
TWO_COLLUDERS = [(n, 5, 2) for n in range(7, 10)]


@pytest.mark.parametrize("sizes", [ONE_COLLUDER, TWO_COLLUDERS], ids=["C1", "C2"])
def test_no_answer_on_a_scale_can_be_proved(sizes, attacked):
    asked = forced = 0
    for n, levels, colluders in sizes:
        more_asked, more_forced = ordinal_attack(n, levels, colluders, honest(colluders))
        asked, forced = asked + more_asked, forced + more_forced

    attacked(f"P1 every world of {sizes[0][0]} to 9 answers on 5 levels, C = {sizes[0][2]}: forced {forced} of {asked}")
    assert asked > 10_000
    assert forced == 0


def test_the_attack_sees_a_block_that_is_too_small():
    _, forced = ordinal_attack(4, 5, 1, honest(1))

    assert forced > 0


@pytest.mark.parametrize("codes", ["ab", "abc", "abcd"])
def test_no_single_choice_can_be_proved(codes):
    for n, told in product(range(5, 10), codes):
        fitting = defaultdict(list)
        for others in combinations_with_replacement(codes, n - 1):
            fitting[repr(nominal_block([told, *others], codes, 1))].append(set(others))
        proved = [shown for shown, worlds in fitting.items() if len(set().union(*worlds)) == 1]

        assert proved == []


def _ticks(codes, *, nothing):
    sizes = range(0 if nothing else 1, len(codes) + 1)
    return [frozenset(some) for size in sizes for some in combinations(codes, size)]


@pytest.mark.parametrize(("codes", "nothing"), [("ab", False), ("ab", True), ("abc", False), ("abc", True)])
def test_no_tick_among_several_can_be_proved_or_ruled_out(codes, nothing):
    """Without «none of these» everybody ticked something, and the attacker knows it."""
    n, ticks = 5, _ticks(codes, nothing=nothing)
    for told in ticks:
        somebody_ticked, somebody_did_not = defaultdict(set), defaultdict(set)
        for others in combinations_with_replacement(ticks, n - 1):
            counts = [sum(code in answer for answer in (told, *others)) for code in codes]
            for shown in product(*(every_draw(count, n, 1) for count in counts)):
                for code in codes:
                    ticking = sum(code in answer for answer in others)
                    somebody_ticked[shown] |= {code} if ticking else set()
                    somebody_did_not[shown] |= {code} if ticking < n - 1 else set()

        assert all(found == set(codes) for found in somebody_ticked.values())
        assert all(found == set(codes) for found in somebody_did_not.values())
