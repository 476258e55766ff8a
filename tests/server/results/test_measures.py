"""Every indicator that anonymous answers feed comes with n, interval and period, or says why it is hidden."""

from fractions import Fraction
from random import Random

import pytest
from server.results.making_results import (
    BODO,
    NEW_HIRE,
    OSLO,
    TRONDHEIM,
    Answered,
    made_up,
    people,
    source_of,
    write_release,
)

from fotfeste_server.anonymous.releases import Turnout
from fotfeste_server.results.figures import Figure, Hidden
from fotfeste_server.results.indicators import INDICATORS, OTHERS
from fotfeste_server.results.measures import (
    against_network,
    halves,
    over_time,
    over_waves,
    reasons,
    turnout,
    usefulness,
)
from fotfeste_server.results.reading import Reach
from fotfeste_server.results.released import Asked, Released
from fotfeste_shared.forms import shipped

MENTOR, LEAVER, GATHERING = (shipped()[code] for code in ("mentor", "slutter", "evaluering_samling"))
FIVE = (OSLO, BODO, TRONDHEIM, "4204", "1103", "3301")


def answered(form, wave, count, *, quarter="2026Q1", place="*", seed=1, leaning=0.6):
    chance = Random(f"{form.code}{wave}{place}{seed}")
    return [Answered(quarter, place, wave, made_up(chance, form, wave, leaning), form.code) for _ in range(count)]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    everybody = people(3, {OSLO: 12, BODO: 9, TRONDHEIM: 25})
    for wave in ("for", "etter"):
        for place in (OSLO, TRONDHEIM):
            everybody += answered(MENTOR, wave, 11, place=place)
    everybody += answered(LEAVER, "", 9) + answered(LEAVER, "", 30, quarter="2026Q3")
    everybody += answered(GATHERING, "samling1", 24) + answered(GATHERING, "samling2", 4, quarter="2026Q2")
    return source_of(write_release(tmp_path_factory.mktemp("measures") / "net.jsonl", everybody))


def test_the_rows_of_the_domain_that_questions_feed_are_all_there(source):
    seen = {(each.number, each.name) for each in over_waves(source) if isinstance(each.shown, Figure)}

    assert {
        (2, "trygghet"), (3, "oppgaver"), (4, "sosialt"), (5, "bli"), (14, "tid"), (14, "belastning"),
        (15, "mentortrygghet"), (16, "rammer"), (18, "fortsette"),
    } == seen  # fmt: skip


def test_every_figure_has_its_n_its_interval_and_its_period(source):
    shown = [each for each in over_waves(source) if isinstance(each.shown, Figure)]

    assert shown
    for each in shown:
        assert each.shown.n >= 5
        assert each.shown.interval.low <= each.shown.middle <= each.shown.interval.high
        assert each.windows


def test_a_question_is_measured_in_the_waves_that_ask_it_only(source):
    waves = {each.name: {} for each in (*INDICATORS, *OTHERS)}
    for each in over_waves(source):
        waves[each.name][each.wave] = each

    assert ["etter"] == list(waves["belastning"]) == list(waves["fortsette"])
    assert ["for", "etter"] == list(waves["mentortrygghet"])
    assert ["start", "m3", "m6", "m12"] == list(waves["tid"])


def test_a_mean_is_the_mean_of_the_answers_within_the_rounding(tmp_path):
    given = [{"u_belastning": value} for value in (1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 5) * 3]
    release = write_release(
        tmp_path / "net.jsonl", [Answered("2026Q1", OSLO, "etter", each, "mentor") for each in given]
    )
    told = next(each for each in over_waves(source_of(release)) if each.name == "belastning").shown

    assert told.low <= Fraction(sum(each["u_belastning"] for each in given), len(given)) <= told.high
    assert told.n == 36


def test_what_is_told_for_the_network_only_is_told_for_no_municipality(source):
    assert "fortsette" not in {each.name for each in over_waves(source, OSLO)}
    assert "rammer" in {each.name for each in over_waves(source, OSLO)}


