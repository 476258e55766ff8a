"""The house and the desks served on this machine, their pages, and a sign-in for everybody who looks at them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from accessibility.whole_desk import DeskPage
from accessibility.whole_house import Page
from browser.making_pages import LONG, serving
from making_house import COOKIE, House, begin_session, furnish
from playwright.sync_api import Browser, BrowserContext

MET_BY_MOST = ("phone.questions", "teams.fill", "statement.show", "signin.begin", "desk pages.start")
AT_A_DESK = "at a desk"
# Pages of a network that has just begun: nothing has come, nobody has answered.
EMPTY = (
    "", "/municipalities", "/teams", "/gatherings", "/pairings", "/windows", "/reports", "/results", "/devices",
    "/registrations", "/mentors", "/coverage", "/met", "/texts", "/tables", "/held", "/themes", "/forecast",
    "/invitations", "/contacts", "/final",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A served house, its pages, and a sign-in for everybody who looks."""

    address: str
    pages: list[Page]
    tokens: dict[str, str]

    def where(self, page: Page) -> str:
        """Say where a page lies; a desk has an address of its own."""
        return urljoin(self.address, page.address)

    def looking(self, chromium: Browser, who: str, **manner: object) -> BrowserContext:
        size = manner.pop("width", 1280)
        context = chromium.new_context(
            locale="nb-NO", viewport={"width": size, "height": 900}, bypass_csp=True, **manner
        )
        if who == AT_A_DESK:  # one of its pages asks anew each second, and never stands
            context.route("**/desk/starting.mjs", lambda route: route.abort())
        if who in self.tokens:
            context.add_cookies([{"name": COOKIE, "value": self.tokens[who], "url": self.address}])
        return context

    def named(self, endpoint: str) -> Page:
        """Find a page by its route."""
        return next(page for page in self.pages if page.endpoint == endpoint)

    def by_person(self) -> dict[str, list[Page]]:
        """Group the pages by who looks at them: one window for each."""
        shown = [page for page in self.pages if LONG or page.endpoint in MET_BY_MOST]
        return {who: [page for page in shown if page.who == who] for who in {page.who for page in shown}}


@contextmanager
def served(house: House, pages: list[Page], desk_pages: list[DeskPage]) -> Iterator[Standing]:
    """Serve everything, with a network beside it in which nothing has happened yet."""
    young = furnish(house.app, "Nord", "5501")
    tokens = {who: begin_session(house.db, person) for who, person in house.people.items()}
    tokens["young"] = begin_session(house.db, young.people["organizer"])
    begun = [Page(f"empty{tail}", f"/networks/{young.network.id}{tail}", "young") for tail in EMPTY]
    met = [page for page in desk_pages if LONG or page.name in MET_BY_MOST]
    with ExitStack() as stack:
        address = stack.enter_context(serving(house.app))
        desks = {app: stack.enter_context(serving(app)) for app in dict.fromkeys(page.app for page in met)}
        at_desks = [Page(page.name, desks[page.app] + page.path, AT_A_DESK) for page in met]
        yield Standing(address, [*pages, *begun, *at_desks], tokens)
