"""P4: an integer program over every number ever told of a whole programme, with the worst colluder in every block.

The attacker knows who is in which block, has the release file itself (whence every page and file is made) and each
span on every page and in the JSON, in all windows together and in each. Their unknowns are, for each block and point
of the scale, how many answered at most that. A fact is «this member of the block, who does not tell, answered at most
(or above) this point»; it is forced when no world that fits everything says otherwise. The solver is asked for worlds
that deny as many facts as possible until it proves that no world denies another.
"""

from dataclasses import dataclass, field
from random import Random

import numpy as np
import pytest
from attacks.programme import FORM, POINTS, QUESTIONS, WAVES, WHOLE, cohorts, run
from attacks.worlds import every_draw
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from fotfeste_server.results.document import written
from fotfeste_server.results.report import details

STEPS = POINTS[:-1]


@dataclass
class Program:
    """A linear program over whole numbers, put together row by row."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def unknown(self, low, high):
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def hold(self, terms, low, high):
        self.rows.append((terms, low, high))

    def most(self, wanted):
        """Find a world in which the sum of the wanted unknowns is as large as it can be."""
        at = [(row, column, value) for row, (terms, _, _) in enumerate(self.rows) for column, value in terms.items()]
        i, j, values = zip(*at, strict=True)
        matrix = coo_array((values, (i, j)), shape=(len(self.rows), len(self.low))).tocsr()
        goal = np.zeros(len(self.low))
        goal[list(wanted)] = -1
        found = milp(
            goal, integrality=np.ones(len(self.low)), bounds=Bounds(self.low, self.high),
            constraints=LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]),
        )  # fmt: skip
        assert 0 == found.status, found.message
        return np.rint(found.x)


def fits(told, n):
    """The least and the most true count behind a told one."""
    able = [count for count in range(n + 1) if told in every_draw(count, n, 1)]
    return min(able), max(able)


def attack(programme, released, worst, *, exact_blocks=False, exact_totals=False):
    """Give the facts asked and those forced, with the lowest or the highest member of every block telling all."""
    program, places, denials = Program(), {}, {}
    for block, (question, wave, place, window, people) in enumerate(programme.blocks):
        answers = [person.answers[question] for person in people]
        told, n, colluder = released[question, wave, place, window], len(people), worst(answers)
        for step, shown in zip(STEPS, told, strict=True):
            low, high = (shown, shown) if exact_blocks else fits(shown, n)
            unknown = program.unknown(low, high)
            places[block, step] = unknown
            below, above = int(colluder <= step), int(colluder > step)
            denials[block, step, "at most"] = _denial(program, {unknown: -1}, above - n)
            denials[block, step, "above"] = _denial(program, {unknown: 1}, below)
            program.hold({unknown: 1}, below, n - above)
            if step > 1:
                program.hold({places[block, step - 1]: -1, unknown: 1}, 0, np.inf)
    _hold_pages(program, programme, places)
    if exact_totals:
        _hold_totals(program, programme, places)
    return _forced(program, programme, denials)


def _denial(program, terms, needed):
    """One more unknown that can only be 1 in a world where somebody else of the block is on the other side."""
    unknown = program.unknown(0, 1)
    program.hold(terms | {unknown: -1}, needed, np.inf)
    return unknown


def _forced(program, programme, denials):
    left, asked = set(denials), 0
    for block, _, _ in denials:
        asked += len(programme.blocks[block][4]) - 1
    while left:
        world = program.most(denials[fact] for fact in left)
        denied = {fact for fact in left if world[denials[fact]] == 1}
        if not denied:
            break
        left -= denied
    return asked, sum(len(programme.blocks[block][4]) - 1 for block, _, _ in left)


def _hold_pages(program, programme, places):
    """Every span of every question, place, wave and window."""
    source = programme.source()
    windows = ["", *(each.id for each in source.released.windows)]
    for window in windows:
        for place in source.levels(FORM):
            for wave in WAVES:
                for detail in details(source, FORM, wave, place, window):
                    if detail.asked.path in QUESTIONS and detail.hidden is None:
                        _hold_detail(program, programme, places, detail, window)


def _hold_detail(program, programme, places, detail, window):
    inside = [
        number
        for number, (question, wave, place, sealed, _) in enumerate(programme.blocks)
        if (question, wave) == (detail.asked.path, detail.wave)
        and detail.place in ("", place)
        and window in ("", sealed)
    ]
    n = sum(len(programme.blocks[number][4]) for number in inside)
    assert n == detail.n  # the attacker knows who is in there
    for code, shown in detail.answers:
        told, terms, known = written(shown), {}, 0
        for number in inside:
            if int(code) < POINTS[-1]:
                terms[places[number, int(code)]] = 1
            else:
                known += len(programme.blocks[number][4])
            if int(code) > 1:
                terms[places[number, int(code) - 1]] = -1
        program.hold(terms, told["low"] - known, told["high"] - known)
    mean = written(detail.mean)
    terms = {places[number, step]: -1 for number in inside for step in STEPS}
    top = POINTS[-1] * n
    program.hold(terms, n * mean["low_tenths"] / 10 - top - 1e-6, n * mean["high_tenths"] / 10 - top + 1e-6)


def _hold_totals(program, programme, places):
    """A planted mistake: the network's numbers come from the true counts, beside the protected blocks."""
    for question in QUESTIONS:
        for wave in WAVES:
            inside = [i for i, block in enumerate(programme.blocks) if block[:2] == (question, wave)]
            for step in STEPS:
                true = sum(p.answers[question] <= step for i in inside for p in programme.blocks[i][4])
                if inside:
                    program.hold({places[i, step]: 1 for i in inside}, true, true)


def _released(programme):
    return {
        (each.block.question, each.block.wave, each.block.place, each.window.id): each.block.counts["cumulative"]
        for each in programme.source().released.blocks
    }


def _exact(programme):
    return {
        block[:4]: [sum(person.answers[block[0]] <= step for person in block[4]) for step in STEPS]
        for block in programme.blocks
    }


@pytest.fixture(scope="module", params=[0.5, 0.85], ids=["mixed", "content"])
def programme(request, anywhere, long):
    sizes = WHOLE["published" if long else "small"]
    coming = cohorts(Random(request.param), sizes, request.param, 11 if long else 7)
    return run(anywhere(), coming, Random(5).random)


def test_no_fact_follows_from_everything_ever_told(programme, attacked):
    asked = forced = 0
    for worst in (min, max):
        more_asked, more_forced = attack(programme, _released(programme), worst)
        asked, forced = asked + more_asked, forced + more_forced

    blocks = len(programme.blocks)
    attacked(f"P4 integer program over all results, {blocks} blocks, worst colluders: forced {forced} of {asked} facts")
    assert asked > 500
    assert 0 == forced


def test_the_attack_sees_exact_totals_beside_the_blocks(programme, attacked):
    asked, forced = attack(programme, _released(programme), max, exact_totals=True)

    attacked(f"P4 control, totals from exact counts: forced {forced} of {asked} facts")
    assert forced > 0


def test_the_attack_sees_exact_counts(programme, attacked):
    asked, forced = attack(programme, _exact(programme), max, exact_blocks=True)

    attacked(f"P4 control, exact counts in every block: forced {forced} of {asked} facts")
    assert forced > 0
