"""Exchange two answers inside a block: no byte of anything that can be asked for changes."""

from random import Random

from server.results.making_results import BODO, NEW_HIRE, OSLO, TRONDHEIM, WAVES, people, source_of, write_release

from fotfeste_server.results import screen
from fotfeste_server.results.document import document
from fotfeste_server.results.separated import separated
from fotfeste_server.results.statistics import statistics
from fotfeste_server.results.summary import summary
from fotfeste_server.results.workbook import workbook
from fotfeste_server.typesetting import typeset

SIZES = {OSLO: 6, BODO: 3, TRONDHEIM: 14}


def everything(path, everybody):
    """All that a reader can get, in bytes, from answers given in this order."""
    source = source_of(write_release(path, everybody))
    shown = [
        (screen.trends(source, "nb", place=place, window=""), screen.history(source, "nb", place=place, wave="m3"))
        for place in ("", *SIZES)
    ]
    answers = [
        screen.answers(source, NEW_HIRE, "nb", wave=wave, place=place, window="")
        for wave in WAVES
        for place in ("", OSLO)
    ]
    cards = screen.headlines(source, "nb", place="", window="")
    paper = typeset("results", summary(source, "nb", place="", window=""), kept=True)
    files = document(source), workbook(source, "nb"), separated(source, "nb"), statistics(source, "nb"), paper
    return repr((shown, answers, cards)), files


def test_swapping_answers_inside_a_block_changes_nothing(tmp_path):
    everybody = people(2, SIZES)
    before = everything(tmp_path / "a.jsonl", everybody)
    chance = Random(6)
    for _ in range(60):
        one = chance.choice(everybody)
        same = [p for p in everybody if (p.quarter, p.place, p.wave) == (one.quarter, one.place, one.wave)]
        other, question = chance.choice(same), chance.choice(list(one.answers))
        one.answers[question], other.answers[question] = other.answers[question], one.answers[question]
    chance.shuffle(everybody)

    assert before == everything(tmp_path / "b.jsonl", everybody)


def test_a_real_change_shows(tmp_path):
    everybody = people(2, SIZES)
    before = document(source_of(write_release(tmp_path / "a.jsonl", everybody)))
    for each in everybody:
        each.answers["t_faglig"] = 1

    assert before != document(source_of(write_release(tmp_path / "b.jsonl", everybody)))
