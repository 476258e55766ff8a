import pytest
from making_forms import a_form, context

from fotfeste_shared.judging import judge
from fotfeste_shared.wording import LANGUAGES

CHOICES = (
    "choices = ["
    + ", ".join(
        f'{{ code = "{code}", text = {{ nb = "{code}", nn = "{code}", en = "{code}" }} }}'
        for code in ("ja", "nei", "annet")
    )
    + "]"
)
HAS_MENTOR = f'kind = "choice"\ncode = "m_har"\n{CHOICES}\nrequired = true'
HOW_MANY = 'kind = "number"\ncode = "m_antall"\nmost = 40\nrequired = true\nask_if = { question = "m_har", is = "ja" }'
GOALS = f"""kind = "rows"
code = "delmal"
most = 2
required = true
>
kind = "computed"
code = "id"
>
kind = "text"
code = "tekst"
shortest = 5
required = true
>
kind = "choice"
code = "status"
{CHOICES}
>
kind = "text"
code = "belegg"
ask_if = {{ question = "status", is = "ja" }}"""


def test_says_everything_that_must_be_mended_at_once():
    form = a_form(HAS_MENTOR, 'kind = "email"\ncode = "epost"', 'kind = "number"\ncode = "n"\nmost = 5')

    judgement = judge(form, {"epost": "ola", "n": 6}, context())

    assert ["m_har", "epost", "n"] == [each.path for each in judgement.complaints]


def test_drops_what_was_not_asked_and_does_not_require_it():
    form = a_form(HAS_MENTOR, HOW_MANY)

    judgement = judge(form, {"m_har": "nei", "m_antall": 3}, context())

    assert judgement.good
    assert {"m_har": "nei"} == judgement.answers


def test_requires_what_became_asked():
    judgement = judge(a_form(HAS_MENTOR, HOW_MANY), {"m_har": "ja"}, context())

    assert ["m_antall"] == [each.path for each in judgement.complaints]


def test_drops_answers_to_questions_nobody_asked():
    judgement = judge(a_form(HAS_MENTOR), {"m_har": "nei", "rolle": "sjef"}, context())

    assert {"m_har": "nei"} == judgement.answers


def test_a_question_of_another_wave_is_not_asked():
    form = a_form('kind = "text"\ncode = "a"\nwaves = ["m3"]\nrequired = true')

    assert judge(form, {}, context(wave="start")).good
    assert not judge(form, {}, context(wave="m3")).good


def test_hangs_a_complaint_on_its_row():
    rows = [{"id": "1", "tekst": "Kort nok og langt nok"}, {"id": "2", "tekst": "nei"}]

    judgement = judge(a_form(GOALS), {"delmal": rows}, context())

    assert ["delmal/1/tekst"] == [each.path for each in judgement.complaints]
    assert rows == judgement.answers["delmal"]


def test_a_condition_inside_a_row_sees_its_own_row_first():
    rows = [
        {"id": "1", "tekst": "langt nok", "status": "ja", "belegg": "tall"},
        {"id": "2", "tekst": "langt nok", "belegg": "x"},
    ]

    judgement = judge(a_form(GOALS), {"delmal": rows}, context())

    assert "belegg" in judgement.answers["delmal"][0]
    assert "belegg" not in judgement.answers["delmal"][1]


def test_a_row_must_not_stand_in_for_another():
    rows = [{"id": "1", "tekst": "langt nok"}, {"id": "1", "tekst": "også langt nok"}]

    assert ["delmal/1/id"] == [each.path for each in judge(a_form(GOALS), {"delmal": rows}, context()).complaints]


def test_counts_rows():
    row = {"tekst": "langt nok"}

    assert not judge(a_form(GOALS), {}, context()).good
    assert judge(a_form(GOALS), {"delmal": [row, row]}, context()).good
    assert not judge(a_form(GOALS), {"delmal": [row, row, row]}, context()).good


def test_a_measure_belongs_to_a_goal_of_the_same_report():
    measure = """kind = "rows"
code = "tiltak"
>
kind = "choice"
code = "delmal_id"
choices_from = { rows = "delmal", code = "id", text = "tekst" }"""
    form = a_form(GOALS, measure)
    goals = [{"id": "g1", "tekst": "langt nok"}]

    assert judge(form, {"delmal": goals, "tiltak": [{"delmal_id": "g1"}]}, context()).good
    assert not judge(form, {"delmal": goals, "tiltak": [{"delmal_id": "g2"}]}, context()).good


def test_the_most_important_reason_is_one_of_those_ticked():
    reasons = f'kind = "choices"\ncode = "grunn"\n{CHOICES}\nmost = 2\nexclusive = ["annet"]'
    form = a_form(reasons, 'kind = "choice"\ncode = "viktigst"\namong = "grunn"')

    assert judge(form, {"grunn": ["ja", "nei"], "viktigst": "nei"}, context()).good
    assert not judge(form, {"grunn": ["ja"], "viktigst": "nei"}, context()).good
    assert not judge(form, {"grunn": ["ja", "annet"]}, context()).good
    assert not judge(form, {"grunn": ["ja", "nei", "annet"]}, context()).good


