"""What was written is not lost when the sign-in ran out meanwhile, and no other site gets its words delivered."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app

from fotfeste_server.named.models import Revision
from fotfeste_server.views import COOKIE
from fotfeste_shared.wording import LANGUAGES

TEXT = 'Første måling er gjort, og «tallene» peker <rett> vei & "hjem"'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


def fields(page: str) -> list[tuple[str, str]]:
    """The hidden fields of the last form, as a browser sends them back."""
    form = page.rpartition('<form class="form"')[2]
    return [
        (name, html.unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    ]


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def send(client, address: str, sent: list[tuple[str, str]], **headers: str):
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return client.post(address, data=data, headers=headers)


def test_a_report_outlives_the_sign_in_it_was_written_in(house: House):
    client, address = house.browser("contact"), f"/records/{house.report().id}"
    shown = client.get(address, follow_redirects=True)
    address = shown.request.full_path
    rev = re.search(r'name="id" value="([^"]+)"', shown.text)[1]
    written = [("csrf_token", token(shown.text)), ("id", rev), ("a.kort", TEXT), ("a.x", "1"), ("a.x", "2")]
    client.delete_cookie(COOKIE)

    out = send(client, address, written)
    client.set_cookie(COOKIE, house.browser("contact").get_cookie(COOKIE).value)
    with client.session_transaction() as session:
        session.clear()  # as signing in does
    stale = send(client, address, fields(out.text))
    done = send(client, address, fields(stale.text))

    assert (401, 400) == (out.status_code, stale.status_code)
    for reply in (out, stale):
        assert written[1:] == [each for each in fields(reply.text) if each[0] != "csrf_token"]
    assert 422 == done.status_code  # the rest of the report was never filled in, but the text has come through
    assert html.escape(TEXT, quote=False) in done.text.replace("&#34;", '"')


def test_words_from_another_site_are_not_offered_for_delivery(house: House):
    client, address = house.browser("contact"), f"/records/{house.report().id}"
    forged = [("csrf_token", "x"), ("a.kort", TEXT)]

    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        reply = send(client, address, forged, **headers)
        assert reply.status_code in {400, 403}
        assert "&lt;rett&gt;" not in reply.text
    assert 0 == Revision.select().count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language(house: House, language: str):
    address = f"/records/{house.report().id}?language={language}"
    for client in (house.browser("contact"), house.browser()):
        reply = send(client, address, [("a.kort", TEXT)])
        assert f'<html lang="{language}"' in reply.text
        assert "&lt;rett&gt;" in reply.text
