"""The phone's pages, over the real app on both databases."""

import gzip
import os
import random
from collections import Counter

import brotli
import pytest
import time_machine
from markupsafe import escape
from server.anonymous.makers import CLOSES, OPENS

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.views.phone import repeats
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import anonymous_receipt

POSTS = 3_000 if os.environ.get("FOTFESTE_ATTACKS") == "long" else 100
NOON = "2026-10-15T12:00:00+02:00"
ANSWER = {"a.t_faglig": "4", "a.b_bli": "5"}


@pytest.fixture
def phone(database_url, tmp_path):
    """The app, one open window of the new-hire survey, and a way to make links."""
    app = create_app(Config(data=tmp_path / "house", database=database_url))
    service = app.extensions["fotfeste"]
    keys = Keys(service.config.keys)
    window = open_window(service.db, keys, "nettverk-1", "2026Q4", opens=OPENS, closes=CLOSES)

    def link(code="nyansatt", wave="m3", **days):
        form = shipped()[code]
        return "/s/" + invite(service.db, keys, window, form, wave=wave, place="5025", **days)[0]

    with time_machine.travel(NOON):
        client = app.test_client()
        client.link = link
        yield client
    close_app(app)


def kept() -> int:
    return Inbox.select().count()


def word(reply) -> str:
    return reply.text.split('data-word="')[1].split('"')[0]


def test_a_link_opens_the_questions_however_often_and_changes_nothing(phone):
    link = phone.link()

    pages = {phone.get(link).data for _ in range(5)} | {phone.get(phone.link()).data}

    assert 1 == len(pages)
    assert 0 == kept()


def test_an_answer_without_script_is_kept_once_and_gets_a_receipt(phone):
    link = phone.link()

    first, again = phone.post(link, data=ANSWER), phone.post(link, data=ANSWER)

    assert (200, "thanks") == (first.status_code, word(first))
    assert 'class="code"' in first.text
    assert (200, "known") == (again.status_code, word(again))
    assert 'class="code"' not in again.text
    assert 1 == kept()


def test_everybody_is_told_their_own_code_and_what_they_sent_is_never_markup(phone):
    codes = [anonymous_receipt(), anonymous_receipt(), f"<{anonymous_receipt()}>"]
    links = [phone.link() for _ in codes]

    told = [phone.post(link, data={**ANSWER, "receipt": code}).text for link, code in zip(links, codes, strict=True)]

    pairs = zip(links, codes, strict=True)
    shown = [(f'class="code">{escape(code)}</span>', f'href="{link}/receipt?l=nb"') for link, code in pairs]
    assert all(mine in page for page, both in zip(told, shown, strict=True) for mine in both)
    assert len(codes) == sum(code.strip("<>") in page for page in told for code in codes)


def test_a_retry_with_the_receipt_of_the_page_is_known_even_after_a_restart_and_after_the_close(phone):
    link, sent = phone.link(), {**ANSWER, "receipt": anonymous_receipt()}
    phone.post(link, data=sent)
    repeats.forget(link)

    assert "known" == word(phone.post(link, data=sent))
    with time_machine.travel("2027-01-02"):
        assert "known" == word(phone.post(link, data=sent))
    assert 1 == kept()


def test_another_answer_on_a_used_link_is_refused_in_words(phone):
    link = phone.link()
    phone.post(link, data={**ANSWER, "receipt": anonymous_receipt()})

    reply = phone.post(link, data={"a.t_faglig": "1", "receipt": anonymous_receipt()})

    assert (409, "answered") == (reply.status_code, word(reply))
    assert 1 == kept()


def test_a_scanner_that_posts_the_empty_form_stores_nothing(phone):
    link = phone.link()

    for _ in range(20):
        assert 422 == phone.post(link, data={"receipt": ""}).status_code

    assert 0 == kept()
    assert "thanks" == word(phone.post(link, data=ANSWER))


def test_only_link_and_receipt_together_withdraw_and_then_one_may_answer_anew(phone):
    link, receipt = phone.link(), anonymous_receipt()
    phone.post(link, data={**ANSWER, "receipt": receipt})

    assert 422 == phone.post(f"{link}/receipt", data={"receipt": anonymous_receipt()}).status_code
    assert 422 == phone.post(f"{phone.link()}/receipt", data={"receipt": receipt}).status_code
    assert 1 == kept()
    assert "withdrawn" == word(phone.post(f"{link}/receipt", data={"receipt": receipt.lower()}))
    assert 0 == kept()
    assert "thanks" == word(phone.post(link, data=ANSWER))


