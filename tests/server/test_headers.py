"""Every answer wears its headers, whatever it is: a page, a file, a fault, a thing that is not there."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app
from werkzeug.middleware.proxy_fix import ProxyFix

from fotfeste_server.app import create_app
from fotfeste_server.config import Config
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.views import COOKIE, rule_of
from fotfeste_shared.revisions import new_id

EXPECTED: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "headers.toml").read_text("utf-8")
)
MACHINES = ("/api/", "/sync/", "/health/", "/metrics", "/calendar/")
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house behind a proxy that speaks HTTPS for it."""
    folder = tmp_path_factory.mktemp("headers")
    app = create_app(Config(data=folder, address="https://fotfeste.example.org", proxy=True))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    made = furnish(app)
    app.add_url_rule("/falls-over", "falls_over", lambda: 1 / 0)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)
    yield made
    close_app(app)


def kind_of(rule: str, who: str | None) -> str:
    if who in ("link", "public link") and not rule.startswith("/calendar/"):
        return "survey" if who == "link" else "public"
    return "machine" if rule.startswith(MACHINES) else "page"


def faults(kind: str, headers) -> list[str]:
    found = []
    for name, value in EXPECTED[kind].items():
        here = headers.get(name)
        good = here is None if value == "" else here is not None if value == "*" else here == value
        found += [] if good else [f"{name}: {here}"]
    return found


def addresses(house: House) -> list[tuple[str, str, str]]:
    """Each route and method with something in its address, there or not; then what has no route at all."""
    own = {"network_id": house.network.id, "team_id": house.team.id, "record_id": house.report().id,
           "pairing_id": house.pairing.id, "gathering_id": house.gathering.id}  # fmt: skip
    found = []
    for rule in house.app.url_map.iter_rules():
        values = {name: own.get(name, new_id()) for name in rule.arguments}
        address = house.app.url_map.bind("localhost").build(rule.endpoint, values)
        kind = kind_of(str(rule), rule_of(house.app, rule.endpoint))
        found += [(kind, method, address) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    found += [("page", "GET", f"/{nowhere}") for nowhere in ("nowhere", ".git/config", ".env", "networks/x", "%00")]
    found += [("page", method, "/") for method in ("POST", "PUT", "DELETE", "TRACE", "PATCH")]
    found += [("page", "GET", "/falls-over"), ("machine", "GET", "/api/v1/nowhere"), ("machine", "POST", "/sync/v1/x")]
    return found


def test_every_route_error_and_method_wears_its_headers(house: House):
    client, wrong, tried = house.app.test_client(), {}, 0
    for signed_in in (False, True):
        for kind, method, address in addresses(house):
            if signed_in:
                token = begin_session(house.db, house.people["organizer"])
                client.set_cookie(f"__Host-{COOKIE}", token, secure=True, domain="localhost")
            reply = client.open(address, method=method, headers=HTTPS, base_url="https://localhost")
            tried += 1
            if lacking := faults(kind, reply.headers):
                wrong[method, address, reply.status_code] = lacking

    assert tried > 200
    assert {} == wrong


def test_every_cookie_is_held_to_this_host_and_kept_from_scripts(house: House):
    client, seen = house.app.test_client(), []
    for address in ("/signin", "/signin?language=en", "/nowhere", "/"):
        seen += client.get(address, headers=HTTPS, base_url="https://localhost").headers.getlist("Set-Cookie")

    assert seen
    for cookie in seen:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        if not cookie.startswith("language="):
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie


def test_static_files_and_their_absence_wear_them_too(house: House):
    client = house.app.test_client()
    for address in ("/static/fotfeste.css", "/static/passkeys.mjs", "/static/mark.svg"):
        with client.get(address, headers=HTTPS) as reply:
            given = reply.headers
        assert 200 == reply.status_code
        assert [] == faults("file", given), address
    for address in ("/static/nowhere.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"):
        reply = client.get(address, headers=HTTPS, base_url="https://localhost")
        assert 404 == reply.status_code
        assert [] == faults("page", reply.headers), address


@pytest.mark.parametrize(("method", "address"), [("TRACE", "/api/v1/teams"), ("DELETE", "/signin"), ("PUT", "/")])
def test_a_method_that_a_route_does_not_know_is_answered_with_those_it_knows(house: House, method: str, address: str):
    reply = house.browser().open(address, method=method, headers=HTTPS)

    assert 405 == reply.status_code
    assert "GET" in reply.headers["Allow"]


def test_no_promise_of_https_where_none_is_spoken(tmp_path: Path):
    app = open_app(tmp_path, "")
    for address in ("/signin", "/static/fotfeste.css"):
        with app.test_client().get(address) as reply:
            assert "Strict-Transport-Security" not in reply.headers
    close_app(app)


# --- who sent it ---------------------------------------------------------------------------------------


def test_what_another_site_sets_off_is_refused(house: House):
    client = house.app.test_client()

    def status(method: str, address: str, **headers: str) -> int:
        given = HTTPS | {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(address, method=method, headers=given, base_url="https://fotfeste.example.org").status_code

    for site in ("cross-site", "same-site"):
        assert 403 == status("POST", "/signin", Sec_Fetch_Site=site)
        assert 403 == status("POST", "/s/x", Sec_Fetch_Site=site)
        assert 403 == status("POST", "/sync/v1/enrol", Sec_Fetch_Site=site)
        assert 403 == status("GET", "/signin", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image")
        assert 403 == status("GET", "/signin", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")
        link = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
        assert 200 == status("GET", "/signin", **link)
    assert 403 == status("POST", "/signin", Origin="https://ond.example")
    assert 400 == status("POST", "/signin", Origin="https://fotfeste.example.org")  # goes on to the form's own token
    assert 400 == status("POST", "/signin", Sec_Fetch_Site="same-origin")
    assert 404 == status("POST", "/s/x", Origin="null")
