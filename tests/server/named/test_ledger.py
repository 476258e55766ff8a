"""A form handed in on a page is judged, kept once, and parted from what must be erasable by itself."""

from dataclasses import replace

import pytest
from making_house import REPORT, House, session_log
from msgspec.structs import replace as replace_content

from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.history import leaves_of
from fotfeste_server.named.ledger import Ledger, current, newest_apart, revisions_of
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Record, Revision
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.teams import form_team, seat
from fotfeste_shared.clock import now, today
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Conflicting, Forbidden, Invalid
from fotfeste_shared.revisions import derived_id, in_conflict, new_id, read_revision, timestamp, write_revision

CONTACT_OF_A_HIRE = "ny@eksempel.no"


def ledger(house: House, who: str, record: Record | None = None, parents: tuple[str, ...] = ()) -> Ledger:
    return Ledger(house.db, house.service.writer, house.scope(who), record or house.report(), parents)


def pairing_form(house: House) -> Filled:
    answers = {
        "team": house.team.id, "enhet": "Sykehjemmet", "yrke": "sykepleier", "startdato": today().isoformat(),
        "mentor": house.people["mentor"].id, "mentor_avklart": today().isoformat(), "informert": "ja",
        "kontakt": CONTACT_OF_A_HIRE,
    }  # fmt: skip
    return Filled("kobling", published("kobling").version, answers, new_id())


def test_the_same_form_twice_is_known_with_the_first_receipt(house: House):
    filled = Filled("statusrapport", 1, REPORT, new_id())

    first = ledger(house, "contact").receive(filled)
    again = ledger(house, "contact").receive(filled)

    assert ("kept", "known") == (first.outcome, again.outcome)
    assert first.code == again.code
    assert 1 == Revision.select().count()


def test_another_content_or_another_persons_repeat_is_refused(house: House):
    filled = Filled("statusrapport", 1, REPORT, new_id())
    ledger(house, "contact").receive(filled)

    with pytest.raises(Conflicting):
        ledger(house, "contact").receive(replace(filled, answers={**REPORT, "framdrift": 25}))
    with pytest.raises(Conflicting):
        ledger(house, "advisor").receive(filled)


def test_what_the_judge_refuses_is_not_kept(house: House):
    bad = Filled("statusrapport", 1, {**REPORT, "framdrift": 7}, new_id())

    with pytest.raises(Invalid) as refused:
        ledger(house, "contact").receive(bad)

    assert {"framdrift"} == set(refused.value.questions)
    assert 0 == Revision.select().count()


def test_only_the_teams_contact_hands_in_its_report(two_houses: House):
    filled = Filled("statusrapport", 1, REPORT, new_id())

    for who in ("organizer", "advisor", "head", "mentor", "administrator"):
        with pytest.raises(Forbidden):
            ledger(two_houses, who).receive(filled)
    with pytest.raises(Forbidden):
        ledger(two_houses.elsewhere, "contact", two_houses.report()).receive(filled)
    assert "kept" == ledger(two_houses, "contact").receive(filled).outcome


def test_a_form_can_not_be_smuggled_into_another_forms_record(house: House):
    agreement = Record.get(Record.natural_key == f"avtale:{house.participation.id}")

    with pytest.raises(Forbidden):
        ledger(house, "contact", agreement).receive(Filled("statusrapport", 1, REPORT, new_id()))


def test_two_who_saw_the_same_leaf_make_a_conflict_that_a_page_settles(house: House):
    first = Filled("statusrapport", 1, REPORT, new_id())
    ledger(house, "contact").receive(first)
    for step in (25, 30):
        again = Filled("statusrapport", 1, {**REPORT, "framdrift": step}, new_id())
        ledger(house, "contact", parents=(first.id,)).receive(again)
    record = house.report().id

    assert in_conflict(revisions_of(record))
    seen = tuple(leaves_of(record))
    last = Filled("statusrapport", 1, {**REPORT, "framdrift": 35}, new_id())
    ledger(house, "contact", parents=seen).receive(last)

    assert [last.id] == leaves_of(record)
    assert 35 == current(record).answers["framdrift"]


