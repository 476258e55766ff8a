"""The survey as it looks on phones: page by page, in the dark, on the smallest, without script, in three languages."""

from collections.abc import Callable

from album import PHONE, SMALL, Album, screen
from playwright.sync_api import Browser, Page

GetLink = Callable[[], str]


def photograph(album: Album, browser: Browser, link: str, unknown: str) -> None:
    """Take every page behind a survey link; the last journey answers by it."""
    _languages(album, browser, link)
    _walk(album, browser, link, "phone-dark", dark=True, pages=2)
    _walk(album, browser, link, "phone-320", size=SMALL, pages=2)
    with screen(browser, PHONE, script=False) as context:
        page = context.new_page()
        page.goto(link)
        album.take(page, "phone-survey-without-script")
        page.goto(unknown)
        album.take(page, "phone-unknown-link")
        page.goto(link)
        page.locator("button[type=submit]").last.click()
        album.take(page, "phone-empty-refused")
    _answer(album, browser, link)


def _languages(album: Album, browser: Browser, link: str) -> None:
    for language in ("nn", "en"):
        with screen(browser, PHONE) as context:
            page = context.new_page()
            page.goto(f"{link}?l={language}")
            album.take(page, f"phone-survey-1-{language}")


def _walk(
    album: Album,
    browser: Browser,
    link: str,
    name: str,
    *,
    size: tuple[int, int] = PHONE,
    dark: bool = False,
    pages: int = 9,
) -> None:
    with screen(browser, size, dark=dark) as context:
        page = context.new_page()
        page.goto(link)
        _themes(album, page, name, pages)


def _themes(album: Album, page: Page, name: str, pages: int) -> None:
    """Answer and photograph theme after theme, as long as there is a next one."""
    for number in range(1, pages + 1):
        for question in page.locator("fieldset:visible").all()[:3]:
            choices = question.locator("input[type=radio], input[type=checkbox]").all()
            if choices:
                choices[min(3, len(choices) - 1)].check()
        album.take(page, f"{name}-survey-{number}")
        onward = page.get_by_role("button", name="Neste")
        if number == pages or not onward.is_visible():
            return
        onward.click()


def _answer(album: Album, browser: Browser, link: str) -> None:
    with screen(browser, PHONE) as context:
        page = context.new_page()
        page.goto(link)
        _themes(album, page, "phone", 9)
        page.get_by_role("button", name="Send").click()
        page.locator(".code").first.wait_for()
        album.take(page, "phone-thanks")
        page.goto(f"{link}/receipt")
        album.take(page, "phone-withdraw")
        page.goto(link)
        album.take(page, "phone-survey-again")
