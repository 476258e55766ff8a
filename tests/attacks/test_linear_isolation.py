"""P5: save the results after every submission, and solve for one person, or for a group below five.

The attacker knows who answered, where, in which wave and in which order, and the rule by which blocks are made. Every
figure is then a sum over known people: a row of ones and noughts. Who can be told apart by sums and differences of
rows is isolated. The control gives the same attacker results that are counted live above a threshold of five.
"""

from collections import defaultdict
from datetime import date
from itertools import combinations
from random import Random

import msgspec
from attacks.programme import PLACES, QUESTIONS, WAVES, cohorts

from fotfeste_server.results.document import document

PRIME = 2_147_483_647
QUARTERS = 6
SHORT, LONG = (4, 8, 9), (4, 9, 12, 20, 30)


def read(document):
    """The counts of the attacked question in one saved document: place, wave and how many were counted."""
    for each in document["questions"]:
        if each["question"] == QUESTIONS[0] and each.get("answers"):
            yield each["place"], each["wave"], each["answers"][0]["n"]


class Sums:
    """The row space of everything that was ever told, modulo a large prime."""

    def __init__(self, columns):
        self.columns = columns
        self.pivots = {}

    def reduced(self, row):
        row = dict(row)
        while row:
            first = min(row)
            if first not in self.pivots:
                return row
            factor = row[first]
            for column, value in self.pivots[first].items():
                left = (row.get(column, 0) - factor * value) % PRIME
                row.pop(column, None)
                if left:
                    row[column] = left
        return row

    def add(self, people):
        row = self.reduced(dict.fromkeys(people, 1))
        if row:
            first = min(row)
            turned = pow(row[first], -1, PRIME)
            self.pivots[first] = {column: value * turned % PRIME for column, value in row.items()}

    def knows(self, people):
        return not self.reduced(dict.fromkeys(people, 1))


def isolated(told, people):
    """Count those whose own answer follows, and those in groups of two to four whose sum does."""
    sums = Sums(people)
    for row in told:
        sums.add(row)
    signs = {}
    for person in people:
        signs.setdefault(tuple(person in row for row in told), []).append(person)
    alike = [tuple(group) for group in signs.values() if len(group) < 5]
    alone = {person for group in alike if len(group) == 1 and sums.knows(group) for person in group}
    few = set()
    for many in (1, 2, 3, 4):
        for some in combinations(alike, many) if len(alike) < 40 else ([group] for group in alike if many == 1):
            together = [person for group in some for person in group]
            if 1 < len(together) < 5 and sums.knows(together):
                few |= set(together)
    return len(alone), len(few - alone)


def rows_behind(saved, came):
    """Turn every saved figure into the set of people it sums over, by the order in which they came.

    A block takes all who wait, so the first n of a place and wave are those behind its n; the network's are the
    sums of its places' at the same time.
    """
    rows = set()
    for figures in saved:
        together = defaultdict(set)
        for place, wave, n in figures:
            if place:
                first = [each.number for each in came if (each.place, each.wave) == (place, wave)][:n]
                rows.add(frozenset(first))
                together[wave].update(first)
        rows |= {frozenset(each) for each in together.values()}
        assert {wave: n for place, wave, n in figures if not place} == {w: len(all_) for w, all_ in together.items()}
    return rows


def test_nobody_can_be_solved_for_by_who_saved_everything(anywhere, long, attacked):
    chance = Random(11)
    programme, sizes = anywhere("isolation"), LONG if long else SHORT
    saved, count = {}, 0
    for number, coming in enumerate(cohorts(chance, sizes, 0.6, QUARTERS)):
        window, today = programme.open(number), date(2026 + number // 4, 3 * (number % 4) + 1, 15)
        for person in coming:
            programme.answer(window, person, today)
            saved[document(programme.source(PLACES[: len(sizes)]))] = None
            count += 1
        programme.seal(window, Random(number).random)
        saved[document(programme.source(PLACES[: len(sizes)]))] = None
    answered = [person for person in programme.came if QUESTIONS[0] in person.answers]
    told = rows_behind([list(read(msgspec.json.decode(each))) for each in saved], answered)
    alone, few = isolated(told, [person.number for person in answered])

    assert len(told) > 5
    attacked(f"P5 linear isolation: {count} submissions, {len(told)} sums: isolated {alone}, in groups below 5: {few}")
    assert (0, 0) == (alone, few)


def test_the_attack_solves_for_almost_everybody_where_results_are_live(long, attacked):
    """The control: municipalities and the network above a threshold of five, looked at after every submission."""
    chance = Random(3)
    came = [each for coming in cohorts(chance, LONG if long else SHORT, 0.6, QUARTERS) for each in coming]
    told = set()
    for until in range(1, len(came) + 1):
        for wave in WAVES:
            so_far = [each for each in came[:until] if each.wave == wave]
            groups = [[e.number for e in so_far if e.place == place] for place in {e.place for e in so_far}]
            told |= {frozenset(group) for group in [*groups, [e.number for e in so_far]] if len(group) >= 5}
    alone, few = isolated(told, [each.number for each in came])

    attacked(f"P5 control, live above a threshold of 5: isolated {alone} of {len(came)}, in groups below 5: {few}")
    assert alone > 0.7 * len(came)
