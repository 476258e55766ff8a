"""P9: what protection costs. Mean error of the share who do not agree, level by level, beside the error of chance.

The error of chance is what asking these people rather than others of the same mind does to a share. Numbers that are
worth nothing protect nobody either: rounding may cost no more than chance does, and most answers must end up in a
block of their own municipality.
"""

from collections import defaultdict
from math import pi, sqrt
from random import Random
from statistics import mean

from attacks.programme import POINTS, WHOLE, cohorts

from fotfeste_server.anonymous.disclosure import Cell, Shape, blocks_of
from fotfeste_server.anonymous.releases import Block
from fotfeste_server.results.counting import ladder
from fotfeste_server.results.figures import repaired

SHAPE = Shape("ordinal", points=POINTS)
AGREE = 3  # who answered at most this does not agree
LEVELS = {
    "block": lambda told: (told.place, told.wave, told.window),
    "municipality and wave": lambda told: (told.place, told.wave),
    "municipality": lambda told: told.place,
    "network and wave": lambda told: told.wave,
    "network": lambda _told: None,
}


class Counted:
    """One block as it was told, and the truth behind it."""

    def __init__(self, told, window, answers):
        self.place, self.wave, self.window = told.cell.place, told.cell.wave, window
        self.question, self.answers = told.cell.question, answers
        self.block = Block("nyansatt", told.cell.question, self.wave, self.place, told.n, "ordinal", told.counts)


def sealed(chance, mood):
    """Run a programme through the counting alone; give its blocks, and how many answers never got into one."""
    waiting, counted, asked = defaultdict(list), [], 0
    for window, coming in enumerate(cohorts(chance, WHOLE["published"], mood)):
        for person in coming:
            for question, answer in person.answers.items():
                waiting[Cell("nyansatt", question, person.wave, person.place, SHAPE)].append(answer)
                asked += 1
        told = blocks_of(waiting, 1, chance.random)
        counted += [Counted(block, window, waiting.pop(block.cell)) for block in told]
    return counted, asked


def share_told(blocks):
    """The share as results work it out: blocks added up, mended, cut to what is possible."""
    steps = ladder(SHAPE, [each.block for each in blocks], 1)
    return float(repaired(steps)[POINTS.index(AGREE)]) / steps.n


def errors(counted, level):
    """Give (error of rounding, expected error of chance) for every group of a level and question."""
    groups = defaultdict(list)
    for each in counted:
        groups[each.question, LEVELS[level](each)].append(each)
    for blocks in groups.values():
        answers = [answer for each in blocks for answer in each.answers]
        true = mean(answer <= AGREE for answer in answers)
        yield abs(share_told(blocks) - true), sqrt(2 / pi * true * (1 - true) / len(answers))


def measured(mood, runs):
    """Give mean errors in percentage points by level, and the part of answers that got into a block."""
    found, covered = {level: [] for level in LEVELS}, []
    for seed in range(runs):
        counted, asked = sealed(Random(seed), mood)
        covered.append(sum(each.block.n for each in counted) / asked)
        for level in LEVELS:
            found[level] += errors(counted, level)
    return {level: [100 * mean(pair[i] for pair in pairs) for i in (0, 1)] for level, pairs in found.items()}, covered


def told(mood, levels, covered):
    each = ", ".join(f"{level} {rounding:.1f} ({chance:.1f})" for level, (rounding, chance) in levels.items())
    return f"P9 mood {mood}: error of rounding (of chance) in pp: {each}; coverage {100 * mean(covered):.0f} %"


def test_rounding_costs_no_more_than_chance_at_any_level(long, attacked):
    """Over questions on which people are divided to those on which most agree; each mood is told on its own."""
    both = {level: [0.0, 0.0] for level in LEVELS}
    for mood in (0.5, 0.6, 0.7):
        levels, covered = measured(mood, 60 if long else 10)
        attacked(told(mood, levels, covered))
        for level, pair in levels.items():
            both[level] = [total + each / 3 for total, each in zip(both[level], pair, strict=True)]
        assert mean(covered) >= 0.85

    attacked(told("0.5–0.7", both, [1]).split(";")[0])
    assert [] == [level for level, (rounding, chance) in both.items() if rounding > chance]


def test_where_nearly_all_agree_rounding_costs_a_little_more_than_chance(long, attacked):
    """Then chance is small, and every block is near its end: at most a half more, and said in the open."""
    levels, covered = measured(0.85, 60 if long else 20)

    attacked(told(0.85, levels, covered))
    assert [] == [level for level, (rounding, chance) in levels.items() if rounding > 1.5 * chance]
    assert mean(covered) >= 0.85