@pytest.mark.parametrize(("when", "said", "status"), [("2026-09-30", "too_early", 403), ("2027-01-01", "closed", 410)])
def test_says_when_it_is_too_early_or_too_late(phone, when, said, status):
    link = phone.link()
    with time_machine.travel(when):
        replies = phone.get(link), phone.post(link, data=ANSWER)

    assert [(status, said)] * 2 == [(reply.status_code, word(reply)) for reply in replies]
    assert 0 == kept()


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "æøå", "..%2f..", "' or 1=1 --"])
def test_an_unknown_link_says_what_to_do(phone, token):
    for reply in (phone.get(f"/s/{token}"), phone.post(f"/s/{token}", data=ANSWER)):
        assert 404 == reply.status_code


def test_what_must_be_mended_comes_back_with_everything_that_was_written(phone):
    link = phone.link()

    reply = phone.post(
        link, data={**ANSWER, "a.fritt": "Nummeret er 01019012345", "a.m_har": "ja", "a.m_antall": "tre"}
    )

    assert (422, "mend") == (reply.status_code, word(reply))
    assert "Nummeret er 01019012345" in reply.text
    assert 0 == kept()


def test_a_page_leaves_no_cookie_and_tells_nobody(phone):
    replies = [phone.get(phone.link()), phone.post(phone.link(), data=ANSWER), phone.get("/s/unknown")]

    for reply in replies:
        assert "Set-Cookie" not in reply.headers
        assert "no-referrer" == reply.headers["Referrer-Policy"]
        assert "no-store" == reply.headers["Cache-Control"]
        assert "unsafe" not in reply.headers["Content-Security-Policy"]


def test_language_is_a_link_and_the_phones_own_wish(phone):
    link = phone.link()

    assert 'lang="nn"' in phone.get(f"{link}?l=nn").text
    assert 'lang="en"' in phone.get(link, headers={"Accept-Language": "en-GB,en;q=0.9"}).text.split("<head>")[0]


def test_compressed_bytes_are_the_same_page(phone):
    link = phone.link()

    plain = phone.get(link).data
    zipped, small = (phone.get(link, headers={"Accept-Encoding": way}) for way in ("gzip", "gzip, br"))

    assert plain == gzip.decompress(zipped.data) == brotli.decompress(small.data)
    assert "br" == small.headers["Content-Encoding"]
    assert plain == phone.get(link, headers={"Accept-Encoding": "br;q=0"}).data


def test_the_script_and_styles_go_out_compressed_and_as_they_are(phone):
    for name in ("survey.mjs", "fotfeste.css"):
        with (
            phone.get(f"/static/{name}") as plain,
            phone.get(f"/static/{name}", headers={"Accept-Encoding": "gzip, deflate, br"}) as small,
        ):
            assert plain.data == brotli.decompress(small.data)


RUBBISH = ["", " ", "\x00", "-1", "9" * 400, "٣", "<script>", "ja", "5", "😀", "æ" * 3000, "2026-13-45", "on"]


@pytest.mark.parametrize("code", ["nyansatt", "mentor", "slutter", "evaluering_samling", "sluttevaluering"])
def test_no_post_of_rubbish_is_ever_a_fault_of_ours(phone, code):
    chance, told = random.Random(code), Counter()
    form = shipped()[code]
    wave = form.waves[-1] if form.waves else ""
    link = phone.link(code, wave)
    names = [f"a.{path}" for path, _ in form.every()] + [
        "a.x",
        "a.fritt.0.x",
        "receipt",
        "a.",
        "",
        "a.innslag.999.nytte",
    ]
    for _ in range(POSTS):
        fields = [(chance.choice(names), chance.choice(RUBBISH)) for _ in range(chance.randint(0, 12))]
        told[phone.post(link, data=dict(fields)).status_code] += 1

    assert set(told) <= {200, 409, 422}, told
    for body in (b"\xff\xfe", b"a=%", b"{" * 9000, b"--x\r\n"):
        for kind in ("multipart/form-data; boundary=x", "application/json", "application/x-www-form-urlencoded"):
            assert phone.post(link, data=body, content_type=kind).status_code < 500
