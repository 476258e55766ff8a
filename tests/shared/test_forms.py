import pytest
from making_forms import a_form

from fotfeste_shared.forms import FormFault, dump, form_digest, read_form

A, B = 'kind = "tick"\ncode = "a"', 'kind = "text"\ncode = "b"'


def test_a_definition_reads_back_to_the_same_bytes():
    form = a_form(A, B)

    again = read_form(dump(form))

    assert form == again
    assert form_digest(form) == form_digest(again)


def test_a_typo_gives_another_digest():
    assert form_digest(a_form(A)) != form_digest(a_form(A.replace('"a"', '"aa"')))


@pytest.mark.parametrize(
    "faulty",
    [
        pytest.param((B + '\nask_if = { question = "a", is = "ja" }', A), id="looks forward"),
        pytest.param((A, B + '\nask_if = { question = "a", includes = "ja" }'), id="compares what it can not"),
        pytest.param((A, B + '\nask_if = { question = "a", is = 1.5 }'), id="holds a float"),
        pytest.param((A, B + '\nask_if = { question = "a", is = "ja", at_least = 1 }'), id="compares twice"),
        pytest.param((A, B + '\nask_if = { question = "a", iz = "ja" }'), id="misspelt comparison"),
        pytest.param((A, B + "\nask_if = { all = [] }"), id="empty join"),
        pytest.param((A, A), id="one code twice"),
        pytest.param((A, B + "\nshortest = -1\nunknown = 3"), id="unknown setting"),
        pytest.param((A, 'kind = "number"\ncode = "n"\nnot_above = ["a"]'), id="bounded by a tick"),
        pytest.param(('kind = "number"\ncode = "n"\nleast = 5\nmost = 4',), id="bounds cross"),
        pytest.param(('kind = "choice"\ncode = "c"',), id="nothing to choose"),
        pytest.param((A, 'kind = "choice"\ncode = "c"\namong = "a"'), id="chooses among a tick"),
        pytest.param((B + '\nwaves = ["m99"]',), id="unknown wave"),
    ],
)
def test_refuses_to_publish(faulty):
    with pytest.raises(FormFault):
        a_form(*faulty)


def test_tells_all_faults_at_once():
    with pytest.raises(FormFault) as told:
        a_form(A, A, B + '\nwaves = ["m99"]')

    assert 2 == len(told.value.faults)


def test_an_anonymous_form_requires_nothing():
    from making_forms import HEAD

    anonymous = HEAD.replace('intake = "ledger"', 'intake = "envelope"')

    a_form(A, head=anonymous)
    with pytest.raises(FormFault):
        a_form(A + "\nrequired = true", head=anonymous)


def test_only_the_desktop_keeps_an_answer_to_itself():
    from making_forms import HEAD

    a_form(B + "\nlocal_only = true")
    with pytest.raises(FormFault):
        a_form(B + "\nlocal_only = true", head=HEAD.replace(', "desktop"', ""))
