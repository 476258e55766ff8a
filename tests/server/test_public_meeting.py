"""Anybody with the address signs up for the information meeting, without an account, a cookie or a script."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar
from making_house import House, close_app, furnish, open_app
from making_registration import meeting, public_page, send, signing_up
from server.test_organizers import Visitor

from fotfeste_server.jobs import Job
from fotfeste_server.letters import keep_house, remind_of_meetings
from fotfeste_server.named.public_pages import sign_ups
from fotfeste_server.named.registration_models import Meeting, SignUp
from fotfeste_server.views import open_sheets
from fotfeste_shared.clock import now, today
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("meeting"), "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def house(furnished: House) -> House:
    for table in (SignUp, Meeting):
        table.delete().execute()
    Job.delete().execute()
    open_sheets.writing_to._had.clear()
    open_sheets.posting._had.clear()
    return furnished


def letters(kind: str = "") -> list[dict[str, str]]:
    return [job.payload for job in Job.select().where(Job.kind == "letter") if job.id.startswith(kind)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_up_and_off_in_every_language_without_any_cookie(house: House, language: str):
    code = public_page(house).code
    meeting(house, link="https://mote.eksempel.no/rom")
    client = house.browser()

    front = client.get(f"/n/{code}", headers={"Accept-Language": language})
    reply = send(client, f"/n/{code}/meeting?language={language}", signing_up())
    mine = client.get(reply.location)
    row = SignUp.get()
    off = client.post(reply.location)

    assert [200, 303, 200, 200] == [each.status_code for each in (front, reply, mine, off)]
    assert f'<html lang="{language}"' in mine.text
    assert "https://mote.eksempel.no/rom" in mine.text
    assert ("per@kommune.no", language, False) == (row.email, row.language, row.waiting)
    assert "https://mote.eksempel.no/rom" in letters("signed-up")[0]["text"]
    assert 0 == SignUp.select().count()
    for each in (front, reply, off):
        kept = [cookie for cookie in each.headers.getlist("Set-Cookie") if not cookie.startswith("language=")]
        assert [] == kept
        assert "no-referrer" == each.headers["Referrer-Policy"]


def test_the_same_address_counts_once_and_the_same_post_changes_nothing(house: House):
    code = public_page(house).code
    meeting(house)
    client = house.browser()
    page = client.get(f"/n/{code}/meeting").text
    fields = {"id": re.search(r'name="id" value="([^"]+)"', page)[1], **signing_up()}

    first, again = client.post(f"/n/{code}/meeting", data=fields), client.post(f"/n/{code}/meeting", data=fields)
    send(client, f"/n/{code}/meeting", signing_up("Per Olsen", "PER@kommune.no", antall="4"))

    rows = sign_ups(house.network)
    assert first.location == again.location
    assert [("Per Olsen", 4)] == [(row.answers["navn"], row.answers["antall"]) for row in rows]
    assert 2 == len(letters("signed-up"))


def test_after_the_last_day_one_waits_until_the_organizer_gives_a_place(house: House):
    code = public_page(house).code
    meeting(house, day=today() + timedelta(5), sign_up_by=today() - timedelta(1))
    client, organizer = house.browser(), Visitor(house.browser("organizer"))
    base = f"/networks/{house.network.id}/meeting"

    reply = send(client, f"/n/{code}/meeting", signing_up())
    listed = organizer.see(base)
    organizer.see(base)
    given = organizer.client.post(f"{base}/{SignUp.get().id}", data={"csrf_token": token(organizer), "place": "ja"})

    assert "venteliste" in client.get(reply.location).text or not SignUp.get().waiting
    assert "På venteliste" in listed
    assert 303 == given.status_code
    assert not SignUp.get().waiting
    assert ["Du har fått plass på informasjonsmøtet"] == [each["subject"] for each in letters("placed")]


def token(visitor: Visitor) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]


@pytest.mark.parametrize(("late", "status"), [("open", 303), ("waiting", 303), ("closed", 410)])
def test_the_organizer_decides_what_becomes_of_late_ones(house: House, late: str, status: int):
    code = public_page(house).code
    meeting(house, day=today() + timedelta(5), sign_up_by=today() - timedelta(1), late=late)

    reply = house.browser().post(f"/n/{code}/meeting", data=signing_up())

    assert status == reply.status_code
    assert (late != "closed") == SignUp.select().exists()


def test_everybody_is_reminded_once_the_day_before_and_forgotten_after_three_months(house: House):
    code = public_page(house).code
    day = today() + timedelta(10)
    meeting(house, day=day)
    client = house.browser()
    for name in ("per", "pia"):
        send(client, f"/n/{code}/meeting", signing_up(name.title(), f"{name}@kommune.no"))

    told = [remind_of_meetings(house.db, day - timedelta(ago)) for ago in (3, 1, 0)]
    reminded = letters("reminder")
    with time_machine.travel(now() + timedelta(10 + 100)):
        keep_house(house.db, now())

    assert [0, 2, 2] == told
    assert ["per@kommune.no", "pia@kommune.no"] == sorted(each["to"] for each in reminded)
    assert [] == sign_ups(house.network)


def test_the_calendar_has_the_moments_of_norway_and_finds_a_moved_meeting_again(house: House):
    code = public_page(house).code
    meeting(house, day=date(2027, 6, 1), begins="12.30", ends="14:00", place="Oslo")
    client = house.browser()

    before = Calendar.from_ical(client.get(f"/n/{code}/meeting.ics").data).walk("VEVENT")[0]
    meeting(house, day=date(2027, 11, 2), begins="9.00", ends="10.00")
    after = Calendar.from_ical(client.get(f"/n/{code}/meeting.ics").data).walk("VEVENT")[0]

    oslo = ZoneInfo("Europe/Oslo")
    assert datetime(2027, 6, 1, 12, 30, tzinfo=oslo) == before["dtstart"].dt
    assert datetime(2027, 11, 2, 9, 0, tzinfo=oslo) == after["dtstart"].dt
    assert (before["uid"], before["sequence"] + 1) == (after["uid"], after["sequence"])


def test_an_old_address_leads_nowhere_and_a_hidden_page_is_not_there(house: House):
    old, organizer = public_page(house).code, Visitor(house.browser("organizer"))
    client = house.browser()
    before = client.get(f"/n/{old}").status_code
    organizer.done(f"/networks/{house.network.id}/public", renew="ja")
    new = public_page(house).code

    assert (200, 404, 200) == (before, client.get(f"/n/{old}").status_code, client.get(f"/n/{new}").status_code)
    public_page(house, shown=False)
    assert 404 == client.get(f"/n/{new}").status_code


def test_many_posts_are_slowed_and_nothing_written_is_lost(house: House, monkeypatch: pytest.MonkeyPatch):
    code = public_page(house).code
    meeting(house)
    client = house.browser()
    monkeypatch.setattr(open_sheets.posting, "_tries", 1)

    first = send(client, f"/n/{code}/meeting", signing_up())
    slowed = send(client, f"/n/{code}/meeting", signing_up("Ola Nordmann", "ola@kommune.no"))

    assert (303, 429) == (first.status_code, slowed.status_code)
    assert "Retry-After" in slowed.headers
    assert 'value="Ola Nordmann"' in slowed.text
    assert "for mange forsøk" in slowed.text


def test_a_stranger_cannot_fill_a_mailbox(house: House):
    code = public_page(house).code
    meeting(house)
    client = house.browser()

    for _ in range(9):
        send(client, f"/n/{code}/meeting", signing_up(address="offer@kommune.no"))

    assert 5 == len(letters())


def test_nobody_guesses_anothers_sign_up(house: House):
    code = public_page(house).code
    meeting(house)
    client = house.browser()
    mine = send(client, f"/n/{code}/meeting", signing_up()).location

    row = SignUp.get()
    guesses = [f"/n/{code}/meeting/{row.id}", f"/n/{code}/meeting/{row.id}.{'0' * 32}", f"/n/{code}/meeting/{row.id}.å"]

    assert 200 == client.get(mine).status_code
    assert [404] * 3 == [client.get(each).status_code for each in guesses]
