"""Signing up for a gathering: everybody's own record, answers that are kept apart, and counts without names."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from making_house import House, close_app, furnish, open_app
from msgspec.structs import replace

from fotfeste_server.named.agenda import opened_for
from fotfeste_server.named.attending import attendees, deadline_of, invite_guest, open_sign_up, sign_up_of
from fotfeste_server.named.erasing import Erasures
from fotfeste_server.named.gathering_models import Arrangement
from fotfeste_server.named.ledger import Ledger, apart_now, current, newest_apart
from fotfeste_server.named.models import Gathering, Record, Revision
from fotfeste_server.named.needs import apart_of, counts, forget_needs, forget_on
from fotfeste_server.named.people import person_by_email
from fotfeste_server.named.presence import Ticked, come_in, present_at, read_ticks, take_ticks, tick, wall_code
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pulling import roster
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.teams import seat
from fotfeste_shared.clock import now, today
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Closed, Conflicting, Forbidden, Invalid
from fotfeste_shared.revisions import About, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content

COMES = {"deltar": "fysisk", "dager": ["dag1"], "overnatting": "kveld_for", "middag": "ja"}
NEEDS = {"mat": ["gluten", "annet"], "mat_annet": "Ikke persille", "tilrettelegging": "Teleslynge"}


def opened(app: Flask) -> House:
    house = furnish(app)
    open_sign_up(house.db, house.gathering, house.gathering.starts - timedelta(21))
    house.gathering = Gathering.get_by_id(house.gathering.id)
    return house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield opened(app)
    close_app(app)


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The same house on each kind of database, where one might do otherwise than the other."""
    app = open_app(tmp_path / "data", database_url)
    yield opened(app)
    close_app(app)


def signed_up(house: House, who: str, answers, *, by: str | None = None):
    record = sign_up_of(house.people[who], house.gathering)
    ledger = Ledger(house.db, house.service.writer, house.scope(by or who), record)
    return ledger.receive(filled(answers))


def filled(answers) -> Filled:
    return Filled("pamelding_samling", published("pamelding_samling").version, answers, new_id())


def state_of(house: House, who: str) -> str:
    return next(each.state for each in attendees(house.gathering) if each.person.id == house.people[who].id)


def test_each_member_has_one_record_of_their_own_and_new_members_get_theirs(anywhere: House):
    house = anywhere
    open_sign_up(house.db, house.gathering, deadline_of(house.gathering))
    late = seat(house.db, house.team, "Sen", "sen@eksempel.no", "mentor").person

    records = list(Record.select().where(Record.form == "pamelding_samling"))
    assert {house.people["contact"].id, house.people["head"].id, late.id} == {each.about_id for each in records}
    assert 3 == len(records)
    tasks = [task for task in opened_for(house.scope("head"), "web", "nb") if task.record.form == "pamelding_samling"]
    assert [(house.people["head"].id, house.gathering.starts - timedelta(21))] == [
        (task.record.about_id, task.due) for task in tasks
    ]


def test_a_contact_answers_for_their_own_team_and_for_nobody_else(house: House):
    elsewhere = furnish(house.app, "Nord", "5501")
    open_sign_up(house.db, elsewhere.gathering, elsewhere.gathering.starts)

    signed_up(house, "head", COMES, by="contact")

    assert "coming" == state_of(house, "head")
    theirs = sign_up_of(elsewhere.people["head"], elsewhere.gathering)
    with pytest.raises(Forbidden):
        Ledger(house.db, house.service.writer, house.scope("contact"), theirs).receive(filled(COMES))
    own = set(house.scope("contact").records().where(Record.form == "pamelding_samling"))
    assert {sign_up_of(house.people[who], house.gathering) for who in ("contact", "head")} == own


