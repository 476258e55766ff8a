"""A mentor programme lasts: mentors are trained, talks rest, another mentor takes over, and only sums are told."""

from datetime import date, timedelta

import pytest
import time_machine
from making_house import House, close_app, furnish, open_app, session_log

from fotfeste_server.named.coverage import coverage, expected
from fotfeste_server.named.erasing import Erasures
from fotfeste_server.named.keeping_models import Gone, TalkSum
from fotfeste_server.named.kept_about import GONE, forget, kept_about
from fotfeste_server.named.ledger import current
from fotfeste_server.named.mentoring import end, go_on_after_all, mentors, pair, pauses, recruit, rest, take_over
from fotfeste_server.named.mentoring_models import MetLink, MetSum
from fotfeste_server.named.met import make_links, say_met
from fotfeste_server.named.models import Pairing, Person, Record, Revision
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.retention import last_day, let_go_of, outlook
from fotfeste_shared.clock import today
from fotfeste_shared.problems import Conflicting, Invalid, NotFound
from fotfeste_shared.talks import plan


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path, "")
    house = furnish(app)
    house.folder = tmp_path
    yield house
    close_app(app)


def paired(house: House, number: int, started: date) -> Pairing:
    return pair(
        house.db, house.participation, unit=f"Avdeling {number}", profession="sykepleier", started=started,
        mentor_name=f"Mentor {number}", mentor_email=f"mentor{number}@eksempel.no",
    )  # fmt: skip


def logged(house: House, *, who="mentor"):
    push = house.push(who, session_log(house))
    house.service.writer.do(lambda: push_items(house.db, house.device(who).device, push))
    return Record.get(Record.form == "mentorlogg")


# --- mentors, times away, another mentor ----------------------------------------------------------------------


def test_a_mentor_is_noted_once_with_course_and_room(house):
    for finished in (None, date(2026, 9, 1)):
        recruit(house.db, house.network, name="Ny Mentor", email="ny@eksempel.no", finished=finished, capacity=2)

    known = {each.person.email: each for each in mentors(house.scope("organizer"), house.network)}

    assert (date(2026, 9, 1), 2, 0, 2) == (
        known["ny@eksempel.no"].finished, known["ny@eksempel.no"].capacity, known["ny@eksempel.no"].active,
        known["ny@eksempel.no"].free,
    )  # fmt: skip
    assert (1, 0) == (known[house.people["mentor"].email].active, known[house.people["mentor"].email].free)
    with pytest.raises(Invalid):
        recruit(house.db, house.network, name="X", email="x@eksempel.no", capacity=10)


def test_talks_rest_while_somebody_is_away_and_go_on_when_that_is_taken_back(house):
    made = paired(house, 1, date(2026, 1, 5))
    days = expected(made)

    rest(house.db, made, days[4], days[6], "holiday")
    rest(house.db, made, days[4], days[6], "holiday")

    assert [*days[:4], *days[7:]] == expected(made)
    assert 17 == len(plan(made.started)) == len(days)
    go_on_after_all(house.db, made, pauses(made)[0].id)
    assert days == expected(made)
    with pytest.raises(Invalid):
        rest(house.db, made, days[1], days[0], "holiday")


def test_another_mentor_goes_on_with_the_plan_and_sees_none_of_the_talks(house):
    logged(house)
    old = house.pairing
    day = old.started + timedelta(days=40)

    new = take_over(house.db, old, day, name="Den Neste", email="neste@eksempel.no")
    again = take_over(house.db, old, day, name="Den Neste", email="neste@eksempel.no")

    old = Pairing.get_by_id(old.id)
    assert new.id == again.id
    assert ("byttet_mentor", day) == (old.reason, old.ended)
    assert sorted(plan(old.started)) == sorted({*expected(old), *expected(new)})
    house.people["next"] = new.mentor
    assert [new.id] == [each.id for each in house.scope("next").pairings()]
    assert not house.scope("next").records().where(Record.form == "mentorlogg").exists()
    assert house.scope("mentor").records().where(Record.form == "mentorlogg").exists()


def test_who_takes_over_is_another_one_and_not_before_the_first_day(house):
    here = {"name": "M", "email": house.people["mentor"].email}

    with pytest.raises(Invalid):
        take_over(house.db, house.pairing, house.pairing.started, **here)
    with pytest.raises(Invalid):
        take_over(house.db, house.pairing, house.pairing.started - timedelta(1), name="N", email="n@eksempel.no")
    assert Pairing.get_by_id(house.pairing.id).ended is None


# --- what is told ---------------------------------------------------------------------------------------------


