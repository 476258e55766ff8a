"""A head of department registers a new hire in the browser, as in the window: one pairing, and no name asked for."""

import re
from datetime import timedelta

import pytest
from making_house import close_app, furnish, open_app

from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Pairing, Record
from fotfeste_server.named.teams import seat
from fotfeste_shared.clock import today


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path, "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def page_of(house) -> str:
    return f"/teams/{house.team.id}/hire"


def registration(house, **change: str) -> dict[str, str]:
    """What the head posts: the page's own id, and a whole form."""
    page = house.browser("head").get(page_of(house)).text
    fresh = re.search(r'name="id" value="([^"]+)"', page)
    whole = {
        "team": house.team.id, "enhet": "Sykehjemmet, 2. etasje", "yrke": "sykepleier",
        "startdato": (today() + timedelta(14)).isoformat(), "mentor": house.people["mentor"].id,
        "mentor_avklart": today().isoformat(), "kontakt": "ny@eksempel.no", "informert": "ja",
    }  # fmt: skip
    return {"id": fresh[1], **{f"a.{code}": answer for code, answer in (whole | change).items()}}


def made(house) -> list[Pairing]:
    return list(Pairing.select().where(Pairing.id != house.pairing.id))


def test_a_head_meets_the_page_from_the_start_and_the_team_and_makes_the_pairing(house):
    head = house.browser("head")
    assert page_of(house) in head.get("/").text
    assert page_of(house) in head.get(f"/teams/{house.team.id}").text

    reply = head.post(page_of(house), data=registration(house), follow_redirects=True)

    assert "Koblingen er laget." in reply.text
    pairing = made(house)[0]
    told = (pairing.unit, pairing.profession, pairing.team_id)
    assert ("Sykehjemmet, 2. etasje", "sykepleier", house.team.id) == told
    assert f"/pairings/{pairing.id}/session" in house.browser("mentor").get("/").text


def test_the_same_page_sent_twice_is_one_pairing_with_its_first_receipt(house):
    head, sent = house.browser("head"), registration(house)

    told = [head.post(page_of(house), data=sent, follow_redirects=True) for _ in range(2)]

    assert [200, 200] == [each.status_code for each in told]
    receipts = {re.search(r"Kvittering (\S+)\.", each.text)[1] for each in told}
    assert (1, 1) == (len(made(house)), len(receipts))


def test_the_address_of_the_new_hire_lies_apart_from_the_registration(house):
    house.browser("head").post(page_of(house), data=registration(house))

    whole = Record.get((Record.form == "kobling") & Record.apart_of.is_null())
    apart = Record.get(Record.apart_of == whole.id)
    assert ("kontakt" in current(whole.id).answers, {"kontakt": "ny@eksempel.no"}) == (False, current(apart.id).answers)


def test_what_is_missing_is_told_beside_its_question_and_makes_nothing(house):
    reply = house.browser("head").post(page_of(house), data=registration(house, mentor="", enhet=""))

    assert (422, []) == (reply.status_code, made(house))


def test_nobody_registers_for_a_team_that_they_do_not_head(house):
    sent = registration(house)

    for who in ("contact", "mentor", "administrator", "organizer"):
        assert house.browser(who).post(page_of(house), data=sent).status_code in (403, 404), who
    elsewhere = furnish(house.app, "Nord", "5501")
    assert 404 == elsewhere.browser("head").post(page_of(house), data=sent).status_code
    crossed = registration(house, team=elsewhere.team.id)
    assert 422 == house.browser("head").post(page_of(house), data=crossed).status_code
    assert {house.pairing.id, elsewhere.pairing.id} == {each.id for each in Pairing.select()}


def test_where_nobody_can_be_chosen_as_mentor_the_head_is_told_whom_to_ask(house):
    elsewhere = furnish(house.app, "Nord", "5501")
    Pairing.delete().where(Pairing.id == elsewhere.pairing.id).execute()
    seat(house.db, elsewhere.team, "Ny leder", "ny.leder@eksempel.no", "avdelingsleder")

    reply = elsewhere.browser("head").get(page_of(elsewhere), follow_redirects=True)

    assert "Det er ingen mentor å velge ennå." in reply.text
