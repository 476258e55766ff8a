from hypothesis import given
from hypothesis import strategies as st
from making_forms import a_form, context
from werkzeug.datastructures import MultiDict

from fotfeste_shared.judging import judge
from fotfeste_shared.web.reading import read_answers

NUMBER = 'kind = "number"\ncode = "n"'
DECIMAL = 'kind = "number"\ncode = "d"\ndecimals = 1'
ROWS = """kind = "rows"
code = "mal"
>
kind = "computed"
code = "id"
>
kind = "text"
code = "tekst"
>
kind = "number"
code = "n\""""


def read(form, *fields):
    return read_answers(form, MultiDict([(f"a.{name}", value) for name, value in fields]))


def test_reads_numbers_as_norwegians_write_them():
    assert {"n": 1234} == read(a_form(NUMBER), ("n", "1 234"))
    assert {"d": 35} == read(a_form(DECIMAL), ("d", "3,5"))
    assert {"d": 35} == read(a_form(DECIMAL), ("d", "3.5"))
    assert {"d": -30} == read(a_form(DECIMAL), ("d", "−3"))


def test_keeps_what_it_can_not_read_so_that_the_person_sees_it_again():
    for odd in ("tre", "٣", "3,55", "1e3", "9" * 12):
        answers = read(a_form(DECIMAL), ("d", odd))

        assert {"d": odd} == answers
        assert not judge(a_form(DECIMAL), answers, context()).good


def test_reads_dates_as_people_type_them():
    form = a_form('kind = "date"\ncode = "dato"')

    assert {"dato": "2026-08-04"} == read(form, ("dato", "4.8.2026"))
    assert {"dato": "2026-08-04"} == read(form, ("dato", "2026-08-04"))


def test_a_blank_row_is_no_row_and_a_new_row_gets_a_lasting_identity():
    first, second = read(a_form(ROWS), ("mal.0.tekst", "en"), ("mal.1.tekst", " "), ("mal.7.tekst", "to"))["mal"]

    assert ("en", "to") == (first["tekst"], second["tekst"])
    assert first["id"] != second["id"]


def test_a_row_keeps_its_identity():
    assert [{"id": "g1", "tekst": "en"}] == read(a_form(ROWS), ("mal.0.id", "g1"), ("mal.0.tekst", "en"))["mal"]


def test_unknown_fields_are_passed_over():
    assert {} == read(a_form(NUMBER), ("rolle", "sjef"), ("n.0.n", "3"), ("__class__", "x"))


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=8))
def test_no_post_makes_the_reader_fall_over(fields):
    form = a_form(NUMBER, ROWS, 'kind = "date"\ncode = "dato"')

    posted = MultiDict([(f"a.{name}", value) for name, value in fields] + fields)

    judge(form, read_answers(form, posted), context())
