"""What people hear who have pages read to them, kept line by line so that anybody can read it.

The transcripts are written anew by `FOTFESTE_TRANSCRIPTS=write python tests tests/accessibility`; read them before
they are kept. The ordinary run holds Chromium's own account of a page against them, and `--accessibility` what a
virtual screen reader says, too.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility.engines import provide
from accessibility.reading import read_aloud, steady
from accessibility.standing import Standing
from accessibility.virtual import read_by_program
from browser.making_pages import LONG
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
KEPT = Path(__file__).parent / "transcripts"
# A line that says what kind of thing it is, and nothing of what it does.
NAMELESS = re.compile("lenke|knapp|alternativknapp|avmerkingsboks|tekstfelt|tallfelt|datofelt|kombinasjonsboks|bilde")


def as_it_is(_page: Page) -> None:
    """Leave a page as it came."""


def handed_in_empty(page: Page) -> None:
    """Hand a report in that cannot be right."""
    with page.expect_navigation():
        page.get_by_role("button", name="Lever").last.click()
    page.locator("#errors:focus").wait_for()


def answered(page: Page) -> None:
    """Answer one question of a survey and send it."""
    page.locator("input[type=radio]").first.check()
    while (further := page.get_by_role("button", name="Neste")).is_visible():
        further.click()
    page.get_by_role("button", name="Send svarene").click()
    page.locator(".code").wait_for()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "innlogging": ("signin.begin", as_it_is),
    "undersokelse": ("phone.questions", as_it_is),
    "kvittering": ("phone.questions", answered),
    "statusrapport": ("teams.fill", as_it_is),
    "statusrapport-med-feil": ("teams.fill", handed_in_empty),
    "resultater": ("results.results", as_it_is),
    "i-dag": ("desk pages.start", as_it_is),
}

# The virtual reader spells out every number of every plot, which is in the tables already: three thousand lines.
READ_ONCE = {"resultater"}


def held(name: str, told: list[str]) -> list[str]:
    """Give what is kept of a page; when asked to write, keep what was told."""
    path = KEPT / f"{name}.txt"
    if os.environ.get("FOTFESTE_TRANSCRIPTS") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(told) + "\n", "utf-8")
    return path.read_text("utf-8").splitlines()


def opened(chromium: Browser, standing: Standing, name: str) -> Page:
    """Open a page of the table and do what is to be done there."""
    endpoint, do = PAGES[name]
    wanted = standing.named(endpoint)
    page = standing.looking(chromium, wanted.who, width=390, reduced_motion="reduce").new_page()
    page.goto(standing.where(wanted))
    do(page)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_said_when_people_last_listened(chromium: Browser, standing: Standing, name: str):
    page = opened(chromium, standing, name)
    told = {name: read_aloud(page)}
    if LONG and name not in READ_ONCE:
        told[f"virtual/{name}"] = [steady(line) for line in read_by_program(page, provide())]
    page.context.close()

    assert {each: held(each, lines) for each, lines in told.items()} == told


def test_nothing_that_can_be_used_is_without_a_name():
    said = {path.name: path.read_text("utf-8").splitlines() for path in KEPT.glob("*.txt")}

    assert set(said) == {f"{name}.txt" for name in PAGES}
    assert {} == {name: those for name, lines in said.items() if (those := list(filter(NAMELESS.fullmatch, lines)))}
