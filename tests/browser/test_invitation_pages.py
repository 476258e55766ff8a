"""The pages of invitations, forecast and evaluation in real Chromium: for everybody, on any screen."""

from datetime import timedelta

import pytest
from browser.making_pages import SCREENS, SMALL_TARGETS, faults, serving
from making_house import COOKIE, begin_session, close_app, furnish, open_app

from fotfeste_server import opening
from fotfeste_server.anonymous.invitations import invite
from fotfeste_server.anonymous.release_models import Draft
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Gathering
from fotfeste_server.named.programme import write_programme
from fotfeste_server.named.waves import keep_contact
from fotfeste_server.opening import Tools, open_evaluation
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import new_id

pytestmark = pytest.mark.browser
EVALUATION = "gatherings/{gathering}/evaluation"
STAFF = (
    "", "municipalities", "teams", "gatherings", "pairings", "windows", "devices", "reports", "results",
    "invitations", "contacts", "forecast", EVALUATION, f"{EVALUATION}/slide", "promise", "tables", "texts",
    "texts/{read}", "texts/{read}/release", "end",
)  # fmt: skip
HOUSE = ("/", "/networks", "/networks/new")
PHONE = ("/g/{door}", "/s", "/s/{token}?l=nb&seen=1")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A network with somebody to ask, somebody out of reach, and an evaluation that is open."""
    folder = tmp_path_factory.mktemp("house")
    app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
    house = furnish(app)
    for address in ("", "ny@eksempel.no"):
        made = pair(
            house.db, house.participation, unit="Hjemmetjenesten", profession="sykepleier",
            started=today() - timedelta(14), mentor_name="Mona Mentor", mentor_email="mona@eksempel.no",
        )  # fmt: skip
        if address:
            keep_contact(house.db, made, address, "nb")
    Gathering.update(starts=today(), ends=today()).where(Gathering.id == house.gathering.id).execute()
    gathering = Gathering.get_by_id(house.gathering.id)
    write_programme(house.db, gathering, "Velkommen\nArbeid i eget team", evaluated=False)
    door = open_evaluation(Tools(house.service.config, house.db, house.service.keys), house.network, gathering, 60)
    window = opening.windows(house.network)[0].id
    token = invite(house.db, house.service.keys, window, shipped()["nyansatt"], wave="start", place="4204")[0]
    read = new_id()
    for text in ("Jeg trives <b>godt</b>.", "Mer tid sammen med mentor."):
        box = house.service.keys.close_waiting(house.network.id, text.encode())
        about = {"network": house.network.id, "form": "nyansatt", "question": "fritt"}
        Draft.create(id=new_id(), **about, batch=read, box=box, verdict="told")
    named = {"read": read, "gathering": gathering.id, "door": door.id, "token": token}
    staff = (f"/networks/{house.network.id}/{page}".rstrip("/") for page in STAFF)
    pages = [page.format(**named) for page in (*HOUSE, *staff, *PHONE)]
    with serving(app) as address:
        yield address, pages, begin_session(house.db, house.people["organizer"])
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


def test_a_phone_in_the_hall_goes_from_the_code_to_the_first_question(chromium, served):
    base, pages, _ = served
    context = chromium.new_context(locale="nn-NO", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(base + next(address for address in pages if address.startswith("/g/")))
    page.get_by_role("button", name="Start").click()

    assert "/s/" in page.url
    assert "nn" == page.locator("html").get_attribute("lang")
    page.get_by_text("Velkommen").first.wait_for(state="attached")
    assert [] == context.cookies()
    context.close()