def test_what_somebody_needs_is_read_by_nobody_else_and_counted_without_names(anywhere: House):
    house = anywhere
    signed_up(house, "head", COMES | NEEDS)
    signed_up(house, "contact", COMES)
    record = sign_up_of(house.people["head"], house.gathering)
    readers = {who for who in house.people if apart_now(house.scope(who), record.id)}

    assert {"head"} == readers
    assert not set(NEEDS) & set(current(record.id).answers)
    found = counts(house.gathering)
    assert (2, {house.gathering.starts: 2}, 2) == (found.states["coming"], found.nights, found.dinners)
    assert ({"gluten": 1, "annet": 1}, ("Ikke persille",), ("Teleslynge",)) == (
        found.diets, found.kitchen, found.arrangements,
    )  # fmt: skip


def test_a_bed_is_counted_for_every_night_that_somebody_stays(house: House):
    Gathering.update(ends=house.gathering.starts + timedelta(1)).where(Gathering.id == house.gathering.id).execute()
    house.gathering = Gathering.get_by_id(house.gathering.id)
    signed_up(house, "head", COMES)
    signed_up(house, "contact", COMES | {"overnatting": "ja"})

    assert {house.gathering.starts: 1, house.gathering.ends: 2} == counts(house.gathering).nights


def test_the_last_word_on_needs_counts_also_when_it_is_that_there_are_none(house: House):
    record = sign_up_of(house.people["head"], house.gathering)
    signed_up(house, "head", COMES | NEEDS)
    signed_up(house, "head", COMES | NEEDS | {"middag": "ja"})
    parts = Record.select().where(Record.apart_of == record.id).count()
    signed_up(house, "head", COMES, by="contact")  # who does not see them, and so cannot mean to take them away
    kept = newest_apart(record.id)
    signed_up(house, "head", COMES)

    assert (1, NEEDS) == (parts, kept)
    assert {} == newest_apart(record.id)


def test_a_sign_up_filled_in_without_network_is_taken_in_with_what_is_kept_apart(house: House):
    record, person = sign_up_of(house.people["head"], house.gathering), house.people["head"]
    line = next(line for line in roster(house.scope("head")).records if line.id == record.id)
    main = Content(
        rev=new_id(), record=record.id, form=record.form, form_version=published(record.form).version,
        about=About("person", person.id), author=person.id, saved_at=timestamp(now()), answers=COMES,
    )  # fmt: skip
    apart = replace(main, rev=new_id(), record=new_id(), answers=NEEDS, apart_of=record.id)
    push = house.push("head", write_revision(main), write_revision(apart))

    told = house.service.writer.do(lambda: push_items(house.db, house.devices["head"].device, push))

    assert [("stored", None)] * 2 == [(item.outcome, item.held) for item in told.items]
    assert ["fysisk", "nei", "vara"] == line.choices["deltar"]
    assert ("coming", NEEDS) == (state_of(house, "head"), newest_apart(record.id))


def test_needs_are_erased_two_weeks_after_the_gathering_and_the_rest_stays(anywhere: House):
    house = anywhere
    signed_up(house, "head", COMES | NEEDS)
    record, erasures = sign_up_of(house.people["head"], house.gathering), Erasures(house.service.config.erasures)
    over = house.gathering.ends + timedelta(14)

    assert over == forget_on(house.gathering)
    assert 0 == forget_needs(house.db, erasures, over - timedelta(1))
    assert (1, 0) == (forget_needs(house.db, erasures, over), forget_needs(house.db, erasures, over))
    assert ([], {}) == (apart_of(house.gathering), newest_apart(record.id))
    assert "fysisk" == current(record.id).answers["deltar"]
    assert not Revision.select().where(Revision.text.contains("persille")).exists()
    assert (1, over) == (Arrangement.get().forgotten, Arrangement.get().forgotten_on)


def test_nobody_signs_up_for_what_the_gathering_does_not_offer(house: House):
    in_a_room_for_a_day = {"deltar": "digitalt", "dager": ["dag2"], "overnatting": "ja"}
    refused = {each for each, answer in in_a_room_for_a_day.items() if each in complaints(house, {each: answer})}
    Gathering.update(digital=True).where(Gathering.id == house.gathering.id).execute()

    assert set(in_a_room_for_a_day) == refused
    assert "deltar" in complaints(house, {"deltar": "fysisk"})
    assert "kept" == signed_up(house, "head", {"deltar": "digitalt"}).outcome


