"""The page of results over the real app: who may see what, and what it says."""

import html
import json
import re
import sys
from io import BytesIO

import pytest
from making_house import House
from openpyxl import load_workbook
from server.results.making_results import OSLO, people, write_release

from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.networks import take_in
from fotfeste_server.promising import agree

OWN = "4204"


@pytest.fixture
def address(house: House) -> str:
    return f"/networks/{house.network.id}/results"


@pytest.fixture
def released(house: House) -> None:
    take_in(house.db, house.network, OSLO)
    path = path_of(house.service.config.releases, str(house.network.id))
    write_release(path, people(5, {OSLO: 6, OWN: 25}))


def test_before_any_seal_the_page_says_so(house, address):
    reply = house.browser("organizer").get(address)

    assert 200 == reply.status_code
    assert "Ingen måling er forseglet ennå" in reply.text
    assert 200 == house.browser("organizer").get(f"{address}.xlsx").status_code


def test_the_page_repeats_what_those_who_answered_were_promised(house, address, released):
    agree(house.db, house.network, 2)

    page = house.browser("organizer").get(address).text

    assert "grupper med minst 7 svar" in page
    assert "rundes antallet tilfeldig i trinn på 4" in page
    assert "Selv om 2 i gruppen forteller alt" in page


def test_the_working_group_sees_the_network_and_its_municipalities(house, address, released):
    for who in ("organizer", "advisor"):
        browser = house.browser(who)
        page = browser.get(address).text

        assert all(name in page for name in ("Hele nettverket", "Oslo", "Kristiansand", "Førsteårsavgang"))
        assert {"", OSLO, OWN} == {each["place"] for each in browser.get(f"{address}.json").json["indicators"]}


def test_a_municipality_sees_its_own_and_nothing_else(house, address, released):
    browser = house.browser("administrator")
    pages = [browser.get(address + query).text for query in ("", f"?place={OSLO}", "?place=", "?form=slutter")]
    told = browser.get(f"{address}.json").json
    book = load_workbook(BytesIO(browser.get(f"{address}.xlsx").data))

    assert all("Kristiansand" in page and "Oslo" not in page and "Hele nettverket" not in page for page in pages)
    assert {OWN} == {each["place"] for each in told["indicators"] + told["questions"]}
    assert [] == told["left_within_a_year"]
    assert {"nyansatt", "mentor"} == {each["code"] for each in told["forms"]}
    assert {OWN} == {row[4].value for row in book["Svar"].iter_rows(min_row=2)}
    assert "waiting" not in json.dumps(told)


def test_every_kind_of_file_is_one_press_away(house, address, released):
    browser = house.browser("organizer")
    page = browser.get(f"{address}?place={OSLO}").text
    links = re.findall(r'href="(/networks/[^"]+/results\.\w+[^"]*)"', page)
    replies = [browser.get(html.unescape(link)) for link in links]

    assert ["pdf", "xlsx", "csv", "sav", "json"] == [re.search(r"results\.(\w+)", link)[1] for link in links]
    assert [b"%PDF", b"PK\x03\x04", b"\xef\xbb\xbfH", b"$FL2", b'{"co'] == [reply.data[:4] for reply in replies]
    assert all("attachment" in reply.headers["Content-Disposition"] for reply in replies)


def test_without_the_extra_there_is_no_link_to_spss(house, address, released, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    browser = house.browser("organizer")

    assert "results.sav" not in browser.get(address).text
    assert 404 == browser.get(f"{address}.sav").status_code


def test_others_do_not_see_results(two_houses, address, released):
    for who in ("mentor", "contact", "head"):
        assert 403 == two_houses.browser(who).get(address).status_code
    for ending in ("", ".json", ".xlsx", ".csv", ".sav", ".pdf"):
        assert 404 == two_houses.elsewhere.browser("organizer").get(address + ending).status_code
        assert 303 == two_houses.browser().get(address + ending).status_code


def test_the_page_stands_on_each_database(house_on_each):
    reply = house_on_each.browser("organizer").get(f"/networks/{house_on_each.network.id}/results")

    assert 200 == reply.status_code


def test_filters_choose_place_period_survey_and_round(house, address, released):
    browser = house.browser("organizer")
    oslo = browser.get(f"{address}?place={OSLO}&wave=start&window=window-2026Q1").text
    exits = browser.get(f"{address}?form=slutter").text

    assert re.search(r'<option value="0301" selected>Oslo', oslo)
    assert "Oslo · 1. kvartal 2026" in oslo
    assert "Visste du om mentorordningen da du søkte jobben?" in oslo
    assert re.search(r"\d(–\d)? av 6", oslo)
    assert "Det gjelder alle de 9 spørsmålene i denne målingen." in exits
    assert "skjult: for få svar" in exits.casefold()
    assert 200 == browser.get(f"{address}?place=x&wave=y&window=z&form=w").status_code


@pytest.mark.parametrize(("language", "words"), [("nn", "Hovudtal"), ("en", "Main figures")])
def test_the_page_speaks_three_languages(house, address, released, language, words):
    browser = house.browser("organizer")

    assert words in browser.get(f"{address}?language={language}").text
    assert 200 == browser.get(f"{address}.xlsx?language={language}").status_code


def test_the_same_release_gives_the_same_page(house, address, released):
    browser = house.browser("organizer")
    first, second = (re.sub(r'value="[^"]{40,}"', "", browser.get(address).text) for _ in range(2))

    assert first == second