def test_a_part_is_never_larger_than_the_whole():
    part = 'kind = "number"\ncode = "arsverk"\ndecimals = 1\nmost = 50000\nnot_above = ["ansatte", "nye"]'
    form = a_form('kind = "number"\ncode = "ansatte"', 'kind = "number"\ncode = "nye"', part)

    assert judge(form, {"ansatte": 10, "nye": 2, "arsverk": 120}, context()).good
    assert "12,0" in judge(form, {"ansatte": 10, "nye": 2, "arsverk": 121}, context()).complaints[0].sentence("nb")


def test_dates_lie_within_bounds_counted_from_known_days():
    form = a_form(
        'kind = "date"\ncode = "dato"\nearliest = { of = "today", months = -24 }\nlatest = { of = "today" }',
        'kind = "date"\ncode = "frist"\nlatest = { of = "network_end", months = 6 }',
    )
    known = context(facts={"network_end": "2028-01-31"})

    assert judge(form, {"dato": "2026-08-24", "frist": "2028-07-31"}, known).good
    for wrong in ({"dato": "2026-08-25"}, {"dato": "2024-08-23"}, {"frist": "2028-08-01"}, {"dato": "2026-02-30"}):
        assert not judge(form, wrong, known).good


def test_exactly_one_row_is_the_contact_and_no_address_stands_twice():
    members = """kind = "rows"
code = "medlemmer"
exactly_one = "kontakt"
unique = ["epost"]
>
kind = "email"
code = "epost"
>
kind = "tick"
code = "kontakt\""""
    form = a_form(members)
    ola, kari = {"epost": "ola@kommune.example", "kontakt": "ja"}, {"epost": "kari@kommune.example"}

    assert judge(form, {"medlemmer": [ola, kari]}, context()).good
    assert not judge(form, {"medlemmer": [ola, {**kari, "kontakt": "ja"}]}, context()).good
    assert not judge(form, {"medlemmer": [kari]}, context()).good
    assert not judge(form, {"medlemmer": [ola, {"epost": "OLA@kommune.example"}]}, context()).good


def test_a_missing_role_is_advice_and_no_wall():
    wanted = 'wanted = { question = "rolle", codes = ["ja"] }'
    members = f'kind = "rows"\ncode = "medlemmer"\n{wanted}\n>\nkind = "choice"\ncode = "rolle"\n{CHOICES}'

    judgement = judge(a_form(members), {"medlemmer": [{"rolle": "nei"}]}, context())

    assert judgement.good
    assert ["medlemmer"] == [each.path for each in judgement.advice]


def test_rows_that_we_make_can_not_be_added_to():
    row = '>\nkind = "computed"\ncode = "id"\n>\nkind = "number"\ncode = "nytte"'
    talks = f'kind = "rows"\ncode = "innslag"\nmade_by = "programme"\n{row}'
    known = context(rows={"innslag": [{"id": "t1"}, {"id": "t2"}]})

    judgement = judge(a_form(talks), {"innslag": [{"id": "t2", "nytte": 4}, {"id": "t9", "nytte": 1}]}, known)

    assert [{"id": "t1"}, {"id": "t2", "nytte": 4}] == judgement.answers["innslag"]


def test_a_national_identity_number_is_not_taken_in():
    form = a_form('kind = "text"\ncode = "kort"\nlines = true\nlongest = 1200')

    assert not judge(form, {"kort": "Hun heter 01019012345"}, context()).good
    assert judge(form, {"kort": "Vi hadde 120 svar i 2026"}, context()).good


def test_takes_text_in_one_form_without_letters_that_databases_refuse():
    form = a_form('kind = "text"\ncode = "kort"\nlines = true')

    assert {"kort": "å\nb"} == judge(form, {"kort": " a\u030a\r\nb\x00 "}, context()).answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_complaint_can_be_said_in_every_language(language):
    form = a_form(HAS_MENTOR, 'kind = "number"\ncode = "n"\nleast = 2', GOALS)

    sentences = judge(form, {"n": 1, "delmal": [{"tekst": "x"}]}, context()).sentences(language)

    assert {"m_har", "n", "delmal/0/tekst"} == set(sentences)
    assert all(sentences.values())


RUBBISH = [
    None,
    0,
    -1,
    10**30,
    True,
    1.5,
    "",
    "x" * 5000,
    "\x00",
    "٣",
    [],
    [1],
    ["x"],
    [[]],
    {},
    {"a": 1},
    [{}],
    [{"id": 1}],
    object(),
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda each: type(each).__name__ + str(each)[:6])
def test_no_rubbish_makes_the_judge_fall_over(rubbish):
    form = a_form(
        HAS_MENTOR,
        HOW_MANY,
        GOALS,
        *(
            f'kind = "{kind}"\ncode = "{kind}"'
            for kind in ("text", "email", "phone", "contact", "date", "tick", "consent")
        ),
        'kind = "municipality"\ncode = "kommune"\nother = true',
        'kind = "reference"\ncode = "kobling"\nto = "pairing"',
        f'kind = "choices"\ncode = "flere"\n{CHOICES}',
    )
    codes = [question.code for question in form.questions()]

    judge(form, dict.fromkeys(codes, rubbish), context())
    judge(form, {"delmal": [{"id": rubbish, "tekst": rubbish, "status": rubbish}]}, context())
