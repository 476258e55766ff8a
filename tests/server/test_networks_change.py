"""Networks are shaped and change: settings, working group, gatherings that move, places and people that leave."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from making_house import REPORT, House, close_app, furnish, open_app
from making_registration import public_page, send, sheet
from server.test_organizers import Visitor

from fotfeste_server.jobs import Job
from fotfeste_server.named.agenda import opened_for
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.history import leaves_of
from fotfeste_server.named.ledger import Ledger, current
from fotfeste_server.named.models import (
    Gathering,
    Member,
    Network,
    Pairing,
    Participation,
    Person,
    Record,
    Role,
    Team,
)
from fotfeste_server.named.networks import found_network, leave_network
from fotfeste_server.named.pulling import roster
from fotfeste_server.named.reforming import counted_as_before
from fotfeste_server.named.reporting import reports
from fotfeste_server.named.teams import form_team, members_of, mend_address, seat, unseat
from fotfeste_server.named.waves import waves
from fotfeste_server.named.working_group import working_group
from fotfeste_shared.clock import today
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import new_id
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def organizer(house: House) -> Visitor:
    return Visitor(house.browser("organizer"))


def hand_in(house: House, record: Record) -> str:
    filled = Filled("statusrapport", 1, REPORT, new_id())
    Ledger(house.db, house.service.writer, house.scope("contact"), record, tuple(leaves_of(record.id))).receive(filled)
    return filled.id


# --- settings and working group --------------------------------------------------------------------------------


def test_settings_say_when_things_are_due_and_whom_municipalities_choose_among(house: House, organizer: Visitor):
    base = f"/networks/{house.network.id}"
    fields = {
        "name": "Nettverk Nordland", "theme": "Mentor", "starts": house.network.starts, "ends": house.network.ends,
        "professions": ["sykepleier", "helsefagarbeider"], "fewest": 3, "most": 5, "report_days": 10,
        "sign_up_days": 30,
    }  # fmt: skip
    refused = organizer.send(f"{base}/settings", **{**fields, "most": 2, "report_days": 91})
    organizer.done(f"{base}/settings", **fields)
    organizer.done(f"{base}/gatherings", starts=today() + timedelta(100), theme="Neste")

    made = Gathering.get(Gathering.theme == "Neste")
    page = house.browser().get(f"/n/{public_page(house).code}/register").text
    assert 422 == refused.status_code
    assert (made.starts - timedelta(10), made.starts - timedelta(30)) == (made.reports_due, made.sign_up_by)
    assert "Nettverk Nordland" == Network.get_by_id(house.network.id).name
    assert ["sykepleier", "helsefagarbeider"] == re.findall(r'name="a.malgrupper" value="(\w+)"', page)


def test_everybody_in_the_network_sees_whom_to_ask_and_only_organizers_change_it(house: House, organizer: Visitor):
    address = f"/networks/{house.network.id}/group"
    fields = {"name": "Uma Uttal", "email": "uma@eksempel.no", "role": "advisor", "words": "USHT"}
    fields |= {"phone": "912 34 567"}
    refused = organizer.send(address, **{**fields, "phone": "12"})
    organizer.done(address, **fields)
    organizer.done(address, **{**fields, "words": "Leder arbeidsgruppa"})

    seen = Visitor(house.browser("mentor")).see(address)
    stranger = house.browser("contact").post(address, data=fields)
    uma = Person.get(Person.email == "uma@eksempel.no")
    last = organizer.send(f"{address}/{house.people['organizer'].id}/leave")
    busy = organizer.send(f"{address}/{house.people['advisor'].id}/leave")
    organizer.done(f"{address}/{uma.id}/leave")

    assert 422 == refused.status_code
    assert "Leder arbeidsgruppa" in seen
    assert "91234567" in seen
    assert stranger.status_code in (400, 403)
    assert "Nettverket må ha minst én arrangør." in last.text
    assert "Velg en annen veileder for teamene først." in busy.text
    assert ["Arrangør", "Veileder"] == [each.person.name for each in working_group(house.network)]


# --- gatherings ------------------------------------------------------------------------------------------------


def change(house: House) -> str:
    return f"/networks/{house.network.id}/gatherings/{house.gathering.id}/plan"


def as_it_is(organizer: Visitor, address: str) -> dict[str, str]:
    page = organizer.see(address)
    fields = re.findall(r'<input class="ds-input[^>]*name="(\w+)" value="([^"]*)"', page)
    return dict(fields)


def test_a_moved_gathering_takes_its_deadlines_along(house: House, organizer: Visitor):
    fields = as_it_is(organizer, change(house))
    day = house.gathering.starts + timedelta(7)
    organizer.done(change(house), **{**fields, "starts": day, "ends": day})

    moved = Gathering.get_by_id(house.gathering.id)
    assert (day, house.gathering.reports_due + timedelta(7), 1) == (moved.starts, moved.reports_due, moved.changes)


def test_moving_after_people_have_written_says_whom_it_concerns_and_loses_nothing(house: House, organizer: Visitor):
    rev = hand_in(house, house.report())
    fields = as_it_is(organizer, change(house))
    day = house.gathering.starts + timedelta(7)

    asked = organizer.send(change(house), **{**fields, "starts": day, "ends": day, "place": "Bodø"})
    unmoved = Gathering.get_by_id(house.gathering.id)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    done = organizer.client.post(change(house), data=hidden)

    moved = Gathering.get_by_id(house.gathering.id)
    assert "Leverte statusrapporter: 1." in asked.text
    assert (200, house.gathering.starts) == (asked.status_code, unmoved.starts)
    assert (303, day, "Bodø") == (done.status_code, moved.starts, moved.place)
    assert rev == current(house.report().id).rev


def test_days_links_and_numbers_that_cannot_be_are_refused_beside_the_field(house: House, organizer: Visitor):
    plan_gathering(house.db, house.network, starts=house.gathering.starts + timedelta(90))
    fields = as_it_is(organizer, change(house))

    for slip in (
        {"ends": house.gathering.starts - timedelta(1)}, {"reports_due": house.gathering.starts + timedelta(1)},
        {"link": "javascript:alert(1)"}, {"link": "http://mote.no"}, {"number": 2}, {"number": 0},
        {"starts": "0001-01-01"},
    ):  # fmt: skip
        reply = organizer.send(change(house), **{**fields, **slip})
        assert (422, True) == (reply.status_code, 'id="error-summary"' in reply.text), slip
    assert 0 == Gathering.get_by_id(house.gathering.id).changes


def test_gatherings_are_numbered_by_their_days(house: House, organizer: Visitor):
    plan_gathering(house.db, house.network, starts=house.gathering.starts - timedelta(20), theme="Før")
    base = f"/networks/{house.network.id}/gatherings"
    assert "Numrene følger ikke dagene." in organizer.see(base)

    organizer.done(base, renumber="ja")

    assert ["Før", "Oppstart"] == [each.theme for each in Gathering.select().order_by(Gathering.number)]
    assert "Numrene følger ikke dagene." not in organizer.see(base)


def test_a_cancelled_gathering_asks_for_nothing_and_may_be_held_after_all(house: House, organizer: Visitor):
    address = change(house).replace("/plan", "/cancel")
    organizer.done(change(house).replace("/plan", "/plan"), **as_it_is(organizer, change(house)))
    token = re.search(r'name="csrf_token" value="([^"]+)"', organizer.see(change(house)))[1]
    before = [task.record.form for task in opened_for(house.scope("contact"), "web", "nb")]

    organizer.client.post(address, data={"csrf_token": token, "cancel": "ja"})
    cancelled = [task.record.form for task in opened_for(house.scope("contact"), "web", "nb")]
    shown = organizer.see(f"/networks/{house.network.id}")
    organizer.client.post(address, data={"csrf_token": token, "hold": "ja"})

    assert "statusrapport" in before
    assert "statusrapport" not in cancelled
    assert "Avlyst" in shown
    assert before == [task.record.form for task in opened_for(house.scope("contact"), "web", "nb")]


def test_a_gathering_that_somebody_has_written_for_is_never_struck_out(house: House, organizer: Visitor):
    address = change(house).replace("/plan", "/cancel")
    token = re.search(r'name="csrf_token" value="([^"]+)"', organizer.see(change(house)))[1]
    empty = plan_gathering(house.db, house.network, starts=today() + timedelta(200))
    hand_in(house, house.report())

    refused = organizer.client.post(address, data={"csrf_token": token, "strike": "ja"})
    other = address.replace(house.gathering.id, empty.id)
    gone = organizer.client.post(other, data={"csrf_token": token, "strike": "ja"})

    assert (422, 303) == (refused.status_code, gone.status_code)
    assert "Avlys den i stedet." in refused.text
    assert [house.gathering.id] == [each.id for each in Gathering.select()]


def test_all_networks_are_added_up_with_what_is_missing_and_waiting(house: House, organizer: Visitor):
    person = house.people["organizer"]
    found_network(house.db, "Nettverk to", "", today(), today() + timedelta(10), planned_by=person)
    Gathering.update(reports_due=today() - timedelta(1)).where(Gathering.id == house.gathering.id).execute()
    send(house.browser(), f"/n/{public_page(house).code}/register", sheet())

    page = organizer.see("/networks")

    assert "2 nettverk pågår. Kommuner: 1. Team: 1." in page
    assert "1 mangler etter fristen" in page
    assert "Nye påmeldinger: 1" in page
    assert "Nye påmeldinger" not in Visitor(house.browser("contact")).see("/networks")


# --- places and people that leave ------------------------------------------------------------------------------


def test_a_municipality_that_leaves_is_asked_for_nothing_more_and_keeps_its_history(house: House, organizer: Visitor):
    rev = hand_in(house, house.report())
    address = f"/networks/{house.network.id}/municipalities/{house.participation.id}"
    turns = len(waves(house.network))
    refused = organizer.send(address, left_on=house.network.ends + timedelta(1))
    organizer.done(address, left_on=today())
    later = plan_gathering(house.db, house.network, starts=today() + timedelta(120))

    mine = house.scope("contact")
    asked = [task.record.id for task in opened_for(mine, "desktop", "nb")]
    assert 422 == refused.status_code
    assert turns > 0
    assert [] == waves(house.network)
    assert [] == asked == [record.id for record in roster(mine).records]
    assert rev == current(house.report().id).rev
    assert [] == list(reports(house.scope("organizer"), later))
    assert ["handed_in"] == [told.state for told in reports(house.scope("organizer"), house.gathering)]
    organizer.done(address, back="ja")
    assert Participation.get_by_id(house.participation.id).left_on is None
    assert Record.select().where((Record.gathering == later.id) & (Record.team == house.team.id)).exists()


def test_a_member_who_leaves_loses_access_at_once_and_what_they_wrote_stays(house: House, organizer: Visitor):
    rev, record = hand_in(house, house.report()), house.report()
    contact, base = house.browser("contact"), f"/teams/{house.team.id}/members"
    who = Member.get((Member.team == house.team.id) & (Member.person == house.people["contact"].id))
    before = contact.get(f"/teams/{house.team.id}").status_code

    organizer.done(f"{base}/{who.id}", leave="ja")
    page = organizer.see(base)

    assert (200, 404) == (before, contact.get(f"/teams/{house.team.id}").status_code)
    assert 404 == contact.get(f"/records/{record.id}").status_code
    assert (rev, house.people["contact"].id) == (current(record.id).rev, current(record.id).author)
    assert "Har vært med" in page
    assert "Ingen leverer for teamet. Velg en kontaktperson." in page
    seat(house.db, house.team, "Kontakt", house.people["contact"].email, "hr", contact=True)
    assert 200 == contact.get(f"/records/{record.id}", follow_redirects=True).status_code


def test_whoever_is_taken_out_while_writing_gets_their_words_back(house: House):
    contact, record = Visitor(house.browser("contact")), house.report()
    page = contact.see(f"/records/{record.id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    who = Member.get((Member.team == house.team.id) & (Member.person == house.people["contact"].id))
    written = "Vi har prøvd sjekklisten. " * 800

    unseat(house.db, who)
    fields = {"csrf_token": token, "a.kort": written}
    reply = contact.client.post(f"/records/{record.id}", data=fields)
    stranger = contact.client.post(f"/records/{record.id}", data=fields, headers={"Origin": "https://ond.no"})

    assert (404, True) == (reply.status_code, stranger.status_code >= 400)
    assert written.strip() in reply.text
    assert "Kopier det, og gi det til en i teamet." in reply.text
    assert written.strip() not in stranger.text
    assert current(record.id) is None


def test_a_seat_moves_to_the_address_that_was_meant_and_no_known_one_is_changed(house: House, organizer: Visitor):
    slip = seat(house.db, house.team, "Ola", "ola@komune.no", "hr", contact=True)
    base = f"/teams/{house.team.id}/members"

    organizer.done(f"{base}/{slip.id}", mend="ja", email="Ola@kommune.no")
    moved = Member.get_by_id(slip.id)
    taken = organizer.send(f"{base}/{slip.id}", mend="ja", email=house.people["head"].email)
    theirs = mend_address(house.db, moved, house.people["mentor"].email)

    assert ("ola@kommune.no", True) == (moved.person.email, moved.contact)
    assert not Person.select().where(Person.email == "ola@komune.no").exists()
    assert "Denne adressen er i teamet fra før." in taken.text
    assert house.people["mentor"].id == theirs.person_id
    assert [theirs.person_id] == [
        each.person_id for each in Role.select().where((Role.team == house.team.id) & (Role.role == "team_contact"))
    ]
    assert {"ola@kommune.no"} == {
        job.payload["to"] for job in Job.select().where(Job.id.startswith(f"welcome:{house.team.id}"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(house: House, organizer: Visitor, language: str):
    base, team = f"/networks/{house.network.id}", f"/teams/{house.team.id}/members"
    who, advisor = members_of(house.team)[0], house.people["advisor"]
    pages = [
        "/networks", f"{base}/settings", f"{base}/group", f"{base}/group/{advisor.id}/leave", f"{base}/municipalities",
        f"{base}/municipalities/{house.participation.id}", f"{base}/teams", f"{base}/gatherings", change(house),
        f"{base}/public", f"{base}/meeting", f"{base}/registrations", team, f"{team}/{who.id}",
        f"/agreements/{house.participation.id}",
    ]  # fmt: skip

    unseat(house.db, members_of(house.team)[1])
    leave_network(house.db, house.participation, today())
    for page in pages:
        assert f'<html lang="{language}"' in organizer.see(f"{page}?language={language}")


# --- the register of municipalities over time --------------------------------------------------------------------


def test_a_municipality_under_its_older_number_is_the_same_one_and_bears_its_name(house: House, organizer: Visitor):
    Participation.update(municipality="3014").where(Participation.id == house.participation.id).execute()
    base = f"/networks/{house.network.id}/municipalities"

    again = organizer.send(base, m__municipality="Indre Østfold", add="ja")
    page = organizer.see(f"{base}/{house.participation.id}")

    assert 422 == again.status_code
    assert "<h1>Indre Østfold</h1>" in page
    assert "3118 Indre Østfold (Østfold)" in page
    assert "Indre Østfold" in organizer.see(base)


def test_a_team_of_a_municipality_that_was_split_moves_with_its_reports_and_pairings(house: House, organizer: Visitor):
    Participation.update(municipality="1507").where(Participation.id == house.participation.id).execute()
    Pairing.update(team=house.team.id).execute()
    rev, base = hand_in(house, house.report()), f"/networks/{house.network.id}/municipalities"
    organizer.done(base, m__municipality="1580", add="ja")
    haram = Participation.get(Participation.municipality == "1580")
    form_team(house.db, haram, house.team.name)
    page = organizer.see(f"{base}/{house.participation.id}")

    organizer.done(f"{base}/{house.participation.id}", m__team=house.team.id, m__to=haram.id, move="ja")

    moved = Team.get_by_id(house.team.id)
    assert "1508 Ålesund (Møre og Romsdal), 1580 Haram (Møre og Romsdal)" in page
    assert (haram.id, f"{house.team.name} (Ålesund)") == (moved.participation_id, moved.name)
    assert rev == current(house.report().id).rev
    assert {haram.id} == {pairing.participation_id for pairing in Pairing.select()}
    assert house.report().id in {each.record for each in reports(house.scope("organizer"), house.gathering)}


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1507", [("Ålesund", ["1508 Ålesund (Møre og Romsdal)", "1580 Haram (Møre og Romsdal)"])]),
        ("3014", []),  # renumbered only: its figures are its own, before and after
        ("5501", []),
    ],
)
def test_a_reader_is_told_of_a_split_or_a_merger_and_not_of_a_new_number(house: House, number: str, told: list):
    Participation.update(municipality=number).where(Participation.id == house.participation.id).execute()

    page = Visitor(house.browser("organizer")).see(f"/networks/{house.network.id}/results")

    assert told == counted_as_before(Participation.select())
    assert bool(told) == ("er delt eller slått sammen" in page)
