"""Every question of an anonymous form is counted, or is free text; none is lost in silence."""

from fotfeste_server.anonymous.shapes import level_of, pieces, shape_of
from fotfeste_shared.forms import shipped
from fotfeste_shared.kinds import Computed, Info, Rows, Text

ANONYMOUS = [form for form in shipped().values() if form.intake == "envelope"]


def test_every_question_that_can_be_answered_is_counted_or_is_text():
    lost = []
    for form in ANONYMOUS:
        levels = [tuple(form.questions()), *(q.questions for q in form.questions() if isinstance(q, Rows))]
        for level in levels:
            beside = {question.code: question for question in level}
            asked = [question for question in level if not isinstance(question, Text | Rows | Computed | Info)]
            lost += [f"{form.code}.{q.code}" for q in asked if shape_of(q, beside) is None]

    assert {form.code for form in ANONYMOUS} == {
        "evaluering_samling", "mentor", "nyansatt", "slutter", "sluttevaluering",
    }  # fmt: skip
    assert lost == []


def test_the_most_important_reason_is_one_of_those_that_can_be_ticked():
    level = {question.code: question for question in shipped()["slutter"].questions()}
    reasons = [choice.code for choice in level["grunn"].choices]

    assert list(shape_of(level["viktigst"], level).codes) == reasons


def test_each_item_of_a_programme_is_a_question_of_its_own():
    answers = {"alt": 4, "innslag": [{"id": "p1", "nytte": 5}, {"id": "p2", "nytte": 2}, {"id": "p3"}]}
    level = level_of(shipped()["evaluering_samling"].questions())
    told = [(piece.question, piece.answer) for piece in pieces(level, answers)]

    assert told == [("alt", 4), ("innslag.p1.nytte", 5), ("innslag.p2.nytte", 2)]


def test_an_answer_that_the_form_does_not_know_is_left_out():
    """An older version may have asked otherwise; a stray code must not become a category."""
    answers = {"trygg": 9, "m_har": "kanskje", "b_hva": ["lonn", "finnes_ikke"], "ukjent": "x", "m_antall": 3}
    told = [piece.question for piece in pieces(level_of(shipped()["nyansatt"].questions()), answers)]

    assert told == ["m_antall"]
