"""A new hire whom a head of department registers without network has a mentor from the moment it is delivered."""

from datetime import date, timedelta

import pytest
from making_house import House, furnish

from fotfeste_server.named.mentoring import pair, recruit
from fotfeste_server.named.models import Device, Pairing, Record, Role
from fotfeste_server.named.networks import take_in
from fotfeste_server.named.settling import held, settle
from fotfeste_server.named.teams import form_team
from fotfeste_server.named.waves import contact_of
from fotfeste_shared.clock import now, today
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import About, Written, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content

from .test_pushing import deliver, fetch

ANSWERS = {
    "enhet": "Sykehjemmet, 2. etasje", "yrke": "vernepleier", "startdato": today().isoformat(),
    "mentor_avklart": (today() - timedelta(5)).isoformat(), "informert": "ja",
}  # fmt: skip


@pytest.fixture
def registered(house: House):
    """Writes registrations as the desktop client does; the same `pairing` and `record` for a later version."""

    def write(
        pairing: str, record: str, *, who: str = "head", parents=(), withdrawn=False, apart_of=None, only=None, **change
    ):
        given = {"team": house.team.id, "mentor": house.people["mentor"].id, **ANSWERS, **change}
        given = only or {code: answer for code, answer in given.items() if answer is not None}
        return write_revision(
            Content(
                rev=new_id(), record=record, form="kobling", form_version=2, about=About("pairing", pairing),
                author=house.people[who].id, saved_at=timestamp(now()), parents=parents, apart_of=apart_of,
                answers={} if withdrawn else given, withdrawn=withdrawn,
            )
        )  # fmt: skip

    return write


def outcome(house: House, who: str, *written: Written):
    return [(each.outcome, each.held) for each in deliver(house, who, *written)]


def test_it_makes_one_pairing_however_often_and_from_wherever_it_is_delivered(house: House, registered):
    pairing = new_id()
    written = registered(pairing, new_id())

    assert [("stored", None)] == outcome(house, "head", written)
    assert [("duplicate", None)] == outcome(house, "head", written)
    made = Pairing.get_by_id(pairing)
    facts = (made.unit, made.profession, made.started, made.mentor_id, made.team_id, made.participation_id, made.ended)
    who, where = house.people["mentor"].id, (house.team.id, house.participation.id)
    assert (ANSWERS["enhet"], "vernepleier", today(), who, *where, None) == facts
    assert 2 == Pairing.select().count()


def test_the_mentor_has_it_the_next_time_and_the_head_may_not_log_its_talks(house: House, registered):
    pairing = new_id()
    deliver(house, "head", registered(pairing, new_id()))

    assert {pairing: True, house.pairing.id: True} == {
        each.id: each.mine for each in fetch(house, "mentor").roster.pairings
    }
    assert {False} == {each.mine for each in fetch(house, "head").roster.pairings}


def test_only_a_head_of_department_is_offered_to_register_and_told_who_may_be_mentor(house: House):
    head, contact = fetch(house, "head").roster, fetch(house, "contact").roster

    assert [["kobling"]] == [team.begins for team in head.teams]
    assert [(house.people["mentor"].id, "Mentor")] == [(each.id, each.name) for each in head.mentors]
    assert ([[]], []) == ([team.begins for team in contact.teams], contact.mentors)


@pytest.mark.parametrize("change", [{"mentor": new_id()}, {"startdato": "2020-01-01"}, {"yrke": None}])
def test_what_is_wrong_makes_no_pairing_and_waits_where_organizers_see_it(house: House, registered, change):
    pairing, record = new_id(), new_id()

    assert [("stored", "outside_scope")] == outcome(house, "head", registered(pairing, record, **change))
    assert Pairing.get_or_none(Pairing.id == pairing) is None
    assert [record] == [line.record.id for line in held(house.scope("organizer"), house.network)]


def test_what_was_wrong_and_is_mended_makes_the_pairing(house: House, registered):
    pairing, record = new_id(), new_id()
    wrong = registered(pairing, record, startdato="2020-01-01")
    deliver(house, "head", wrong)

    assert [("stored", None)] == outcome(house, "head", registered(pairing, record, parents=(wrong.rev,)))
    assert today() == Pairing.get_by_id(pairing).started


def test_others_make_no_pairing_with_the_form(house: House, registered):
    elsewhere = form_team(house.db, house.participation, "Et annet team")

    assert [("stored", "outside_scope")] == outcome(house, "contact", registered(new_id(), new_id(), who="contact"))
    assert [("stored", "outside_scope")] == outcome(house, "head", registered(new_id(), new_id(), team=elsewhere.id))
    assert 1 == Pairing.select().count()


def accept(house: House, record: str, outcome="accepted") -> None:
    [line] = [line for line in held(house.scope("organizer"), house.network) if line.record.id == record]
    settle(house.db, house.scope("organizer"), house.network, line.rev, outcome)


def test_what_an_organizer_lets_count_makes_the_pairing_and_its_mentor_may_log_talks(house: House, registered):
    pairing, record = new_id(), new_id()
    deliver(house, "head", registered(pairing, record, startdato="2020-01-01"))

    accept(house, record)

    made = Pairing.get_by_id(pairing)
    assert (date(2020, 1, 1), house.team.id, None) == (made.started, made.team_id, made.ended)
    assert pairing in {each.id for each in fetch(house, "mentor").roster.pairings}


def test_what_an_organizer_sets_aside_makes_none(house: House, registered):
    pairing, record = new_id(), new_id()
    deliver(house, "head", registered(pairing, record, startdato="2020-01-01"))

    accept(house, record, "set_aside")

    assert not Pairing.select().where(Pairing.id == pairing).exists()


