"""A respondent is shown exactly what is seen of their place, and a reader of the page learns nothing else."""

import re

import pytest
import time_machine
from making_house import close_app, furnish, open_app
from server.test_organizers import Visitor

from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.opening import Tools, quarter_days, quarter_of, seal_window, window_of
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.kinds import Scaled
from fotfeste_shared.revisions import anonymous_receipt
from fotfeste_shared.wording import LANGUAGES

FORM = shipped()["nyansatt"]


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


def window(house):
    opens, closes = quarter_days(quarter_of(today()))
    return open_window(house.db, house.service.keys, house.network.id, quarter_of(today()), opens=opens, closes=closes)


def links(house, window, count, place="4204", form=FORM, wave="start"):
    return invite(house.db, house.service.keys, window, form, wave=wave, place=place, count=count)


def answer(house, tokens):
    for number, token in enumerate(tokens):
        given = {question.code: 1 + number % 5 for question in FORM.questions() if isinstance(question, Scaled)}
        filled = Filled("nyansatt", 1, given, anonymous_receipt())
        assert "kept" == Envelope(house.service.writer, token, today()).receive(filled).outcome


def told(page):
    """The figures of a page of what is seen, without those that are hidden."""
    return [value for value in re.findall(r"</b><br>([^<]+)", page) if not value.startswith("skjult")]


def test_before_any_seal_nothing_is_shown_and_the_rule_is_told(house):
    token = links(house, window(house), 1)[0]
    page = house.browser().get(f"/s/{token}?l=nb&seen=1")

    assert 200 == page.status_code
    assert "minst 5 har svart" in page.text
    assert "Ingen tall vises ennå" in page.text
    assert "Set-Cookie" not in page.headers


def test_after_a_seal_the_figures_are_those_of_the_results_page(house):
    made = window(house)
    answer(house, links(house, made, 8))
    late = links(house, made, 1)[0]
    other = links(house, made, 1, place="4206")[0]
    seal_window(Tools(house.service.config, house.db, house.service.keys), house.network,
                window_of(house.network, made), early=True)  # fmt: skip
    shown = house.browser().get(f"/s/{late}?l=nb&seen=1").text
    results = Visitor(house.browser("administrator")).see(f"/networks/{house.network.id}/results?place=4204")

    assert "Dette vises i dag: Kristiansand" in shown
    assert told(shown)
    assert all(figure in results for figure in told(shown))
    assert [] == told(house.browser().get(f"/s/{other}?l=nb&seen=1").text)


def test_the_survey_leads_there_and_back_and_looking_changes_nothing(house):
    token = links(house, window(house), 1)[0]
    client = house.browser()
    page = client.get(f"/s/{token}?l=nn").text
    there = re.search(r'href="(\?l=nn[^"]+seen=1)"', page)[1].replace("&amp;", "&")
    back = re.search(r'<a href="(\?l=nn)">Tilbake', client.get(f"/s/{token}{there}").text)[1]

    assert 200 == client.get(f"/s/{token}{back}").status_code
    assert 0 == Inbox.select().count()
    assert 404 == client.get("/s/x?seen=1").status_code


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language_and_outlives_the_close(house, language):
    token = links(house, window(house), 1, form=shipped()["slutter"], wave="")[0]
    with time_machine.travel("2031-01-01"):
        page = house.browser().get(f"/s/{token}?l={language}&seen=1")

    assert 200 == page.status_code
    assert f'lang="{language}"' in page.text
