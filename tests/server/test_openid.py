"""An account elsewhere lets its owner in, and a provider that lies about anything lets in nobody."""

import hmac
import json
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.common.encoding import to_unicode, urlsafe_b64encode
from flask import Flask, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from making_house import COOKIE, House, close_app, furnish, open_app
from werkzeug.serving import make_server

from fotfeste_server import openid
from fotfeste_server.named.models import SignIn
from fotfeste_server.named.sign_in_models import Identity
from fotfeste_server.views import openid as pages
from fotfeste_server.views.pace import Pace
from fotfeste_shared.clock import now

CLIENT = "fotfeste"
KEY, ANOTHER = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two"))


@dataclass
class Provider:
    """A provider on loopback that signs whatever a test wants it to say."""

    lies: dict = field(default_factory=dict)
    key: RSAKey | bytes = field(default_factory=lambda: KEY)
    header: dict = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    calls_itself: str | None = None
    asked: dict = field(default_factory=dict)

    def __post_init__(self):
        app = Flask("provider")
        app.get("/.well-known/openid-configuration")(self.describe)
        app.get("/keys")(lambda: {"keys": [KEY.as_dict(private=False)]})
        app.post("/token")(self.token)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def describe(self):
        paths = {"authorization_endpoint": "login", "token_endpoint": "token", "jwks_uri": "keys"}
        named = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        return {"issuer": self.calls_itself or self.issuer, **named}

    def token(self):
        sent, challenge = request.form, self.asked["code_challenge"]
        proved = to_unicode(urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()))
        if (sent["code"], proved) != ("code-of-" + self.asked["state"], challenge):
            return {"error": "invalid_grant"}, 400
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "subject-1", "nonce": self.asked["nonce"], "iat": moment,
            "exp": moment + 300, "email": "sorlandet.arrangor@eksempel.no", "email_verified": True,
        }  # fmt: skip
        said = {name: value for name, value in (claims | self.lies).items() if value is not None}
        forged = isinstance(self.key, bytes)
        signed = by_hand(self.header, said, self.key) if forged else jwt.encode(self.header, said, self.key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "id_token": signed}

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def by_hand(header: dict, claims: dict, secret: bytes) -> str:
    """A token as no honest library makes it: not signed at all, or with a secret that everybody knows."""
    head, body = (to_unicode(urlsafe_b64encode(json.dumps(each).encode())) for each in (header, claims))
    seal = hmac.digest(secret, f"{head}.{body}".encode(), "sha256") if secret else b""
    return f"{head}.{body}.{to_unicode(urlsafe_b64encode(seal))}"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Provider]]:
    folder = tmp_path_factory.mktemp("openid")
    app = open_app(folder / "data", f"sqlite:///{folder / 'fotfeste.db'}")
    provider = Provider()
    yield furnish(app), provider
    provider.stop()
    close_app(app)


@pytest.fixture
def provider(furnished: tuple[House, Provider]) -> Iterator[Provider]:
    provider = furnished[1]
    yield provider
    provider.lies, provider.calls_itself = {}, None