def told(house):
    return [(line.name, [(c.quarter, c.planned, c.held, c.met) for c in line.quarters], line.without)
            for line in coverage(house.scope("organizer"), house.network, date(2027, 4, 1))]  # fmt: skip


def test_fewer_than_five_pairings_are_never_told_and_do_not_follow_from_the_sum(house):
    Pairing.update(started=date(2027, 1, 4)).where(Pairing.id == house.pairing.id).execute()
    for number in range(3):
        paired(house, number, date(2027, 1, 4))
    few = told(house)
    paired(house, 3, date(2027, 1, 4))

    enough = told(house)

    assert {None} == {cover[1] for _, covers, _ in few for cover in covers}
    assert 1 == few[-1][2]
    planned = 5 * sum(day < date(2027, 4, 1) for day in plan(date(2027, 1, 4)))
    assert [("2027-Q1", planned, 0, None)] == enough[0][1] == enough[-1][1]


def test_the_quarter_that_runs_is_not_told(house):
    for number in range(5):
        paired(house, number, date(2027, 4, 5))

    assert all(cover[0] < "2027-Q2" for _, covers, _ in told(house) for cover in covers)


def test_a_hires_own_word_counts_once_a_week_and_keeps_no_day(house):
    links = make_links(house.db, house.participation, 5)

    with time_machine.travel("2027-02-02 12:00 +0100", tick=False):
        assert [True, False, True] == [say_met(house.db, token, today()) for token in (links[0], links[0], links[1])]
    with time_machine.travel("2027-02-09 12:00 +0100", tick=False):
        assert say_met(house.db, links[0], today())

    assert [("2027-Q1", 3)] == [(each.quarter, each.times) for each in MetSum.select()]
    assert {"2027-06", "2027-05", None} == {each.week for each in MetLink.select()}
    with pytest.raises(NotFound):
        say_met(house.db, "en annen", today())


# --- how long things are kept ---------------------------------------------------------------------------------


def test_a_talk_goes_thirteen_months_after_the_first_day_and_its_sum_stays(house):
    record = logged(house)
    goes, erasures = last_day(record), Erasures(house.folder / "erased.jsonl")
    day = date.fromisoformat(current(record.id).answers["dato"])

    assert 0 == let_go_of(house.db, erasures, goes)
    seen = {each.form: each for each in outlook(house.network, goes - timedelta(days=20))}
    after = goes + timedelta(days=1)
    assert (1, 1, after) == (seen["mentorlogg"].kept, seen["mentorlogg"].soon, seen["mentorlogg"].next_day)
    assert [1, 0] == [let_go_of(house.db, erasures, after) for _ in range(2)]

    assert [None] == [each.text for each in Revision.select().where(Revision.record == record.id)]
    assert [(f"{day.year}-Q{(day.month + 2) // 3}", 1)] == [(each.quarter, each.talks) for each in TalkSum.select()]
    assert [("mentorlogg", 1)] == [(each.form, each.count) for each in Gone.select()]


def test_a_round_that_was_cut_off_after_counting_erases_and_does_not_count_again(house, monkeypatch):
    record = logged(house)
    erasures, after = Erasures(house.folder / "erased.jsonl"), last_day(record) + timedelta(days=1)

    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("fotfeste_server.named.retention.erase_all", cut)
        with pytest.raises(KeyboardInterrupt):
            let_go_of(house.db, erasures, after)
    let_go_of(house.db, erasures, after)

    assert [1] == [each.talks for each in TalkSum.select()]
    assert [1] == [each.count for each in Gone.select()]
    assert [None] == [each.text for each in Revision.select().where(Revision.record == record.id)]


def test_what_goes_to_the_archive_is_kept(house):
    assert last_day(house.report()) is None


def test_a_person_sees_all_that_is_kept_about_them_and_can_be_forgotten(house):
    logged(house)
    mentor, erasures = house.people["mentor"], Erasures(house.folder / "erased.jsonl")
    kept = kept_about(mentor, "nb")
    with pytest.raises(Conflicting):
        forget(house.db, erasures, mentor)

    end(house.db, house.pairing, today(), "sluttet_stilling")
    count = forget(house.db, erasures, mentor)

    assert (mentor.email, ["mentorlogg"], 1) == (kept.email, [each.form for each in kept.handed_in], len(kept.devices))
    assert 1 == count
    gone = Person.get_by_id(mentor.id)
    assert (GONE, None) == (gone.name, gone.phone)
    assert mentor.email not in gone.email
    left = kept_about(gone, "nb")
    assert ([], [], []) == (left.roles, left.handed_in, [each.name for each in left.devices if each.name != "–"])
