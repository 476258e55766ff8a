"""Every figure is held against an independent count of the raw made-up answers."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from server.results.making_results import (
    BODO,
    NEW_HIRE,
    OSLO,
    TRONDHEIM,
    WAVES,
    Answered,
    people,
    source_of,
    write_release,
)

from fotfeste_server.anonymous.disclosure import Shape, multiple_block, nominal_block, ordinal_block, protect
from fotfeste_server.anonymous.releases import Block
from fotfeste_server.results.counting import behind, ladder, tally
from fotfeste_server.results.figures import (
    ENOUGH,
    Figure,
    Hidden,
    counted,
    differ,
    distribution,
    mean,
    share,
    share_from,
)
from fotfeste_server.results.released import read_released
from fotfeste_server.results.report import details, over_time, over_waves

FIVE = Shape("ordinal", points=(1, 2, 3, 4, 5))
ABC = Shape("nominal", codes=("a", "b", "c"))
SOME = Shape("multiple", codes=("a", "b", "none"), alone=("none",))
groups = st.lists(st.lists(st.integers(1, 5), min_size=5, max_size=40), min_size=1, max_size=6)


def block(counts, n, kind="ordinal"):
    return Block("f", "q", "m3", "5001", n, kind, counts)


def scale_blocks(answers, seed, colluders=1):
    chance = Random(seed).random
    return [
        block(ordinal_block(each, FIVE.points, colluders, chance) | {"points": [1, 2, 3, 4, 5]}, len(each))
        for each in answers
    ]


@pytest.mark.parametrize("colluders", [1, 2, 3])
def test_the_span_behind_a_count_is_exactly_what_the_rule_allows(colluders):
    for n in range(2 * colluders + 3, 30):
        for count in range(n + 1):
            for draw in (0.0, 0.4, 0.999):
                span = behind(protect(count, n, colluders, lambda draw=draw: draw), n, colluders)
                assert span.low <= count <= span.high
                assert span.high - span.low <= 2 * colluders + 2


@pytest.mark.parametrize(
    ("told", "n", "low", "high"),
    [(0, 5, 0, 2), (3, 5, 1, 2), (2, 5, 3, 4), (5, 5, 3, 5), (3, 6, 1, 5), (4, 9, 4, 4), (3, 9, 1, 3), (9, 9, 7, 9)],
)
def test_spans_of_one_colluder_are_those_counted_by_hand(told, n, low, high):
    assert (low, high) == (behind(told, n, 1).low, behind(told, n, 1).high)


@given(groups, st.integers(0, 999))
@settings(max_examples=150, deadline=None)
def test_the_truth_lies_in_every_span(answers, seed):
    steps = ladder(FIVE, scale_blocks(answers, seed), 1)
    raw = [answer for each in answers for answer in each]

    n = len(raw)
    average, high = mean(steps, 1), share_from(steps, 4, 1)
    assert average.n == n
    assert average.low <= Fraction(sum(raw), n) <= average.high
    assert average.low <= average.value <= average.high
    assert high.low <= Fraction(sum(a >= 4 for a in raw), n) <= high.high
    for point, figure in zip(FIVE.points, distribution(steps, 1), strict=True):
        assert figure.low <= Fraction(raw.count(point), n) <= figure.high
        assert figure.low <= figure.value <= figure.high
    assert sum(figure.value for figure in distribution(steps, 1)) == 1


def test_figures_are_right_on_average():
    chance = Random(4)
    answers = [[1, 5, 5, 5, 5, 5, 4, 5], [2, 3, 4, 5, 5], [1, 1, 2, 5, 5, 4]] * 4
    raw = [answer for each in answers for answer in each]
    draws = [mean(ladder(FIVE, scale_blocks(answers, chance.random()), 1), 1).value for _ in range(400)]

    assert abs(sum(draws) / len(draws) - Fraction(sum(raw), len(raw))) < Fraction(1, 50)


def test_a_count_away_from_the_ends_is_exact():
    steps = ladder(FIVE, scale_blocks([[1] * 10 + [3] * 10 + [5] * 10], 1), 1)

    assert Fraction(3) == mean(steps, 1).value == mean(steps, 1).low == mean(steps, 1).high


def test_a_small_sum_is_a_span_and_a_large_one_a_number():
    few = share_from(ladder(FIVE, scale_blocks([[1, 2, 4, 4, 5]], 1), 1), 4, 1)
    many = share_from(ladder(FIVE, scale_blocks([[1, 2, 4, 4, 5]] * 4, 1), 1), 4, 1)

    assert (5, True) == (few.n, few.as_span)
    assert (ENOUGH, False) == (many.n, many.as_span)


def test_counts_that_fall_are_mended_and_stay_in_their_spans():
    steps = ladder(FIVE, [block({"cumulative": [3, 0, 3, 5], "points": [1, 2, 3, 4, 5]}, 5)], 1)

    shares = distribution(steps, 1)
    assert all(figure.value >= 0 for figure in shares)
    assert sum(figure.value for figure in shares) == 1


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=5, max_size=30), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_choices_add_up_and_a_dominant_one_is_told_as_a_span(answers):
    blocks = [block(nominal_block(each, ABC.codes, 1), len(each), "nominal") for each in answers]
    codes = tally(ABC, blocks, 1)

    raw = [answer for each in answers for answer in each]
    for code, span in codes.codes.items():
        figure = share(span, codes, 1)
        assert figure.low <= Fraction(raw.count(code), len(raw)) <= figure.high
        assert (figure.value is None) == any("dominant" in each.counts for each in blocks)


@given(st.lists(st.lists(st.sampled_from([["a"], ["a", "b"], ["none"]]), min_size=5), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_several_choices_are_counted_one_by_one(answers):
    chance = Random(3).random
    blocks = [block(multiple_block(each, ["a", "b"], 1, chance), len(each), "multiple") for each in answers]
    codes = tally(SOME, blocks, 1)

    assert ["a", "b"] == list(codes.codes)
    for code, span in codes.codes.items():
        assert span.low <= sum(code in answer for each in answers for answer in each) <= span.high


@pytest.mark.parametrize(("n", "count"), [(24, 1), (26, 12), (5, 0), (5, 5), (1, 1), (400, 3), (317, 200)])
def test_known_numbers_have_the_exact_interval_of_clopper_and_pearson(n, count):
    figure = counted(n, count)
    known = binomtest(count, n).proportion_ci(0.95, method="exact")

    assert Fraction(count, n) == figure.value
    assert 0 <= known.low - float(figure.interval.low) < 0.000_11
    assert 0 <= float(figure.interval.high) - known.high < 0.000_11


def test_a_difference_must_be_larger_than_both_uncertainties():
    assert differ(counted(371, 82), counted(382, 57)) is True
    assert differ(counted(382, 57), counted(371, 82)) is True
    assert differ(counted(40, 9), counted(40, 6)) is False
    assert differ(counted(19, 1), counted(400, 390)) is None


def test_every_figure_of_the_report_agrees_with_the_raw_answers(tmp_path):
    everybody = people(7, {OSLO: 9, BODO: 4, TRONDHEIM: 26})
    source = source_of(write_release(tmp_path / "net.jsonl", everybody))

    told = 0
    for place in ("", OSLO, TRONDHEIM):
        counted_in = (OSLO, TRONDHEIM) if not place else (place,)  # four in Bodø wait
        for wave in WAVES:
            for detail in details(source, NEW_HIRE, wave, place):
                raw = [
                    p.answers[detail.asked.path]
                    for p in everybody
                    if p.wave == wave and p.place in counted_in and detail.asked.path in p.answers
                ]
                assert len(raw) == detail.n
                for code, figure in detail.answers:
                    assert figure.low <= exact_share(raw, detail.asked.shape, code) <= figure.high
                    told += 1
    assert told > 1000


def exact_share(raw, shape, code):
    if shape.kind == "binned":
        lows = [low for low in shape.points if low <= int(code)]
        above = [low for low in shape.points if low > int(code)]
        inside = [a for a in raw if a >= lows[-1] and (not above or a < above[0])]
        return Fraction(len(inside), len(raw))
    matches = [a for a in raw if (code in a if isinstance(a, list) else str(a) == code)]
    return Fraction(len(matches), len(raw))


def test_headlines_agree_with_the_raw_answers_and_hide_what_is_too_little(tmp_path):
    everybody = people(8, {OSLO: 9, BODO: 4, TRONDHEIM: 26})
    source = source_of(write_release(tmp_path / "net.jsonl", everybody))
    safe = [question.code for question in NEW_HIRE.questions() if question.code.startswith("t_")]
    assert len(safe) == 8

    for place, inside in (("", (OSLO, TRONDHEIM)), (OSLO, (OSLO,))):
        series = {each.indicator.name: each for each in over_waves(source, place)}
        for point in series["trygghet"].points:
            here = [p.answers for p in everybody if p.wave == point.wave and p.place in inside]
            exact = Fraction(sum(a[code] for a in here for code in safe), len(here) * len(safe))
            assert point.shown.low <= exact <= point.shown.high
            assert abs(point.shown.value - exact) <= Fraction(1, 10)
        for point in series["bli"].points:
            here = [p.answers["b_bli"] for p in everybody if p.wave == point.wave and p.place in inside]
            assert point.shown.low <= Fraction(sum(a >= 4 for a in here), len(here)) <= point.shown.high
    assert {Hidden(5)} == {point.shown for each in over_waves(source, BODO) for point in each.points}
    assert [2] * 4 == [len(each.seen) for each in over_time(source, OSLO, "m3")]


def test_an_index_needs_most_of_its_questions(tmp_path):
    everybody = people(9, {OSLO: 8}, ("2026Q1",))
    for each in everybody:
        for code in ("t_faglig", "t_forverring", "t_legemidler", "t_prioritere"):
            each.answers.pop(code)
    for each in [each for each in everybody if each.wave == "m3"]:
        each.answers.update(t_faglig=4)

    points = over_waves(source_of(write_release(tmp_path / "net.jsonl", everybody)), "")[0].points

    assert {"start": False, "m3": True, "m6": False, "m12": False} == {
        point.wave: isinstance(point.shown, Figure) for point in points
    }


def test_waiting_is_told_for_the_network_only(tmp_path):
    everybody = people(3, {OSLO: 9, BODO: 4}, ("2026Q1",))
    everybody = [p for p in everybody if p.wave == "m3" or p.place == BODO]
    source = source_of(write_release(tmp_path / "net.jsonl", everybody))

    assert Hidden(5, 4) == over_waves(source, "")[0].points[0].shown
    assert Hidden(5) == over_waves(source, BODO)[0].points[0].shown


def test_a_question_in_rows_is_told_row_by_row(tmp_path):
    rows = [{"id": "kveld", "nytte": 4}, {"id": "morgen", "nytte": 2}]
    everybody = [Answered("2026Q1", "*", "", {"innslag": rows, "alt": 5}, "evaluering_samling") for _ in range(24)]
    source = source_of(write_release(tmp_path / "net.jsonl", everybody))
    form = source.form("evaluering_samling")

    told = {d.asked.path: (d.asked.words("nb"), d.mean.value) for d in details(source, form, "", "") if d.mean}
    assert ("Hvor nyttig var innslaget? (1)", 4) == told["innslag.kveld.nytte"]
    assert ("Hvor nyttig var innslaget? (2)", 2) == told["innslag.morgen.nytte"]


def test_blocks_of_another_scale_are_hidden_and_say_so(tmp_path):
    path = tmp_path / "net.jsonl"
    write_release(path, people(9, {OSLO: 8}, ("2026Q1",)))
    path.write_text(path.read_text("utf-8").replace('"points":[1,2,3,4,5]', '"points":[1,2,3,4,6]'), "utf-8")
    source = source_of(read_released(path))

    first = next(details(source, NEW_HIRE, "m3", ""))
    assert Hidden(5, None, "other_scale") == first.hidden
