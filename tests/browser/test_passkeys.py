"""Passkeys in real Chromium, with an authenticator that the browser itself plays: made, used, copied and refused."""

import re

import pytest
from browser.making_pages import SMALL_TARGETS, faults, serving
from making_house import COOKIE, begin_session, close_app, furnish, open_app

from fotfeste_server.config import Config
from fotfeste_server.named.models import SignIn
from fotfeste_server.named.sign_in_models import Handshake, Passkey

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A house at the name localhost, which browsers trust with passkeys, and its address."""
    folder = tmp_path_factory.mktemp("passkeys")
    app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
    house = furnish(app)
    with serving(app) as numbers:
        address = numbers.replace("127.0.0.1", "localhost")
        object.__setattr__(house.service, "config", Config(data=folder, address=address))
        yield house, address
    close_app(app)


@pytest.fixture
def context(chromium, served):
    """A profile whose owner is signed in as mentor, with a phone's authenticator in it."""
    house, address = served
    made = chromium.new_context(locale="nb-NO")
    made.add_cookies([{"name": COOKIE, "value": begin_session(house.db, house.people["mentor"]), "url": address}])
    yield made
    made.close()
    for table in (Passkey, SignIn, Handshake):
        table.delete().execute()


def authenticator(page, **manner):
    """Put an authenticator into the page's browser; `isUserVerified` is its owner's finger."""
    asked = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
             "isUserVerified": True, "automaticPresenceSimulation": True} | manner  # fmt: skip
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    return wire, wire.send("WebAuthn.addVirtualAuthenticator", {"options": asked})["authenticatorId"]


def make(page, address, name="Jobbtelefonen"):
    page.goto(f"{address}/me")
    page.get_by_label("Navn på passnøkkelen").fill(name)
    page.get_by_role("button", name="Legg til passnøkkel").click()


def sign_in(page, address):
    page.context.clear_cookies()
    page.goto(f"{address}/signin?to=/networks")
    page.get_by_role("button", name="Logg inn med passnøkkel").click()


def test_a_passkey_made_on_ones_page_signs_its_owner_in_without_a_code(context, served):
    house, address = served
    page = context.new_page()
    authenticator(page)

    make(page, address)
    page.get_by_text("Passnøkkelen er lagt til.").wait_for()
    sign_in(page, address)
    page.wait_for_url(f"{address}/networks")

    page.goto(f"{address}/me")
    assert page.get_by_role("cell", name="Passnøkkel").count() == 1
    assert house.people["mentor"].id == Passkey.get().person_id
    assert Passkey.get().count > 0


def test_without_the_owners_finger_no_key_is_made_and_none_lets_in(context, served):
    _, address = served
    page = context.new_page()
    wire, box = authenticator(page)
    make(page, address)
    page.get_by_text("Passnøkkelen er lagt til.").wait_for()

    wire.send("WebAuthn.setUserVerified", {"authenticatorId": box, "isUserVerified": False})
    sign_in(page, address)

    page.get_by_text("Det ble avbrutt.").wait_for()
    assert "/signin" in page.url


def test_the_copy_of_a_key_is_refused_when_its_count_falls_behind(context, served):
    _, address = served
    page = context.new_page()
    wire, box = authenticator(page)
    make(page, address)
    page.get_by_text("Passnøkkelen er lagt til.").wait_for()
    copied = wire.send("WebAuthn.getCredentials", {"authenticatorId": box})["credentials"][0]
    sign_in(page, address)
    page.wait_for_url(f"{address}/networks")

    wire.send("WebAuthn.clearCredentials", {"authenticatorId": box})
    wire.send("WebAuthn.addCredential", {"authenticatorId": box, "credential": copied | {"signCount": 0}})
    sign_in(page, address)

    page.get_by_text("Vi kjente ikke igjen passnøkkelen.").wait_for()
    page.goto(f"{address}/networks")
    assert "/signin" in page.url


def test_a_signature_counts_once_in_its_own_browser_and_a_removed_key_never(context, served):
    house, address = served
    page = context.new_page()
    authenticator(page)
    make(page, address)
    page.get_by_text("Passnøkkelen er lagt til.").wait_for()
    page.context.clear_cookies()
    page.goto(f"{address}/signin")
    heard = []
    page.on("request", lambda asked: heard.append(asked) if asked.url.split("?")[0].endswith("/signin/passkey") else 0)
    page.get_by_role("button", name="Logg inn med passnøkkel").click()
    page.wait_for_url(f"{address}/")

    spent = heard[0].post_data
    thief, before = house.app.test_client(), SignIn.select().count()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', thief.get("/signin").text)[1]
    posted = re.sub(r"csrf_token=[^&]*", f"csrf_token={csrf}", spent)
    replies = [thief.post("/signin/passkey", data=posted, content_type="application/x-www-form-urlencoded")]
    thief.post("/signin/passkey/question", headers={"X-CSRFToken": csrf})
    replies += [thief.post("/signin/passkey", data=posted, content_type="application/x-www-form-urlencoded")]
    assert [400, 403] == [each.status_code for each in replies]
    assert before == SignIn.select().count()

    page.goto(f"{address}/me")
    page.get_by_role("button", name="Fjern passnøkkelen Jobbtelefonen").click()
    page.get_by_text("Passnøkkelen er fjernet.").wait_for()
    sign_in(page, address)
    page.get_by_text("Vi kjente ikke igjen passnøkkelen.").wait_for()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_on_ones_page_stands_in_anybodys_way(context, served, width):
    house, address = served
    begin_session(house.db, house.people["mentor"], way="mail", seen_as="Firefox, Windows")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    authenticator(page)
    make(page, address)
    page.get_by_text("Passnøkkelen er lagt til.").wait_for()

    assert [] == faults(page)
    assert [] == page.evaluate(SMALL_TARGETS)
    page.goto(f"{address}/signin")
    page.context.clear_cookies()
    page.goto(f"{address}/signin")
    assert [] == faults(page)


def test_without_a_script_the_page_says_so_and_offers_no_dead_button(chromium, served):
    house, address = served
    context = chromium.new_context(locale="nb-NO", java_script_enabled=False)
    token = begin_session(house.db, house.people["mentor"])
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/me")

    assert not page.get_by_role("button", name="Legg til passnøkkel").is_visible()
    assert page.get_by_text("Denne nettleseren kan ikke lage passnøkler").is_visible()
    context.close()