@pytest.fixture
def house(furnished: tuple[House, Provider], provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(pages, "typing", Pace(200, 3600))
    monkeypatch.setattr(openid, "_DESCRIBED", {})
    settle(furnished[0], provider, known_by_email=True)
    yield furnished[0]
    SignIn.delete().execute()
    Identity.delete().execute()


def settle(house: House, provider: Provider, *, known_by_email: bool, issuer: str | None = None) -> None:
    """Write the operator's file of services."""
    lines = ['name = "Kommunen"', f'issuer = "{issuer or provider.issuer}"', f'client_id = "{CLIENT}"',
             'client_secret = "hemmelig"', 'acr_values = "idporten-loa-substantial"',
             f"known_by_email = {str(known_by_email).lower()}"]  # fmt: skip
    (house.service.config.keys / "openid.toml").write_text("\n".join(["[kommunen]", *lines]))


def leave(provider: Provider, client, to: str = "/networks") -> dict[str, str]:
    """Go out to the provider; gives what the browser is to come back with."""
    reply = client.get(f"/signin/with/kommunen?to={to}")
    assert 303 == reply.status_code, reply.text
    provider.asked = {name: values[0] for name, values in parse_qs(urlsplit(reply.location).query).items()}
    return {"code": f"code-of-{provider.asked['state']}", "state": provider.asked["state"]}


def let_in(house: House, provider: Provider, client=None, **answer: str):
    client = client or house.app.test_client()
    return client.get("/signin/back/kommunen", query_string=leave(provider, client) | answer)


def test_an_account_elsewhere_lets_its_owner_in_where_they_wished_to_go(house: House, provider: Provider):
    client = house.app.test_client()

    reply = let_in(house, provider, client)

    assert (303, "/networks") == (reply.status_code, reply.location)
    assert "Nettverk Sørlandet" in client.get("/networks").text
    assert "Kommunen" in client.get("/me").text
    told = ("response_type", "code_challenge_method", "acr_values", "ui_locales", "client_id")
    assert ["code", "S256", "idporten-loa-substantial", "nb", CLIENT] == [provider.asked[name] for name in told]


LIES = {
    "another nonce": {"nonce": "one of another browser"},
    "no nonce": {"nonce": None},
    "for another service": {"aud": "another"},
    "for several, of whom another asked": {"aud": [CLIENT, "another"], "azp": "another"},
    "for nobody": {"aud": None},
    "of another issuer": {"iss": "https://login.example"},
    "too old": {"exp": 1_000_000_000, "iat": 999_999_000},
    "without an end": {"exp": None},
    "not yet": {"nbf": 4_000_000_000},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies_lets_in_nobody(house: House, provider: Provider, lie: str):
    provider.lies = LIES[lie]
    refused = let_in(house, provider)
    provider.lies = {}

    assert (400, 0, 0) == (refused.status_code, SignIn.select().count(), Identity.select().count())
    assert "Kommunen" in refused.text
    assert 303 == let_in(house, provider).status_code


FLAWS = {
    "another key": (ANOTHER, {"alg": "RS256", "kid": "one"}),
    "public key as a secret": (KEY.as_pem(private=False), {"alg": "HS256", "kid": "one"}),
    "no signature": (b"", {"alg": "none"}),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_token_that_the_issuer_has_not_signed_lets_in_nobody(house: House, provider: Provider, flaw: str):
    good = provider.key, provider.header
    provider.key, provider.header = FLAWS[flaw]
    refused = let_in(house, provider)
    provider.key, provider.header = good

    assert (400, 0) == (refused.status_code, SignIn.select().count())
    assert 303 == let_in(house, provider).status_code


def test_a_service_that_calls_itself_otherwise_is_not_asked(house: House, provider: Provider):
    provider.calls_itself = "https://login.example"

    assert 400 == house.app.test_client().get("/signin/with/kommunen").status_code


def test_the_answer_counts_once_in_the_browser_that_was_sent_and_with_its_own_state(house: House, provider: Provider):
    mine, other = house.app.test_client(), house.app.test_client()
    answer = leave(provider, mine)
    theirs = leave(provider, other)

    swapped = mine.get("/signin/back/kommunen", query_string=theirs)  # an attacker's answer in a victim's browser
    late = mine.get("/signin/back/kommunen", query_string=answer)  # the question was spent by that
    without_browser = house.app.test_client().get("/signin/back/kommunen", query_string=theirs)
    assert [400, 400, 400] == [each.status_code for each in (swapped, late, without_browser)]

    good = other.get("/signin/back/kommunen", query_string=theirs)
    again = other.get("/signin/back/kommunen", query_string=theirs)
    assert [303, 400] == [good.status_code, again.status_code]
    assert 1 == SignIn.select().count()


def test_another_issuers_answer_is_not_taken(house: House, provider: Provider):
    assert 400 == let_in(house, provider, iss="https://login.example").status_code
    assert 303 == let_in(house, provider, iss=provider.issuer).status_code


def test_an_address_alone_lets_in_nobody_unless_the_operator_trusts_it(house: House, provider: Provider):
    settle(house, provider, known_by_email=False)
    assert 403 == let_in(house, provider).status_code

    settle(house, provider, known_by_email=True)
    provider.lies = {"email_verified": False}
    assert 403 == let_in(house, provider).status_code

    provider.lies = {"email": "ukjent@eksempel.no"}
    assert 403 == let_in(house, provider).status_code
    assert 0 == SignIn.select().count()


def test_an_address_that_has_passed_to_somebody_new_opens_nothing(house: House, provider: Provider):
    assert 303 == let_in(house, provider).status_code
    provider.lies = {"sub": "somebody new"}

    assert 403 == let_in(house, provider).status_code


def test_one_connects_an_account_on_ones_own_page_and_disconnects_it(house: House, provider: Provider):
    settle(house, provider, known_by_email=False)
    client = house.browser("mentor")
    assert "Koble til Kommunen" in client.get("/me").text

    connected = let_in(house, provider, client)
    assert (303, "/me") == (connected.status_code, connected.location)
    signed_in = house.app.test_client()
    assert 303 == let_in(house, provider, signed_in).status_code
    assert house.people["mentor"].name in signed_in.get("/me").text

    taken = let_in(house, provider, house.browser("organizer"))
    assert 422 == taken.status_code

    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)[1]
    client.post("/me/accounts/remove", data={"csrf_token": csrf, "issuer": provider.issuer})
    assert 403 == let_in(house, provider).status_code


def test_whoever_left_to_connect_and_is_gone_connects_nothing(house: House, provider: Provider):
    client = house.browser("mentor")
    answer = leave(provider, client)
    client.delete_cookie(COOKIE)

    assert 401 == client.get("/signin/back/kommunen", query_string=answer).status_code
    assert 0 == Identity.select().count()


def test_a_file_that_would_let_anybody_in_is_refused(house: House, provider: Provider):
    for issuer, told in (
        ("https://login.microsoftonline.com/common/v2.0", "one tenant"),
        ("http://login.example", "https"),
    ):
        settle(house, provider, known_by_email=True, issuer=issuer)
        with pytest.raises(openid.BadSettings, match=told):
            openid.providers(house.service.config.keys)
