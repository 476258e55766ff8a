"""The example network lies right in time on whatever day it is made, and its people are nobody."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from fotfeste_desktop.schedule import plan as desktop_plan
from fotfeste_server.demo import sessions
from fotfeste_server.demo.asking import everybody
from fotfeste_server.demo.days import asking, quarter_of
from fotfeste_server.demo.people import HIRES_A_YEAR, HOMES
from fotfeste_server.demo.plan import make_plan
from fotfeste_server.demo.words import Voice, goals, variants
from fotfeste_server.opening import quarter_days
from fotfeste_server.opening import quarter_of as named_quarter
from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.municipalities import find

TODAYS = [
    date(2027, 1, 1),
    date(2027, 3, 31),
    date(2028, 2, 29),
    date(2026, 8, 31),
    date(2026, 12, 31),
    date(2027, 5, 17),
]
WRITTEN_IN_NYNORSK = ("kort.tidlig", "kort.midt", "kort.sent", "neste", "hjelp", "hindring", "nyansatt.god", "ta_med")
NOT_NYNORSK = re.compile(r"\b(ikke|hvor|hva|jeg|noe|noen|sykepleier\w*|mye|uke\w*|uten|høyskole)\b", re.IGNORECASE)
NOT_TO_BE_WRITTEN = re.compile(r"pasient|pårørende|diagnose|fødselsnummer", re.IGNORECASE)


@pytest.fixture(params=TODAYS, ids=str)
def today(request):
    return request.param


def test_five_gatherings_are_held_and_the_sixth_is_near(today):
    days = make_plan(today).days
    held, coming = days.meetings[:5], days.meetings[5]

    assert [meeting.number for meeting in days.meetings] == list(range(1, 10))
    assert all(meeting.ends < today for meeting in held)
    assert 2 <= (coming.reports_due - today).days <= 9
    assert coming.reports_due < coming.starts <= coming.ends
    gaps = [(b.starts - a.starts).days for a, b in pairwise(days.meetings)]
    assert all(110 <= gap <= 130 for gap in gaps)
    assert days.starts < days.meetings[0].reports_due
    assert days.ends > days.meetings[-1].ends


def test_two_windows_are_over_and_one_is_open(today):
    days = make_plan(today).days
    older, newer = days.sealed_quarters

    assert older.closes + timedelta(days=1) == newer.opens
    assert newer.closes + timedelta(days=1) == days.open_quarter.opens
    assert days.open_quarter.opens <= today <= days.open_quarter.closes
    # organizers' pages name quarters in the same way
    assert named_quarter(today) == days.open_quarter.name
    assert quarter_days(days.open_quarter.name) == (days.open_quarter.opens, days.open_quarter.closes)


def test_some_links_can_be_used_today(today):
    open_now = [each for each in everybody(make_plan(today)) if each.when.opens <= today <= each.when.closes]

    assert sum(each.form == "nyansatt" for each in open_now) >= 10
    assert all(each.when.quarter == quarter_of(today) for each in open_now)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 3, 10), date(2027, 3, 31), date(2028, 2, 29)])
def test_a_link_lies_within_one_window_and_long_enough_to_be_used(day):
    when = asking(day)

    assert when.quarter.opens <= when.opens <= when.closes <= when.quarter.closes
    assert when.opens >= day
    assert 14 <= (when.closes - when.opens).days <= 28


def test_120_start_in_each_year_in_twelve_municipalities(today):
    plan = make_plan(today)
    year = timedelta(days=365)
    newest = [hire for hire in plan.hires if hire.started >= today - year]

    assert HIRES_A_YEAR == len(newest) == len(plan.hires) - len(newest) == 120
    assert all(hire.mentor is not None and hire.started < today for hire in newest)
    assert Counter(hire.crew.home for hire in newest) == {home: home.hires for home in HOMES}
    assert len(plan.crews) == 24
    assert all(3 <= len(crew.seats) <= 7 and len(plan.crews_at(crew.home)) == 2 for crew in plan.crews)
    assert 65 <= len(plan.mentors) <= 75


def test_the_municipalities_are_those_of_the_network():
    assert all(find(home.number).name == home.name for home in HOMES)
    assert {home.name for home in HOMES} == {
        "Røros", "Nore og Uvdal", "Flesberg", "Kongsvinger", "Tønsberg", "Modum", "Midt-Telemark", "Moss", "Halden",
        "Indre Østfold", "Sarpsborg", "Lillestrøm",
    }  # fmt: skip


def test_the_same_day_gives_the_same_plan(today):
    assert make_plan(today) == make_plan(today)
    assert make_plan(today, seed=1) != make_plan(today)


def test_whatever_is_answered_passes_the_judge(today):
    plan = make_plan(today)
    voice = Voice(Random(7))
    for each in everybody(plan):
        form, given = shipped()[each.form], each.answer(voice)
        judgement = judge(form, given, Context(today, wave=each.wave or None))
        assert judgement.good, judgement.sentences("nb")
        assert set(judgement.answers) == set(given)


def test_talks_follow_the_plan_that_the_desktop_reminds_of():
    for started in (date(2027, 1, 31), date(2028, 2, 29), date(2026, 8, 17)):
        assert sessions.planned(started) == desktop_plan(started)


def every_text(node):
    if isinstance(node, dict) and "nb" in node:
        yield node
    elif isinstance(node, dict | list):
        for below in node.values() if isinstance(node, dict) else node:
            yield from every_text(below)


def test_nothing_is_written_about_patients_and_nynorsk_is_nynorsk():
    texts = list(every_text([goals(), *(variants(kind) for kind in WRITTEN_IN_NYNORSK)]))

    assert len(texts) > 100
    for text in texts:
        assert set(text) == {"nb", "nn"}
        assert not NOT_TO_BE_WRITTEN.search(text["nb"] + text["nn"])
        assert not NOT_NYNORSK.search(text["nn"]), text["nn"]


@pytest.mark.parametrize("kind", ["neste", "hjelp", "mentor", "avtalt", "tilbakemelding.gul"])
def test_nobody_says_the_same_twice_before_all_is_said(kind):
    voice = Voice(Random(3))
    said = [voice.say(kind) for _ in variants(kind)]

    assert len(set(said)) == len(said)
