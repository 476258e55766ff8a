"""The real window on a real screen: what only a window manager and the system's own dialogues can show."""

import os
import shutil
import subprocess
import time
from datetime import timedelta

import pytest
from loopback import PERSON
from making_desk import PAIRING
from playwright.sync_api import expect
from real_window import RealWindow

from fotfeste_shared import sync
from fotfeste_shared.clock import today

from .test_window import connect, first_start

pytestmark = [pytest.mark.window, pytest.mark.slow]
PATIENCE = 20.0


class Screen:
    """A screen of its own with a window manager, and a person's hands on keyboard and mouse."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        asked = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(asked, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.environment = os.environ | {"DISPLAY": f":{told.readline().strip()}"}
        self._manager = subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)

    def hands(self, *acts: str) -> str:
        done = subprocess.run(
            ["xdotool", *acts], env=self.environment, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
        return done.stdout.strip()

    def window(self, name: str) -> str:
        """Wait until a window with this title is shown, and give it."""
        return self.hands("search", "--sync", "--onlyvisible", "--limit", "1", "--name", name)

    def close(self) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)


@pytest.fixture
def screen(monkeypatch):
    if not shutil.which("xdotool"):
        pytest.skip("needs Xvfb, openbox and xdotool")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    screen = Screen()
    yield screen
    screen.close()


@pytest.fixture
def shown(playwright, tmp_path, environment, screen):
    """Start the program on the screen; its person's home is a folder of the test."""
    opened = []

    def start():
        (tmp_path / "person").mkdir(exist_ok=True)
        around = environment | screen.environment | {"HOME": str(tmp_path / "person")}
        opened.append(RealWindow(playwright, tmp_path / "home", around))
        return opened[-1]

    yield start
    for window in opened:
        window.kill()


def log_a_refused_session(page, loopback):
    started = (today() - timedelta(days=3)).isoformat()
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "started": started, "municipality": "Moss"}
    loopback.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, **line)])
    loopback.refuses_all = "not_yours"
    first_start(page)
    connect(page, loopback)
    page.get_by_role("button", name="Logg samtale").click()
    page.get_by_role("group", name="Ble samtalen gjennomført?").get_by_label("Ja").check()
    page.get_by_label("Varighet i minutter").fill("45")
    page.get_by_label("I et rom for oss selv").check()
    page.get_by_label("Ja, tid var satt av").check()
    page.get_by_label("Legemidler").check()
    page.get_by_label("Første samtale").check()
    page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
    page.get_by_role("link", name="Det som venter").click()
    page.get_by_role("button", name="Lever nå").click()


def test_a_copy_goes_where_the_person_says_in_the_systems_own_dialogue(shown, screen, loopback, tmp_path):
    page = shown().page
    log_a_refused_session(page, loopback)
    page.get_by_role("button", name="Lagre kopi til fil").click(no_wait_after=True)
    screen.window("Lagre fil")
    screen.hands("key", "Escape")
    expect(page.get_by_text("Ingen fil ble lagret.")).to_be_visible()

    page.get_by_role("button", name="Lagre kopi til fil").click(no_wait_after=True)
    screen.window("Lagre fil")
    wanted = tmp_path / "person" / "til arkivet.json"
    screen.hands("key", "ctrl+a")
    screen.hands("type", str(wanted))
    screen.hands("key", "Return")
    expect(page.get_by_text(f"Kopien ligger her: {wanted}")).to_be_visible()
    assert wanted.read_text("utf-8").startswith("{")


def test_a_page_is_printed_to_a_file_where_the_system_has_no_print_dialogue(shown, screen, tmp_path):
    window = shown()
    first_start(window.page)
    expect(window.page.get_by_role("heading", name="I dag")).to_be_visible()
    window.page.wait_for_load_state("load")  # before that the page's own keys are not there
    window.page.keyboard.press("Control+p")
    screen.window("Lagre fil")
    wanted = tmp_path / "person" / "i dag.pdf"
    screen.hands("key", "ctrl+a")
    screen.hands("type", str(wanted))
    screen.hands("key", "Return")
    until = time.monotonic() + PATIENCE
    while not wanted.exists():
        assert time.monotonic() < until
        time.sleep(0.05)

    assert wanted.read_bytes().startswith(b"%PDF-")
    assert list((tmp_path / "home").glob("saving-*")) == []


MENU = """
import os, sys, threading
from pathlib import Path
from fotfeste_desktop.__main__ import _menu
from fotfeste_desktop.home import Home
from fotfeste_desktop.window import Window
from werkzeug.serving import make_server

home = Home(Path(sys.argv[1]))
home.prepare()
window, said = Window(home, "Fotfeste"), []

def page(environ, start):
    start("200 OK", [("Content-Type", "text/html")])
    return [b"<title>Side</title>"]

door = make_server("127.0.0.1", 0, page)
threading.Thread(target=door.serve_forever, daemon=True).start()

def menu():
    native = window._window.native
    lines = native.menuBar().actions()[0].menu().actions() if native else []
    said.append([line.text() for line in lines])
    languages = ["nb", "nn", "en"]
    if len(said) <= len(languages):
        home.remember(language=languages[len(said) - 1])
    elif len(said) == len(languages) + 1:
        print(said[1:], flush=True)
        done.set()
    return _menu(home, window)

def browse():  # the first page may be there before the window has learnt to listen
    while not done.wait(0.3):
        if window._window is not None and window._window.events.shown.is_set():
            window.go("/")
    window.close()

done = threading.Event()
threading.Thread(target=browse, daemon=True).start()
window.show(f"http://127.0.0.1:{door.server_port}/_start", menu, {})
os._exit(0)  # as the program does
"""


def test_the_menu_speaks_the_language_that_was_chosen_on_the_page_before(environment, tmp_path):
    around = environment | {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    asked = [os.sys.executable, "-c", MENU, str(tmp_path / "home")]
    done = subprocess.run(asked, env=around, capture_output=True, text=True, timeout=60, check=False)

    bokmal, nynorsk, english = eval(done.stdout)
    assert (bokmal[0], bokmal[2]) == ("I dag", "Det som venter")
    assert nynorsk[2] == "Det som ventar"
    assert (english[0], english[-1]) == ("Today", "Quit")


def test_the_window_opens_as_large_as_it_was_closed(shown, screen):
    window = shown()
    own = screen.window("^Fotfeste$")
    screen.hands("windowsize", "--sync", own, "900", "700")
    window.page.wait_for_function("innerWidth === 900")
    screen.hands("windowfocus", "--sync", own, "key", "alt+F4")
    window.process.wait(PATIENCE)

    again = shown()
    again.page.wait_for_function("innerWidth === 900")
    assert window.process.returncode == 0


@pytest.mark.parametrize("moments", [(0.05, 0.2, 0.5, 0.9, 1.4)])
def test_a_program_that_was_killed_amid_its_start_starts_the_next_time(real_window, environment, tmp_path, moments):
    for moment in moments:
        command = [os.sys.executable, "-m", "fotfeste_desktop", "--data", str(tmp_path / "home")]
        around = environment | {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
        around |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        process = subprocess.Popen(command, env=around, stderr=subprocess.DEVNULL)
        time.sleep(moment)  # this is no waiting for something: the moment is what is tried
        process.kill()
        process.wait()

    first_start(real_window().page)
