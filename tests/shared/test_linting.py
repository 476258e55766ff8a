"""The linter finds each planted fault, says nothing of the shipped forms, and agrees with the judge by trying."""

from random import Random

import pytest
from making_forms import HEAD, a_form, context

from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import asked
from fotfeste_shared.linting import lint, lix

ANONYMOUS = HEAD.replace('intake = "ledger"', 'intake = "envelope"').replace('"web", "desktop"', '"phone"')
WORD = '{ nb = "Ja", nn = "Ja", en = "Yes" }'
CHOICES = "choices = [" + ", ".join(f'{{ code = "{code}", text = {WORD} }}' for code in ("ja", "nei", "annet")) + "]"
POINTS = ", ".join(f"{{ value = {n}, text = {WORD} }}" for n in range(1, 6))
YES = '{ question = "har", is = "ja" }'
FIRST = f'kind = "choice"\ncode = "har"\n{CHOICES}'


def kinds(*questions, head=HEAD, people=120):
    return [(finding.kind, finding.where) for finding in lint(a_form(*questions, head=head), people)]


def then(condition, more=""):
    return f'kind = "text"\ncode = "hva"\nask_if = {condition}\n{more}'


@pytest.mark.parametrize("code", sorted(shipped()))
def test_the_shipped_forms_are_clean(code):
    assert [] == [str(finding) for finding in lint(shipped()[code])]


def test_a_good_form_is_clean():
    assert [] == kinds(FIRST, then('{ question = "har", is = "ja" }'))


@pytest.mark.parametrize(
    ("questions", "found"),
    [
        ((FIRST, then('{ question = "har", is = "kanskje" }')), "unreachable"),
        ((FIRST, then('{ all = [{ question = "har", is = "ja" }, { question = "har", is = "nei" }] }')), "unreachable"),
        ((f'{FIRST}\nwaves = ["start"]', then('{ question = "har", is = "ja" }', 'waves = ["m3"]')), "unreachable"),
        ((then('{ all = [{ context = "wave", is = "m3" }, { context = "wave", is = "start" }] }'),), "unreachable"),
        (('kind = "number"\ncode = "tall"\nmost = 5', then('{ question = "tall", at_least = 6 }')), "unreachable"),
        (
            (
                'kind = "number"\ncode = "tall"\nmost = 9',
                then('{ all = [{ question = "tall", at_least = 6 }, { question = "tall", at_most = 5 }] }'),
            ),
            "unreachable",
        ),
        (
            (
                f'kind = "choices"\ncode = "flere"\n{CHOICES}\nexclusive = ["nei"]',
                then('{ all = [{ question = "flere", includes = "nei" }, { question = "flere", includes = "ja" }] }'),
            ),
            "unreachable",
        ),
        ((FIRST, then(f"{{ any = [{YES}, {{ not = {YES} }}] }}")), "pointless"),
        ((FIRST, then('{ any = [{ question = "har", is = "ja" }, { question = "har", is = "x" }] }')), "pointless"),
        (('kind = "text"\ncode = "hva"\nshortest = 9\nlongest = 3',), "contradiction"),
        ((f'kind = "choices"\ncode = "hva"\n{CHOICES}\nfewest = 4',), "contradiction"),
        (
            (
                'kind = "date"\ncode = "hva"\nearliest = { of = "today", months = 2 }\nlatest = { of = "today" }',
            ),
            "contradiction",
        ),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found_where_it_is(questions, found):
    assert [(found, "hva")] == kinds(*questions)


def test_a_question_behind_one_that_is_never_asked_is_never_asked():
    middle = f'kind = "choice"\ncode = "midt"\n{CHOICES}\nask_if = {{ question = "har", is = "x" }}'

    assert [("unreachable", "midt"), ("unreachable", "hva")] == kinds(
        FIRST, middle, then('{ question = "midt", is = "ja" }')
    )


def test_an_anonymous_form_branches_on_known_facts_only():
    scale = f'kind = "scale"\ncode = "syn"\nscale = {{ points = [{POINTS}] }}'
    behind = then('{ question = "syn", at_least = 4 }')
    known = f"{FIRST}\nknown_fact = true", then('{ question = "har", is = "ja" }')

    assert [("routing", "syn")] == kinds(scale, behind, head=ANONYMOUS)
    assert [("routing", "syn")] == kinds(f"{scale}\nknown_fact = true", behind, head=ANONYMOUS)
    assert [("routing", "har")] == kinds(FIRST, then('{ question = "har", is = "ja" }'), head=ANONYMOUS)
    assert [] == kinds(*known, head=ANONYMOUS)
    assert [] == kinds(scale, behind)


def test_what_people_say_of_themselves_must_not_single_them_out():
    codes = ("yrke", "alder", "sted", "tid")
    many = [f'kind = "choice"\ncode = "{code}"\nprivacy = "indirect"\n{CHOICES}' for code in codes]

    assert [] == kinds(*many, head=ANONYMOUS, people=120)
    assert [("identifying", "tid")] == kinds(*many, head=ANONYMOUS, people=30)
    assert [] == kinds(*many, people=30)


def test_words_must_be_there_in_three_languages_and_be_easy():
    gone = lint(a_form('kind = "text"\ncode = "hva"\nhelp = { nb = "Skriv", nn = "", en = "Skriv på norsk" }'))
    long_words = "Organisasjonsutviklingsprosjekter forutsetter omfattende administrative forberedelser og " * 2
    words = f'{{ nb = "{long_words}", nn = "Kort.", en = "Short." }}'
    hard = lint(a_form(f'kind = "text"\ncode = "hva"\nhelp = {words}'))

    assert ["translation", "translation"] == [finding.kind for finding in gone]
    assert [("hard_to_read", "hva")] == [(finding.kind, finding.where) for finding in hard]
    assert 60 < lix(long_words)


@pytest.mark.parametrize("code", ["nyansatt", "statusrapport", "mentorlogg", "pamelding_samling"])
def test_what_the_linter_calls_reachable_is_reached_by_trying(code):
    """The judge, given random answers, asks every question that has a condition at least once, and skips it once."""
    form, chance = shipped()[code], Random(code)
    conditional = {path for path, question in form.every() if question.ask_if and "." not in path}
    came, stayed_away = set(), set()
    for _ in range(600):
        answers = {}
        for question in form.questions():
            codes = [choice.code for choice in getattr(question, "choices", ())]
            if codes:
                answers[question.code] = [chance.choice(codes)] if hasattr(question, "most") else chance.choice(codes)
        wave = chance.choice(form.waves) if form.waves else None
        facts = {"first_log": "ja"} if chance.random() < 0.5 else {}
        seen = asked(form, answers, context(wave=wave, facts=facts)) & conditional
        came |= seen
        stayed_away |= conditional - seen

    assert conditional
    assert (conditional, conditional) == (came, stayed_away)
