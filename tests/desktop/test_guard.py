"""Nobody but the window gets through: plain HTTP from outside, as another user of the machine would try."""

import http.client
import threading
from dataclasses import dataclass, field

import pytest

from fotfeste_desktop.guard import Guard, serve


@dataclass
class Door:
    guard: Guard
    knocks: list[str] = field(default_factory=list)

    def ask(self, path="/", method="GET", **headers):
        caller = http.client.HTTPConnection(self.guard.host, timeout=5)
        caller.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = caller.getresponse()
        answer.read()
        caller.close()
        return answer

    def status(self, path="/", method="GET", **headers):
        return self.ask(path, method, **headers).status

    def enter(self):
        answer = self.ask("/_start?" + self.guard.entrance.partition("?")[2])
        return answer, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def page(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("cache-control", "public")])
    return [b"<p>inside"]


@pytest.fixture
def door():
    knocks: list[str] = []
    guard = Guard(page, lambda: knocks.append("knock"))
    server = serve(guard)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Door(guard, knocks)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_stranger_sees_nothing_and_the_window_sees_the_page(door):
    _, cookie = door.enter()

    assert door.status("/", Cookie=cookie) == 200
    assert door.status("/") == 403
    assert door.status("/static/fotfeste.css") == 403
    assert door.status("/", Cookie="fotfeste-window=guess") == 403
    assert door.status("/", Cookie="fotfeste-window=gjett-æøå".encode().decode("latin-1")) == 403


def test_the_ticket_opens_once_and_a_wrong_guess_does_not_use_it_up(door):
    ticket = door.guard.entrance.partition("?")[2]

    assert door.status("/_start?guess") == 403
    assert door.status("/_start") == 403
    assert door.status("/_start?" + ticket) == 303
    assert door.status("/_start?" + ticket) == 403
    assert door.status("/_start?None") == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(door):
    answer, cookie = door.enter()
    parts = {part.strip() for part in answer.getheader("Set-Cookie").split(";")}

    assert {"HttpOnly", "SameSite=Strict", "Path=/", cookie} == parts
    assert len(cookie.partition("=")[2]) >= 43


def test_a_foreign_name_for_this_machine_is_sent_away(door):
    _, cookie = door.enter()

    assert door.status("/", Cookie=cookie, Host="evil.example") == 421
    assert door.status("/", Cookie=cookie, Host="localhost:" + door.guard.host.split(":")[1]) == 421


def test_a_post_from_another_site_is_refused_even_with_the_cookie(door):
    _, cookie = door.enter()
    ours = "http://" + door.guard.host

    assert door.status("/x", "POST", Cookie=cookie, Origin=ours) == 200
    assert door.status("/x", "POST", Cookie=cookie, Origin="https://evil.example") == 403
    assert door.status("/x", "POST", Cookie=cookie, Origin="null") == 403


def test_only_who_can_read_our_file_may_knock(door):
    assert door.status("/_knock", "POST", X_Control="guess") == 403
    assert door.status("/_knock", "GET", X_Control=door.guard.control) == 403
    assert door.knocks == []
    assert door.status("/_knock", "POST", X_Control=door.guard.control) == 204
    assert door.knocks == ["knock"]


def test_every_page_is_hardened_whatever_the_app_forgot(door):
    _, cookie = door.enter()
    answer = door.ask("/", Cookie=cookie)
    policy = answer.getheader("Content-Security-Policy")

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Referrer-Policy") == "same-origin"


def test_nobody_passes_before_the_port_is_known():
    guard = Guard(page, lambda: None)
    heard = []

    environ = {"PATH_INFO": "/", "HTTP_HOST": "127.0.0.1:1", "REQUEST_METHOD": "GET"}
    guard(environ, lambda status, _: heard.append(status))

    assert heard == ["421 Misdirected Request"]
