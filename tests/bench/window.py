"""B14: the mentor's window, cold, beside a window with nothing in it; its memory; and how soon a draft is safe."""

import json
import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from bootstrap import prepared
from figures import Figure, Wishes, megabytes, milliseconds
from loopback import PERSON, Loopback
from playwright.sync_api import Page, sync_playwright
from real_window import RealWindow
from serving import HERE, free_port, ours, weight

from fotfeste_shared import sync
from fotfeste_shared.clock import today

PASSPHRASE = "fire rolige grønne fjell"
PAIRING = "0b9f7c1e-1111-4a4a-8a8a-000000000001"
STARTS = 5
PATIENCE = 60.0
SETTLED = 2.0  # seconds after which memory is weighed


def b14(wishes: Wishes) -> Iterator[Figure]:
    """Start both windows in turn, then log a session in ours and time the drafts it saves by itself."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory(prefix="fotfeste-bench-") as kept:
        # an installed program is compiled and has its own packages only, so the first start of each is not counted
        installed = {"PYTHONPYCACHEPREFIX": kept, "PYTHONDONTWRITEBYTECODE": ""}
        for number in range(2 if wishes.quick else STARTS + 1):
            with tempfile.TemporaryDirectory(prefix="fotfeste-bench-") as made:
                home, empty_home = str(Path(made) / "home"), str(Path(made) / "bare")
                plain = _cold([str(HERE / "bare_window.py")], [empty_home], installed)
                full = _cold(["-m", "fotfeste_desktop"], ["--data", home], installed, by_environment=True)
            if number:
                bare.append(plain)
                ours.append(full)
    took, empty = median(each[0] for each in ours), median(each[0] for each in bare)
    yield Figure(
        "B14",
        "desktop: cold start until the first page is there",
        f"{took:.2f} s",
        f"bare window {empty:.2f} s",
        took / empty,
        "≤ 1.2",
    )
    held, least = median(each[1] for each in ours), median(each[1] for each in bare)
    yield Figure(
        "B14",
        "desktop: memory (PSS, all processes) on the first page",
        megabytes(held),
        f"bare window {megabytes(least)}",
        held / least,
        "≤ +60 MB",
    )
    saved = _autosaves()
    yield Figure(
        "B14",
        f"desktop: round trip of an autosaved draft, {len(saved)} of them, median; slowest {milliseconds(max(saved))}",
        milliseconds(median(saved)),
        f"one fsync {milliseconds(_fsync())}",
        median(saved) / _fsync(),
        "≤ 25 ms",
    )


def _cold(
    program: list[str], arguments: list[str], installed: dict[str, str], *, by_environment: bool = False
) -> tuple[float, int]:
    """Start a window as a mentor's computer does; tell the seconds until its page is there, and what it then weighs."""
    python = prepared("desktop")
    port = free_port()
    told = arguments if by_environment else [str(port), *arguments]
    surroundings = (
        ours()
        | installed
        | {
            "FOTFESTE_TEST_DEBUG_PORT": str(port),
            "QT_QPA_PLATFORM": "offscreen",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
    )
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(python), *program, *told], env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _shows_a_page(port):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"no window came of {program[-1]}")
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        time.sleep(SETTLED)
        return seconds, weight(process.pid)
    finally:
        process.kill()
        process.wait()


def _shows_a_page(port: int) -> bool:
    """Ask the web engine whether a page of a local server is loaded, by its title."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=1) as reply:
            pages = json.load(reply)
    except OSError:
        return False
    return any(each["url"].startswith("http://127.0.0.1") and not _untitled(each) for each in pages)


def _untitled(page: dict[str, str]) -> bool:
    """A page that is still on its way bears its address as a title."""
    return page["title"] in ("", page["url"]) or page["title"].startswith("127.0.0.1")


def _autosaves() -> list[float]:
    """Log a session and read from the web engine how long each saving of the draft took."""
    server = Loopback()
    try:
        line = {"unit": "Sykehjemmet", "profession": "sykepleier", "municipality": "Moss"}
        started = (today() - timedelta(days=3)).isoformat()
        server.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, started=started, **line)])
        with tempfile.TemporaryDirectory(prefix="fotfeste-bench-") as made, sync_playwright() as playwright:
            window = RealWindow(playwright, Path(made) / "home", ours())
            try:
                _to_a_session(window.page, server)
                return _typed(window.page)
            finally:
                window.kill()
    finally:
        server.stop()


def _to_a_session(page: Page, server: Loopback) -> None:
    page.get_by_label("Passfrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Den samme en gang til").fill(PASSPHRASE)
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Jeg har skrevet ned koden").check()
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("main").get_by_role("link", name="Koble til").click()
    page.get_by_label("Adressen til tjenesten").fill(server.url)
    page.get_by_label("Kode", exact=True).fill(server.code)
    page.get_by_role("main").get_by_role("button", name="Koble til").click()
    page.get_by_text("Du er koblet til").wait_for()
    page.get_by_role("button", name="Logg samtale").first.click()
    page.get_by_role("group", name="Ble samtalen gjennomført?").get_by_label("Ja").check()


def _typed(page: Page) -> list[float]:
    notes = page.get_by_label("Mine notater: Hvor langt er vi kommet?")
    for number in range(8):
        notes.fill(f"Tryggere på natt, {number}")
        page.wait_for_timeout(1_200)
    asked = "performance.getEntriesByType('resource').filter(e => e.name.includes('/drafts/')).map(e => e.duration)"
    return [milli / 1000 for milli in page.evaluate(asked)]


def _fsync() -> float:
    """Tell how long it takes to write four kilobytes for good."""
    times = []
    with tempfile.NamedTemporaryFile(prefix="fotfeste-bench-") as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return median(times)
