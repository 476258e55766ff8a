"""A code by mail, typed in the browser that asked for it, a few times, for a short while."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app

from fotfeste_server.jobs import Job, run_due
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.models import Meta, SetupLink, SignIn, SignInCode
from fotfeste_server.running import handlers
from fotfeste_server.views import COOKIE, signin
from fotfeste_server.views.pace import Pace
from fotfeste_shared.clock import now


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(signin, "asking", Pace(20, 3600))
    monkeypatch.setattr(signin, "typing", Pace(40, 3600))
    monkeypatch.setattr(signin, "mailbox", Pace(5, 3600))
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


def post(client, address: str, **fields: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]
    return client.post(address, data={"csrf_token": token, **fields})


def letter(house: House) -> str:
    """The code in the newest letter."""
    run_due(house.db, handlers(house.service))
    files = sorted(house.service.config.mail.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    return re.search(r"Koden din er ([0-9A-Z]{4}-[0-9A-Z]{4})", files[-1].read_text("utf-8"))[1]


def ask(house: House, who: str = "organizer"):
    client = house.app.test_client()
    post(client, "/signin?to=/networks", email=house.people[who].email.upper())
    return client


def test_a_code_typed_loosely_lets_its_person_in_once(house: House):
    client = ask(house)
    code = letter(house)

    reply = post(client, "/signin/code?to=/networks", code=f" {code.lower().replace('-', ' ')} ")
    again = post(client, "/signin/code?to=/networks", code=code)

    assert (303, "/networks") == (reply.status_code, reply.location)
    assert 422 == again.status_code
    assert "Nettverk Sørlandet" in client.get("/networks").text
    cookie = reply.headers.getlist("Set-Cookie")
    assert any(each.startswith(f"{COOKIE}=") and "HttpOnly" in each and "SameSite=Lax" in each for each in cookie)


def test_the_code_is_worth_nothing_in_another_browser(house: House):
    ask(house)
    code = letter(house)
    other = house.app.test_client()
    post(other, "/signin", email="ukjent@eksempel.no")

    assert 422 == post(other, "/signin/code", code=code).status_code
    assert 0 == SignIn.select().count()


def test_an_unknown_address_is_answered_alike_and_gets_nothing(house: House):
    known = post(house.app.test_client(), "/signin", email=house.people["mentor"].email)
    unknown = post(house.app.test_client(), "/signin", email="ingen@eksempel.no")

    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert 1 == Job.select().where(Job.kind == "letter").count()


def test_an_unknown_address_costs_the_same_statements_as_a_known_one(house: House):
    """How long they take is measured by `python tests --security timing`."""
    said, told = [], []
    for email in (house.people["mentor"].email, "ingen@eksempel.no"):
        client = house.app.test_client()
        page = client.get("/signin").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        said.clear()
        house.db.on_statement = said.append
        assert 303 == client.post("/signin", data={"csrf_token": token, "email": email}).status_code
        house.db.on_statement = None
        told.append(list(said))

    assert told[0] == told[1] != []
    run_due(house.db, handlers(house.service))
    assert 1 == len(list(house.service.config.mail.glob("*.eml")))


def test_five_wrong_tries_spend_the_code(house: House):
    client = ask(house)
    code = letter(house)
    for _ in range(5):
        assert 422 == post(client, "/signin/code", code="AAAA-AAAA").status_code

    assert 422 == post(client, "/signin/code", code=code).status_code


def test_a_code_lives_for_ten_minutes(house: House, time_machine):
    late, in_time = ask(house), ask(house, "mentor")
    codes = {row.person_id for row in SignInCode.select()}
    assert 2 == len(codes)
    code = letter(house)
    time_machine.move_to(now() + timedelta(minutes=9), tick=True)
    newest = {303, 422} == {post(client, "/signin/code", code=code).status_code for client in (late, in_time)}
    time_machine.move_to(now() + timedelta(minutes=2), tick=True)

    assert newest
    assert 422 == post(late, "/signin/code", code=code).status_code


def test_one_mailbox_gets_five_codes_an_hour(house: House):
    replies = [post(house.app.test_client(), "/signin", email=house.people["mentor"].email) for _ in range(6)]

    assert [303] * 5 + [422] == [each.status_code for each in replies]


def test_too_many_codes_are_refused_alike_for_known_and_unknown(house: House):
    known = [post(house.app.test_client(), "/signin", email=house.people["mentor"].email) for _ in range(7)]
    unknown = [post(house.app.test_client(), "/signin", email="Ingen@eksempel.no") for _ in range(7)]

    assert [303] * 5 + [422] * 2 == [reply.status_code for reply in known]
    assert [303] * 5 + [422] * 2 == [reply.status_code for reply in unknown]


def test_a_gathering_behind_one_address_signs_in(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()  # the paces as they are

    asked = [post(house.app.test_client(), "/signin", email=f"deltaker{n}@eksempel.no") for n in range(60)]

    assert {303} == {reply.status_code for reply in asked}


def test_a_session_rests_an_hour_and_lives_twelve(house: House, time_machine):
    start = now()
    client, resting = house.browser("organizer"), house.browser("organizer")
    seen = []
    for minutes in range(0, 12 * 60, 50):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=True)
        seen.append(client.get("/").status_code)
    time_machine.move_to(start + timedelta(hours=12, minutes=1), tick=True)

    assert {200} == set(seen)
    assert 303 == client.get("/").status_code
    time_machine.move_to(start + timedelta(minutes=61), tick=True)
    assert 303 == resting.get("/").status_code


def test_signing_out_ends_the_session_in_the_database(house: House):
    client = house.browser("organizer")
    token = client.get_cookie(COOKIE).value
    page = client.get("/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    client.post("/signout", data={"csrf_token": csrf})

    thief = house.app.test_client()
    thief.set_cookie(COOKIE, token)
    assert 303 == thief.get("/").status_code


def test_nobody_is_sent_to_another_site_after_signing_in(house: House):
    for to in ("https://ond.example", "//ond.example", "/\\ond.example", "javascript:alert(1)", "http://["):
        client = ask(house, "mentor")
        SignInCode.update(expires=now() - timedelta(hours=2)).where(SignInCode.tries > 0).execute()
        code = letter(house)
        reply = post(client, f"/signin/code?to={to}", code=code)
        assert (303, "/") == (reply.status_code, reply.location)


def test_no_secret_lies_readable_in_the_database(house: House):
    client = ask(house)
    code = letter(house)
    reply = post(client, "/signin/code", code=code)
    session = re.search(rf"{COOKIE}=([^;]+)", str(reply.headers))[1]
    device = house.device("mentor").token
    Job.delete().execute()

    rows = [str(row) for table in (SignIn, SignInCode, Meta, SetupLink) for row in table.select().dicts()]
    rows += [str(row) for row in type(house.device("mentor").device).select().dicts()]
    for secret in (code, code.replace("-", ""), session, device):
        assert not any(secret in row for row in rows)


def test_only_the_newest_set_up_link_leads_in_and_none_once_somebody_is_in(house: House):
    assert None is setup_token(house.db)
    assert 410 == house.app.test_client().get("/setup/anything").status_code
