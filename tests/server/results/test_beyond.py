"""Beyond the headlines: other indicators, a place beside the others, gatherings, reasons, turnout, tables and texts."""

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO
from random import Random

import pyreadstat
import pytest
from openpyxl import load_workbook
from server.results.making_results import BODO, OSLO, TRONDHEIM, Answered, made_up, people, source_of, write_release

from fotfeste_server.anonymous.releases import CrossTable, Text, Turnout
from fotfeste_server.results import beyond
from fotfeste_server.results.document import document
from fotfeste_server.results.lines import lines
from fotfeste_server.results.reading import Reach
from fotfeste_server.results.released import Asked, Crossed
from fotfeste_server.results.separated import separated
from fotfeste_server.results.statistics import statistics
from fotfeste_server.results.workbook import workbook
from fotfeste_shared.forms import shipped

FIVE = (OSLO, BODO, TRONDHEIM, "4204", "1103")
CELLS = ((3, 0, -2, 9, 14), (1, 2, 0, 4, 1))
TABLE = CrossTable("nyansatt", "m3", "m_har", "b_bli", 2, ("ja", "nei"), (1, 2, 3, 4, 5), CELLS)
OTHERS = {
    "Tid til jobben", "Belastning som mentor", "Trygghet som mentor", "Rammer for mentor", "Vil fortsette som mentor",
}  # fmt: skip


def answered(form, wave, count, *, place="*", seed=1):
    chance = Random(f"{form}{wave}{place}{seed}")
    return [Answered("2026Q1", place, wave, made_up(chance, shipped()[form], wave), form) for _ in range(count)]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    everybody = people(3, dict.fromkeys(FIVE, 12), ("2026Q1",))
    everybody += answered("mentor", "etter", 24, place=OSLO) + answered("slutter", "", 30)
    everybody += answered("evaluering_samling", "samling1", 26) + answered("evaluering_samling", "samling2", 21, seed=2)
    released = write_release(tmp_path_factory.mktemp("beyond") / "net.jsonl", everybody)
    window = released.windows[0]
    told = (Turnout("nyansatt", "m3", OSLO, 40, 31), Turnout("slutter", "", "*", 60, 30))
    released = replace(
        released,
        tables=(Crossed(window, TABLE),),
        turnout=tuple(Asked(window, each) for each in told),
        texts=(Text("nyansatt", "fritt", "Mer tid sammen <b>med</b> mentor."), Text("nyansatt", "fritt", "=1+1")),
    )
    return source_of(released, Reach(whole=True, places=FIVE))


@pytest.fixture(scope="module")
def own(source):
    forms = tuple(form for form in source.forms if form.results_level == "municipality")
    return replace(source, reach=Reach(whole=False, places=(OSLO,)), forms=forms)


def test_other_indicators_stand_with_sentence_plot_and_table(source):
    found = {each.title: each for each in beyond.others(source, "nb", place="", window="")}

    assert OTHERS == set(found)
    assert all(each.sentence and each.explained and each.rows for each in found.values())
    assert ["24"] == [row.n for row in found["Belastning som mentor"].rows]


def test_what_is_told_for_the_network_only_is_not_told_for_a_place(source):
    assert "Vil fortsette som mentor" not in {each.title for each in beyond.others(source, "nb", place=OSLO, window="")}


def test_a_municipality_stands_beside_the_others_and_none_is_named(source):
    found = beyond.comparisons(source, "nb", place=OSLO)
    first = found[0]

    assert "Trygghet i jobben" == first.title
    assert ["Oslo", "De andre kommunene"] == [row.name for row in first.rows]
    assert first.sentence.startswith("Oslo: ")
    assert not any(name in repr(found) for name in ("Bodø", "Trondheim", "Kristiansand", "Stavanger"))


def test_with_fewer_than_three_others_nobody_is_compared(tmp_path):
    few = source_of(write_release(tmp_path / "few.jsonl", people(1, {OSLO: 25, BODO: 25, TRONDHEIM: 25})))
    found = beyond.comparisons(few, "nb", place=OSLO)

    assert {"De andre kommunene vises når minst tre av dem har tall."} == {each.sentence for each in found}


