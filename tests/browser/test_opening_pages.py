"""The pages by which a network opens, staff's and the public ones, in real Chromium: for everybody, on any screen."""

import pytest
from browser.making_pages import SCREENS, SMALL_TARGETS, faults, serving
from making_house import COOKIE, begin_session, close_app, furnish, open_app
from making_registration import meeting, public_page, send, sheet, signing_up

from fotfeste_server.named.registration_models import Registration
from fotfeste_server.named.teams import members_of
from fotfeste_server.named.wishes import ask

pytestmark = pytest.mark.browser
STAFF = (
    "settings", "group", "gatherings", "gatherings/{gathering}/plan", "public", "meeting", "registrations",
    "registrations/{registration}", "municipalities", "municipalities/{place}", "programs",
    "wishes", "wishes/{wish}",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opening")
    app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
    house = furnish(app)
    code = public_page(house).code
    meeting(house, link="https://mote.eksempel.no/rom")
    mine = send(house.browser(), f"/n/{code}/meeting", signing_up()).location
    sent = send(house.browser(), f"/n/{code}/register", sheet()).location
    given = {
        "gathering": house.gathering.id, "registration": Registration.get().id, "place": house.participation.id,
        "wish": ask(house.db, house.people["mentor"]).id,
    }  # fmt: skip
    staff = [f"/networks/{house.network.id}/{page}".format(**given) for page in STAFF]
    members = f"/teams/{house.team.id}/members"
    one = f"{members}/{members_of(house.team)[0].id}"
    staff += ["/me/erasure", members, one, f"/agreements/{house.participation.id}"]
    public = [f"/n/{code}", f"/n/{code}/meeting", f"/n/{code}/register", mine, sent, f"{sent}/change"]
    with serving(app) as address:
        yield address, [*staff, *public], begin_session(house.db, house.people["organizer"])
    close_app(app)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_nothing_stands_in_anybodys_way(chromium, served, width, scheme):
    base, pages, token = served
    context = chromium.new_context(locale="nb-NO", viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
    page = context.new_page()
    found = {}
    for address in pages:
        assert 200 == page.goto(base + address).status
        found[address] = (faults(page), page.evaluate(SMALL_TARGETS))
    context.close()

    assert {} == {address: told for address, told in found.items() if told != ([], [])}


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_from_no_municipality_signs_up_with_and_without_scripts(chromium, served, scripts):
    base, pages, _ = served
    address = next(page for page in pages if page.endswith("/meeting") and page.startswith("/n/"))
    context = chromium.new_context(locale="nn-NO", java_script_enabled=scripts)
    page = context.new_page()
    page.goto(base + address)
    page.fill("[name='a.kommune']", "annen")
    page.fill("[name='a.virksomhet']", "Høgskulen")
    page.fill("[name='a.navn']", "Pia Olsen")
    page.fill("[name='a.epost']", f"pia{scripts}@eksempel.no".casefold())
    page.check("[name='a.rolle'][value='hr']")
    page.click("text=Meld på")

    assert "Du er påmeld" == page.inner_text("h1")
    assert [] == [cookie["name"] for cookie in context.cookies()]
    context.close()
