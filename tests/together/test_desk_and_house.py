"""Forms of teams at the desk, offline, and the same judge in the house: what is saved here is good there."""

import threading
from datetime import timedelta

import pytest
from keyring.backends import fail
from making_desk import PASSPHRASE, Browser
from making_house import REPORT, House, close_app, furnish, open_app
from werkzeug.serving import make_server

from fotfeste_desktop.desk import Desk
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyStore
from fotfeste_server.named.devices import make_code
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.models import Leaf, Pairing, Record, Revision
from fotfeste_server.named.waves import contact_of
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import read_revision


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def address(house: House):
    server = make_server("127.0.0.1", 0, house.app, threaded=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Desks:
    """Desks of several people, each with a computer of their own."""

    def __init__(self, house, address, folder):
        self.house, self.address, self.folder, self.open = house, address, folder, []

    def of(self, who: str, place: str = "one") -> Browser:
        home = Home(self.folder / f"{who}-{place}")
        home.prepare()
        desk = Desk(home, KeyStore(fail.Keyring()))
        desk.begin()
        self.open.append(desk)
        browser = Browser(desk)
        browser.desk = desk
        browser.get("/")
        browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
        browser.post("/recovery", written="ja")
        code = make_code(self.house.db, self.house.people[who])
        browser.get("/connect")
        browser.post("/connect", server=self.address, code=code, name="PC")
        assert "Du er koblet til" in browser.page, browser.page
        return browser


@pytest.fixture
def desks(house, address, tmp_path):
    desks = Desks(house, address, tmp_path)
    yield desks
    for desk in desks.open:
        desk.close()


def fields(answers: dict, path: str = "a") -> dict:
    """The fields of a page as its form posts them."""
    found = {}
    for code, answer in answers.items():
        here = f"{path}.{code}"
        if isinstance(answer, list) and answer and isinstance(answer[0], dict):
            for number, row in enumerate(answer):
                found |= fields(row, f"{here}.{number}")
        else:
            found[here] = [str(each) for each in answer] if isinstance(answer, list) else str(answer)
    return found


def deliver(browser: Browser) -> None:
    browser.get("/waiting")
    browser.post("/deliver")
    assert "Tilkoblet. Alt er levert." in browser.page, browser.page


def test_a_status_report_written_offline_meets_the_same_judge_and_is_good_in_the_house(house, desks):
    browser = desks.of("contact")
    record = house.report()
    assert "Statusrapport" in browser.get("/")
    browser.post(f"/records/{record.id}/edit")
    late = fields(REPORT) | {"a.delmal.0.frist": (house.network.ends + timedelta(400)).isoformat()}
    browser.post(browser.path, **late)
    assert browser.status == 422
    assert "Datoen kan ikke være etter" in browser.page  # a fact of the network's, told with the roster

    browser.post(browser.path, **fields(REPORT))
    assert "Lagret her" in browser.page
    deliver(browser)
    [row] = Revision.select()
    assert (row.record_id, row.held) == (record.id, None)
    assert read_revision(row.text).answers == REPORT


def test_the_next_report_begins_with_what_goes_on_from_the_last(house, desks):
    browser = desks.of("contact")
    browser.get("/")
    browser.post(f"/records/{house.report().id}/edit")
    browser.post(browser.path, **fields(REPORT))
    deliver(browser)
    plan_gathering(house.db, house.network, starts=today() + timedelta(90), theme="Veien videre")
    deliver(browser)
    second = Record.select().where((Record.form == "statusrapport") & (Record.id != house.report().id)).get()
    browser.get("/")
    browser.post(f"/records/{second.id}/edit")

    assert "Alle nye får mentor" in browser.page
    assert "Kurs for mentorer" in browser.page
    assert browser.page.count("Vi skal lære opp to mentorer til.") == 1  # beside, as what was said last time


def test_an_advisor_writes_notes_about_the_own_team_and_a_contact_does_not(house, desks):
    contact, advisor = desks.of("contact"), desks.of("advisor")
    assert f"/teams/{house.team.id}/forms/veiledernotat" not in contact.get("/")
    assert contact.client.post(f"/teams/{house.team.id}/forms/veiledernotat").status_code in (400, 404)
    advisor.get("/")
    advisor.post(f"/teams/{house.team.id}/forms/veiledernotat")
    note = {"team": house.team.id, "dato": today().isoformat(), "form": "video", "trinn": 20}
    note |= {"tilbakemelding": "Dere er godt i gang.", "oppfolging": "gronn"}
    advisor.post(advisor.path, **fields(note))
    assert advisor.status == 200
    deliver(advisor)
    [row] = Revision.select()

    assert (row.form, row.held) == ("veiledernotat", None)


def test_a_report_written_in_two_places_is_merged_by_a_person(house, desks):
    record = house.report()
    desk, other = desks.of("contact", "work"), desks.of("contact", "home")
    for place in (desk, other):
        place.get("/")
        place.post(f"/records/{record.id}/edit")
    other.post(other.path, **fields({**REPORT, "kort": "Skrevet på den andre maskinen"}))
    deliver(other)
    desk.post(desk.path, **fields({**REPORT, "kort": "Skrevet her, på jobben"}))
    deliver(desk)

    page = desk.get(f"/records/{record.id}")
    assert {"Skrevet her, på jobben", "Skrevet på den andre maskinen"} <= set(page.replace("<", ">").split(">"))
    assert "ulikt" in page
    revs = [row.rev for row in Revision.select().order_by(Revision.seq)]
    desk.post(f"/records/{record.id}/edit", **{"from": revs[0]})
    assert "Skrevet på den andre maskinen" in desk.page
    desk.post(desk.path, **fields({**REPORT, "kort": "Det beste fra begge deler"}))
    deliver(desk)
    assert "ulikt" not in desk.get(f"/records/{record.id}")
    assert Leaf.select().where(Leaf.record == record.id).count() == 1


NEW_HIRE = {
    "enhet": "Ekeberg sykehjem", "yrke": "vernepleier", "startdato": (today() + timedelta(7)).isoformat(),
    "mentor_avklart": today().isoformat(), "kontakt": "912 34 567", "informert": "ja",
}  # fmt: skip


def register(browser: Browser, house: House, **change: str) -> dict:
    """Register a new hire at the desk, and give the fields that were filled in."""
    browser.get("/pairings")
    browser.post(f"/teams/{house.team.id}/forms/kobling")
    given = fields(NEW_HIRE | {"team": house.team.id, "mentor": house.people["mentor"].id} | change)
    browser.post(browser.path, **given)
    return given


def test_a_new_hire_registered_offline_is_the_mentors_when_it_is_delivered(house, desks):
    head, mentor = desks.of("head"), desks.of("mentor")
    register(head, house)
    assert "Lagret her. Leveres når du er på nett." in head.page
    assert "Ekeberg sykehjem" in head.page
    assert Pairing.select().count() == 1
    assert "Ekeberg sykehjem" not in mentor.get("/")

    deliver(head)
    made = Pairing.get(Pairing.unit == "Ekeberg sykehjem")
    assert (made.mentor_id, made.team_id) == (house.people["mentor"].id, house.team.id)
    assert contact_of(made).address == "+4791234567"
    deliver(mentor)
    assert "Vernepleier, Ekeberg sykehjem" in mentor.get("/")
    assert "Logg samtale: " not in head.get("/")  # the talks are the mentor's


def test_the_registration_is_mended_and_ended_at_the_desk(house, desks):
    head = desks.of("head")
    register(head, house, startdato=(today() - timedelta(3)).isoformat())
    deliver(head)
    [record] = Record.select().where((Record.form == "kobling") & Record.apart_of.is_null())
    assert "91234567" in head.get(f"/records/{record.id}")
    head.post(f"/records/{record.id}/edit")
    assert 'value="91234567"' in head.page
    again = NEW_HIRE | {"team": house.team.id, "mentor": house.people["mentor"].id, "enhet": "Ekeberg, 2. etasje"}
    again |= {"startdato": (today() - timedelta(3)).isoformat(), "slutt": "fullfort", "sluttdato": today().isoformat()}
    head.post(head.path, **fields(again))
    deliver(head)

    made = Pairing.get(Pairing.unit == "Ekeberg, 2. etasje")
    assert (made.ended, made.reason) == (today(), "fullfort")
    assert Pairing.select().count() == 2


def test_without_a_mentor_to_name_the_head_is_told_and_asked_nothing(house, desks):
    Pairing.delete().execute()
    head = desks.of("head")

    assert "Kommunen har ingen mentorer i listen ennå." in head.get("/pairings")
    assert "forms/kobling" not in head.page
