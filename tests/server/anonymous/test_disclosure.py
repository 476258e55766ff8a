"""What a block tells: random only near nobody and everybody, right on average, and never about too few."""

from random import Random

import pytest

from fotfeste_server.anonymous.disclosure import (
    Cell,
    Shape,
    binned,
    blocks_of,
    crowd,
    multiple_block,
    nominal_block,
    ordinal_block,
    protect,
)

EVEN = [(step + 0.5) / 3000 for step in range(3000)]


@pytest.mark.parametrize("n", [5, 6, 9, 20])
def test_rounding_is_right_on_average_and_leaves_the_middle_alone(n):
    for count in range(n + 1):
        shown = [protect(count, n, 1, lambda u=u: u) for u in EVEN]

        assert sum(shown) == count * len(EVEN)
        assert set(shown) <= ({count} if 2 < count < n - 2 else {0, 3, n - 3, n})


def test_more_colluders_need_a_larger_crowd():
    assert [crowd(1), crowd(2)] == [5, 7]
    with pytest.raises(ValueError, match="their own"):
        crowd(0)


def test_a_scale_is_told_as_cumulative_counts():
    answers = [1] * 4 + [2] * 5 + [3] * 6 + [4] * 4

    assert ordinal_block(answers, (1, 2, 3, 4), 1, Random(1).random) == {"cumulative": [4, 9, 15]}


def test_a_choice_that_nearly_all_made_is_only_said_to_dominate():
    assert nominal_block(list("aaabb"), "abc", 1) == {"dominant": "a", "at_least": 3}
    assert nominal_block(list("aabbc"), "abcd", 1) == {"counts": {"a": 2, "b": 2, "c": 1, "d": 0}}


def test_several_choices_are_each_a_yes_or_no():
    answers = [["a", "b"]] * 4 + [["a"]] * 4 + [["b"]] * 3

    assert multiple_block(answers, "ab", 1, Random(1).random) == {"counts": {"a": 8, "b": 7}}


def test_numbers_fall_into_the_bin_that_starts_at_or_below_them():
    assert binned([0, 1, 2, 3, 9, -4], (0, 1, 3, 6)) == [0, 1, 1, 3, 6, 0]


def test_too_few_are_never_counted():
    cell = Cell("nyansatt", "t_faglig", "m3", "5001", Shape("ordinal", points=(1, 2, 3)))

    assert blocks_of({cell: [1, 2, 3, 1]}, 1, Random(1).random) == []
    assert [told.n for told in blocks_of({cell: [1, 2, 3, 1, 2]}, 1, Random(1).random)] == [5]
    with pytest.raises(ValueError, match="needs 5"):
        ordinal_block([1, 2, 3, 1], (1, 2, 3), 1, Random(1).random)


def test_none_of_these_counts_as_nothing_ticked():
    shape = Shape("multiple", codes=("tid", "ingenting"), alone=("ingenting",))
    cell = Cell("mentor", "savner", "etter", "5001", shape)
    told = blocks_of({cell: [["ingenting"]] * 4 + [["tid"]] * 4}, 1, Random(1).random)

    assert [(block.n, block.counts) for block in told] == [(8, {"counts": {"tid": 4}})]
