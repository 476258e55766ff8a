"""Named questionnaires on staff pages and in the desktop window: with and without a script, for everybody."""

from pathlib import Path

import pytest
from browser.making_pages import SMALL_TARGETS, faults, serving
from flask import Flask, request
from playwright.sync_api import expect

from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Receipt
from fotfeste_shared.judging import Context
from fotfeste_shared.web.filling import Sheet, fill_in
from fotfeste_shared.web.pages import STATIC, prepare

NAMED = ["statusrapport", "mentorlogg", "kobling", "startmaling", "sluttrapport_team", "veiledernotat", "avtale"]
FACTS = {"network_end": "2030-06-30"}
LABELS = {"kobling": [("p1", "Sykepleier på Nord")]}

pytestmark = pytest.mark.browser


class Tray:
    """Takes whatever is handed in, and remembers it."""

    def __init__(self):
        self.filled, self.drafts = [], []

    def receive(self, filled):
        self.filled.append(filled)
        return Receipt("kept", "7KQ2-M9XD")


@pytest.fixture(scope="module")
def tray():
    return Tray()


@pytest.fixture(scope="module")
def address(tray):
    """A small app that does nothing but let every named form be filled in."""
    app = Flask("forms", static_folder=str(STATIC))
    prepare(app)

    @app.route("/<kept>/<code>", methods=["GET", "POST"])
    def form(kept, code):
        before = {"framdrift": 25, "kort": "Vi fikk tre nye mentorer."} if code == "statusrapport" else {}
        sheet = Sheet(
            shipped()[code],
            Context(today(), facts=FACTS, rows={"mal": [{"id": "m1"}]}),
            before=before,
            labels=LABELS,
            draft_at="/drafts" if kept == "here" else None,
            keeps_private=kept == "here",
        )
        return fill_in(sheet, tray, lambda receipt: f"<title>Takk</title><main><h1>{receipt.code}</h1></main>")

    @app.post("/drafts")
    def draft():
        tray.drafts.append(request.form.to_dict())
        return "", 204

    with serving(app) as address:
        yield address


