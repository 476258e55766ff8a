"""The real window: fill in, lose power, start again, and it is there."""

import subprocess
import sys
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from loopback import PERSON
from playwright.sync_api import expect

from fotfeste_shared import sync
from fotfeste_shared.clock import today

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
    loopback.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, **line)])
    page = real_window().page
    root = page.url.removesuffix("/choose")
    found = {"/choose": Axe().run(page).response["violations"]}
    first_start(page)
    connect(page, loopback)
    paths = ["/", "/pairings", f"/pairings/{PAIRING}", "/sessions/new", "/waiting", "/connect", "/settings"]
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
    assert len(found) == 17
