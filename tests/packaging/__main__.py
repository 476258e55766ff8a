"""`python tests --packaging`: builds the program's folder, starts it as installed, and logs a talk in it."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path[:0] = [str(ROOT / part) for part in ("shared", "server", "desktop", "tests")]

from loopback import PERSON, Loopback  # noqa: E402 (our folders must be found first)
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402
from real_window import RealWindow  # noqa: E402

from fotfeste_shared import sync  # noqa: E402
from fotfeste_shared.clock import today  # noqa: E402

PASSPHRASE = "fire rolige grønne fjell"
PROGRAM = ROOT / "var/packaging/dist/fotfeste/fotfeste"
PAIRING = "0b9f7c1e-1111-4a4a-8a8a-000000000001"


def main(arguments: list[str]) -> None:
    """Build unless told that it is built, then use the program and tell its figures."""
    if arguments != ["--built"]:
        subprocess.run([sys.executable, str(ROOT / "desktop/packaging")], check=True)
    # nothing of ours but the folder itself: no source on Python's path
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = subprocess.run([PROGRAM, "--diagnose"], env=environment, capture_output=True, text=True, check=True).stdout
    assert "(packaged)" in told, told
    with tempfile.TemporaryDirectory(prefix="fotfeste-packaged-") as folder, sync_playwright() as playwright:
        loopback = Loopback()
        began = time.monotonic()
        window = RealWindow(playwright, Path(folder) / "home", environment, program=[str(PROGRAM)])
        print(f"cold start to the first page: {time.monotonic() - began:.1f} s")
        try:
            use(window.page, loopback)
            print(f"memory of all its processes: {memory(window.process.pid) / 1e6:.0f} MB")
            second = [str(PROGRAM), "--data", str(window.folder)]
            assert subprocess.run(second, env=window.environment, timeout=60, check=False).returncode == 0
            window.kill()
            began = time.monotonic()
            window = RealWindow(playwright, Path(folder) / "home", environment, program=[str(PROGRAM)])
            print(f"start after a crash: {time.monotonic() - began:.1f} s")
            expect(window.page.get_by_role("heading", name="Lås opp")).to_be_visible()
        finally:
            window.kill()
            loopback.stop()
    print("a talk was logged and delivered in the packaged program")


def use(page: Page, loopback: Loopback) -> None:
    """From the first start to a delivered talk, in the packaged program's own window."""
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "municipality": "Moss"}
    started = (today() - timedelta(days=3)).isoformat()
    loopback.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, started=started, **line)])
    page.get_by_label("Passfrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Den samme en gang til").fill(PASSPHRASE)
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Jeg har skrevet ned koden").check()
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("main").get_by_role("link", name="Koble til").click()
    page.get_by_label("Adressen til tjenesten").fill(loopback.url)
    page.get_by_label("Kode", exact=True).fill(loopback.code)
    page.get_by_role("main").get_by_role("button", name="Koble til").click()
    page.get_by_role("button", name="Logg samtale").click()
    page.get_by_label("Varighet i minutter").fill("45")
    for answer in ("I et rom for oss selv", "Ja, tid var satt av", "Legemidler", "Første samtale"):
        page.get_by_label(answer).check()
    page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
    expect(page.get_by_text("Lagret her.").first).to_be_visible()
    page.get_by_role("link", name="Det som venter").click()
    page.get_by_role("button", name="Lever nå").click()
    expect(page.get_by_text("Kvittering").first).to_be_visible()
    assert len(loopback.rows) == 1


def memory(process: int) -> int:
    """What a program and its helpers weigh together, shared pages counted once (PSS)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/smaps_rollup"):
        try:
            if process in _line_of(int(status.parent.name)):
                words = [line.split() for line in status.read_text().splitlines() if line.startswith("Pss:")]
                total += int(words[0][1]) * 1024
        except (OSError, IndexError):
            continue  # it ended while we looked
    return total


def _line_of(process: int) -> list[int]:
    """A process and those above it."""
    line = [process]
    while line[-1] > 1:
        line.append(int(Path(f"/proc/{line[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
    return line


if __name__ == "__main__":
    main(sys.argv[1:])
