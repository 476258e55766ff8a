"""The real window: fill in, lose power, start again, and it is there."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from loopback import PERSON
from msgspec.structs import replace
from playwright.sync_api import expect

from fotfeste_shared import sync
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import read_revision

from .test_following import FIRST, SECOND, roster, told

pytestmark = [pytest.mark.window, pytest.mark.slow]
PASSPHRASE = "fire rolige grønne fjell"
PAIRING = "0b9f7c1e-1111-4a4a-8a8a-000000000001"


def first_start(page):
    page.get_by_label("Passfrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Den samme en gang til").fill(PASSPHRASE)
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Jeg har skrevet ned koden").check()
    page.get_by_role("button", name="Gå videre").click()


def unlock(page):
    page.get_by_label("Passfrase eller gjenopprettingskode").fill(PASSPHRASE)
    page.get_by_role("button", name="Lås opp").click()


def connect(page, server):
    page.get_by_role("main").get_by_role("link", name="Koble til").click()
    page.get_by_label("Adressen til tjenesten").fill(server.url)
    page.get_by_label("Kode", exact=True).fill(server.code)
    page.get_by_role("main").get_by_role("button", name="Koble til").click()
    expect(page.get_by_text("Du er koblet til")).to_be_visible()


def test_a_session_logged_without_network_survives_a_power_cut_and_is_delivered_later(real_window, loopback):
    started = (today() - timedelta(days=3)).isoformat()
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "started": started, "municipality": "Moss"}
    loopback.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, **line)])
    window = real_window()
    page = window.page
    first_start(page)
    connect(page, loopback)
    loopback.wrong.status = 503  # the network is gone from here on
    page.get_by_role("button", name="Logg samtale").click()
    page.get_by_role("group", name="Ble samtalen gjennomført?").get_by_label("Ja").check()
    page.get_by_label("Varighet i minutter").fill("45")
    page.get_by_label("Mine notater: Hvor langt er vi kommet?").fill("Tryggere på natt")
    expect(page.get_by_text("Kladden er lagret på denne maskinen.")).to_be_visible()
    window.kill()

    window = real_window()
    page = window.page
    unlock(page)
    page.get_by_role("link", name="Fortsett på kladden").click()
    expect(page.get_by_label("Varighet i minutter")).to_have_value("45")
    expect(page.get_by_label("Mine notater: Hvor langt er vi kommet?")).to_have_value("Tryggere på natt")
    page.get_by_label("I et rom for oss selv").check()
    page.get_by_label("Ja, tid var satt av").check()
    page.get_by_label("Legemidler").check()
    page.get_by_label("Første samtale").check()
    page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
    expect(page.get_by_text("Lagret her. Leveres når du er på nett.").first).to_be_visible()
    window.kill()

    loopback.wrong.status = 200
    page = real_window().page
    unlock(page)
    page.get_by_role("link", name="Det som venter").click()
    page.get_by_role("button", name="Lever nå").click()
    expect(page.get_by_text("Kvittering").first).to_be_visible()
    assert len(loopback.rows) == 1
    assert "Tryggere" not in b"".join(loopback.heard).decode("utf-8", "replace")


class Typist:
    """Presses keys in the real window, and counts them: a chord such as Ctrl+S is one stroke of two keys."""

    def __init__(self, page):
        self.page, self.strokes = page, 0

    def press(self, *keys):
        self.page.wait_for_load_state("load")  # before that the page's own keys are not there
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1


def test_a_session_is_logged_by_keyboard_alone_in_at_most_twenty_strokes(real_window, loopback):
    started = (today() - timedelta(days=3)).isoformat()
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "started": started, "municipality": "Moss"}
    loopback.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, **line)])
    page = real_window().page
    first_start(page)
    connect(page, loopback)
    saved = page.get_by_text("Lagret her. Leveres når du er på nett.").first

    typist = Typist(page)
    began = time.monotonic()
    typist.press("Control+n")
    expect(page.get_by_role("button", name="Logg samtale")).to_be_focused()
    typist.press("Enter")
    expect(page.get_by_label("Varighet i minutter")).to_be_focused()
    typist.press("4", "5", "Control+ArrowDown", "1", "Control+ArrowDown", "2", "Control+ArrowDown", "3")
    typist.press(*["Control+ArrowDown"] * 4, "Space", "Control+s")
    expect(saved).to_be_visible()
    first, first_took = typist.strokes, time.monotonic() - began

    typist = Typist(page)
    began = time.monotonic()
    typist.press("Control+n")
    expect(page.get_by_role("button", name="Logg samtale")).to_be_focused()
    typist.press("Enter")
    expect(page.get_by_role("group", name="Hva snakket dere om?").get_by_role("checkbox").first).to_be_focused()
    typist.press("4", "Control+s")
    expect(saved).to_be_visible()
    print(f"first {first} strokes {first_took:.1f} s, next {typist.strokes} strokes {time.monotonic() - began:.1f} s")

    assert first <= 20
    assert typist.strokes <= 6
    typist.press("Control+z")
    expect(page.get_by_text("Skjemaet er en kladd igjen.")).to_be_visible()
    page.get_by_role("link", name="Det som venter").click()
    page.get_by_role("button", name="Lever nå").click()
    expect(page.get_by_text("Kvittering").first).to_be_visible()
    assert [read_revision(row["text"]).answers["minutter"] for row in loopback.rows] == [45]


def test_a_second_start_brings_the_first_window_forward_and_ends(real_window):
    window = real_window()
    command = [sys.executable, "-m", "fotfeste_desktop", "--data", str(window.folder)]
    second = subprocess.run(command, env=window.environment, timeout=30, check=False)

    assert second.returncode == 0
    assert window.process.poll() is None
    expect(window.page.get_by_role("heading", name="Velg en passfrase")).to_be_visible()


def test_scripts_of_the_page_reach_neither_the_cookie_nor_python(real_window):
    page = real_window().page

    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("Object.keys(window.pywebview?.api ?? {})") == []
    assert page.evaluate("fetch('/choose', {method: 'POST'}).then(reply => reply.status)") == 400


def test_every_page_can_be_used_by_everybody(real_window, loopback):
    started = (today() - timedelta(days=40)).isoformat()
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "started": started, "municipality": "Moss"}
    loopback.roster = replace(roster(), pairings=[sync.PairingLine(id=PAIRING, **line)])
    loopback.take_from_elsewhere(told(FIRST, 20), told(SECOND, 35))
    page = real_window().page
    root = page.url.removesuffix("/choose")
    found = {"/choose": Axe().run(page).response["violations"]}
    first_start(page)
    connect(page, loopback)
    paths = ["/", "/pairings", f"/pairings/{PAIRING}", "/sessions/new", "/waiting", "/connect", "/settings", "/keys"]
    paths += [f"/records/{SECOND}", f"/records/{FIRST}"]
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        for path in paths:
            page.goto(root + path)
            found[f"{path} {colours}"] = Axe().run(page).response["violations"]
        page.goto(root + "/sessions/new")
        page.get_by_role("button", name="Logg samtale").click()
        page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
        expect(page.get_by_role("heading", name="Noe må rettes")).to_be_visible()
        found[f"a session with faults {colours}"] = Axe().run(page).response["violations"]

    assert {place: [fault["id"] for fault in faults] for place, faults in found.items() if faults} == {}
    assert len(found) == 23


def test_the_keys_of_the_help_sheet_do_what_it_says_and_the_size_of_the_text_is_remembered(real_window, loopback):
    page = real_window().page
    first_start(page)
    connect(page, loopback)
    letters = page.locator("html")

    def pressed(key, heading):
        page.wait_for_load_state("load")  # before that the page's own keys are not there
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    pressed("F1", "Hurtigtaster")
    told = page.locator("kbd").all_inner_texts()
    pressed("Control+n", "Logg samtale")
    pressed("Control+2", "Koblinger")
    pressed("Control+3", "Det som venter")
    pressed("Control+1", "I dag")
    page.wait_for_load_state("load")
    page.keyboard.press("Control++")
    expect(letters).to_have_attribute("style", "font-size: 110%;")
    pressed("Control+2", "Koblinger")
    expect(letters).to_have_attribute("style", "font-size: 110%;")
    page.wait_for_load_state("load")
    page.keyboard.press("Control+0")
    expect(letters).to_have_attribute("style", "")
    pressed("Control+l", "Lås opp")

    assert {"F1", "Ctrl+N", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl++", "Ctrl+0", "Ctrl+L"} <= set(told)
