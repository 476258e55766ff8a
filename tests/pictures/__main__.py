"""`python tests --pictures`: photographs every page of the example network, on phones, in browsers and in the window.

The pictures go to var/pictures; `--best` copies the best of them to shared/pictures, where the README shows them.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
ROOTS = [str(ROOT / part) for part in ("shared", "server", "desktop", "tests")]
sys.path[:0] = ROOTS

import desk_views  # noqa: E402
import every_page  # noqa: E402
import phones  # noqa: E402 (our folders must be found first)
import staff  # noqa: E402
import window  # noqa: E402
from album import Album  # noqa: E402
from conftest import CHROMIUM, FLAGS  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from real_server import RealServer  # noqa: E402

BEST = ("phone-survey-1", "phone-dark-survey-2", "staff-results", "staff-reports", "desktop-today", "desktop-session")
HEAVIEST = 150_000


def main(arguments: list[str]) -> None:
    """Start the example, walk through it, and say where the pictures are."""
    reader = argparse.ArgumentParser(prog="python tests --pictures", description=__doc__)
    reader.add_argument("--folder", type=Path, default=ROOT / "var/pictures")
    reader.add_argument("--best", action="store_true", help="copy the best to shared/pictures")
    reader.add_argument("--only", choices=("phone", "staff", "desktop", "pages", "window"), help="leave the others out")
    reader.add_argument("--page", default="", help="with --only pages or window: the beginning of a page's name")
    wished = reader.parse_args(arguments)
    wished.folder.mkdir(parents=True, exist_ok=True)
    album = Album(wished.folder, frozenset(BEST))
    if wished.only == "pages":
        photograph_pages(album, wished.page)
    elif wished.only == "window":
        photograph_window(album, wished.page)
    else:
        photograph(album, wished.only)
    if wished.best:
        keep_best(album)
    print(f"{len(album.taken)} pictures in {album.folder}")


def photograph(album: Album, only: str | None) -> None:
    """Take all pictures of one example network."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(ROOTS)}
    with tempfile.TemporaryDirectory(prefix="fotfeste-pictures-") as folder, sync_playwright() as playwright:
        server = RealServer(Path(folder) / "house", environment, "--demo")
        try:
            said = server.said()
            # The browser's own language decides how its date fields look.
            norwegian = {**os.environ, "LANGUAGE": "nb_NO"}
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--lang=nb-NO"], env=norwegian)
            if only in (None, "phone"):
                phones.photograph(album, browser, _told(r"http\S+/s/\S+", said), f"{server.url}/s/unknown")
            if only in (None, "staff"):
                staff.photograph(album, browser, server.url, _told(r"\S+@\S+", said))
            browser.close()
            if only in (None, "desktop"):
                door = window.Door(server.url, _told(r"code (\S+) \(", said))
                window.photograph(album, playwright, Path(folder) / "mentor", environment, door)
        finally:
            server.kill()


def photograph_pages(album: Album, beginning: str) -> None:
    """Take every page of the server, on a phone and on a desk, in bokmål and in nynorsk."""
    with tempfile.TemporaryDirectory(prefix="fotfeste-pictures-") as folder, sync_playwright() as playwright:
        norwegian = {**os.environ, "LANGUAGE": "nb_NO"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--lang=nb-NO"], env=norwegian)
        every_page.photograph(album, browser, Path(folder), beginning)
        browser.close()


def photograph_window(album: Album, beginning: str) -> None:
    """Take every view of the desktop window, light and dark, and in every language."""
    with tempfile.TemporaryDirectory(prefix="fotfeste-pictures-") as folder, sync_playwright() as playwright:
        norwegian = {**os.environ, "LANGUAGE": "nb_NO"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--lang=nb-NO"], env=norwegian)
        desk_views.photograph(album, browser, Path(folder), beginning)
        browser.close()


def _told(pattern: str, said: str) -> str:
    """Find a door in what the server said at its start."""
    found = re.search(pattern, said)
    if found is None:
        raise LookupError(f"{pattern} is not in what the server said:\n{said}")
    return found[found.lastindex or 0]


def keep_best(album: Album) -> None:
    """Copy the best pictures to where the README finds them, if they are small enough to live in the repository."""
    there = ROOT / "shared/pictures"
    there.mkdir(exist_ok=True)
    for name in BEST:
        path = album.of_the_best(name)
        if path.stat().st_size > HEAVIEST:
            print(f"{name} is too heavy: {path.stat().st_size:,} bytes", file=sys.stderr)
            continue
        shutil.copy(path, there / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
