"""The forecast agrees with what really comes out when the real rules count invented answers."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from fotfeste_server.anonymous.disclosure import Cell, Shape, blocks_of
from fotfeste_server.results.forecast import (
    TURNS,
    asked_by_quarter,
    binomial,
    forecast,
    quarters_between,
    whole_network,
)

STARTS, ENDS = date(2027, 1, 15), date(2028, 12, 15)
PLACES = {"4204": 4, "4206": 9, "5501": 2, "1505": 24}
SHAPE = Shape("nominal", codes=("a", "b"))
TRIALS = 3000


def outcome(chance, turn, percent, colluders):
    """Answer, quarter by quarter, under the real rule of what is told, and at the end put together what waits."""
    quarters = quarters_between(STARTS, ENDS)
    waiting, seen_from = dict.fromkeys(PLACES, 0), {}
    asked = {place: asked_by_quarter(hires, turn, STARTS, ENDS) for place, hires in PLACES.items()}
    for number, quarter in enumerate(quarters):
        for place in PLACES:
            waiting[place] += sum(chance.random() * 100 < percent for _ in range(asked[place][number]))
        cells = {Cell("f", "q", turn.wave, place, SHAPE): ["a"] * n for place, n in waiting.items() if n}
        for told in blocks_of(cells, colluders, chance.random):
            waiting[told.cell.place] = 0
            seen_from.setdefault(told.cell.place, quarter)
    everywhere = {Cell("f", "q", turn.wave, "*", SHAPE): ["a"] * sum(waiting.values())}
    pooled = bool(blocks_of(everywhere, colluders, chance.random))
    return seen_from, {place for place, n in waiting.items() if n and pooled and place not in seen_from}


@pytest.mark.parametrize(("percent", "colluders"), [(70, 1), (35, 2)])
@pytest.mark.parametrize("turn", [TURNS[0], TURNS[3]], ids=lambda turn: turn.wave)
def test_chances_are_what_comes_out_by_trying(turn, percent, colluders):
    chance, own, pooled = Random(7), Counter(), Counter()
    told = forecast(PLACES, starts=STARTS, ends=ENDS, percent=percent, colluders=colluders)
    for _ in range(TRIALS):
        seen_from, together = outcome(chance, turn, percent, colluders)
        own.update((place, quarter) for place, quarter in seen_from.items())
        pooled.update(together)

    for place in PLACES:
        seen, so_far = told[place, turn.wave], 0
        for quarter, expected in seen.by_quarter:
            so_far += own[place, quarter]
            assert abs(so_far / TRIALS - expected) < 0.04, (place, quarter)
        assert abs(pooled[place] / TRIALS - seen.pooled) < 0.04, place
        assert 0 <= seen.never <= 1


def test_nobody_hired_is_never_seen_and_many_are_seen_at_once():
    told = forecast({"4204": 0, "1505": 400}, starts=STARTS, ends=ENDS, percent=100, colluders=1)

    nobody = told["4204", "start"]
    assert (0, 0.0, 0.0, 1.0) == (nobody.asked, nobody.own, nobody.pooled, nobody.never)
    assert "2027-Q1" == told["1505", "start"].likely_from
    assert 1.0 == pytest.approx(told["1505", "start"].own)


def test_fewer_are_seen_when_fewer_answer_or_the_rule_is_stricter():
    def owns(percent, colluders):
        told = forecast(PLACES, starts=STARTS, ends=ENDS, percent=percent, colluders=colluders)
        return sum(seen.own for seen in told.values())

    assert owns(90, 1) > owns(60, 1) > owns(30, 1) > 0
    assert owns(60, 1) > owns(60, 2) > owns(60, 3)


def test_a_year_later_is_asked_of_fewer_than_the_start():
    told = forecast({"4204": 12}, starts=STARTS, ends=ENDS, percent=70, colluders=1)

    assert told["4204", "start"].asked > told["4204", "m12"].asked > 0
    assert whole_network([told["4204", "start"]])[0] <= whole_network([told["4204", "m12"]])[0]
    assert 1.0 == pytest.approx(sum(binomial(12, 70)))
    assert ["2027-Q1", "2027-Q2"] == quarters_between(STARTS, STARTS + timedelta(100))
