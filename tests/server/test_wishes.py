"""Whoever asks to be forgotten is answered: the organizer is told, does it or says why not, and the person hears."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from making_house import close_app, furnish, open_app, session_log

from fotfeste_server.audit import AuditLine
from fotfeste_server.jobs import Job
from fotfeste_server.named.kept_about import GONE
from fotfeste_server.named.mentoring import end
from fotfeste_server.named.models import Member, Person, Record, Role
from fotfeste_server.named.people import assign
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.wish_models import ErasureWish
from fotfeste_server.named.wishes import ask, fulfil
from fotfeste_shared.clock import today
from fotfeste_shared.problems import Conflicting

WISH = "/me/erasure"


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path, "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def letters_to(address: str) -> list[dict[str, str]]:
    return [job.payload for job in Job.select().where(Job.kind == "letter") if job.payload["to"] == address]


def asked(house, who: str) -> str:
    """Somebody asks on their page; gives the organizers' address of the wish."""
    house.browser(who).post(WISH)
    wish = ErasureWish.get(ErasureWish.person == house.people[who].id)
    return f"/networks/{house.network.id}/wishes/{wish.id}"


def test_a_person_asks_once_and_the_organizers_are_told_and_see_it_with_its_last_day(house):
    contact, organizer = house.browser("contact"), house.people["organizer"]
    assert "Be om å bli slettet" in contact.get("/me/kept").text

    assert [303, 303] == [contact.post(WISH).status_code for _ in range(2)]

    wish = ErasureWish.get()
    assert (today() + timedelta(30), "waiting") == (wish.due, wish.state)
    told = letters_to(organizer.email)
    assert 1 == len(told)
    assert f"/networks/{house.network.id}/wishes" in told[0]["text"]
    assert "Jeg vil ikke slettes likevel" in contact.get("/me/kept").text
    listed = house.browser("organizer").get(f"/networks/{house.network.id}/wishes").text
    assert house.people["contact"].name in listed


def test_until_it_is_done_a_person_may_take_the_wish_back_and_ask_anew(house):
    there, contact = asked(house, "contact"), house.browser("contact")

    contact.post(f"{WISH}/back")

    assert 404 == house.browser("organizer").post(there, data={"erase": "ja"}).status_code
    assert "Kontakt" == Person.get_by_id(house.people["contact"].id).name
    contact.post(WISH)
    assert ["taken_back", "waiting"] == [each.state for each in ErasureWish.select().order_by(ErasureWish.asked)]


def test_an_organizer_erases_and_the_person_is_told_at_the_address_that_goes(house):
    contact, address = house.people["contact"], house.people["contact"].email
    signed_in = house.browser("contact")
    there = asked(house, "contact")

    reply = house.browser("organizer").post(there, data={"erase": "ja"}, follow_redirects=True)

    assert "er slettet, og har fått svar" in reply.text
    gone = Person.get_by_id(contact.id)
    assert (GONE, False) == (gone.name, address in gone.email)
    assert ["Du er slettet i Fotfeste"] == [each["subject"] for each in letters_to(address)]
    assert [] == list(Role.select().where(Role.person == contact.id))
    assert today() == Member.get(Member.person == contact.id).left
    assert 303 == signed_in.get("/me").status_code
    acts = [line.act for line in AuditLine.select()]
    assert {"wishes.ask", "person let go", "wishes.wish"} <= set(acts)


def test_whoever_cannot_be_erased_is_told_why_and_may_ask_again(house):
    there, organizer, address = asked(house, "mentor"), house.browser("organizer"), house.people["mentor"].email

    page = organizer.get(there).text
    assert "Personen er mentor nå" in page
    assert 'name="erase"' not in page
    assert 409 == organizer.post(there, data={"erase": "ja"}).status_code
    assert "Skriv hvorfor." in organizer.post(there, data={"reason": " "}).text
    organizer.post(there, data={"reason": "Du er mentor\nfor en ny kollega."})

    assert ["refused"] == [each.state for each in ErasureWish.select()]
    assert "«Du er mentor for en ny kollega.»" in letters_to(address)[0]["text"]
    mine = house.browser("mentor").get("/me/kept").text
    assert "Du er mentor for en ny kollega." in mine
    assert "Be om å bli slettet" in mine


def test_a_mentor_who_has_handed_over_goes_with_all_talks(house):
    device = house.device("mentor").device
    push = house.push("mentor", session_log(house))
    house.service.writer.do(lambda: push_items(house.db, device, push))
    end(house.db, house.pairing, today(), "fullfort")
    there = asked(house, "mentor")

    assert "egne mentorsamtaler: 1" in house.browser("organizer").get(there).text
    house.browser("organizer").post(there, data={"erase": "ja"})

    talk = Record.get(Record.form == "mentorlogg")
    assert 404 == house.browser("organizer").get(f"/records/{talk.id}").status_code
    assert GONE == Person.get_by_id(house.people["mentor"].id).name


@pytest.mark.parametrize(("who", "sentence"), [("organizer", "eneste arrangøren"), ("advisor", "veileder for et team")])
def test_nobody_goes_whose_work_nobody_else_has_taken_over(house, who, sentence):
    person = house.people[who]
    wish = ask(house.db, person)
    erasures = SimpleNamespace(add=lambda _records: None)

    with pytest.raises(Conflicting) as refused:
        fulfil(house.db, erasures, wish, person, lambda _person: None)

    assert sentence in refused.value.sentence_nb
    assert ("waiting", person.name) == (ErasureWish.get().state, Person.get_by_id(person.id).name)


def test_a_second_organizer_may_erase_the_first(house):
    assign(house.db, house.people["head"], "organizer", network=house.network.id)
    there = asked(house, "organizer")

    house.browser("head").post(there, data={"erase": "ja"})

    assert GONE == Person.get_by_id(house.people["organizer"].id).name
