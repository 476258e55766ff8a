"""Reports in a real browser: few keystrokes when little is new, two who write at once, and no barrier on any page."""

from datetime import timedelta

import pytest
from browser.making_pages import SMALL_TARGETS, faults, serving
from making_house import REPORT, House, close_app, furnish, open_app, report
from playwright.sync_api import Page, expect

from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Record
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.named.teams import seat
from fotfeste_server.views import COOKIE
from fotfeste_shared.clock import today

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A team that has handed in before one gathering, with a second one planned."""
    app = open_app(tmp_path_factory.mktemp("reports"), "")
    house = furnish(app)
    house.people["member"] = seat(house.db, house.team, "Medlem", "medlem@eksempel.no", "mentor").person
    push = house.push("contact", report(house))
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))
    plan_gathering(house.db, house.network, starts=today() + timedelta(200), theme="Midtveis")
    yield house
    close_app(app)


@pytest.fixture(scope="module")
def address(house):
    with serving(house.app) as address:
        yield address


def second(house: House) -> Record:
    """The team's report before the second gathering."""
    return next(each for each in Record.select().where(Record.form == "statusrapport") if each.gathering.number == 2)


def opened(chromium, house: House, who: str, address: str, *, width=1280, scheme="light") -> Page:
    context = chromium.new_context(locale="nb-NO", viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies([{"name": COOKIE, "value": begin_session(house.db, house.people[who]), "url": address}])
    return context.new_page()


class Hands:
    """Presses keys and counts them; there is no mouse."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def tab_to(self, words: str, most: int = 15) -> None:
        """Tab until what has the focus says this."""
        for _ in range(most):
            self.press("Tab")
            if words in self.page.evaluate("document.activeElement.innerText ?? ''"):
                return
        raise AssertionError(f"«{words}» is not reached with {most} tabs")


def test_an_unchanged_report_is_handed_in_with_at_most_25_keystrokes(chromium, house, address):
    page = opened(chromium, house, "contact", address)
    hands, record = Hands(page), second(house)
    page.goto(f"{address}/records/{record.id}")

    hands.tab_to("Hopp til innholdet")
    hands.press("Enter")
    hands.tab_to("Begynn med svarene fra sist")
    hands.press("Enter")
    page.wait_for_url("**begin=last")
    expect(page.get_by_role("group", name="Svarene er hentet")).to_be_focused()
    hands.tab_to("Nyansatte i målgruppa")
    hands.press("Enter", "2", "Tab", "2", "Enter")
    page.get_by_text("Levert: Statusrapport").wait_for()

    handed_in = current(record.id).answers
    assert hands.pressed <= 25
    assert REPORT["delmal"] == handed_in["delmal"]
    assert (2, 2, 5) == tuple(handed_in["tall"][0][code] for code in ("nye_ansatte", "med_mentor", "mentorer"))
    page.context.close()


def test_two_browsers_write_on_one_report_and_both_texts_are_there(chromium, house, address):
    record = house.report()
    one, other = (opened(chromium, house, who, address) for who in ("contact", "member"))
    for page in (one, other):
        page.goto(f"{address}/records/{record.id}")
    one.locator("[name='a.kort']").fill("Fire mentorer er lært opp, og alle har begynt.")
    one.get_by_text("Kladden er lagret.").wait_for()
    other.locator("[name='a.neste']").fill("Vi skal lære opp to mentorer til i april.")
    other.get_by_text("Kontakt har også skrevet her.").wait_for()
    one.locator("[name='a.kort']").fill("Fire mentorer er lært opp, og alle har begynt i januar.")
    one.get_by_text("Medlem har også skrevet her.").wait_for()

    one.reload()

    assert "Fire mentorer er lært opp, og alle har begynt i januar." == one.locator("[name='a.kort']").input_value()
    assert "Vi skal lære opp to mentorer til i april." == one.locator("[name='a.neste']").input_value()
    for page in (one, other):
        page.context.close()


PAGES = {
    "contact": ("/records/{report}", "/records/{report}/history", "/teams/{team}", "/teams/{team}/poster",
                "/teams/{team}/final", "/records/{final}"),
    "advisor": ("/advisor", "/records/{report}/follow", "/teams/{team}/contacts"),
    "organizer": ("/networks/{network}/reports", "/networks/{network}/reports/remind", "/networks/{network}/themes",
                  "/networks/{network}/final"),
}  # fmt: skip


@pytest.mark.parametrize("who", PAGES)
def test_no_page_about_reports_has_a_barrier_that_a_machine_can_find(chromium, house, address, who):
    final = Record.get((Record.form == "sluttrapport_team") & (Record.team == house.team.id))
    things = {
        "report": house.report().id, "team": house.team.id, "network": house.network.id, "final": final.id,
    }  # fmt: skip
    page = opened(chromium, house, who, address, width=320, scheme="dark")
    found = {}
    for path in PAGES[who]:
        page.goto(address + path.format(**things))
        found[path] = faults(page) + page.evaluate(SMALL_TARGETS)
    page.context.close()

    assert found == {path: [] for path in found}