@pytest.mark.parametrize("change", [{"mentor": new_id()}, {"yrke": None}, {"enhet": " "}, {"startdato": "i dag"}])
def test_what_a_pairing_cannot_be_without_nobody_lets_count_and_it_still_waits(house: House, registered, change):
    pairing, record = new_id(), new_id()
    deliver(house, "head", registered(pairing, record, **change))

    with pytest.raises(Conflicting) as refused:
        accept(house, record)

    assert "Lag koblingen selv" in refused.value.sentence("nb")
    assert not Pairing.select().where(Pairing.id == pairing).exists()
    assert [record] == [line.record.id for line in held(house.scope("organizer"), house.network)]


def test_what_came_from_a_computer_that_was_turned_off_makes_its_pairing_when_an_organizer_says_so(house, registered):
    house.device("head")
    Device.update(state="drain_only").execute()
    house.devices["head"].device.state = "drain_only"
    pairing, record = new_id(), new_id()
    deliver(house, "head", registered(pairing, record))

    accept(house, record)

    assert ANSWERS["enhet"] == Pairing.get_by_id(pairing).unit


def test_a_pairing_of_another_network_is_changed_by_nobody_here(house: House, registered):
    elsewhere = furnish(house.app, "Nord", "5501")
    deliver(house, "head", registered(elsewhere.pairing.id, record := new_id()))
    Record.update(network=house.network.id).where(Record.id == record).execute()

    with pytest.raises(Conflicting):
        accept(house, record)

    assert elsewhere.people["mentor"].id == Pairing.get_by_id(elsewhere.pairing.id).mentor_id


def test_a_recruited_mentor_may_be_chosen_but_not_one_who_is_another_municipalitys(house: House):
    fresh = recruit(house.db, house.network, name="Ny", email="ny@eksempel.no", finished=today())
    theirs = recruit(house.db, house.network, name="Deres", email="deres@eksempel.no")
    other = take_in(house.db, house.network, "1101")
    pair(house.db, other, unit="Hjemmetjenesten", profession="sykepleier", started=today(), mentor_name="Deres",
         mentor_email=theirs.email)  # fmt: skip

    assert [("Mentor", house.people["mentor"].id), ("Ny", fresh.id)] == [
        (each.name, each.id) for each in fetch(house, "head").roster.mentors
    ]


def test_a_pairing_that_is_there_is_not_taken_over(house: House, registered):
    Pairing.update(team=None).where(Pairing.id == house.pairing.id).execute()

    assert [("stored", "outside_scope")] == outcome(house, "head", registered(house.pairing.id, new_id()))
    assert "Sykehjemmet" == Pairing.get_by_id(house.pairing.id).unit


def test_a_computer_that_was_turned_off_makes_no_pairing(house: House, registered):
    house.device("head")
    Device.update(state="drain_only").execute()
    house.devices["head"].device.state = "drain_only"

    assert [("stored", "drain_only")] == outcome(house, "head", registered(new_id(), new_id()))
    assert 1 == Pairing.select().count()


def test_the_pairing_follows_what_is_written_later_on_the_same_record(house: House, registered):
    pairing, record = new_id(), new_id()
    first = registered(pairing, record)
    deliver(house, "head", first)
    ended = {"enhet": "Sykehjemmet, 3. etasje", "slutt": "fullfort", "sluttdato": today().isoformat()}
    second = registered(pairing, record, parents=(first.rev,), **ended)
    deliver(house, "head", second)

    made = Pairing.get_by_id(pairing)
    assert ("Sykehjemmet, 3. etasje", today(), "fullfort") == (made.unit, made.ended, made.reason)
    deliver(house, "head", registered(pairing, record, parents=(second.rev,)))
    assert "fullfort" == Pairing.get_by_id(pairing).reason


def test_a_registration_that_is_taken_back_ends_its_pairing(house: House, registered):
    pairing, record = new_id(), new_id()
    first = registered(pairing, record)
    deliver(house, "head", first, registered(pairing, record, parents=(first.rev,), withdrawn=True))

    made = Pairing.get_by_id(pairing)
    assert (today(), "avbrutt") == (made.ended, made.reason)


def test_another_mentor_may_take_over_and_log_talks(house: House, registered):
    pairing, record = new_id(), new_id()
    first = registered(pairing, record)
    deliver(house, "head", first)
    colleague = house.people["head"]
    Pairing.update(mentor=colleague.id).where(Pairing.id == house.pairing.id).execute()
    deliver(house, "head", registered(pairing, record, parents=(first.rev,), mentor=colleague.id))

    assert colleague.id == Pairing.get_by_id(pairing).mentor_id
    assert Role.select().where((Role.person == colleague.id) & (Role.role == "mentor")).exists()


@pytest.mark.parametrize(
    ("typed", "held_as", "reached_at"), [("91234567", None, "+4791234567"), ("på jobb", "invalid", None)]
)
def test_the_way_to_reach_the_new_hire_is_kept_apart_with_the_pairing(
    house: House, registered, typed, held_as, reached_at
):
    pairing, record = new_id(), new_id()
    contact = registered(pairing, new_id(), apart_of=record, only={"kontakt": typed})

    assert [("stored", None), ("stored", held_as)] == outcome(house, "head", registered(pairing, record), contact)
    assert {house.network.id} == {each.network_id for each in Record.select().where(Record.about_id == pairing)}
    found = contact_of(Pairing.get_by_id(pairing))
    assert reached_at == (found.address if found else None)