def test_gatherings_are_told_question_by_question(source):
    found = beyond.gatherings(source, "nb")

    assert 5 == len(found)
    assert [["Samling 1", "Samling 2"]] * 5 == [[row.name for row in each.rows] for each in found]


def test_reasons_for_leaving_come_with_the_most_named_first(source):
    found = beyond.reasons(source, "nb")

    assert found.sentence.startswith("Oftest: ")
    assert found.rows[0].name in found.sentence
    assert len(found.bars) == len(found.rows) > 5


def test_how_many_answered_is_told_with_its_denominator(source):
    rows = [(row.name, row.value, row.n) for row in beyond.turnout(source, "nb", place="", window="")]

    m3 = ("Ny på jobben · Etter 3 måneder", "78\xa0%", "31 av 40")
    assert [m3, ("Når du slutter", "50\xa0%", "30 av 60")] == rows
    assert ["31 av 40"] == [row.n for row in beyond.turnout(source, "nb", place=OSLO, window="")]


def test_a_table_of_two_questions_tells_its_noise(source):
    [table] = beyond.two_way(source, "nb")

    assert "Hvert antall har fått tilfeldig støy (ε = 1) og bommer med om lag 1 i snitt." in table.sentence
    assert ("3", "0", "−2", "9", "14") == table.rows[0][1]
    assert "Etter 3 måneder" in table.about


def test_noise_is_said_in_every_language():
    assert "ε = 0.5" in beyond.noise(1, "en")
    assert "ε = 0,5" in beyond.noise(1, "nn")


def test_what_people_wrote_comes_as_it_was_let_through(source):
    [written] = beyond.written(source, "nb")

    assert ("Mer tid sammen <b>med</b> mentor.", "=1+1") == written.texts


def test_a_municipality_gets_no_table_text_reason_or_gathering(own):
    told = json.loads(document(own))

    assert ([], [], [], None) == (
        beyond.two_way(own, "nb"), beyond.written(own, "nb"), beyond.gatherings(own, "nb"), beyond.reasons(own, "nb"),
    )  # fmt: skip
    assert ([], []) == (told["tables"], told["texts"])
    assert {OSLO} == {each["place"] for each in told["measures"] + told["comparisons"]}
    assert {OSLO} == {line.place for line in lines(own, "nb")}


def test_every_cell_of_a_table_is_a_line_and_a_cell_of_the_document(source):
    told = json.loads(document(source))["tables"][0]["cells"]
    cells = [line.noised for line in lines(source, "nb") if line.part == "crossed"]

    assert [cell for row in told for cell in row] == cells == [3, 0, -2, 9, 14, 1, 2, 0, 4, 1]


def test_files_for_people_and_for_spss_have_the_tables_too(source, tmp_path):
    rows = csv.DictReader(StringIO(separated(source, "nb").decode("utf-8-sig")), delimiter=";")
    (tmp_path / "all.sav").write_bytes(statistics(source, "nb"))
    frame, _ = pyreadstat.read_sav(tmp_path / "all.sav")
    book = load_workbook(BytesIO(workbook(source, "nb")))

    assert ["3", "0", "-2"] == [row["Antall med støy"] for row in rows if row["Antall med støy"]][:3]
    assert [3, 0, -2] == list(frame["med_stoy"].dropna())[:3]
    assert {1.0} == set(frame["epsilon"].dropna())
    assert [3, 0, -2] == [row[5].value for row in book["To spørsmål"].iter_rows(min_row=2)][:3]
    assert ["=1+1", "s"] == [book["Egne ord"]["C3"].value, book["Egne ord"]["C3"].data_type]


@pytest.mark.parametrize("language", ["nn", "en"])
def test_all_of_it_speaks_other_languages(source, language):
    assert beyond.others(source, language, place="", window="")
    assert beyond.comparisons(source, language, place=OSLO)
    assert beyond.gatherings(source, language)
    assert beyond.reasons(source, language)
    assert beyond.two_way(source, language)
    assert beyond.turnout(source, language, place="", window="")
