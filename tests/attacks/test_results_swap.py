"""P3 over many small worlds: exchanges inside blocks change no byte of page, file or paper, after any seal."""

from random import Random

from attacks.programme import QUESTIONS
from server.results.making_results import BODO, NEW_HIRE, OSLO, TRONDHEIM, Answered, source_of, write_release

from fotfeste_server.results import screen
from fotfeste_server.results.document import document
from fotfeste_server.results.separated import separated
from fotfeste_server.results.summary import summary

QUARTERS = ("2026Q1", "2026Q2", "2026Q3")


def world(chance):
    """Three quarters of answers in three places, some of them too few."""
    return [
        Answered(quarter, place, wave, {question: chance.randint(1, 5) for question in QUESTIONS})
        for quarter in QUARTERS
        for place in (OSLO, BODO, TRONDHEIM)
        for wave in ("start", "m3")
        for _ in range(chance.randint(3, 9))
    ]


def told(folder, everybody):
    """All that is told after each seal, to somebody who saves everything."""
    seals = []
    for last in range(1, len(QUARTERS) + 1):
        so_far = [each for each in everybody if each.quarter in QUARTERS[:last]]
        source = source_of(write_release(folder / "net.jsonl", so_far))
        page = [screen.answers(source, NEW_HIRE, "nb", wave="m3", place=place, window="") for place in ("", OSLO)]
        cards = screen.headlines(source, "nb", place="", window=""), screen.trends(source, "nb", place="", window="")
        seals.append((document(source), repr((page, cards, summary(source, "nb", place="", window="")))))
    return seals, separated(source, "nb")


def test_exchanges_inside_blocks_change_no_byte_in_any_world(tmp_path, long, attacked):
    chance, worlds, differing = Random(21), 300 if long else 4, 0
    for _ in range(worlds):
        everybody = world(chance)
        before = told(tmp_path, everybody)
        for _ in range(40):
            one = chance.choice(everybody)
            same = [p for p in everybody if (p.quarter, p.place, p.wave) == (one.quarter, one.place, one.wave)]
            other, question = chance.choice(same), chance.choice(QUESTIONS)
            one.answers[question], other.answers[question] = other.answers[question], one.answers[question]
        chance.shuffle(everybody)
        differing += before != told(tmp_path, everybody)

    attacked(f"P3 swaps inside blocks, results after each of {len(QUARTERS)} seals: differing {differing} of {worlds}")
    assert 0 == differing