def complaints(house: House, change) -> set[str]:
    with pytest.raises(Invalid) as told:
        signed_up(house, "head", COMES | change)
    return set(told.value.questions)


def test_what_comes_after_the_deadline_is_taken_in_and_marked(house: House):
    Gathering.update(sign_up_by=today() - timedelta(1)).where(Gathering.id == house.gathering.id).execute()
    house.gathering = Gathering.get_by_id(house.gathering.id)
    signed_up(house, "head", COMES)

    assert [("Leder", True)] == [(each.person.name, each.late) for each in attendees(house.gathering) if each.comes]


def test_guests_sign_up_like_members_once_sign_up_is_open(house: House):
    guest = invite_guest(house.db, house.gathering, "Innleder", "Innleder@eksempel.no")
    invite_guest(house.db, house.gathering, "Innleder", "innleder@eksempel.no", instead_of=house.people["head"])
    Arrangement.update(opened=None).execute()

    assert [("Innleder", True, None)] == [
        (each.person.name, each.guest, each.instead_of)
        for each in attendees(house.gathering) if each.person.id == guest.id
    ]  # fmt: skip
    with pytest.raises(Conflicting):
        invite_guest(house.db, house.gathering, "For tidlig", "tidlig@eksempel.no")


def test_a_sign_up_cannot_close_after_the_first_day(house: House):
    with pytest.raises(Invalid):
        open_sign_up(house.db, house.gathering, house.gathering.starts + timedelta(1))


# --- who was there -------------------------------------------------------------------------------------


def made(house: House, who: str, *, here: bool = True, ago: int = 0) -> Ticked:
    return Ticked(new_id(), house.people[who].id, here=here, at=now() - timedelta(minutes=ago))


def test_a_tick_is_kept_once_and_the_last_word_on_a_person_counts(anywhere: House):
    house = anywhere
    organizer = house.people["organizer"]
    first, second, third = made(house, "head", ago=9), made(house, "head", here=False, ago=5), made(house, "contact")

    taken = [take_ticks(house.db, house.gathering, [second, third], organizer) for _ in range(2)]
    late = take_ticks(house.db, house.gathering, [first, second], organizer)

    assert ([2, 0], 1) == (taken, late)
    assert {house.people["contact"].id} == present_at(house.gathering)


def test_only_those_on_the_list_are_ticked_and_a_fast_clock_does_not_win(house: House):
    organizer, stranger = house.people["organizer"], person_by_email(house.db, "x@eksempel.no", "Fremmed")
    fast = Ticked(new_id(), house.people["head"].id, here=True, at=now() + timedelta(days=3))
    wrong = [Ticked(new_id(), stranger.id, here=True, at=now()), Ticked("x", house.people["head"].id, True, now())]

    assert 0 == take_ticks(house.db, house.gathering, wrong, organizer)
    assert 1 == take_ticks(house.db, house.gathering, [fast], organizer)
    tick(house.db, house.gathering, set(), organizer)
    assert set() == present_at(house.gathering)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'[{"id":"x"}]', b"\xff", b'[{"id":"a","person":"b","here":1}]'])
def test_a_list_that_cannot_be_read_is_refused_as_a_whole(body: bytes):
    with pytest.raises(Invalid):
        read_ticks(body)


def test_the_code_on_the_wall_works_on_the_days_of_the_gathering_for_those_on_its_list(house: House):
    code = wall_code(house.db, house.gathering)

    with pytest.raises(Closed):
        come_in(house.db, code, house.people["head"])
    on_the_day(house, today())
    come_in(house.db, code, house.people["head"])
    come_in(house.db, code, house.people["head"])

    assert {house.people["head"].id} == present_at(house.gathering)
    with pytest.raises(Closed):
        come_in(house.db, code, house.people["advisor"])


def on_the_day(house: House, day: date) -> None:
    Gathering.update(starts=day, ends=day).where(Gathering.id == house.gathering.id).execute()
