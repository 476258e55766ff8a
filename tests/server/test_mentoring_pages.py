"""The mentor programme's pages, as organizer, mentor and new hire meet them."""

import json
import re
from datetime import timedelta

import pytest
from making_house import close_app, furnish, open_app

from fotfeste_server.named.mentoring_models import MetSum, Pause
from fotfeste_server.named.models import Pairing, Person
from fotfeste_shared.clock import today


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    app = open_app(tmp_path_factory.mktemp("mentoring"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    house = furnish(app)
    house.at = f"/networks/{house.network.id}"
    yield house
    close_app(app)


def test_an_organizer_notes_a_mentor_and_is_told_what_must_be_mended(house):
    client, noted = house.browser("organizer"), {"name": "Ny Mentor", "email": "ny@eksempel.no", "capacity": "2"}

    wrong = client.post(f"{house.at}/mentors", data={**noted, "email": "nei", "capacity": "40"})
    right = client.post(f"{house.at}/mentors", data=noted, follow_redirects=True)

    assert (422, 200) == (wrong.status_code, right.status_code)
    assert "Skriv et tall fra 0 til 9." in wrong.text
    assert "Ny Mentor" in right.text
    assert 403 == house.browser("administrator").post(f"{house.at}/mentors", data=noted).status_code


def test_a_mentor_takes_holiday_and_only_those_who_plan_give_the_hire_another_mentor(house):
    address, mentor = f"/pairings/{house.pairing.id}", house.browser("mentor")
    first = today() + timedelta(days=3)
    days = {"r-first": first.isoformat(), "r-last": (first + timedelta(14)).isoformat()}
    away = {**days, "r-why": "holiday", "rest": "ja"}
    another = {"m-name": "Neste", "m-email": "neste@eksempel.no", "m-day": today().isoformat(), "another": "ja"}

    rested = mentor.post(address, data=away, follow_redirects=True)
    refused = mentor.post(address, data=another)
    for _ in range(2):  # a double click
        changed = house.browser("organizer").post(address, data=another, follow_redirects=True)

    assert "Ferie" in rested.text
    assert 1 == Pause.select().count()
    assert 403 == refused.status_code
    assert 200 == changed.status_code
    assert 1 == Pairing.select().join(Person).where(Person.email == "neste@eksempel.no").count()


def test_a_new_hire_says_we_met_without_script_cookie_or_account(house, monkeypatch):
    made = house.browser("organizer").post(
        f"{house.at}/met", data={"participation": house.participation.id, "count": "5"}
    )
    links = re.findall(r'href="\S*(/m/[\w-]+)"', made.text)
    phone = house.browser()
    monkeypatch.setitem(house.app.config, "WTF_CSRF_ENABLED", True)  # there is no session that a token could be of

    asked = phone.get(links[0])
    said, again = phone.post(links[0]), phone.post(links[0])

    assert 5 == len(set(links))
    assert "Ja, vi møttes" in asked.text
    assert "Det er talt med" in said.text
    assert "talt med fra før" in again.text
    assert 1 == MetSum.get().times
    assert not any("Set-Cookie" in reply.headers for reply in (asked, said, again))
    assert "no-referrer" == said.headers["Referrer-Policy"]
    assert 404 == phone.get("/m/noe-annet").status_code


@pytest.mark.parametrize("page", ["mentors", "coverage", "met", "retention"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_page_stands_in_every_language(house, page, language):
    Person.update(language=language).where(Person.id == house.people["organizer"].id).execute()

    assert 200 == house.browser("organizer").get(f"{house.at}/{page}").status_code


def test_everybody_can_read_and_take_along_what_is_kept_about_them(house):
    client = house.browser("contact")

    page, file = client.get("/me/kept"), client.get("/me/kept.json")

    assert house.people["contact"].email in page.text
    assert house.people["contact"].email == json.loads(file.data)["email"]
    assert "attachment" in file.headers["Content-Disposition"]
    assert 303 == house.browser().get("/me/kept").status_code
