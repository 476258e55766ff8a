"""The organizer's pages: signing in by the demo's mail, then every page of the network."""

import re

from album import DESK, SMALL, Album, screen
from playwright.sync_api import Browser, BrowserContext, Page

PAGES = ("municipalities", "teams", "gatherings", "pairings", "reports", "windows", "devices", "results")


def photograph(album: Album, browser: Browser, url: str, email: str) -> None:
    """Take every page that an organizer sees, light; the busiest in the dark, on a phone and in other languages."""
    with screen(browser, DESK) as context:
        page = context.new_page()
        _sign_in(album, page, url, email)
        network = _network(album, page, url)
        for name in PAGES:
            page.goto(f"{network}/{name}")
            album.take(page, f"staff-{name}")
        _deeper(album, page, network)
        state = context.storage_state()
    for name, size, dark, language in (
        ("dark", DESK, True, "nb"),
        ("320", SMALL, False, "nb"),
        ("nn", DESK, False, "nn"),
        ("en", DESK, False, "en"),
    ):
        with screen(browser, size, dark=dark) as context:
            context.add_cookies(state["cookies"])  # type: ignore[arg-type]  # the same cookies, typed twice
            _busiest(album, context, f"staff-{name}", url, network, language)


def _sign_in(album: Album, page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/signin")
    album.take(page, "staff-sign-in")
    page.get_by_label("E-post").fill(email)
    page.get_by_role("button", name="Send meg en kode").click()
    album.take(page, "staff-code")
    letters = page.context.new_page()
    code = _code(letters, url, email)
    album.take(letters, "staff-mail-of-the-demo")
    letters.close()
    page.get_by_label("Kode fra e-posten").fill(code)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(f"{url}/")
    album.take(page, "staff-start")


def _code(letters: Page, url: str, email: str) -> str:
    """Look at the demo's letters until the one with the code has come: it goes by the table of jobs, as others do."""
    for _ in range(120):
        letters.goto(f"{url}/demo/mail")
        for letter in letters.locator("article").filter(has_text=email).all():
            found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", letter.inner_text())
            if found:
                return found[0]
        letters.wait_for_timeout(250)
    raise LookupError("no code has come")


def _network(album: Album, page: Page, url: str) -> str:
    page.goto(f"{url}/networks")
    album.take(page, "staff-networks")
    page.goto(f"{url}/networks/new")
    album.take(page, "staff-new-network")
    page.goto(f"{url}/networks")
    page.get_by_role("link", name="for mentorprogram").click()  # the one that has run for long
    album.take(page, "staff-network")
    return page.url.partition("?")[0]


def _deeper(album: Album, page: Page, network: str) -> None:
    """Follow the first link of a kind to pages that have no fixed address."""
    for start, link, name in (
        ("teams", "main a[href*='/teams/']", "team"),
        ("reports", "main a[href*='/records/']", "report"),
        ("windows", "main a[href*='/links']", "links"),
    ):
        page.goto(f"{network}/{start}")
        found = page.locator(link).first
        if found.count():
            page.goto(found.evaluate("each => each.href"))
            album.take(page, f"staff-{name}")


def _busiest(album: Album, context: BrowserContext, name: str, url: str, network: str, language: str) -> None:
    page = context.new_page()
    for path, what in ((f"{url}/", "start"), (f"{network}/results", "results"), (f"{network}/reports", "reports")):
        page.goto(f"{path}?language={language}")
        album.take(page, f"{name}-{what}")
