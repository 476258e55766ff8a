"""Changes between reports are data: put on the one they give the other, and two people's work never loses a text."""

from copy import deepcopy
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fotfeste_shared.changes import Change, Changes, Clash, apply, diff, merge, texts, value_at
from fotfeste_shared.forms import canonical

IDS = st.sampled_from([f"3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f{n:02}" for n in range(6)])
SHORT = st.text(min_size=1, max_size=8)
GOAL = st.fixed_dictionaries(
    {"id": IDS},
    optional={"tekst": SHORT, "status": st.sampled_from(["i_gang", "nadd"]), "oppnaelse": st.integers(-2, 2)},
)
GOALS = st.lists(GOAL, min_size=1, max_size=5, unique_by=lambda row: row["id"])
COUNTS = st.dictionaries(st.sampled_from(["nye", "mentorer"]), st.integers(0, 9), min_size=1)
PLAIN = st.lists(COUNTS, min_size=1, max_size=3)
SHEETS = st.fixed_dictionaries(
    {},
    optional={
        "framdrift": st.sampled_from([5, 10, 0]), "kort": SHORT, "delmal": GOALS, "tiltak": GOALS, "tall": PLAIN,
        "hindringer": st.lists(st.sampled_from(["tid", "turnus", "annet"]), min_size=1, unique=True),
    },
)  # fmt: skip
BASE = {
    "kort": "Vi begynner.",
    "delmal": [{"id": "a", "tekst": "Alle får mentor"}, {"id": "b", "tekst": "Faste samtaler"}],
    "tall": [{"nye_ansatte": 0}],
}


@given(SHEETS, SHEETS)
def test_the_changes_put_on_the_one_sheet_give_the_other(before, after):
    kept = deepcopy(before)

    assert after == apply(before, diff(before, after))
    assert kept == before
    assert bool(diff(before, after)) == (before != after)


@given(SHEETS, SHEETS)
def test_changes_outlive_being_written_down_and_read_again(before, after):
    changes = diff(before, after)

    assert changes == msgspec.json.decode(msgspec.json.encode(changes), type=Changes)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_nine_reports_are_the_first_one_and_eight_sets_of_changes(seed):
    reports = nine_reports(Random(seed))

    told = reports[0]
    for previous, following in pairwise(reports):
        told = apply(told, diff(previous, following))
        assert following == told
    assert 9 == len(reports)


def nine_reports(chance: Random) -> list[dict]:
    """A team's way through a network: goals come, go, move and are reached, under ids that last."""
    fresh = iter(range(1_000))
    goals = [goal(next(fresh), chance) for _ in range(2)]
    reports = []
    for _ in range(9):
        going_on = [each for each in goals if chance.random() < 0.8]
        goals = [{**each, "status": chance.choice(["i_gang", "delvis", "nadd"])} for each in going_on]
        goals += [goal(next(fresh), chance) for _ in range(chance.randint(0 if goals else 1, 2))]
        if chance.random() < 0.3:
            chance.shuffle(goals)
        kept = [each["id"] for each in goals]
        reports.append({
            "framdrift": chance.randrange(5, 55, 5), "kort": f"Rapport {chance.random()}", "delmal": deepcopy(goals),
            "tiltak": [{"id": f"t{each}", "delmal_id": each, "status": chance.choice(["planlagt", "proves"])}
                       for each in kept],
            "tall": [{"nye_ansatte": chance.randint(0, 3)}], "hindringer": chance.sample(["tid", "turnus", "annet"], 2),
        })  # fmt: skip
    return reports


def goal(number: int, chance: Random) -> dict:
    due = date(2027, 1, 1) + timedelta(chance.randint(0, 400))
    return {"id": f"g{number}", "tekst": f"Mål {number}", "frist": due.isoformat(), "status": "ikke_startet"}


def test_a_changed_row_is_told_by_its_id_and_not_by_its_place():
    after = deepcopy(BASE)
    after["delmal"].reverse()
    after["delmal"][0]["tekst"] = "Faste samtaler hver uke"

    changes = diff(BASE, after)

    assert (Change(("delmal", "b", "tekst"), "Faste samtaler", "Faste samtaler hver uke"),) == changes.made
    assert "Faste samtaler hver uke" == value_at(after, ("delmal", "b", "tekst"))


def test_two_who_write_in_different_places_get_both():
    mine, theirs = deepcopy(BASE), deepcopy(BASE)
    mine["kort"] = "Vi har begynt."
    mine["delmal"].append({"id": "c", "tekst": "Kurs for mentorer"})
    theirs["delmal"][0]["tekst"] = "Alle får mentor før første vakt"
    theirs["tall"][0]["nye_ansatte"] = 4

    merged = merge(BASE, mine, theirs)

    assert () == merged.clashes
    assert {
        "kort": "Vi har begynt.",
        "delmal": [
            {"id": "a", "tekst": "Alle får mentor før første vakt"}, {"id": "b", "tekst": "Faste samtaler"},
            {"id": "c", "tekst": "Kurs for mentorer"},
        ],
        "tall": [{"nye_ansatte": 4}],
    } == merged.answers  # fmt: skip


def test_two_who_write_in_the_same_place_meet_as_a_clash_with_both_texts():
    mine, theirs = deepcopy(BASE), deepcopy(BASE)
    mine["kort"], theirs["kort"] = "Kurset er holdt.", "Turnusen er lagt om."

    merged = merge(BASE, mine, theirs)

    assert (Clash(("kort",), "Kurset er holdt.", "Turnusen er lagt om."),) == merged.clashes


def test_a_row_that_one_removes_and_the_other_writes_in_is_a_clash_about_the_row():
    mine, theirs = deepcopy(BASE), deepcopy(BASE)
    del mine["delmal"][1]
    theirs["delmal"][1]["tekst"] = "Faste samtaler hver uke"

    merged = merge(BASE, mine, theirs)

    assert (Clash(("delmal", "b"), None, {"id": "b", "tekst": "Faste samtaler hver uke"}),) == merged.clashes


@given(SHEETS, SHEETS, SHEETS)
def test_no_text_that_either_wrote_is_lost(base, mine, theirs):
    merged = merge(base, mine, theirs)

    kept = {*texts(merged.answers)}.union(*({*texts(each.mine), *texts(each.theirs)} for each in merged.clashes))
    written = ({*texts(mine)} | {*texts(theirs)}) - {*texts(base)}
    assert written <= kept


@given(SHEETS, SHEETS, SHEETS)
def test_both_see_the_same_clashes_and_without_any_the_same_answers(base, mine, theirs):
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)

    assert {each.path for each in one.clashes} == {each.path for each in other.clashes}
    if not one.clashes:
        assert unordered(one.answers) == unordered(other.answers)


def unordered(sheet: dict) -> dict:
    """A sheet where it makes no difference which of two new rows stands first."""
    rows = {code: sorted(map(canonical, answer)) for code, answer in sheet.items() if isinstance(answer, list)}
    return {**sheet, **rows}