def test_who_sees_one_municipality_gets_nothing_of_the_others_or_of_the_whole(source):
    own = source_of(source.released, Reach(whole=False, places=(OSLO,)))

    for told in (over_waves(own), over_waves(own, TRONDHEIM), usefulness(own), reasons(own), turnout(own)):
        assert [] == list(told)
    assert [OSLO] == sorted({each.place for each in over_waves(own, OSLO)})


def test_a_trend_has_a_point_for_each_window(source):
    points = [each for each in over_time(source, "m3") if each.name == "tid"]

    assert len(points) == len(source.released.windows)
    assert [isinstance(each.shown, Figure) for each in points] == [True, True, False]


def test_a_gathering_is_judged_question_by_question_and_four_are_too_few(source):
    told = {(each.wave, each.part): each.shown for each in usefulness(source)}

    assert {part for _, part in told} == {"alt", "fag", "erfaring", "teamtid", "neste"}
    assert all(isinstance(shown, Figure) == (wave == "samling1") for (wave, _), shown in told.items())


def test_reasons_for_leaving_come_by_half_year_and_hold_the_true_share(source):
    every = {each.part: each for each in reasons(source)}
    second = {each.part: each for each in reasons(source, "2026-H2")}

    assert halves(source) == ["2026-H1", "2026-H2"]
    assert (every["grunn.lonn"].shown.n, second["grunn.lonn"].shown.n) == (39, 30)
    assert {"til.intern", "til.ekstern"} <= every.keys()
    assert [each.quarter for each in second["grunn.lonn"].windows] == ["2026Q3"]


def test_inside_and_outside_are_parts_of_the_same_people(tmp_path):
    to = ["annen_enhet"] * 6 + ["sykehus"] * 9 + ["annen_kommune"] * 8 + ["vet_ikke"] * 7
    everybody = [Answered("2026Q1", "*", "", {"til": each}, "slutter") for each in to]
    release = write_release(tmp_path / "net.jsonl", everybody)
    told = {each.part: each.shown for each in reasons(source_of(release)) if each.part.startswith("til")}

    assert (told["til.intern"].value, told["til.ekstern"].value) == (Fraction(6, 30), Fraction(17, 30))


def test_turnout_is_what_was_told_and_nothing_is_guessed_about_it(source):
    window, later = source.released.windows[:2]
    asked = (
        Asked(window, Turnout("nyansatt", "m3", OSLO, 10, 7)), Asked(later, Turnout("nyansatt", "m3", OSLO, 6, 2)),
        Asked(later, Turnout("nyansatt", "m3", BODO, 5, 5)), Asked(later, Turnout("slutter", "", "*", 8, 2)),
    )  # fmt: skip
    known = source_of(Released(windows=source.released.windows, turnout=asked))
    whole = {(each.form, each.wave): each.shown for each in turnout(known)}

    assert (whole["nyansatt", "m3"].n, whole["nyansatt", "m3"].value) == (21, Fraction(14, 21))
    assert whole["slutter", ""].interval is None
    assert [each.shown.value for each in turnout(known, OSLO)] == [Fraction(9, 16)]
    assert [each.shown.n for each in turnout(known, OSLO, later.id)] == [6]


def test_a_municipality_stands_beside_the_others_together(tmp_path):
    everybody = [each for seed, place in enumerate(FIVE) for each in people(seed, {place: 24})]
    release = write_release(tmp_path / "net.jsonl", everybody)
    own = source_of(release, Reach(whole=True, places=FIVE))
    told = against_network(own, INDICATORS[0], "m6", OSLO)

    assert (told.own.shown.n, told.others.shown.n) == (48, 240)
    assert told.differs in (True, False)
    assert sorted(told.quarters) == list(told.quarters)


def test_two_others_are_too_few_to_stand_for_the_network(source):
    told = against_network(source, INDICATORS[0], "m6", OSLO)

    assert isinstance(told.own.shown, Figure)
    assert isinstance(told.others.shown, Hidden)
    assert (told.differs, told.quarters) == (None, None)


def test_what_belongs_to_no_municipality_is_compared_with_nothing(source):
    assert against_network(source, OTHERS[-1], "etter", OSLO) is None
    assert NEW_HIRE.results_level == "municipality"