def by_hand(chromium, *, script=True, width=1280, scheme="light"):
    context = chromium.new_context(
        locale="nb-NO", java_script_enabled=script, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    return context.new_page()


def fill_talk(page):
    page.get_by_label("Hvem gjelder det?").select_option("p1")
    page.get_by_label("Avlyst", exact=True).check()
    page.get_by_label("For travelt på vakt").check()
    page.get_by_label("Dato").fill(today().isoformat())


@pytest.mark.parametrize("script", [True, False])
def test_a_form_is_handed_in_with_and_without_a_script(chromium, address, tray, script):
    page = by_hand(chromium, script=script)
    page.goto(f"{address}/here/mentorlogg")
    fill_talk(page)
    page.get_by_label("Avtalt neste steg").fill("Ringe Kari")
    page.get_by_role("button", name="Lever").last.click()
    page.get_by_role("heading", name="7KQ2-M9XD").wait_for()

    expected = {"kobling": "p1", "status": "avlyst", "arsak": ["travelt"], "dato": today().isoformat()}
    assert expected == {key: tray.filled[-1].answers.get(key) for key in expected}
    page.context.close()


def test_questions_that_stay_on_the_computer_are_asked_nowhere_else(chromium, address):
    private = {question.code for question in shipped()["mentorlogg"].questions() if question.local_only}
    page = by_hand(chromium)

    asked = {}
    for kept in ("here", "there"):
        page.goto(f"{address}/{kept}/mentorlogg")
        asked[kept] = set(page.locator("[data-q]").evaluate_all("all => all.map((each) => each.dataset.q)"))

    assert private
    assert private == asked["here"] - asked["there"]
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_rows_are_added_and_removed_and_nothing_written_is_lost(chromium, address, script):
    page = by_hand(chromium, script=script)
    page.goto(f"{address}/there/statusrapport")
    page.locator("[name='a.delmal.0.tekst']").fill("Alle nye får mentor innen jul")
    page.get_by_role("button", name="Legg til: Delmål").click()
    page.locator("[name='a.delmal.1.tekst']").fill("Åtte nye mentorer er lært opp")
    kept = page.locator("[name='a.delmal.1.id']").input_value()
    page.get_by_role("button", name="Legg til: Tiltak").click()
    page.locator("[name='a.tiltak.1.delmal_id']").select_option(label="Åtte nye mentorer er lært opp")

    page.get_by_role("button", name="Fjern: Delmål 1").click()

    assert "Åtte nye mentorer er lært opp" == page.locator("[name='a.delmal.0.tekst']").input_value()
    assert not page.locator("[name='a.delmal.1.tekst']").count()
    assert kept == page.locator("[name='a.tiltak.1.delmal_id']").input_value()
    page.context.close()


def test_what_must_be_mended_stands_on_top_and_leads_to_its_field(chromium, address, tray):
    page = by_hand(chromium)
    page.goto(f"{address}/there/statusrapport")
    before = len(tray.filled)
    page.get_by_label("Hva er det viktigste som har skjedd siden sist?").fill("Kort")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Lever").last.click()
    page.locator("#errors").wait_for()

    assert page.title().startswith("Feil: ")
    expect(page.locator("#errors")).to_be_focused()  # a moment later: the script comes after the page
    assert before == len(tray.filled)
    assert "?:" not in page.locator("#errors").inner_text()
    assert page.locator("#errors li").count() == page.locator("#errors li > a[href^='#a.']").count()
    page.get_by_role("link", name="Hva er det viktigste som har skjedd siden sist?").click()
    field = page.locator(":focus")
    assert ("a.kort", "Kort") == (field.get_attribute("id"), field.input_value())
    *_, error = field.get_attribute("aria-describedby").split()
    assert "Skriv minst 20 tegn" in page.locator(f"[id='{error}']").inner_text()
    heights = [
        page.locator(f"[id='{link.get_attribute('href')[1:]}']").bounding_box()["y"]
        for link in page.locator("#errors a").all()
    ]
    assert len(heights) > 3
    assert heights == sorted(heights)
    page.context.close()


def test_enter_in_a_field_hands_in_and_takes_away_no_row(chromium, address):
    page = by_hand(chromium)
    page.goto(f"{address}/there/statusrapport")
    page.get_by_role("button", name="Legg til: Delmål").click()
    for n, words in enumerate(["Alle nye får mentor innen jul", "Åtte nye mentorer er lært opp"]):
        page.locator(f"[name='a.delmal.{n}.tekst']").fill(words)
    page.keyboard.press("Enter")
    page.locator("#errors").wait_for()

    assert "Åtte nye mentorer er lært opp" == page.locator("[name='a.delmal.1.tekst']").input_value()
    page.context.close()


def test_last_answers_stand_beside_what_is_asked_again(chromium, address):
    page = by_hand(chromium)
    page.goto(f"{address}/there/statusrapport")

    assert "Sist: Vi fikk tre nye mentorer." in page.locator(".before").all_inner_texts()
    described = page.locator("[name='a.kort']").get_attribute("aria-describedby")
    assert "a.kort-last" in described.split()
    page.context.close()


def test_a_draft_is_kept_while_one_writes(chromium, address, tray):
    page = by_hand(chromium)
    page.goto(f"{address}/here/mentorlogg")
    page.get_by_label("Avtalt neste steg").fill("Ringe Kari")
    page.get_by_text("Kladden er lagret").wait_for()

    assert "Ringe Kari" in tray.drafts[-1].values()
    page.context.close()


def test_what_was_written_before_the_script_was_there_is_kept_too(chromium, address, tray):
    page, held = by_hand(chromium), []
    page.route("**/filling.mjs", lambda route: held.append(route))  # noqa: PLW0108 (a built-in will not do)
    with page.expect_request("**/filling.mjs"):
        page.goto(f"{address}/here/mentorlogg", wait_until="commit")
    page.get_by_label("Avtalt neste steg").fill("Ringe Ola")
    held.pop().continue_()
    page.get_by_text("Kladden er lagret").wait_for()

    assert "Ringe Ola" in tray.drafts[-1].values()
    page.context.close()


@pytest.mark.parametrize("code", NAMED)
def test_every_named_form_has_no_barrier_that_a_machine_can_find(chromium, address, code):
    found = {}
    for width, scheme in ((320, "dark"), (1280, "light")):
        page = by_hand(chromium, width=width, scheme=scheme)
        page.goto(f"{address}/here/{code}")
        found[f"{width} {scheme}"] = faults(page) + page.evaluate(SMALL_TARGETS)
        with page.expect_navigation():  # to its end: a long form shows its errors before the rest of it has come
            page.get_by_role("button", name="Lever").last.click()
        page.locator("#errors").wait_for()
        found[f"{width} {scheme} to mend"] = faults(page)
        page.context.close()

    assert found == {place: [] for place in found}


def test_pages_load_nothing_from_elsewhere_and_break_no_rule_of_their_own(chromium, address):
    page = by_hand(chromium)
    said, fetched = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda sent: fetched.append(sent.url))
    with page.expect_request("**/asking.mjs"):  # the last of the modules, each of which asks for the next
        page.goto(f"{address}/here/mentorlogg", wait_until="networkidle")
    page.wait_for_load_state("networkidle")

    assert said == []
    assert all(url.startswith(address) for url in fetched)
    assert {Path(url).name for url in fetched} >= {"fotfeste.css", "filling.mjs", "questions.mjs", "asking.mjs"}
    page.context.close()
