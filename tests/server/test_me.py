"""A person sees where they are signed in, ends what they wish, and rubbish for a passkey harms nothing."""

import random
import re
from collections.abc import Iterator

import pytest
from making_house import COOKIE, House, close_app, furnish, open_app

from fotfeste_server.config import Config
from fotfeste_server.named.passkeys import Site, site_of
from fotfeste_server.named.sessions import kind_of_browser
from fotfeste_server.named.sign_in_models import Passkey, SessionNote
from fotfeste_server.named.signing_in import begin_session, who
from fotfeste_server.views import signin
from fotfeste_server.views.pace import Pace


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("me")
    app = open_app(folder, "")
    made = furnish(app)
    object.__setattr__(made.service, "config", Config(data=folder, address="https://fotfeste.example.org"))
    yield made
    close_app(app)


def csrf(client, address: str = "/me") -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]


def test_one_browser_or_all_others_can_be_signed_out(house: House):
    mine, others = house.browser("mentor"), [house.browser("mentor") for _ in range(3)]
    stranger = house.browser("contact")
    handles = re.findall(r'action="/me/sessions/([0-9a-f]+)"', mine.get("/me").text)
    assert 3 == len(handles)

    mine.post(f"/me/sessions/{handles[0]}", data={"csrf_token": csrf(mine)})
    assert 2 == sum(each.get("/me").status_code == 200 for each in others)
    assert 404 == stranger.post(f"/me/sessions/{handles[1]}", data={"csrf_token": csrf(stranger)}).status_code

    mine.post("/me/sessions", data={"csrf_token": csrf(mine)})
    assert 0 == sum(each.get("/me").status_code == 200 for each in others)
    assert [200, 200] == [each.get("/me").status_code for each in (mine, stranger)]


def test_no_handle_or_page_tells_the_secret_of_a_session(house: House):
    client = house.browser("head")
    token = client.get_cookie(COOKIE).value

    assert token not in client.get("/me").text
    assert all(token not in str(each) for each in SessionNote.select().dicts())


def test_a_token_from_before_the_sign_in_is_worth_nothing_after_it(house: House):
    client = house.app.test_client()
    client.set_cookie(COOKIE, "chosen-by-an-attacker")
    client.get("/signin")
    token = begin_session(house.db, house.people["mentor"])

    assert "chosen-by-an-attacker" != token
    assert who(house.db, "chosen-by-an-attacker") is None
    assert 303 == client.get("/me").status_code


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/155.0 Safari/537.36 Edg/155.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, Linux"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_what_its_owner_knows(agent: str, told: str):
    assert told == kind_of_browser(agent)


def test_passkeys_are_for_names_with_https_alone():
    assert Site("fotfeste.example.org", "https://fotfeste.example.org") == site_of("https://fotfeste.example.org")
    assert Site("localhost", "http://localhost:8000") == site_of("http://localhost:8000")
    for address in ("http://fotfeste.example.org", "http://127.0.0.1:8000", "https://[::1]", "https://10.0.0.1"):
        assert None is site_of(address)


def test_rubbish_for_a_passkey_is_refused_calmly(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signin, "typing", Pace(9999, 3600))
    monkeypatch.setattr(signin, "asking", Pace(9999, 3600))
    chance, client, nobody = random.Random("passkey"), house.browser("mentor"), house.app.test_client()
    mine, theirs = csrf(client), csrf(nobody, "/signin")
    whole = '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30",'
    whole += '"attestationObject":"oA","authenticatorData":"AAAA","signature":"AA","userHandle":"AA"}}'
    rubbish = ["", "{}", "null", "[]", "1", '"x"', whole, whole.replace("oA", "/" * 9), "x" * 20_000, "{" * 5_000]
    for _ in range(60):
        cut, new = chance.randrange(len(whole)), chance.choice(("", "0", "}", "\u00e6", '"', "null", "[["))
        rubbish.append(whole[:cut] + new + whole[cut + chance.randrange(9) :])

    for answer in rubbish:
        assert 200 == client.post("/me/passkeys/question", headers={"X-CSRFToken": mine}).status_code
        made = client.post("/me/passkeys", data={"csrf_token": mine, "name": "x", "credential": answer})
        assert 422 == made.status_code, answer
        nobody.post("/signin/passkey/question", headers={"X-CSRFToken": theirs})
        let_in = nobody.post("/signin/passkey", data={"csrf_token": theirs, "credential": answer})
        assert 403 == let_in.status_code, answer
    assert 0 == Passkey.select().count()
