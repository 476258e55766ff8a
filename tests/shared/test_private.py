import json
import pickle

import msgspec
import pytest
from making_forms import a_form

from fotfeste_shared.forms import shipped
from fotfeste_shared.linting import words_of
from fotfeste_shared.private import part

NOTE = 'kind = "text"\ncode = "egen"\nlocal_only = true'
DIET = 'kind = "text"\ncode = "mat"\nkept_apart = true'
DAY = 'kind = "text"\ncode = "dato"'


def parted():
    return part(a_form(NOTE, DIET, DAY), {"egen": "hemmelig", "mat": "nøtter", "dato": "2026-08-24"})


def test_a_sheet_is_parted_by_the_marks_of_its_questions():
    assert {"dato": "2026-08-24"} == parted().leaving
    assert {"mat": "nøtter"} == parted().apart
    assert {"egen": "hemmelig"} == parted().notes.reveal()


@pytest.mark.parametrize("way", [json.dumps, msgspec.json.encode, msgspec.to_builtins, pickle.dumps, list, dict])
def test_no_ordinary_way_out_carries_a_private_note(way):
    with pytest.raises(TypeError):
        way(parted().notes)


def test_a_private_note_does_not_show_in_logs():
    assert "hemmelig" not in f"{parted().notes!r} {parted().notes!s} {parted()}"


@pytest.mark.parametrize("code", sorted(shipped()))
def test_only_where_notes_are_asked_for_does_a_form_say_that_something_stays_on_the_computer(code):
    form = shipped()[code]
    notes = [section.code for section in form.sections if all(each.local_only for each in section.questions)]
    elsewhere = {
        where: said["nb"]
        for where, said in words_of(form).items()
        if not where.startswith(tuple(f".sections/{each}" for each in notes))
    }

    assert {} == {where: nb for where, nb in elsewhere.items() if "maskinen" in nb or "notater" in nb}
