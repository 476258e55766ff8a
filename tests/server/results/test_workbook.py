"""The workbook is read back as Excel would read it."""

import tracemalloc
from datetime import date
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import load_workbook
from server.results.making_results import BODO, OSLO, TRONDHEIM, Net, people, source_of, write_release

from fotfeste_server.results.leaving import Cohort
from fotfeste_server.results.report import every_detail
from fotfeste_server.results.workbook import OPTIONS, Column, workbook, write_table

HOSTILE = '=HYPERLINK("http://ond.example","klikk")'
COHORTS = (Cohort(2024, 3, 1, 2, "baseline"), Cohort(2025, 24, 1, 3, "baseline"))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    everybody = people(5, {OSLO: 7, BODO: 4, TRONDHEIM: 22})
    released = write_release(tmp_path_factory.mktemp("release") / "net.jsonl", everybody)
    return source_of(released, net=Net(name=HOSTILE), years=COHORTS)


@pytest.fixture(scope="module")
def book(source):
    return load_workbook(BytesIO(workbook(source, "nb")))


def rows(sheet):
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_it_has_the_six_sheets_with_frozen_headings_and_filters(book):
    assert ["Les meg", "Indikatorer", "Svar", "Snitt", "Kodebok", "Skjult"] == book.sheetnames
    for sheet in list(book)[1:]:
        assert "A2" == sheet.freeze_panes
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.max_row > 5


def test_its_answers_are_those_of_the_report(source, book):
    told = {(r["Spørsmålskode"], r["Måling"], r["Stedskode"] or "", r["Svarkode"]): r for r in rows(book["Svar"])}

    compared = 0
    for detail in every_detail(source):
        for code, figure in detail.answers:
            names = {"start": "Ved start", "m3": "Etter 3 måneder", "m6": "Etter 6 måneder", "m12": "Etter 12 måneder"}
            row = told[detail.asked.path, names[detail.wave], detail.place, code]
            assert (figure.n, figure.low * figure.n, figure.high * figure.n) == (
                row["n"], row["Minst antall"], row["Høyst antall"],
            )  # fmt: skip
            assert (row["Andel"] is None) == figure.as_span
            if not figure.as_span:
                assert abs(Fraction(row["Andel"]) - figure.value) <= Fraction(1, 199)
            compared += 1
    assert compared == len(told) > 500


def test_numbers_are_numbers_and_dates_are_dates(book):
    shares = [row["Andel"] for row in rows(book["Svar"]) if row["Andel"] is not None]

    assert {int, float} >= {type(share) for share in shares}
    facts = {row[0].value: row[1].value for row in book["Les meg"].iter_rows(min_row=3)}
    assert (date(2026, 1, 1), date(2026, 6, 28)) == (facts["Fra"].date(), facts["Til"].date())


def test_nothing_written_becomes_a_formula_or_a_link(source, book):
    with ZipFile(BytesIO(workbook(source, "nb"))) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]

    assert HOSTILE == book["Les meg"]["B3"].value
    assert "s" == book["Les meg"]["B3"].data_type
    assert not any("<f>" in sheet or "hyperlink" in sheet.replace("HYPERLINK", "") for sheet in sheets)


def test_the_few_who_left_in_a_small_year_are_hidden(book):
    left = [row for row in rows(book["Indikatorer"]) if row["Indikator"] == "Førsteårsavgang"]

    assert [(None, None), (24, 0.04)] == [(row["n"], row["Tall"]) for row in left]
    assert left[0]["Slik vises det"].startswith("skjult")


def test_what_is_hidden_is_listed_with_the_reason(book):
    hidden = rows(book["Skjult"])

    assert {"t_faglig"} <= {row["Spørsmålskode"] for row in hidden if row["Stedskode"] == BODO}
    assert all(row["Hvorfor"].startswith("skjult: for få svar – minst 5 trengs") for row in hidden)


def test_the_codebook_has_every_code_in_three_languages(book):
    codes = {(r["Spørsmålskode"], r["Svarkode"]): r for r in rows(book["Kodebok"]) if r["Skjema"] == "nyansatt"}
    line = [cell.value for cell in next(r for r in book["Kodebok"].iter_rows() if r[2].value == "t_ansvar")]

    assert "ja" == codes["t_ansvar", "5"]["Telles"]
    assert "nei" == codes["t_ansvar", "ikke_aktuelt"]["Telles"]
    assert ["Svært utrygg", "Svært utrygg", "Very unsure"] == line[8:11]


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_same_release_gives_the_same_bytes(source, language):
    assert workbook(source, language) == workbook(source, language)


def test_a_reader_of_norwegian_and_one_of_english_get_their_own_sheets(source):
    english = load_workbook(BytesIO(workbook(source, "en")))

    assert ["Read me", "Indicators", "Answer", "Means", "Codebook", "Hidden"] == english.sheetnames


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        tracemalloc.start()
        book = xlsxwriter.Workbook(BytesIO(), OPTIONS)
        write_table(book, "Svar", [Column("a", 9), Column("b", 9)], ((f"svar {i}", i) for i in range(count)))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        book.close()
        return most

    assert peak(20_000) < 1.2 * peak(2_000)
