"""The survey on a phone: light, usable without a script, kept through lost networks, and sent once."""

import gzip
import random
import re

import pytest
from browser.making_pages import SCREENS, SMALL_TARGETS, House, faults
from playwright.sync_api import expect

from fotfeste_server.anonymous.models import Inbox
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, asked
from fotfeste_shared.kinds import OneOf, Scaled, SomeOf
from fotfeste_shared.wording import LANGUAGES

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "nb-NO", "has_touch": True}
FIRST_FLIGHT, GOAL = 12_000, 7_500

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One served house for all tests of this file; each test makes its own links."""
    with House(tmp_path_factory.mktemp("house")).open() as house:
        yield house


@pytest.fixture
def phone(chromium):
    """A page on a phone; what the browser complains about fails the test."""
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.on("console", lambda said: page.faults.append(said.text) if "Content Security" in said.text else None)
    yield page
    assert page.faults == []
    context.close()


def answers_kept():
    return Inbox.select().count()


def word(page):
    return page.locator("main").get_attribute("data-word")


def themes_shown(page):
    return page.locator("section:visible h2").all_inner_texts()


def choose(page, code, value):
    page.locator(f"[name='a.{code}'][value='{value}']").check()


def to_the_end(page):
    further = page.get_by_role("button", name="Neste")
    while further.is_visible():
        [here] = themes_shown(page)
        further.click()
        page.wait_for_function("old => document.querySelector('section:not([hidden]) h2').innerText !== old", arg=here)


def send(page):
    page.get_by_role("button", name="Send svarene").click()


# --- weight ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_survey_loads_within_the_first_flight_of_a_connection(house, phone, language):
    loaded = {}
    phone.on("requestfinished", lambda request: loaded.update({request.url: request.response().body()}))

    phone.goto(f"{house.link(wave='m12')}?l={language}", wait_until="networkidle")

    assert 2 == len(loaded)  # the page and its one script
    assert sum(len(gzip.compress(body, 9)) for body in loaded.values()) < GOAL < FIRST_FLIGHT


# --- without a script ------------------------------------------------------------------------------


def test_answers_without_any_script(house, chromium):
    context = chromium.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(house.link())
    before = answers_kept()

    assert page.locator("h2").count() == page.locator("h2:visible").count() > 2
    choose(page, "t_faglig", 4)
    send(page)

    assert "thanks" == word(page)
    assert CODE.fullmatch(page.locator(".code").inner_text())
    assert before + 1 == answers_kept()
    context.close()


def test_an_empty_sheet_is_told_what_to_do_and_stores_nothing(house, chromium):
    for script in (True, False):
        context = chromium.new_context(**PHONE, java_script_enabled=script)
        page = context.new_page()
        page.goto(house.link("slutter", ""))
        before = answers_kept()
        to_the_end(page)
        send(page)
        page.locator(".note:visible").wait_for()

        assert "Du har ikke svart på noe ennå" in page.locator(".note:visible").inner_text()
        assert before == answers_kept()
        page.locator("section:visible input[type=radio]").first.check()
        to_the_end(page)
        send(page)
        page.locator(".code").wait_for()
        assert before + 1 == answers_kept()
        context.close()


# --- one theme at a time ---------------------------------------------------------------------------


def test_shows_one_theme_at_a_time_and_moves_focus_to_its_heading(house, phone):
    phone.goto(house.link())
    first = themes_shown(phone)

    phone.get_by_role("button", name="Neste").click()
    phone.wait_for_url("**#1")
    expect(phone.locator("section:not([hidden]) h2")).to_be_focused()

    second = themes_shown(phone)
    assert (1, 1) == (len(first), len(second))
    assert second[0].startswith("Side 2 av 4")
    assert phone.evaluate("document.activeElement.innerText") == second[0]
    phone.go_back()
    assert first == themes_shown(phone)


def test_can_be_answered_by_keyboard_alone(house, phone):
    phone.goto(house.link("slutter", ""))
    before = answers_kept()
    seen = set()
    for _ in range(300):
        phone.keyboard.press("Tab")
        at = phone.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {tag: e.tagName, type: e.type ?? '', text: e.innerText ?? '', name: e.name ?? '',"
            " ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3} })()"
        )
        if at["tag"] in ("BODY", "H1"):
            continue
        assert at["ring"], at
        if at["type"] == "radio" and at["name"] not in seen:
            seen.add(at["name"])
            phone.keyboard.press("Space")
        if at["text"] in ("Neste", "Send svarene"):
            phone.keyboard.press("Enter")
        if word(phone) == "thanks":
            break

    assert "thanks" == word(phone)
    assert len(seen) > 3
    assert before + 1 == answers_kept()


def test_a_chosen_answer_can_be_taken_away_again(house, phone):
    phone.goto(house.link())
    clear = phone.get_by_role("button", name="Fjern svaret")
    assert not clear.count()

    choose(phone, "t_faglig", 2)
    clear.click()

    assert not phone.locator("[name='a.t_faglig']:checked").count()
    assert not clear.count()


def test_a_choice_that_stands_alone_and_a_limit_hold(house, phone):
    phone.goto(house.link("nyansatt", "m12"))
    boxes = phone.locator("[name='a.b_hva']")
    phone.evaluate("location.hash = 3")
    for n in range(3):
        boxes.nth(n).check()

    assert boxes.nth(4).is_disabled()
    boxes.nth(0).uncheck()
    assert boxes.nth(4).is_enabled()


SHOWN = """() => [...document.querySelectorAll("[data-q]")].filter((e) => !e.hidden).map((e) => e.dataset.q).sort()"""
FILL = """(answers) => {
  for (const field of document.querySelectorAll("form input, form textarea")) {
    const answer = answers[field.name.slice(2)];
    if (/radio|checkbox/.test(field.type)) field.checked = [answer].flat().map(String).includes(field.value);
    else if (field.type !== "hidden") field.value = answer ?? "";
  }
  document.querySelector("form").dispatchEvent(new Event("input"));
}"""


@pytest.mark.parametrize(
    ("code", "wave"), [("nyansatt", "start"), ("nyansatt", "m12"), ("mentor", "etter"), ("slutter", "")]
)
def test_shows_just_what_the_judge_says_is_asked(house, phone, code, wave):
    form, chance = shipped()[code], random.Random(code + wave)
    phone.goto(house.link(code, wave))
    sets = set()
    for _ in range(40):
        answers = {}
        for question in form.questions():
            if isinstance(question, OneOf | SomeOf) and question.choices and chance.random() < 0.8:
                picked = chance.choice(question.choices).code
                answers[question.code] = [picked] if isinstance(question, SomeOf) else picked
            if isinstance(question, Scaled) and chance.random() < 0.5:
                answers[question.code] = chance.choice(question.scale.points).value
        phone.evaluate(FILL, answers)

        expected = sorted(asked(form, answers, Context(today(), wave=wave or None)))
        assert expected == phone.evaluate(SHOWN)
        sets.add(tuple(expected))
    assert len(sets) > 1 or not any(question.ask_if for question in form.questions())


# --- drafts and networks ---------------------------------------------------------------------------


def test_a_draft_outlives_a_closed_tab_and_is_gone_once_sent(house, phone):
    link = house.link()
    phone.goto(link)
    choose(phone, "t_faglig", 4)
    phone.goto("about:blank")
    phone.goto(f"{link}?l=nn")

    assert phone.locator("[name='a.t_faglig'][value='4']").is_checked()
    stored = phone.evaluate("JSON.stringify(localStorage)")
    assert link.rsplit("/", 1)[1] not in stored
    to_the_end(phone)
    phone.get_by_role("button", name="Send svara").click()
    phone.locator(".code").wait_for()
    assert phone.evaluate("Object.values(localStorage)") == ["0"]


def test_a_phone_remembers_that_a_link_was_answered_and_says_so(house, phone):
    link = house.link()
    phone.goto(link)
    hint = phone.get_by_text("Det ser ut til at du har svart her før.")
    assert hint.is_hidden()
    choose(phone, "t_faglig", 4)
    to_the_end(phone)
    send(phone)
    phone.locator(".code").wait_for()

    phone.goto(link)

    assert hint.is_visible()
    assert not phone.locator("[name='a.t_faglig']:checked").count()
    phone.goto(house.link())
    assert hint.is_hidden()


def test_says_when_it_is_not_sent_and_sends_when_told_again(house, phone):
    phone.goto(house.link())
    before = answers_kept()
    choose(phone, "t_faglig", 4)
    to_the_end(phone)
    phone.context.set_offline(True)
    send(phone)
    phone.get_by_text("Ikke sendt ennå").wait_for()
    assert before == answers_kept()

    phone.context.set_offline(False)
    send(phone)

    phone.locator(".code").wait_for()
    assert before + 1 == answers_kept()


def test_a_reply_lost_on_the_way_counts_once_and_the_code_still_holds(house, phone):
    link = house.link()
    phone.goto(link)
    before = answers_kept()
    choose(phone, "t_faglig", 4)
    to_the_end(phone)
    house.lost_replies = 1
    send(phone)
    phone.get_by_text("Ikke sendt ennå").wait_for()
    assert phone.evaluate("localStorage.length") == 1
    send(phone)
    phone.get_by_role("heading", name="Takk").wait_for()

    assert "known" == word(phone)
    assert before + 1 == answers_kept()
    code = phone.locator(".code").inner_text()
    phone.get_by_role("link", name="Trekk svaret").click()
    phone.get_by_label("Koden").fill(code.lower())
    phone.get_by_role("button", name="Trekk svaret").click()
    assert "withdrawn" == word(phone)
    assert before == answers_kept()


# --- for everybody ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_has_no_barrier_that_a_machine_can_find(house, chromium, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="nb-NO")
    page = context.new_page()
    found = {}
    link = house.link(wave="m12")
    page.goto(link)
    for theme in range(4):
        page.evaluate("(n) => { location.hash = n }", theme)
        page.wait_for_timeout(50)
        found[f"theme {theme}"] = faults(page) + page.evaluate(SMALL_TARGETS)
    page.goto(f"{link}/receipt")
    found["receipt"] = faults(page) + page.evaluate(SMALL_TARGETS)
    page.get_by_label("Koden").fill("0000-0000-0000-0000")
    page.get_by_role("button", name="Trekk svaret").click()
    found["wrong code"] = faults(page)
    page.goto(f"{house.address}/s/unknown")
    found["unknown"] = faults(page)

    assert found == {place: [] for place in found}
    context.close()
