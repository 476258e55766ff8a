"""The mentor's pages, in the real window of the desktop client."""

from pathlib import Path

from album import Album
from playwright.sync_api import Page, Playwright
from real_window import RealWindow

PASSPHRASE = "fire rolige grønne fjell"


def photograph(album: Album, playwright: Playwright, folder: Path, environment: dict[str, str], door: "Door") -> None:
    """Take every page from the first start until a session has been delivered."""
    window = RealWindow(playwright, folder, environment)
    try:
        page = window.page
        _first_start(album, page)
        _connect(album, page, door)
        _session(album, page)
        _others(album, page)
        page.emulate_media(color_scheme="dark")
        _go(page, "/")
        album.take(page, "desktop-dark-today")
        _go(page, "/pairings")
        album.take(page, "desktop-dark-pairings")
    finally:
        window.kill()
    window = RealWindow(playwright, folder, environment)
    try:
        album.take(window.page, "desktop-unlock")
    finally:
        window.kill()


class Door:
    """Where a mentor's computer is connected, and with which code."""

    def __init__(self, url: str, code: str) -> None:
        self.url = url
        self.code = code


def _first_start(album: Album, page: Page) -> None:
    album.take(page, "desktop-first-start")
    page.get_by_label("Passfrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Den samme en gang til").fill(PASSPHRASE)
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Jeg har skrevet ned koden").check()
    album.take(page, "desktop-recovery-code")
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("main").get_by_role("link", name="Koble til").wait_for()
    album.take(page, "desktop-not-connected")


def _connect(album: Album, page: Page, door: Door) -> None:
    page.get_by_role("main").get_by_role("link", name="Koble til").click()
    page.get_by_label("Adressen til tjenesten").fill(door.url)
    page.get_by_label("Kode", exact=True).fill(door.code)
    album.take(page, "desktop-connect")
    page.get_by_role("main").get_by_role("button", name="Koble til").click()
    page.get_by_text("Du er koblet til").wait_for()
    page.wait_for_timeout(1500)  # the first delivery brings the pairings
    _go(page, "/")
    album.take(page, "desktop-today")


def _session(album: Album, page: Page) -> None:
    page.get_by_role("button", name="Logg samtale").first.click()
    page.get_by_role("group", name="Ble samtalen gjennomført?").get_by_label("Ja").check()
    page.get_by_label("Varighet i minutter").fill("45")
    page.get_by_label("Mine notater: Hvor langt er vi kommet?").fill("Tryggere på natt")
    album.take(page, "desktop-session")
    page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
    album.take(page, "desktop-session-to-mend")


def _others(album: Album, page: Page) -> None:
    for path, name in (("/pairings", "pairings"), ("/waiting", "waiting"), ("/settings", "settings")):
        _go(page, path)
        album.take(page, f"desktop-{name}")
    _go(page, "/pairings")
    page.locator("main a[href^='/pairings/']").first.click()
    album.take(page, "desktop-pairing")


def _go(page: Page, path: str) -> None:
    page.goto(page.evaluate("location.origin") + path)
