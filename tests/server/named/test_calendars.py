"""A calendar that follows the network: read back with a calendar library, in winter time and in summer time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from making_house import House, close_app, furnish, open_app

from fotfeste_server.named.attending import open_sign_up
from fotfeste_server.named.calendars import address_of, calendar_behind, calendar_of, renew, written
from fotfeste_server.named.gathering_models import Calendar as Kept
from fotfeste_server.named.models import Gathering, Member, Role
from fotfeste_shared.problems import NotFound

HOME = "https://fotfeste.example"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    house = furnish(app)
    change(house, starts=date(2027, 4, 13), ends=date(2027, 4, 14), reports_due=date(2027, 3, 28), place="Arendal")
    yield house
    close_app(app)


def change(house: House, **wish) -> None:
    Gathering.update(**wish).where(Gathering.id == house.gathering.id).execute()
    house.gathering = Gathering.get_by_id(house.gathering.id)


def address(house: House, who: str) -> str:
    calendar = calendar_of(house.db, house.scope(who), house.network)
    return address_of(house.service.secret, calendar)


def followed(house: House, who: str) -> dict[str, object]:
    """What a program that follows the address reads, by the lasting names of its lines."""
    reply = house.browser().get(f"/calendar/{address(house, who)}.ics")
    assert (200, "text/calendar; charset=utf-8") == (reply.status_code, reply.content_type)
    events = Calendar.from_ical(reply.data).walk("VEVENT")
    assert len(events) == len({str(event["UID"]) for event in events})
    return {str(event["UID"]).removesuffix("@fotfeste"): event for event in events}


def test_a_gathering_is_whole_days_and_keeps_its_name_when_it_is_moved_or_called_off(house: House):
    name = f"gathering-{house.gathering.id}"
    first = followed(house, "head")[name]
    change(house, starts=date(2027, 5, 4), ends=date(2027, 5, 5), changes=1)
    moved = followed(house, "head")[name]
    change(house, cancelled_on=date(2027, 4, 1), changes=2)
    called_off = followed(house, "head")[name]

    assert (date(2027, 4, 13), date(2027, 4, 15), "Arendal") == (
        first.decoded("DTSTART"), first.decoded("DTEND"), str(first["LOCATION"]),
    )  # fmt: skip
    assert (date(2027, 5, 4), date(2027, 5, 6)) == (moved.decoded("DTSTART"), moved.decoded("DTEND"))
    assert [0, 1, 2] == [event["SEQUENCE"] for event in (first, moved, called_off)]
    assert ["CONFIRMED", "CONFIRMED", "CANCELLED"] == [str(e["STATUS"]) for e in (first, moved, called_off)]


def test_a_deadline_ends_at_midnight_in_norway_also_on_the_night_that_clocks_are_turned(house: House):
    def ends(due: date) -> datetime:
        change(house, reports_due=due)
        return followed(house, "contact")[f"record-{house.report().id}"].decoded("DTEND")

    winter, turned, summer = (ends(date(2027, 3, day)) for day in (27, 28, 29))

    assert datetime(2027, 3, 27, 23, tzinfo=UTC) == winter
    assert datetime(2027, 3, 28, 22, tzinfo=UTC) == turned
    assert datetime(2027, 3, 29, 22, tzinfo=UTC) == summer


def test_everybody_follows_their_own_deadlines(house: House):
    open_sign_up(house.db, house.gathering, house.gathering.starts - timedelta(21))
    house.gathering = Gathering.get_by_id(house.gathering.id)
    seen = {who: set(followed(house, who)) for who in ("organizer", "contact", "head", "mentor")}
    meeting, reports = f"gathering-{house.gathering.id}", f"reports-{house.gathering.id}"

    assert {meeting, reports} == seen["organizer"]
    assert {meeting} == seen["mentor"]
    assert f"record-{house.report().id}" in seen["contact"]
    assert 2 == len(seen["head"])
    english = house.people["head"]
    english.language = "en"
    english.save()
    assert "Deadline: Registration for a gathering – 1. Oppstart" in {
        str(event["SUMMARY"]) for event in followed(house, "head").values()
    }


def test_an_address_can_be_changed_and_says_nothing_once_its_person_is_out(house: House):
    old = address(house, "head")
    renew(house.db, house.scope("head"), house.network)
    new = address(house, "head")
    client = house.browser()

    assert 404 == client.get(f"/calendar/{old}.ics").status_code
    assert 200 == client.get(f"/calendar/{new}.ics").status_code
    Member.delete().where(Member.person == house.people["head"].id).execute()
    Role.delete().where(Role.person == house.people["head"].id).execute()
    assert 404 == client.get(f"/calendar/{new}.ics").status_code


def test_no_table_holds_the_address_and_a_guess_is_not_found(house: House):
    secret = address(house, "head")
    kept = Kept.get()

    assert secret[32:] not in repr(kept.__data__)
    for guess in ("", "x", "ø" * 64, secret[:-1], secret + "0", secret[:32] + "0" * 32):
        with pytest.raises(NotFound):
            calendar_behind(house.service.secret, guess)
    with pytest.raises(NotFound):
        calendar_behind(b"another house", secret)


def test_one_gathering_can_be_downloaded_and_a_letter_with_odd_signs_stays_one_line(house: House):
    change(house, theme="Mål; tiltak, og\\vei" + " videre" * 20)
    client = house.browser("mentor")

    reply = client.get(f"/gatherings/{house.gathering.id}/gathering.ics")

    event = Calendar.from_ical(reply.data).walk("VEVENT")[0]
    assert f"Samling 1. {house.gathering.theme}" == str(event["SUMMARY"])
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    assert written(calendar_of(house.db, house.scope("mentor"), house.network), HOME).startswith(b"BEGIN:VCALENDAR")
