"""A municipality signs up by the public page; an organizer accepts it, and everything it wrote is there at once."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from making_house import House, close_app, furnish, open_app
from making_registration import TEAM, member, public_page, send, sheet
from server.test_organizers import Visitor

from fotfeste_server.jobs import Job, run_due
from fotfeste_server.mail import Refused
from fotfeste_server.named.access import scope
from fotfeste_server.named.bounces import bounced
from fotfeste_server.named.joining import forget_old
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Member, Participation, Person, Record, Team
from fotfeste_server.named.registration_models import Bounce, Registration
from fotfeste_server.named.settings import Chosen, choose
from fotfeste_server.running import handlers
from fotfeste_server.views import open_sheets
from fotfeste_shared.clock import now, today
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture
def house(tmp_path, request: pytest.FixtureRequest) -> Iterator[House]:
    app = open_app(tmp_path / "data", getattr(request, "param", ""))
    open_sheets.writing_to._had.clear()
    open_sheets.posting._had.clear()
    yield furnish(app)
    close_app(app)


def register(house: House, *teams, **change: str) -> str:
    """Sign a municipality up, and give the address of the sign-up."""
    reply = send(house.browser(), f"/n/{public_page(house).code}/register", sheet(*teams, **change))
    assert 303 == reply.status_code, reply.text
    return reply.location


def accept(house: House) -> Visitor:
    organizer = Visitor(house.browser("organizer"))
    row = Registration.get(Registration.state == "waiting")
    organizer.done(f"/networks/{house.network.id}/registrations/{row.id}", accept="ja")
    return organizer


def test_an_accepted_sign_up_makes_teams_members_contacts_and_letters(house: House):
    address = register(house)
    waiting = house.browser().get(address).text

    organizer = accept(house)

    place = Participation.get(Participation.municipality == "5501")
    team = Team.get(Team.participation == place.id)
    seats = {each.person.name: (each.seat, each.contact) for each in Member.select().where(Member.team == team.id)}
    written = current(Record.get(Record.natural_key == f"pamelding_nettverk:{place.id}").id)
    letters = {job.payload["to"]: job.payload for job in Job.select().where(Job.id.startswith("welcome"))}
    assert {
        "Anne": ("avdelingsleder", True), "Bo": ("tillitsvalgt", False), "Cato": ("mentor", False),
        "Dina": ("nyansatt", False),
    } == seats  # fmt: skip
    assert {"kari@kommune.no", "anne@kommune.no"} == letters.keys()
    assert "Team Nord" in letters["anne@kommune.no"]["text"]
    assert ("Team Nord", "Kari Kontakt") == (written.answers["team"][0]["navn"], Person.get_by_id(written.author).name)
    assert Registration.get().answers is None
    assert "Påmeldingen er mottatt" in waiting
    assert "Påmeldingen er godtatt" in house.browser().get(address).text
    assert "Team Nord" in organizer.see(f"/networks/{house.network.id}/teams")
    assert scope(Person.get(Person.email == "kari@kommune.no")).team(team.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_way_speaks_every_language(house: House, language: str):
    code = public_page(house, register_by=today()).code
    client, organizer = house.browser(), Visitor(house.browser("organizer"))
    reply = send(client, f"/n/{code}/register?language={language}", sheet())
    base, row = f"/networks/{house.network.id}", Registration.get()
    staff = [f"{base}/public", f"{base}/registrations", f"{base}/registrations/{row.id}", f"{base}/meeting"]

    seen = [client.get(f"{path}?language={language}") for path in (f"/n/{code}", f"/n/{code}/register")]
    seen += [client.get(reply.location), client.get(reply.location.replace("?", "/change?"))]

    assert [200] * 4 == [each.status_code for each in seen]
    assert all(f'<html lang="{language}"' in each.text for each in seen)
    for page in staff:
        assert f'<html lang="{language}"' in organizer.see(f"{page}?language={language}")
    organizer.done(staff[2], accept="ja")
    assert all(job.payload["text"].strip() for job in Job.select().where(Job.kind == "letter"))


def test_the_same_post_twice_is_one_sign_up_and_accepting_twice_changes_nothing(house: House):
    code = public_page(house).code
    client, page = house.browser(), house.browser().get(f"/n/{code}/register").text
    fields = {"id": re.search(r'name="id" value="([^"]+)"', page)[1], **sheet()}
    replies = [client.post(f"/n/{code}/register", data=fields) for _ in range(2)]
    accept(house)
    row, organizer = Registration.get(), Visitor(house.browser("organizer"))
    third = client.post(f"/n/{code}/register", data=fields)
    again = organizer.send(f"/networks/{house.network.id}/registrations/{row.id}", accept="ja")

    assert [303] * 3 == [each.status_code for each in (*replies, third)]
    assert replies[0].location == replies[1].location == third.location
    assert (1, 422) == (Registration.select().count(), again.status_code)
    assert 1 == Team.select().where(Team.name == "Team Nord").count()


def test_a_crash_between_accepting_and_the_ledger_is_made_good_by_accepting_again(house: House, monkeypatch):
    register(house)
    organizer, row = Visitor(house.browser("organizer")), Registration.get()
    address = f"/networks/{house.network.id}/registrations/{row.id}"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("fotfeste_server.views.reception.hand_over", stop)
        with pytest.raises(KeyboardInterrupt):
            organizer.send(address, accept="ja")
    unfinished = organizer.see(f"/networks/{house.network.id}/registrations")
    organizer.done(address, accept="ja")

    place = Participation.get(Participation.municipality == "5501")
    assert "godta en gang til" in unfinished
    assert current(Record.get(Record.natural_key == f"pamelding_nettverk:{place.id}").id) is not None
    assert 2 == Job.select().where(Job.id.startswith("welcome")).count()


def test_missing_roles_are_told_and_stop_nobody(house: House):
    three = [member("Anne", "hr", contact=True), member("Bo", "hr"), member("Cato", "hr")]

    told = house.browser().get(register(house, ("Team Nord", three))).text
    organizer = Visitor(house.browser("organizer"))

    assert 4 == told.count("Team Nord: Ingen er ført opp som")
    page = organizer.see(f"/networks/{house.network.id}/registrations/{Registration.get().id}")
    assert 4 == page.count("Ingen er ført opp")
    accept(house)
    assert Team.select().where(Team.name == "Team Nord").exists()


def test_what_cannot_be_taken_is_told_beside_the_question_and_stays_on_the_page(house: House):
    address = f"/n/{public_page(house).code}/register"
    long = "Nye sykepleiere slutter. " * 800
    twice = (("Team Nord", TEAM), ("team nord", [member("Eva", "hr", contact=True), *TEAM[1:]]))
    choose(house.db, house.network, Chosen(most=5))
    many = [*TEAM, member("Eva", "hr"), member("Frida", "hr")]

    replies = {
        "for lang": send(house.browser(), address, sheet(utfordring=long)),
        "to team": send(house.browser(), address, sheet(*twice)),
        "herøy": send(house.browser(), address, sheet(kommune="Herøy")),
        "ingen": send(house.browser(), address, sheet(kommune="Bortenfor")),
        "mange": send(house.browser(), address, sheet(("Team Nord", many))),
        "epost": send(house.browser(), address, sheet(kontakt_epost="kari@kommune")),
    }

    assert {422} == {each.status_code for each in replies.values()}
    assert "Skriv høyst 1000 tegn. Du har skrevet 19999." in replies["for lang"].text
    assert long.strip() in replies["for lang"].text
    assert "står to ganger" in replies["to team"].text
    assert "1515 Herøy (Møre og Romsdal), 1818 Herøy (Nordland)" in replies["herøy"].text
    assert 'value="Bortenfor"' in replies["ingen"].text
    assert "plass til høyst 5" in replies["mange"].text
    assert 'value="kari@kommune"' in replies["epost"].text
    assert not Registration.select().exists()


@pytest.mark.parametrize("typed", ["5636 Nesseby / Unjárga (Finnmark)", "5636", "nesseby", "Unjárga", "5442"])
def test_a_municipality_is_found_by_name_sami_name_number_and_older_number(house: House, typed: str):
    register(house, kommune=typed)

    assert "5636" == Registration.get().municipality


def test_a_draft_waits_without_counting_and_is_gone_on_with(house: House):
    code = public_page(house).code
    client = house.browser()
    half = {"a.kommune": "Tromsø", "a.kontakt_navn": "Kari Kontakt", "a.kontakt_epost": "kari@kommune.no"}

    kept = send(client, f"/n/{code}/register", half, save="ja")
    saved, change = client.get(kept.location), f"{kept.location}/change"
    organizer = Visitor(house.browser("organizer"))
    listed = organizer.see(f"/networks/{house.network.id}/registrations")
    opened = client.get(change).text
    again = send(client, change, {**half, "a.kontakt_navn": "Kari Nordmann"}, save="ja")
    sent = send(client, change, sheet())

    assert "Kladden er lagret" in saved.text
    assert "Ingen kommuner har meldt seg på ennå." in listed
    assert 'value="5501 Tromsø (Troms)"' in opened
    assert [303, 303] == [again.status_code, sent.status_code]
    assert "Påmeldingen er mottatt" in client.get(kept.location).text
    assert ["replaced", "waiting"] == sorted(each.state for each in Registration.select())


def test_the_sender_changes_it_until_it_is_accepted_and_old_links_lead_to_the_newest(house: House):
    first, client = register(house), house.browser()
    changed = send(client, f"{first}/change", sheet(timer="20"))
    accept(house)

    place = Participation.get(Participation.municipality == "5501")
    written = current(Record.get(Record.natural_key == f"pamelding_nettverk:{place.id}").id)
    assert 303 == changed.status_code
    assert 20 == written.answers["timer"]
    assert "Påmeldingen er godtatt" in client.get(first).text
    assert first.rpartition("/")[0] in client.get(f"{first}/change").location
    assert [None, None] == [each.answers for each in Registration.select()]


def test_two_sign_ups_of_one_municipality_are_pointed_out_and_joined_by_name(house: House):
    register(house)
    register(house, ("Team Nord", [member("Eva", "hr", contact=True), *TEAM[1:3]]))
    organizer = Visitor(house.browser("organizer"))
    listed = organizer.see(f"/networks/{house.network.id}/registrations")
    accept(house)
    accept(house)

    assert 2 == listed.count("Kommunen har meldt seg på før.")
    assert 1 == Team.select().where(Team.name == "Team Nord").count()
    assert 1 == Participation.select().where(Participation.municipality == "5501").count()
    assert 5 == Member.select().join(Team).where(Team.name == "Team Nord").count()


def test_a_person_in_two_teams_is_one_person_with_two_seats(house: House):
    both = member("Bo", "tillitsvalgt")
    register(house, ("Team Nord", TEAM), ("Team Sør", [member("Eva", "hr", contact=True), both, member("Geir", "hr")]))
    accept(house)

    person = Person.get(Person.email == "bo@kommune.no")
    seats = Member.select().where(Member.person == person.id)
    assert ["Team Nord", "Team Sør"] == sorted(each.team.name for each in seats)


def test_a_mistyped_address_bounces_is_shown_and_is_mended(house: House):
    register(house, kontakt_epost="kari@komune.no")
    organizer, row = Visitor(house.browser("organizer")), Registration.get()
    address = f"/networks/{house.network.id}/registrations/{row.id}"
    work = handlers(house.service)

    class Returning:
        def send(self, letter) -> None:
            if letter.to.endswith("@komune.no"):
                raise Refused

    object.__setattr__(house.service, "mail", Returning())
    run_due(house.db, work)
    shown = organizer.see(address)
    organizer.done(address, mend="ja", wrong="kari@komune.no", email="Kari@Kommune.no")
    mended = run_due(house.db, work)
    accept(house)

    assert bounced("kari@komune.no")
    assert "kom i retur" in shown
    assert (1, 1) == (mended, Bounce.select().count())
    assert ["kari@kommune.no"] == [person.email for person in Person.select().where(Person.name == "Kari Kontakt")]


def test_set_aside_is_forgotten_after_three_months_and_may_be_taken_up_before(house: House):
    register(house)
    organizer, row = Visitor(house.browser("organizer")), Registration.get()
    address = f"/networks/{house.network.id}/registrations/{row.id}"

    organizer.done(address, aside="ja")
    organizer.done(address, again="ja")
    taken_up = Registration.get().state
    organizer.done(address, aside="ja")
    early = forget_old(house.db, now() + timedelta(80))

    assert "waiting" == taken_up
    assert (0, 1) == (early, forget_old(house.db, now() + timedelta(100)))


@pytest.mark.parametrize(
    ("last", "moment", "status"),
    [
        # The night in March when the clock jumps from two to three, and the one in October when it goes back.
        (date(2027, 3, 27), datetime(2027, 3, 27, 22, 59, tzinfo=UTC), 200),
        (date(2027, 3, 27), datetime(2027, 3, 28, 1, 59, tzinfo=UTC), 200),
        (date(2027, 3, 27), datetime(2027, 3, 28, 2, 1, tzinfo=UTC), 410),
        (date(2027, 3, 28), datetime(2027, 3, 29, 0, 59, tzinfo=UTC), 200),
        (date(2027, 3, 28), datetime(2027, 3, 29, 1, 1, tzinfo=UTC), 410),
        (date(2027, 10, 31), datetime(2027, 11, 1, 1, 59, tzinfo=UTC), 200),
        (date(2027, 10, 31), datetime(2027, 11, 1, 2, 1, tzinfo=UTC), 410),
    ],
)
def test_the_last_day_ends_at_midnight_in_norway_with_three_hours_of_grace(
    house: House, last: date, moment: datetime, status: int
):
    code = public_page(house, register_by=last).code

    with time_machine.travel(moment, tick=False):
        assert status == house.browser().get(f"/n/{code}/register").status_code


def test_two_teams_of_one_name_are_told_apart_before_anything_is_made(house: House):
    address = f"/n/{public_page(house).code}/register"
    organizer, teams = Visitor(house.browser("organizer")), f"/networks/{house.network.id}/teams"
    twice = (("Team Nord", TEAM), ("team nord", [member("Eva", "hr", contact=True), *TEAM[1:]]))

    sent = send(house.browser(), address, sheet(*twice))
    made = organizer.send(teams, participation=house.participation.id, name=house.team.name)

    assert (422, 422) == (sent.status_code, made.status_code)
    assert "står to ganger" in sent.text
    assert 'value="Eva"' in sent.text
    assert "Kommunen har et team med dette navnet allerede." in made.text
    assert [house.team.name] == [team.name for team in Team.select()]
