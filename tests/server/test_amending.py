"""A municipality changes the sign-up that was accepted, and an organizer lets its teams follow."""

import re
from collections.abc import Iterator

import pytest
from making_house import House, close_app, furnish, open_app
from making_registration import TEAM, member, public_page, send, sheet
from server.test_organizers import Visitor

from fotfeste_server.jobs import Job
from fotfeste_server.named.models import Member, Participation, Person, Record, Team
from fotfeste_server.named.registration_models import Registration
from fotfeste_server.named.teams import seat
from fotfeste_server.views import open_sheets
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    """A network whose newest municipality is Tromsø, with Team Nord, accepted by the organizer."""
    app = open_app(tmp_path / "data", "")
    open_sheets.writing_to._had.clear()
    open_sheets.posting._had.clear()
    house = furnish(app)
    send(house.browser(), f"/n/{public_page(house).code}/register", sheet())
    address = f"/networks/{house.network.id}/registrations/{Registration.get().id}"
    Visitor(house.browser("organizer")).done(address, accept="ja")
    house.people["kari"] = Person.get(Person.email == "kari@kommune.no")
    yield house
    close_app(app)


def place() -> Participation:
    return Participation.get(Participation.municipality == "5501")


def changes(house: House) -> str:
    return f"/networks/{house.network.id}/municipalities/{place().id}/changes"


def write(house: House, *teams: tuple[str, list[dict[str, str]]], **change: str) -> None:
    """The municipality's contact changes its sign-up in the ledger, on the page of the form."""
    client, record = house.browser("kari"), Record.get(Record.natural_key == f"pamelding_nettverk:{place().id}")
    page = client.get(f"/records/{record.id}", follow_redirects=True)
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page.text)[1] for name in ("csrf_token", "id")}
    reply = client.post(page.request.full_path, data={**sheet(*teams, **change), **hidden})
    assert 303 == reply.status_code, re.findall(r"<li><a href=\"#[^>]+>([^<]+)", reply.text)
    assert "Arrangøren ser på endringene før de gjelder for teamene." in client.get("/").text


def put_through(house: House) -> Visitor:
    organizer = Visitor(house.browser("organizer"))
    rev = re.search(r'name="rev" value="([^"]+)"', organizer.see(changes(house)))[1]
    organizer.done(changes(house), rev=rev)
    return organizer


def seats(team: str) -> dict[str, tuple[str, bool]]:
    """Who sits in a team now, and as what."""
    rows = Member.select().join(Team).where((Team.name == team) & Member.left.is_null())
    return {each.person.name: (each.seat, each.contact) for each in rows}


ANNE, BO, CATO, DINA = TEAM
CHANGED = [BO, {**CATO, "rolle": "hr"}, DINA, member("Eva", "avdelingsleder", contact=True)]
SOUTH = [member("Finn", "hr", contact=True), member("Guri", "mentor"), member("Hans", "nyansatt")]


def test_what_is_changed_waits_until_an_organizer_has_looked_at_it_and_then_the_teams_follow(house: House):
    organizer, before = Visitor(house.browser("organizer")), seats("Team Nord")
    anne = Person.get(Person.email == "anne@kommune.no")
    write(house, ("Team Nord", CHANGED), ("Team Sør", SOUTH), kontakt_epost="kirsten@kommune.no")
    waiting = seats("Team Nord")
    listed = organizer.see(f"/networks/{house.network.id}/registrations")
    front = organizer.see(f"/networks/{house.network.id}")
    page = " ".join(re.sub(r"<[^>]+>", " ", organizer.see(changes(house))).split())
    house.people["anne"] = anne
    own = f"/teams/{Team.get(Team.name == 'Team Nord').id}"
    was_in = house.browser("anne").get(own).status_code

    put_through(house)

    assert before == waiting
    assert changes(house) in listed
    assert "Påmeldinger 1 " in " ".join(re.sub(r"<[^>]+>", " ", front).split())
    for sentence in (
        "Ny kontaktperson for kommunen: Kari Kontakt.", "Anne går ut av Team Nord, og mister tilgangen med en gang.",
        "Cato får ny rolle i Team Nord: HR / personal", "Eva blir med i Team Nord: Avdelingsleder – Leverer for teamet",
        "Nytt team: Team Sør", "Hans blir med i Team Sør: Nyansatt",
    ):  # fmt: skip
        assert sentence in page, sentence
    assert {"Bo": ("tillitsvalgt", False), "Cato": ("hr", False), "Dina": ("nyansatt", False),
            "Eva": ("avdelingsleder", True)} == seats("Team Nord")  # fmt: skip
    assert {"Finn": ("hr", True), "Guri": ("mentor", False), "Hans": ("nyansatt", False)} == seats("Team Sør")
    assert (200, 404) == (was_in, house.browser("anne").get(own).status_code)
    welcomed = {job.payload["to"] for job in Job.select().where(Job.kind == "letter")}
    assert {"eva@kommune.no", "finn@kommune.no"} <= welcomed
    assert "Ingen endringer venter." in organizer.see(changes(house))
    assert changes(house) not in organizer.see(f"/networks/{house.network.id}/registrations")


def test_what_an_organizer_has_done_since_stands(house: House):
    seat(house.db, Team.get(Team.name == "Team Nord"), "Odd", "odd@kommune.no", "hr")
    write(house, ("Team Nord", [ANNE, BO, CATO]))

    put_through(house)

    assert {"Anne", "Bo", "Cato", "Odd"} == set(seats("Team Nord"))


def test_a_team_that_is_written_out_is_left_to_a_person(house: House):
    write(house, ("Team Sør", SOUTH))
    page = Visitor(house.browser("organizer")).see(changes(house))

    put_through(house)

    assert "Team Nord står ikke lenger i påmeldingen." in page
    assert {"Anne", "Bo", "Cato", "Dina"} == set(seats("Team Nord"))


def test_what_was_changed_again_meanwhile_is_looked_at_again_and_a_second_press_does_nothing(house: House):
    organizer = Visitor(house.browser("organizer"))
    write(house, ("Team Nord", [ANNE, BO, CATO]))
    seen = re.search(r'name="rev" value="([^"]+)"', organizer.see(changes(house)))[1]
    write(house, ("Team Nord", [ANNE, BO, DINA]))

    refused = organizer.send(changes(house), rev=seen)
    newest = re.search(r'name="rev" value="([^"]+)"', refused.text)[1]
    organizer.done(changes(house), rev=newest)
    organizer.done(changes(house), rev=newest)

    assert 422 == refused.status_code
    assert "Se over endringene en gang til." in refused.text
    assert {"Anne", "Bo", "Dina"} == set(seats("Team Nord"))


def test_other_answers_change_no_team(house: House):
    write(house, timer="20")
    page = Visitor(house.browser("organizer")).see(changes(house))
    before = seats("Team Nord")

    put_through(house)

    assert "Det er andre svar om kommunen som er endret." in page
    assert before == seats("Team Nord")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language(house: House, language: str):
    write(house, ("Team Nord", CHANGED))

    page = Visitor(house.browser("organizer")).see(f"{changes(house)}?language={language}")

    assert f'<html lang="{language}"' in page