def test_how_to_reach_a_new_hire_is_kept_apart_and_read_by_its_writer_only(house: House):
    filled = pairing_form(house)
    record = Record(id="", form="kobling", about_kind="pairing", about_id=house.pairing.id)

    ledger(house, "head", record).receive(filled)
    repeat = ledger(house, "head", record).receive(filled)

    main = Revision.get(Revision.rev == filled.id)
    apart = Revision.get(Revision.rev == derived_id("apart", filled.id))
    assert "known" == repeat.outcome
    assert 2 == Revision.select().count()
    assert CONTACT_OF_A_HIRE not in main.text
    assert {"kontakt": CONTACT_OF_A_HIRE} == read_revision(apart.text).answers
    assert main.record_id == apart.record.apart_of
    readers = {who for who in house.people if apart.record_id in {each.id for each in house.scope(who).records()}}
    assert {"head"} == readers


def test_who_takes_a_registration_back_takes_back_what_is_kept_apart_of_it(house: House):
    filled, rev = pairing_form(house), new_id()
    record = Record(id="", form="kobling", about_kind="pairing", about_id=house.pairing.id)
    ledger(house, "head", record).receive(filled)
    whole = Record.get_by_id(Revision.get(Revision.rev == filled.id).record_id)
    apart = Record.get(Record.apart_of == whole.id)
    assert CONTACT_OF_A_HIRE == current(apart.id).answers["kontakt"]

    withdrawing = ledger(house, "head", whole, tuple(leaves_of(whole.id)))
    assert ("kept", "known") == (withdrawing.withdraw(rev).outcome, withdrawing.withdraw(rev).outcome)

    assert (None, None) == (current(whole.id), current(apart.id))
    assert (1, {}) == (len(leaves_of(apart.id)), newest_apart(whole.id))
    assert 4 == Revision.select().count()


def test_what_another_has_kept_apart_goes_when_a_device_takes_the_record_back(house: House):
    filled = pairing_form(house)
    record = Record(id="", form="kobling", about_kind="pairing", about_id=house.pairing.id)
    ledger(house, "head", record).receive(filled)
    whole = read_revision(str(Revision.get(Revision.rev == filled.id).text))
    seat(house.db, house.team, "Kontakt", house.people["contact"].email, "avdelingsleder")
    theirs = replace_content(whole, rev=new_id(), author=house.people["contact"].id, saved_at=timestamp(now()))
    taken_back = replace_content(theirs, parents=(whole.rev,), answers={}, withdrawn=True)
    wish = house.push("contact", write_revision(taken_back))
    device = house.devices["contact"].device
    [reply] = house.service.writer.do(lambda: push_items(house.db, device, wish)).items

    apart = Record.get(Record.apart_of == whole.record)
    assert ("stored", None) == (reply.outcome, reply.held)
    assert (None, None) == (current(whole.record), current(apart.id))


def test_a_session_is_about_the_pairing_it_names(house: House):
    other = pair(
        house.db, house.participation, unit="Hjemmetjenesten", profession="sykepleier", started=today(),
        mentor_name="Mentor", mentor_email=house.people["mentor"].email,
    )  # fmt: skip
    record = Record(id="", form="mentorlogg", about_kind="pairing", about_id=house.pairing.id)
    answers = read_revision(session_log(house).text).answers

    with pytest.raises(Invalid) as refused:
        ledger(house, "mentor", record).receive(Filled("mentorlogg", 2, {**answers, "kobling": other.id}, new_id()))
    kept = ledger(house, "mentor", record).receive(Filled("mentorlogg", 2, answers, new_id()))

    assert {"kobling"} == set(refused.value.questions)
    assert "kept" == kept.outcome


def test_adding_a_team_or_a_gathering_opens_each_report_once(house: House):
    form_team(house.db, house.participation, "Team to")
    plan_gathering(house.db, house.network, starts=today())

    keys = [each.natural_key.partition(":")[0] for each in Record.select()]
    assert (4, 2) == (keys.count("statusrapport"), keys.count("sluttrapport_team"))
    assert len(keys) == len({each.natural_key for each in Record.select()})
