"""An organizer gets from an empty house to survey links and an enrolled computer by plain pages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from making_house import REPORT, House, close_app, furnish, open_app, report
from werkzeug.test import TestResponse

from fotfeste_server.anonymous.models import Window
from fotfeste_server.app import create_app
from fotfeste_server.config import Config
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.history import leaves_of
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.models import Device, Gathering, Network, Pairing, Participation, Person, Record, Team
from fotfeste_server.named.pushing import push_items
from fotfeste_server.opening import next_quarters
from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import day
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[object]:
    app = open_app(tmp_path / "data", database_url)
    yield app
    close_app(app)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


class Visitor:
    """A browser without scripts: it sends back the form token that the page holds."""

    def __init__(self, client) -> None:
        self.client = client
        self.page = ""

    def see(self, address: str, status: int = 200) -> str:
        reply = self.client.get(address, follow_redirects=True)
        assert status == reply.status_code, mended(reply.text)
        self.page = reply.text
        return self.page

    def send(self, address: str, **fields: object) -> TestResponse:
        self.see(address)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        sent = {name.replace("__", "-"): value for name, value in fields.items()}
        return self.client.post(address, data={"csrf_token": token[1], **sent})

    def done(self, address: str, **fields: object) -> str:
        reply = self.send(address, **fields)
        assert 303 == reply.status_code, mended(reply.text)
        return reply.location


def mended(page: str) -> list[str]:
    """What a page says must be mended."""
    return re.findall(r"<li><a href=\"#[^>]+>([^<]+)|ds-error-summary.*?<li>([^<]+)|class=\"lead\">([^<]+)", page)


def test_the_whole_way_from_the_set_up_link_to_links_and_a_code(empty):
    visitor = Visitor(empty.test_client())
    db = empty.extensions["fotfeste"].db
    link = f"/setup/{setup_token(db)}"
    visitor.done(link, name="Kari Nordmann", email="Kari@Eksempel.no")

    base = visitor.done("/networks/new", name="Prøvenettverk", starts=today(), ends=today() + timedelta(700))
    visitor.done(f"{base}/municipalities", m__municipality="4204 Kristiansand", add="ja")
    place = Participation.get().id
    admin = {"a__name": "Admin", "a__email": "admin@eksempel.no"}
    visitor.done(f"{base}/municipalities", a__participation=place, name="ja", **admin)
    visitor.done(f"{base}/teams", participation=place, name="Team Sør")
    team = Team.get().id
    visitor.done(
        f"/teams/{team}", m__name="Ola", m__email="ola@eksempel.no", m__seat="hr", m__contact="y", join="ja"
    )
    visitor.done(f"/teams/{team}", a__name="Vei Leder", a__email="vei@eksempel.no", advise="ja")
    visitor.done(f"{base}/gatherings", theme="Oppstart", starts=today() + timedelta(60), place="Oslo")
    visitor.done(
        f"{base}/pairings", n__participation=place, n__unit="Sykehjemmet", n__profession="sykepleier",
        n__started=today(), n__name="Mona Mentor", n__email="mona@eksempel.no", make="ja",
    )  # fmt: skip
    quarter = re.search(r'<option value="(\d{4}-Q\d)"', visitor.see(f"{base}/windows"))[1]
    visitor.done(f"{base}/windows", quarter=quarter)
    window = re.search(r"/windows/([0-9a-f-]{36})/links", visitor.see(f"{base}/windows"))[1]
    page = visitor.send(f"{base}/windows/{window}/links", survey="nyansatt.start", place=place, count=3).text
    mentor = Person.get(Person.email == "mona@eksempel.no")
    code = visitor.send(f"{base}/devices", person=mentor.id)

    links = re.findall(r'href="(http://[^"]+/s/[^"]+)"', page)
    assert (3, 3) == (len(set(links)), page.count('class="qr"'))
    assert re.search(r'class="code">[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}<', code.text)
    assert 410 == empty.test_client().get(link).status_code
    survey = empty.test_client().get(links[0].removeprefix("http://127.0.0.1:8000"))
    assert 200 == survey.status_code
    assert "Set-Cookie" not in survey.headers


PARTS = ("", "/municipalities", "/teams", "/gatherings", "/pairings", "/reports", "/windows", "/devices")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(house: House, language: str):
    visitor = Visitor(house.browser("organizer"))
    pages = [f"/networks/{house.network.id}{part}" for part in PARTS]
    pages += ["/", "/networks", "/networks/new", f"/teams/{house.team.id}", f"/records/{house.report().id}"]

    for page in pages:
        text = visitor.see(f"{page}?language={language}")
        assert f'<html lang="{language}"' in text
    for page in ("/signin", "/signin/code"):
        Visitor(house.browser()).see(f"{page}?language={language}")
    for who, page in (("contact", f"/records/{house.report().id}"), ("mentor", f"/pairings/{house.pairing.id}/session"),
                      ("advisor", f"/teams/{house.team.id}/note")):  # fmt: skip
        Visitor(house.browser(who)).see(f"{page}?language={language}")


def test_a_slip_of_the_finger_in_a_year_or_a_number_is_refused_beside_the_field(house: House):
    visitor = Visitor(house.browser("organizer"))
    base = f"/networks/{house.network.id}"
    visitor.done(f"{base}/windows", quarter=next_quarters()[0])
    window = Window.get()
    place = house.participation.municipality

    refused = [
        visitor.send("/networks/new", name="For lenge", starts="0001-01-01", ends="2027-01-01"),
        visitor.send("/networks/new", name="For lenge", starts="2027-01-01", ends="9999-12-31"),
        visitor.send(f"{base}/gatherings", starts="0001-01-01"),
        visitor.send(f"{base}/gatherings", starts=today(), reports_due="1900-01-01"),
        visitor.send(f"{base}/windows/{window.id}/links", survey="nyansatt.start", place=place, count="9" * 400),
        visitor.send(f"{base}/windows/{window.id}/links", survey="nyansatt.start", place=place, count="9" * 5000),
    ]

    assert [422] * 6 == [reply.status_code for reply in refused]
    assert all('id="error-summary"' in reply.text for reply in refused)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_mended_is_said_beside_the_field_and_nothing_is_made(house: House, language: str):
    visitor = Visitor(house.browser("organizer"))
    visitor.see(f"/?language={language}")
    base = f"/networks/{house.network.id}"

    refused = [
        visitor.send("/networks/new", name="", starts="i går", ends=today()),
        visitor.send("/networks/new", name="Bakvendt", starts=today(), ends=today() - timedelta(1)),
        visitor.send(f"{base}/municipalities", m__municipality="Ingensteder", add="ja"),
        visitor.send(f"{base}/municipalities", m__municipality="4204", add="ja"),
        visitor.send(f"{base}/teams", participation=house.participation.id, name=house.team.name),
        visitor.send(f"{base}/gatherings", starts=today(), ends=today() - timedelta(3)),
        visitor.send(f"{base}/pairings", n__unit="", make="ja"),
        visitor.send(f"/teams/{house.team.id}", m__name="A", m__email="ikke en adresse", m__seat="hr", join="ja"),
        visitor.send(f"{base}/windows", quarter="2027-Q9"),
    ]

    for reply in refused:
        assert 422 == reply.status_code
        assert 'id="error-summary"' in reply.text
    assert (1, 1, 1, 1, 1) == tuple(
        table.select().count() for table in (Network, Participation, Team, Gathering, Pairing)
    )


def test_a_form_without_its_token_changes_nothing(house: House):
    client = house.browser("organizer")
    given = {"name": "Falskt", "starts": today().isoformat(), "ends": (today() + timedelta(9)).isoformat()}

    reply = client.post("/networks/new", data=given)

    assert 400 == reply.status_code
    assert 1 == Network.select().count()


def test_a_window_is_sealed_after_its_last_day_only(house: House):
    visitor = Visitor(house.browser("organizer"))
    base = f"/networks/{house.network.id}/windows"
    quarter = re.search(r'<option value="(\d{4}-Q\d)"', visitor.see(base))[1]
    visitor.done(base, quarter=quarter)
    window = re.search(r"/windows/([0-9a-f-]{36})/links", visitor.see(base))[1]

    assert 409 == visitor.send(f"{base}/{window}/seal").status_code
    assert f"{base}/{window}/seal" not in visitor.see(base)
    Window.update(opens=today() - timedelta(99), closes=today() - timedelta(1)).where(Window.id == window).execute()
    assert f"{base}/{window}/seal" in visitor.see(base)
    assert f"{base}/{window}/links" not in visitor.page


def test_a_report_is_filled_in_on_the_web_once_and_read_by_the_working_group(house: House):
    visitor = Visitor(house.browser("contact"))
    address = f"/records/{house.report().id}"
    page = visitor.see(address)
    fresh = re.search(r'name="id" value="([^"]+)"', page)[1]
    fields = filled(fresh)

    first = visitor.send(f"{address}?seen=", **fields)
    again = visitor.send(f"{address}?seen=", **fields)

    assert (303, 303) == (first.status_code, again.status_code)
    assert 1 == Record.get_by_id(house.report().id).revisions.count()
    assert "Levert" in visitor.see("/")
    read = Visitor(house.browser("organizer")).see(address)
    assert "Vi har lært opp fire mentorer" in read
    assert "Alle nye får mentor" in read
    table = Visitor(house.browser("organizer")).see(f"/networks/{house.network.id}/reports")
    assert "1 av 1 team har levert." in table


def test_a_teams_page_tells_what_is_due_and_a_report_not_handed_in_leads_back_to_the_table(house: House):
    visitor = Visitor(house.browser("organizer"))
    record, due = house.report(), day(house.report().gathering.reports_due)
    table = f"/networks/{house.network.id}/reports?gathering={record.gathering_id}"

    of_team = visitor.see(f"/teams/{house.team.id}")
    unread = visitor.see(f"/records/{record.id}")

    assert f'<a href="/records/{record.id}">Statusrapport før samling – 1.' in of_team
    assert due in of_team
    assert f"Frist {due}." in unread
    assert f'href="{table}"' in unread.replace("&amp;", "&")


def test_an_advisors_notes_stand_by_their_days_on_the_teams_page(house: House):
    visitor = Visitor(house.browser("advisor"))
    address = f"/teams/{house.team.id}/note"
    fresh = re.search(r'name="id" value="([^"]+)"', visitor.see(address))[1]
    assert 'action="/signout"' in visitor.page
    given = {"a.team": house.team.id, "a.dato": today().isoformat(), "a.form": "mote",
             "a.trinn": "20", "a.tilbakemelding": "Fint at dere er i gang.", "a.oppfolging": "gronn"}  # fmt: skip

    visitor.done(address, id=fresh, **given)

    assert f">{day(today())}</a>" in visitor.see(f"/teams/{house.team.id}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_who_wrote_at_once_are_shown_side_by_side_and_settled(house: House, language: str):
    mine, theirs = report(house), report(house, neste="Vi skal lære opp tre ledere.")
    device = house.device("contact").device
    push = house.push("contact", mine, theirs)
    house.service.writer.do(lambda: push_items(house.db, device, push))
    visitor, record = Visitor(house.browser("contact")), house.report().id

    visitor.see(f"/?language={language}")
    page = visitor.see(f"/records/{record}")
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    visitor.done(f"/records/{record}/meeting", **{"seen": seen, "choice-0": "other"})
    reply = visitor.client.get(f"/records/{record}", follow_redirects=True)
    begun, fresh = reply.text, re.search(r'name="id" value="([^"]+)"', reply.text)[1]
    draft = re.search(r'name="draft" value="([^"]+)"', begun)[1]
    visitor.done(reply.request.full_path, draft=draft, **{**filled(fresh), "a.neste": "Vi skal lære opp alle."})

    assert "Vi skal lære opp tre ledere." in page
    assert "Vi skal lære opp to mentorer til." in page
    assert "Vi skal lære opp tre ledere." in begun
    assert [fresh] == leaves_of(record)
    assert 3 == house.report().revisions.count()


def test_a_report_goes_on_from_the_one_before(house: House):
    second = plan_gathering(house.db, house.network, starts=today() + timedelta(60))
    push = house.push("contact", report(house))
    device = house.devices["contact"].device
    house.service.writer.do(lambda: push_items(house.db, device, push))
    record = Record.get(Record.natural_key == f"statusrapport:{house.team.id}:{second.id}")

    page = Visitor(house.browser("contact")).see(f"/records/{record.id}")

    assert REPORT["delmal"][0]["id"] in page
    assert "Alle nye får mentor" in page
    assert "Vi har lært opp fire mentorer" not in re.sub(r'<p class="before".*?</p>', "", page, flags=re.DOTALL)


def test_a_report_that_must_be_mended_mints_nothing(house: House):
    visitor = Visitor(house.browser("contact"))
    address = f"/records/{house.report().id}"

    reply = visitor.send(f"{address}?seen=", **{"a.kort": "kort"})

    assert 422 == reply.status_code
    assert 0 == house.report().revisions.count()


def test_a_mentor_logs_a_session_on_the_web_and_a_repeat_is_one(house: House):
    visitor = Visitor(house.browser("mentor"))
    address = f"/pairings/{house.pairing.id}/session"
    fresh = re.search(r'name="id" value="([^"]+)"', visitor.see(address))[1]
    fields = {
        "id": fresh, "a.kobling": house.pairing.id, "a.status": "ja", "a.dato": today().isoformat(),
        "a.minutter": "45", "a.form": "rom", "a.arbeidstid": "ja", "a.tema": ["oppgaver"], "a.informert": "ja",
        "a.langt": "Skal aldri lagres her",
    }  # fmt: skip

    visitor.done(address, **fields)
    visitor.done(address, **fields)

    [record] = Record.select().where(Record.form == "mentorlogg")
    assert 1 == record.revisions.count()
    assert "aldri lagres" not in record.revisions.get().text


def test_a_stolen_computer_is_turned_away(house: House):
    token = house.device("mentor").token
    visitor = Visitor(house.browser("organizer"))
    address = f"/networks/{house.network.id}/devices"
    visitor.see(address)
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]
    device = Device.get()

    visitor.client.post(f"{address}/{device.id}", data={"csrf_token": csrf, "state": "blocked"})

    refused = house.browser().post("/sync/v1/pull", headers={"Authorization": f"Bearer {token}"})
    assert (403, "revoked") == (refused.status_code, refused.json["problem"]["code"])


def test_behind_a_proxy_cookies_are_for_https_and_this_host_only(tmp_path: Path):
    app = create_app(Config(data=tmp_path, proxy=True, address="https://fotfeste.eksempel.no"))
    reply = app.test_client().get("/signin", base_url="https://fotfeste.eksempel.no")

    assert "__Host-forms=" in reply.headers["Set-Cookie"]
    assert "Secure" in reply.headers["Set-Cookie"]
    close_app(app)


def filled(fresh: str) -> dict[str, object]:
    """A status report as a browser posts it."""
    goal = "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f01"
    return {
        "id": fresh, "a.framdrift": "20", "a.kort": "Vi har lært opp fire mentorer og begynt med samtaler.",
        "a.delmal.0.id": goal, "a.delmal.0.tekst": "Alle nye får mentor", "a.delmal.0.maltall": "Andel med mentor",
        "a.delmal.0.frist": (today() + timedelta(90)).isoformat(), "a.delmal.0.status": "ikke_startet",
        "a.tiltak.0.delmal_id": goal, "a.tiltak.0.tekst": "Kurs for mentorer", "a.tiltak.0.ansvar": "hr",
        "a.tiltak.0.id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f02",
        "a.tiltak.0.status": "planlagt", "a.tall.0.nye_ansatte": "4", "a.tall.0.med_mentor": "3",
        "a.tall.0.mentorer": "5", "a.tall.0.mentorer_opplart": "4", "a.hindringer": ["ingen"],
        "a.neste": "Vi skal lære opp to mentorer til.", "a.deltatt": ["hr"],
    }  # fmt: skip
