"""A gathering by plain pages: sign-up, the letters, counts for the hotel, name tags, and who was there."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from making_house import House, close_app, furnish, open_app
from server.test_organizers import Visitor

from fotfeste_server import calling
from fotfeste_server.jobs import Job
from fotfeste_server.named.attending import attendees, sign_up_of
from fotfeste_server.named.gathering_models import Guest, Tick
from fotfeste_server.named.models import Gathering, Member, Person
from fotfeste_server.named.presence import present_at, wall_code
from fotfeste_server.named.programme import write_programme
from fotfeste_server.views.attending import tag_of
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import new_id

COMES = {"a.deltar": "fysisk", "a.dager": ["dag1"], "a.overnatting": "kveld_for", "a.middag": "ja"}
NEEDS = {"a.mat": ["gluten"], "a.tilrettelegging": "=Teleslynge"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    house = furnish(app)
    house.seen = set()
    yield house
    close_app(app)


def again(house: House) -> Gathering:
    house.gathering = Gathering.get_by_id(house.gathering.id)
    return house.gathering


def page(house: House, tail: str = "") -> str:
    return f"/gatherings/{house.gathering.id}{tail}"


def open_up(house: House) -> None:
    closes = house.gathering.starts - timedelta(21)
    Visitor(house.browser("organizer")).done(page(house), o__closes=closes)
    again(house)


def sign_up(house: House, who: str, fields, *, by: str | None = None) -> str:
    visitor = Visitor(house.browser(by or who))
    address = f"/records/{sign_up_of(house.people[who], house.gathering).id}"
    visitor.see(address)
    shown = visitor.client.get(address).location
    return visitor.done(shown, id=new_id(), **fields)


def letters(house: House) -> list[tuple[str, str]]:
    """The letters that have come since one looked last."""
    new = [job for job in Job.select().where(Job.kind == "letter") if job.id not in house.seen]
    house.seen.update(job.id for job in new)
    return sorted((job.payload["to"], job.payload["subject"]) for job in new)


def test_everybody_in_the_teams_is_asked_once_and_signs_up_from_the_letters_link(house: House):
    open_up(house)
    asked = letters(house)
    open_up(house)

    assert ["sorlandet.kontakt@eksempel.no", "sorlandet.leder@eksempel.no"] == [to for to, _ in asked]
    assert [] == letters(house)
    assert page(house) == sign_up(house, "head", COMES | NEEDS)
    shown = Visitor(house.browser("head")).see(page(house))
    assert "Ja, jeg møter opp, dag 1, overnatter, middag" in shown
    assert "Endre svaret" in shown


def test_the_page_of_a_changed_answer_begins_with_all_that_was_answered_before(house: House):
    open_up(house)
    sign_up(house, "head", COMES | NEEDS)
    record = sign_up_of(house.people["head"], house.gathering)

    own = Visitor(house.browser("head")).see(f"/records/{record.id}")
    contacts = Visitor(house.browser("contact")).see(f"/records/{record.id}")

    assert "=Teleslynge" in own
    assert "Teleslynge" not in contacts
    assert "Leder" in contacts


def test_a_substitute_gets_a_letter_and_signs_up_for_themselves_and_sees_nothing_else(house: House):
    open_up(house)
    letters(house)
    stands_in = {"a.deltar": "vara", "a.vara_navn": "Vara Vik", "a.vara_epost": "vara@eksempel.no"}
    sign_up(house, "head", stands_in)
    sign_up(house, "head", stands_in)
    guest = Person.get(Person.email == "vara@eksempel.no")
    house.people["guest"] = guest

    assert [("vara@eksempel.no", "Meld deg på samling 1. Oppstart")] == letters(house)
    assert house.people["head"].id == Guest.get().instead_of_id
    sign_up(house, "guest", COMES)
    listed = Visitor(house.browser("organizer")).see(page(house, "/signups"))
    assert "I stedet for Leder" in listed
    visitor = Visitor(house.browser("guest"))
    assert "Din påmelding" in visitor.see(page(house))
    for tail in ("/signups", "/counts", "/attendance", "/nametags.pdf", "/counts.csv"):
        visitor.see(page(house, tail), 403)
    visitor.see(f"/networks/{house.network.id}", 404)


def test_hotel_and_kitchen_get_numbers_and_no_names(house: House):
    open_up(house)
    sign_up(house, "head", COMES | NEEDS)
    visitor = Visitor(house.browser("organizer"))

    shown = visitor.see(page(house, "/counts"))
    told = visitor.client.get(page(house, "/counts.csv"))
    cells = dict(csv.reader(io.StringIO(told.data.decode("utf-8-sig")), delimiter=";"))

    for text in (shown.partition("<main")[2], told.text):
        assert "Leder" not in text
        assert "Kontakt" not in text
        assert "eksempel.no" not in text
    assert "Teleslynge" in shown
    assert ("1", "1", "1") == (cells["Overnatting: Netter i alt"], cells["Mat: Uten gluten"], cells["Mat: Middag"])
    assert "'=Teleslynge" == cells["Tilrettelegging"]


def test_the_list_of_who_comes_holds_no_food(house: House):
    open_up(house)
    sign_up(house, "head", COMES | NEEDS)

    shown = Visitor(house.browser("organizer")).see(page(house, "/signups"))
    record = Visitor(house.browser("organizer")).see(f"/records/{sign_up_of(house.people['head'], house.gathering).id}")

    assert "1 av 2 har svart. 1 kommer." in shown
    for text in (shown, record):
        assert "Teleslynge" not in text
        assert "gluten" not in text


def test_everybody_on_the_list_is_told_once_when_the_gathering_moves_or_is_called_off(house: House):
    open_up(house)
    sign_up(house, "head", COMES)
    letters(house)

    def told(**change) -> list[str]:
        Gathering.update(**change).where(Gathering.id == house.gathering.id).execute()
        for _ in range(2):
            calling.go_round(house.db, "http://localhost", today())
        return sorted({subject for _, subject in letters(house)})

    moved = told(starts=house.gathering.starts + timedelta(7), ends=house.gathering.ends + timedelta(7))
    other_theme = told(reports_due=today())
    cancelled = told(cancelled_on=today())
    shown = Visitor(house.browser("head")).see(page(house))
    held = told(cancelled_on=None)

    assert ["Endret: samling 1. Oppstart"] == moved
    assert [] == other_theme
    assert ["Avlyst: samling 1. Oppstart"] == cancelled
    assert ["Holdes likevel: samling 1. Oppstart"] == held
    assert "Samlingen er avlyst" in shown
    assert ["coming"] == [each.state for each in attendees(again(house)) if each.comes]


def test_those_who_have_not_answered_are_reminded_on_the_forms_days_and_only_once(house: House, time_machine):
    starts = today() + timedelta(40)
    Gathering.update(starts=starts, ends=starts).where(Gathering.id == house.gathering.id).execute()
    again(house)
    open_up(house)
    sign_up(house, "head", COMES)
    letters(house)
    reminded = {}
    for ago in range(30, 18, -1):
        time_machine.move_to((starts - timedelta(ago)).isoformat() + "T12:00:00+01:00")
        calling.go_round(house.db, "http://localhost", today())
        reminded[ago] = letters(house)

    contact = [("sorlandet.kontakt@eksempel.no", "Påminnelse: samling 1. Oppstart")]
    assert {28: contact, 23: contact} == {ago: sent for ago, sent in reminded.items() if sent}


def test_the_page_of_a_gathering_before_during_and_after(house: House):
    visitor, own = Visitor(house.browser("head")), Visitor(house.browser("contact"))
    early = visitor.see(page(house))
    write_programme(house.db, house.gathering, "Velkommen\nErfaringer", evaluated=False)
    open_up(house)
    contacts = own.see(page(house))
    Gathering.update(starts=today() - timedelta(9), ends=today() - timedelta(9)).execute()

    assert "Programmet er ikke klart ennå." in early
    assert "Påmeldingen er ikke åpnet ennå" in early
    assert "Teamet ditt" in contacts
    assert "Erfaringer" in contacts
    assert "Meld deg på" not in visitor.see(page(house))


def test_the_attendance_list_works_as_a_plain_form(house: House):
    open_up(house)
    visitor = Visitor(house.browser("organizer"))
    here = [house.people["head"].id, house.people["contact"].id]

    visitor.done(page(house, "/attendance"), here=here)
    visitor.done(page(house, "/attendance"), here=here[:1])

    assert {house.people["head"].id} == present_at(house.gathering)
    assert "1 av 2 er her." in visitor.see(page(house, "/attendance"))
    assert 3 == Tick.select().count()


def test_the_code_on_the_wall_leads_those_on_the_list_to_one_press(house: House):
    open_up(house)
    Gathering.update(starts=today(), ends=today()).execute()
    code = wall_code(house.db, house.gathering)
    visitor = Visitor(house.browser("head"))

    assert f"/here/{code}" in Visitor(house.browser("organizer")).see(page(house, "/wall"))
    visitor.see(f"/here/{code}")
    looked = present_at(house.gathering)
    visitor.done(f"/here/{code}")

    assert set() == looked
    assert "Du er registrert" in visitor.see(f"/here/{code}")
    assert {house.people["head"].id} == present_at(house.gathering)
    Visitor(house.browser("advisor")).see(f"/here/{code}", 410)
    visitor.see("/here/x", 404)


def test_name_tags_are_a_tagged_pdf_without_any_union_role(house: House):
    open_up(house)
    Member.update(seat="tillitsvalgt").where(Member.person == house.people["contact"].id).execute()
    for who in ("head", "contact"):
        sign_up(house, who, COMES)

    reply = house.browser("organizer").get(page(house, "/nametags.pdf"))
    with house.app.test_request_context():
        tags = [tag_of(each) for each in attendees(house.gathering)]

    with pikepdf.open(io.BytesIO(reply.data)) as pdf:
        assert 1 == len(pdf.pages)
        assert "/MarkInfo" in pdf.Root
    assert [("Kontakt", "Kristiansand", ""), ("Leder", "Kristiansand", "Avdelingsleder")] == [
        (tag["name"], tag["place"], tag["role"]) for tag in tags
    ]
