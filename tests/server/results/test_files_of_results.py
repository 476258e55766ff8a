"""CSV, SPSS and PDF say what the JSON says, name what is hidden, and are the same bytes for the same question."""

import csv
import json
from datetime import datetime
from io import BytesIO, StringIO

import pikepdf
import pyreadstat
import pytest
import time_machine
from server.results.making_results import BODO, OSLO, TRONDHEIM, Net, people, source_of, write_release

from fotfeste_server.results.document import document
from fotfeste_server.results.leaving import Cohort
from fotfeste_server.results.reading import Reach
from fotfeste_server.results.separated import safe, separated
from fotfeste_server.results.statistics import FEW, ONLY_SPAN, statistics
from fotfeste_server.results.summary import summary
from fotfeste_server.typesetting import typeset

HOSTILE = '=HYPERLINK("http://ond.example","klikk")'
COHORTS = (Cohort(2024, 3, 1, 2, "baseline"), Cohort(2025, 24, 1, 3, "baseline"))
NUMBERS = {"n": "n", "groups": "Grupper", "low": "Minst antall", "high": "Høyst antall", "percent": "Prosent"}


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    everybody = people(5, {OSLO: 7, BODO: 4, TRONDHEIM: 22})
    return write_release(tmp_path_factory.mktemp("release") / "net.jsonl", everybody)


@pytest.fixture(scope="module")
def source(released):
    return source_of(released, net=Net(name=HOSTILE), years=COHORTS)


@pytest.fixture(scope="module")
def told(source):
    return json.loads(document(source))


@pytest.fixture(scope="module")
def rows(source):
    return list(csv.DictReader(StringIO(separated(source, "nb").decode("utf-8-sig")), delimiter=";"))


@pytest.fixture(scope="module")
def table(source, tmp_path_factory):
    path = tmp_path_factory.mktemp("spss") / "results.sav"
    path.write_bytes(statistics(source, "nb"))
    return pyreadstat.read_sav(path, user_missing=True)


@pytest.fixture(scope="module")
def paper(source):
    return typeset("results", summary(source, "nb", place="", window=""), kept=True)


# --- CSV ------------------------------------------------------------------------------------------


def test_csv_opens_in_norwegian_excel(source):
    raw = separated(source, "nb")

    assert raw.startswith(b"\xef\xbb\xbfHva linjen er;Skjema;")
    assert raw.endswith(b"\r\n")
    assert b";3,4;" in raw
    assert b";3.4;" in separated(source, "en")


def test_every_answer_of_the_document_is_a_line_with_the_same_numbers(told, rows):
    by_key = {
        (r["Skjema"], r["Spørsmålskode"], r["Målingskode"], r["Stedskode"], r["Svarkode"]): r
        for r in rows
        if r["Hva linjen er"] == "svar på spørsmål"
    }
    compared = 0
    for question in told["questions"]:
        for answer in question.get("answers", []):
            row = by_key[question["form"], question["question"], question["wave"], question["place"], answer["code"]]
            expected = {title: str(answer.get(name, "")) for name, title in NUMBERS.items()}
            assert expected == {title: row[title] for title in NUMBERS.values()}
            compared += 1
    assert compared == len(by_key) > 500


def test_every_indicator_of_the_document_is_a_line(told, rows):
    lines = [r for r in rows if r["Hva linjen er"] == "indikator"]
    tenths = [int(r["Snitt"].replace(",", "")) for r in lines if r["Snitt"]]

    assert len(told["indicators"]) == len(lines)
    assert [each["figure"]["tenths"] for each in told["indicators"] if "tenths" in each["figure"]] == tenths


def test_the_municipalities_own_numbers_are_lines_too(rows):
    left = [r for r in rows if r["Hva linjen er"] == "førsteårsavgang"]

    assert [("2024", "", ""), ("2025", "24", "4")] == [(r["Periode"], r["n"], r["Prosent"]) for r in left]


def test_what_is_hidden_says_so(rows):
    hidden = [r for r in rows if r["Stedskode"] == BODO and r["Spørsmålskode"] == "t_faglig"]

    assert ["skjult: for få svar – minst 5 trengs"] * 4 == [r["Slik vises det"] for r in hidden]
    assert {""} == {r["n"] for r in hidden}


@pytest.mark.parametrize("text", ["=1+1", "+47", "-3", "@a", "\t=1", "  =1", "\r=1", "\n=1"])
def test_nothing_written_becomes_a_formula(text):
    assert f"'{text}" == safe(text)
    assert "Ja – nei" == safe("Ja – nei")


