"""A municipality is found however it is typed, and its figures follow it when numbers change."""

from datetime import date

import pytest

from fotfeste_shared.municipalities import (
    Change,
    changes,
    chosen,
    find,
    followers,
    forerunners,
    is_now,
    name_of,
    register,
    same_line,
)

MERGED = (Change(date(2028, 1, 1), "1", "Nord", "3"), Change(date(2028, 1, 1), "2", "Sør", "3"))
SPLIT = (*MERGED, Change(date(2030, 1, 1), "3", "Midt", "4"), Change(date(2030, 1, 1), "3", "Midt", "5"))


INDRE = ["3118 Indre Østfold (Østfold)", "3118", "3014", "indre østfold", "INDRE OSTFOLD", "  Indre   Østfold"]
SAMI = [("Unjárga", "5636"), ("unjarga", "5636"), ("rosse", "5025"), ("Nes (Akershus)", "3228")]


@pytest.mark.parametrize("typed", INDRE)
def test_finds_one_by_number_older_number_and_name_with_and_without_marks(typed: str):
    assert ["3118"] == [each.number for each in chosen(typed)]


@pytest.mark.parametrize(("typed", "number"), SAMI)
def test_finds_one_by_its_sami_name_or_with_its_county(typed: str, number: str):
    assert [number] == [each.number for each in chosen(typed)]


def test_tells_the_few_that_it_may_have_been_and_nothing_when_they_are_many_or_none():
    assert ["1515", "1818"] == [each.number for each in chosen("herøy")]
    assert ["1508", "1580"] == [each.number for each in chosen("1507")]
    assert [] == chosen("") == chosen("e") == chosen("Bortenfor") == chosen("0000")


def test_every_municipality_is_found_by_what_the_list_shows():
    assert all([each] == chosen(each.line) for each in register().values())


def test_every_change_ends_at_a_municipality_there_is_and_begins_at_one_there_is_not():
    assert all(find(change.new) and not find(change.old) for change in changes())
    assert 114 == len({change.old for change in changes()})


def test_figures_follow_through_a_merger_and_stop_at_a_split():
    assert ["3"] == followers("1", MERGED)
    assert ["1", "2"] == forerunners("3", MERGED)
    assert ["4", "5"] == followers("2", SPLIT)
    assert [] == forerunners("4", SPLIT)


def test_one_line_of_numbers_from_whichever_of_them_and_a_name_for_a_number_that_is_gone():
    assert ["3118", "3014"] == same_line("3014") == same_line("3118")
    assert ["1508"] == same_line("1508")
    assert ("Ålesund", "Indre Østfold") == (name_of("1507"), name_of("3014"))
    assert (None, "3118") == (is_now("1507"), is_now("3014").number)
    assert "9999" == name_of("9999")
