"""Figures, periods and places are said in three languages, as finely as they may be."""

from datetime import date
from fractions import Fraction

import pytest

from fotfeste_server.results import plots, sentences, words
from fotfeste_server.results.figures import Figure, Hidden, counted
from fotfeste_server.results.released import Window

FEW = Figure("share", 5, 1, Fraction(3, 5), Fraction(1), None)
MEAN = Figure("mean", 61, 9, Fraction(36, 10), Fraction(4), Fraction(375, 100))
SMALL_MEAN = Figure("mean", 7, 1, Fraction(276, 100), Fraction(421, 100), Fraction(3))


def window(number, quarter):
    return Window(number, f"w{number}", quarter, date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", ["3–5 av 5", "4\u00a0%", "3,8", "2,7–4,3"]),
        ("nn", ["3–5 av 5", "4\u00a0%", "3,8", "2,7–4,3"]),
        ("en", ["3–5 of 5", "4%", "3.8", "2.7–4.3"]),
    ],
)
def test_a_figure_is_said_as_finely_as_it_may_be(language, said):
    assert said == [words.told(each, language) for each in (FEW, counted(24, 1), MEAN, SMALL_MEAN)]


def test_what_is_hidden_has_its_reason():
    assert "skjult: for få svar – minst 5 trengs" == words.told(Hidden(5), "nb")
    assert "skjult: for få svar – minst 5 trengs, 3 venter" == words.told(Hidden(5, 3), "nb")
    assert "annan skala" in words.told(Hidden(5, None, "other_scale"), "nn")


@pytest.mark.parametrize(
    ("quarters", "said"),
    [
        (["2026-Q2"], "2. kvartal 2026"),
        (["2026-Q2", "2026-Q3", "2026-Q4"], "2.–4. kvartal 2026"),
        (["2025-Q4", "2026-Q1"], "4. kvartal 2025 – 1. kvartal 2026"),
        (["2026-Q2", "end"], "2. kvartal 2026 – Siste forsegling"),
        ([], ""),
    ],
)
def test_a_period_is_named_by_its_quarters(quarters, said):
    assert said == words.period([window(i, quarter) for i, quarter in enumerate(quarters)], "nb")


def test_places_have_names_and_unknown_ones_their_number():
    assert ["Hele nettverket", "Oslo", "0000"] == [words.place(code, "nb") for code in ("", "0301", "0000")]


def test_a_change_is_told_without_calling_it_an_effect():
    rise = sentences.change([("Ved start", counted(400, 40)), ("Etter 12 måneder", counted(400, 90))], "nb")
    hidden = sentences.change([("Ved start", Hidden(5)), ("Etter 3 måneder", Hidden(5))], "nb")

    assert rise == (
        "Fra 10\u00a0% (ved start) til 23\u00a0% (etter 12 måneder). Forskjellen er større enn usikkerheten. "
        "Det er ikke de samme personene."
    )
    assert "Skjult: for få svar – minst 5 trengs." == hidden
    assert "Ved start: 3–5 av 5." == sentences.change([("Ved start", FEW), ("Etter 3 måneder", Hidden(5))], "nb")


def test_a_plot_places_what_it_may_show():
    plot = plots.dots([("Start", MEAN), ("3 mnd", SMALL_MEAN), ("6 mnd", Hidden(5))], "nb")

    assert ["dot", "span", "hidden"] == [mark.kind for mark in plot.marks]
    assert ["3,8", "", ""] == [mark.value for mark in plot.marks]
    assert ["1", "2", "3", "4", "5"] == [tick.label for tick in plot.ticks]
    assert all(plot.left < mark.x < plot.right and 0 <= mark.high <= plot.base for mark in plot.marks)
    assert plot.marks[1].high < plot.marks[1].low


def test_a_stacked_bar_is_as_long_as_its_shares():
    shares = [(str(i), counted(40, part)) for i, part in enumerate((4, 8, 0, 16, 12))]
    parts = plots.stacked(shares, "nb")

    assert [0, 60, 180, 420] == [part.x for part in parts]
    assert 600 == sum(part.width for part in parts)
    assert [1, 2, 4, 5] == [part.tone for part in parts]
