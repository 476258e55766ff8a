"""No page stands in anybody's way: by keyboard, on a narrow screen, in large text, in one's own colours, unscripted.

The ordinary run looks at the pages that most people meet; `python tests --accessibility` at every page, with three
programs that look for faults, and writes the figures of the public statement.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from accessibility.engines import found, provide
from accessibility.figures import note
from accessibility.looking import lines, losses, smallest_target, walk
from accessibility.whole_house import Page, whole_house
from browser.making_pages import LONG, SCREENS, serving
from making_house import COOKIE, begin_session, furnish
from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("accessibility")]
MET_BY_MOST = ("phone.questions", "teams.fill", "statement.show", "signin.begin")
# Pages of a network that has just begun: nothing has come, nobody has answered.
EMPTY = (
    "", "/municipalities", "/teams", "/gatherings", "/pairings", "/windows", "/reports", "/results", "/devices",
    "/registrations", "/mentors", "/coverage", "/met", "/texts", "/tables", "/held", "/themes", "/forecast",
    "/invitations", "/contacts", "/final",
)  # fmt: skip
# Forms sent as they stand, which cannot be right.
REFUSED = (
    "signin.begin", "networks.new_network", "joining.register", "public.meeting", "organizers.pairings",
    "municipalities.municipalities", "planning.gatherings", "teams.fill", "phone.receipt",
)  # fmt: skip
SEND = """() => { const form = document.querySelector("main form[method=post]"); form.noValidate = true;
  form.querySelectorAll("input[type=text], input[type=email], input[type=date], input:not([type]), textarea")
    .forEach((each) => { each.value = "" });
  form.requestSubmit(form.querySelector("button[type=submit], button:not([type])")); }"""
Told: TypeAlias = dict[str, list[str]]


@dataclass(frozen=True)
class Standing:
    """A served house, its pages, and a sign-in for everybody who looks."""

    address: str
    pages: list[Page]
    tokens: dict[str, str]

    def looking(self, chromium: Browser, who: str, **manner: object) -> BrowserContext:
        size = manner.pop("width", 1280)
        context = chromium.new_context(
            locale="nb-NO", viewport={"width": size, "height": 900}, bypass_csp=True, **manner
        )
        if who:
            context.add_cookies([{"name": COOKIE, "value": self.tokens[who], "url": self.address}])
        return context

    def by_person(self) -> dict[str, list[Page]]:
        """Group the pages by who looks at them: one window for each."""
        shown = [page for page in self.pages if LONG or page.endpoint in MET_BY_MOST]
        return {who: [page for page in shown if page.who == who] for who in {page.who for page in shown}}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with whole_house(tmp_path_factory.mktemp("barriers")) as (house, pages), serving(house.app) as address:
        young = furnish(house.app, "Nord", "5501")
        tokens = {who: begin_session(house.db, person) for who, person in house.people.items()}
        tokens["young"] = begin_session(house.db, young.people["organizer"])
        begun = [Page(f"empty{tail}", f"/networks/{young.network.id}{tail}", "young") for tail in EMPTY]
        yield Standing(address, [*pages, *begun], tokens)


def test_the_keyboard_reaches_everything_shows_where_it_is_and_is_caught_nowhere(chromium: Browser, standing: Standing):
    told: Told = {}
    stops = invisible = traps = 0
    for who, pages in standing.by_person().items():
        context = standing.looking(chromium, who)
        page = context.new_page()
        for each in pages:
            page.goto(standing.address + each.address)
            count, unseen, caught = walk(page)
            stops, invisible, traps = stops + count, invisible + len(unseen), traps + len(caught)
            if unseen or caught or not count:
                told[each.endpoint] = [*unseen, *caught]
        context.close()
    for name, figure in (("stops", stops), ("focus_invisible", invisible), ("traps", traps)):
        note(name, figure)

    assert stops > 40
    assert {} == told


def test_nothing_is_lost_on_a_narrow_screen_in_large_text_or_in_ones_own_colours(chromium: Browser, standing: Standing):
    told: Told = {}
    least = 999.0
    for who, pages in standing.by_person().items():
        context = standing.looking(chromium, who)
        page = context.new_page()
        for each in pages:
            page.goto(standing.address + each.address)
            least = min(least, smallest_target(page))
            if lost := losses(page):
                told[each.endpoint] = lost
        context.close()
    note("losses", sum(map(len, told.values())))
    note("smallest_target", int(least))

    assert {} == told
    assert least >= 44


def test_every_line_is_there_without_scripts(chromium: Browser, standing: Standing):
    told: Told = {}
    for who, pages in standing.by_person().items():
        with_, without = (standing.looking(chromium, who, java_script_enabled=script) for script in (True, False))
        one, other = with_.new_page(), without.new_page()
        for each in pages:
            for page in (one, other):
                page.goto(standing.address + each.address)
            gone = lines(one) - lines(other)
            # Without a script the survey is one long page without «Neste», and no list is saved behind one's back.
            if gone := {line for line in gone if line != "Neste" and "Alt er lagret." not in line}:
                told[each.endpoint] = sorted(gone)
        with_.close()
        without.close()
    note("lost_without_scripts", sum(map(len, told.values())))

    assert {} == told


if LONG:

    @pytest.mark.parametrize(("width", "scheme"), SCREENS)
    def test_three_programs_find_nothing(chromium: Browser, standing: Standing, width: int, scheme: str):
        parts, told, number = provide(), {}, Counter[str]()
        for who, pages in standing.by_person().items():
            context = standing.looking(chromium, who, width=width, color_scheme=scheme)
            page = context.new_page()
            for each in pages:
                states = ["as it is", *(["refused"] if each.endpoint in REFUSED else [])]
                page.goto(standing.address + each.address)
                for state in states:
                    if state == "refused":
                        with page.expect_navigation():
                            page.evaluate(SEND)
                    faults = list(found(page, parts))
                    number.update(program for program, _ in faults)
                    if faults:
                        told[f"{each.endpoint} {state}"] = sorted({f"{program} {fault}" for program, fault in faults})
            context.close()
        for program in ("axe", "ibm", "htmlcs"):
            note(f"violations_{program}", number[program], add=True)
        note("pages", len(standing.pages))

        assert {} == told