# --- SPSS -----------------------------------------------------------------------------------------


def test_spss_has_the_numbers_of_the_csv(rows, table):
    frame, _ = table

    assert len(rows) == len(frame)
    for title, name in (("n", "n"), ("Minst antall", "minst_antall"), ("Snitt, usikkerhet fra", "snitt_fra")):
        written = [float(r[title].replace(",", ".")) if r[title] else None for r in rows]
        read = [None if value != value else value for value in frame[name]]  # noqa: PLR0124 (a missing value)
        assert written == read


def test_spss_names_columns_and_codes(table):
    _, about = table
    labels = about.variable_value_labels

    assert "Spørsmål" == about.column_names_to_labels["tekst"]
    assert {0: "Hele nettverket", 301: "Oslo", 1804: "Bodø", 5001: "Trondheim"} == labels["sted"]
    assert "Etter 3 måneder" in labels["maling"].values()


def test_what_is_hidden_is_missing_on_purpose_in_spss(table, tmp_path, source):
    frame, about = table
    (tmp_path / "again.sav").write_bytes(statistics(source, "nb"))
    plain, _ = pyreadstat.read_sav(tmp_path / "again.sav")

    assert {FEW, ONLY_SPAN} <= set(frame["prosent"])
    assert "skjult: for få svar" == about.variable_value_labels["prosent"][FEW]
    assert min(plain["prosent"].dropna()) >= 0


# --- PDF ------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_fit_for_an_archive(paper):
    with pikepdf.open(BytesIO(paper)) as pdf, pdf.open_metadata() as about:
        assert ("2", "A", "1") == (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"])
        assert f"Resultater – {HOSTILE}" == about["dc:title"]
        assert "nb" == str(pdf.Root.Lang)
        assert pdf.Root.MarkInfo.Marked


def test_every_plot_of_the_pdf_has_its_numbers_in_words(paper, source):
    indicators = summary(source, "nb", place="", window="")["indicators"]["each"]
    described = {each["alt"] for each in indicators if each["plot"]}
    with pikepdf.open(BytesIO(paper)) as pdf:
        found = {str(each.Alt) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each}

    assert len(described) >= 5
    assert described <= found


def test_the_pdf_tells_the_indicators_of_the_document(source, told):
    printed = summary(source, "nb", place=OSLO, window="")["indicators"]["each"]
    shown = {row[1] for each in printed for row in each["rows"]}
    spans = {
        f"{each['figure']['low']}–{each['figure']['high']} av {each['figure']['n']}"
        for each in told["indicators"]
        if each["place"] == OSLO and each["indicator"] == "bli" and len(each["windows"]) == 2
    }

    assert spans <= shown


def test_a_network_without_a_seal_gets_a_pdf_and_files_that_say_so(tmp_path):
    empty = source_of(write_release(tmp_path / "none.jsonl", []))

    assert "Ingen måling er forseglet ennå" == summary(empty, "nb", place="", window="")["nothing"]
    assert typeset("results", summary(empty, "nb", place="", window=""), kept=True).startswith(b"%PDF")
    assert statistics(empty, "nb").startswith(b"$FL2")
    assert separated(empty, "nb").count(b"\r\n") > 1


# --- all of them ----------------------------------------------------------------------------------


def everything(source, language):
    told = summary(source, language, place="", window="")
    return separated(source, language), statistics(source, language), typeset("results", told, kept=True)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_same_release_gives_the_same_bytes(tmp_path, language):
    small = write_release(tmp_path / "net.jsonl", people(5, {OSLO: 7}, ("2026Q1",)))
    with time_machine.travel("2026-06-01"):
        before = everything(source_of(small), language)

    assert before == everything(source_of(small), language)


def test_spss_says_it_was_made_when_the_last_window_closed(table):
    """Its library would write the second of today into the header."""
    assert datetime(2026, 6, 28) == table[1].creation_time  # noqa: DTZ001 (a .sav file has no zone)


def test_a_municipality_gets_its_own_lines_only(released):
    own = source_of(released, Reach(whole=False, places=(OSLO,)))
    rows = list(csv.DictReader(StringIO(separated(own, "nb").decode("utf-8-sig")), delimiter=";"))

    assert {OSLO} == {row["Stedskode"] for row in rows}
    assert "Trondheim" not in json.dumps(summary(own, "nb", place=OSLO, window=""))
