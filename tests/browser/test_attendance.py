"""The list of who is there in a hall whose network comes and goes: no tick is lost, and none counts twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from browser.making_pages import SMALL_TARGETS, faults, serving
from making_house import House, close_app, furnish, open_app
from playwright.sync_api import Page

from fotfeste_server.named.attending import open_sign_up
from fotfeste_server.named.gathering_models import Tick
from fotfeste_server.named.models import Gathering
from fotfeste_server.named.presence import present_at
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.views import COOKIE
from fotfeste_shared.clock import today
from fotfeste_shared.wording import LANGUAGES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("hall"), "")
    house = furnish(app)
    Gathering.update(starts=today(), ends=today() + timedelta(1)).execute()
    house.gathering = Gathering.get()
    open_sign_up(house.db, house.gathering, today())
    with serving(app) as house.address:
        yield house
    close_app(app)


@pytest.fixture
def page(house: House, chromium) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 320, "height": 700}, locale="nb-NO")
    token = begin_session(house.db, house.people["organizer"])
    context.add_cookies([{"name": COOKIE, "value": token, "url": house.address}])
    page = context.new_page()
    page.set_default_timeout(5_000)
    yield page
    context.close()


def ticks_of(house: House) -> int:
    return Tick.select().count()


def test_ticks_made_without_network_wait_and_are_delivered_once_when_it_is_back(house: House, page: Page):
    page.goto(f"{house.address}/gatherings/{house.gathering.id}/attendance")
    before = ticks_of(house)
    page.context.set_offline(True)
    page.get_by_label("Kontakt, Kristiansand").check()
    page.get_by_label("Leder, Kristiansand").check()
    page.get_by_label("Leder, Kristiansand").uncheck()
    page.get_by_text("3 avkryssinger venter på nett").wait_for()
    waited = ticks_of(house)
    page.context.set_offline(False)
    page.get_by_text("Alt er lagret.").wait_for()

    assert before == waited
    assert {house.people["contact"].id} == present_at(house.gathering)
    assert before + 3 == ticks_of(house)
    assert page.get_by_text("1 av 2 er her.").is_visible()


def test_ticks_outlive_the_page_and_lost_answers_do_not_double_them(house: House, page: Page):
    address = f"{house.address}/gatherings/{house.gathering.id}/attendance"
    page.goto(address)
    page.get_by_text("Alt er lagret.").wait_for()
    before = ticks_of(house)

    def lose(route):
        """Let the server take it in, and lose its answer."""
        route.fetch()
        route.abort()

    def portal(route):
        """Let the server take it in, and answer with the hotel's own page."""
        route.fetch()
        route.fulfill(status=200, body="<p>Hotel Wi-Fi</p>")

    page.route("**/ticks", lose)
    with page.expect_event("requestfailed"):
        page.get_by_label("Leder, Kristiansand").check()
    page.unroute("**/ticks")
    page.route("**/ticks", portal)
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/ticks")):
        page.goto(address)
    page.get_by_text("1 avkryssinger venter på nett").wait_for()
    kept = page.get_by_label("Leder, Kristiansand").is_checked()
    page.unroute("**/ticks")
    page.reload()
    page.get_by_text("Alt er lagret.").wait_for()

    assert kept
    assert before + 1 == ticks_of(house)
    assert house.people["head"].id in present_at(house.gathering)


def test_a_list_that_is_turned_away_says_so_and_keeps_the_ticks(house: House, page: Page):
    page.goto(f"{house.address}/gatherings/{house.gathering.id}/attendance")
    page.get_by_text("Alt er lagret.").wait_for()
    page.context.clear_cookies()
    page.get_by_label("Kontakt, Kristiansand").uncheck()
    page.get_by_text("1 avkryssinger er ikke tatt imot").wait_for()

    assert house.people["contact"].id in present_at(house.gathering)
    assert 1 == page.evaluate("JSON.parse(Object.values(localStorage)[0]).length")


PAGES = ("", "/signups", "/counts", "/attendance", "/wall", "/calendar")


@pytest.mark.parametrize("tail", PAGES)
def test_every_page_of_a_gathering_is_for_everybody(house: House, page: Page, tail: str):
    for language in LANGUAGES:
        page.goto(f"{house.address}/gatherings/{house.gathering.id}{tail}?language={language}")

        assert [] == faults(page)
        assert [] == page.evaluate(SMALL_TARGETS)
