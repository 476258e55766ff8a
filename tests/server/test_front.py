"""What is sent slowly, by halves or not to the end, straight at a real server, harms nobody and is not held."""

import gzip
import http.client
import os
import select
import signal
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bench.serving import family
from making_house import close_app, furnish, open_app, report

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.app import MOST_POSTED
from fotfeste_server.front import FROM_ONE
from fotfeste_server.named.models import Revision
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.sync import write

SPARE = 20  # threads and connections to its database that a server may take when it likes
MANY = 100  # and as many again: together less than one address may have under way
PATIENCE = 30
ENROLLING = 300  # tries from one address
ANSWER = urlencode({"a.t_faglig": "4", "a.b_bli": "5"}).encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Place:
    """A furnished house with unused links, shut until its server is started, and opened again to count."""

    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        app = open_app(folder, database)
        house = furnish(app)
        self.token = house.device("contact").token
        self.push = write(house.push("contact", report(house)))
        keys, day = house.service.keys, today()
        window = open_window(house.db, keys, house.network.id, "2026Q4", opens=day, closes=day)
        made = invite(house.db, keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=40)
        self.links = [f"/s/{token}" for token in made]
        close_app(app)

    def kept(self):
        """Count answers and revisions."""
        app = open_app(self.folder, self.database)
        try:
            return Inbox.select().count(), Revision.select().count()
        finally:
            close_app(app)


@pytest.fixture
def place(tmp_path, database_url):
    database = database_url if database_url.startswith("postgresql") else ""
    return Place(tmp_path / "house0", database)


@pytest.fixture
def server(place, real_server):
    server = real_server("--database", place.database) if place.database else real_server()
    server.visitors = []
    yield server
    for each in server.visitors:
        each.close()


def ask(server, method, path, body=None, **headers):
    """Ask once, on a connection of its own; nobody waits longer than one would."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, {**FORM, **{k.replace("_", "-"): v for k, v in headers.items()}})
        reply = connection.getresponse()
        return reply, reply.read()


def begin(server, path, sent=ANSWER[:5], promised=4_000, of="127.0.0.1"):
    """Begin a post whose body does not come whole."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {FORM['Content-Type']}\r\n"
    return knock(server, f"{head}Content-Length: {promised}\r\n\r\n".encode() + sent, of)


def knock(server, sent=b"", of="127.0.0.1"):
    """Connect, and send whatever it is."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE, source_address=(of, 0))
    server.visitors.append(connection)
    connection.sendall(sent)
    return connection


def drop(connection):
    """Hang up as a phone does that has lost its network and comes back: with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def rest(connection):
    """Read until the server hangs up."""
    got = b""
    while more := connection.recv(65_536):
        got += more
    return got


def held(server):
    """Count the threads and the connections of all the server's processes."""
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    workers = [pid for children in listed for pid in children.read_text("ascii").split()]
    threads = sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in workers)
    return threads, sum(connections(pid) for pid in workers)


def connections(pid):
    """Count a process's connections; one that is closed at this moment is not one."""
    found = 0
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(path.readlink()).startswith("socket:")
    return found


def eventually(holds):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_half_sent_slow_and_dropped_uploads_harm_nobody_and_are_not_held(place, server):
    with ThreadPoolExecutor(20) as people:  # so that every thread that may serve is there when we count
        replies = people.map(lambda link: ask(server, "POST", link, ANSWER)[0].status, place.links[20:])
    assert {200} == set(replies)
    threads, sockets = (before + SPARE for before in held(server))
    target = place.links[0]

    half = [begin(server, target) for _ in range(MANY)]
    slow = [begin(server, "/sync/v1/push", b"{") for _ in range(MANY)]
    for link in place.links[:20]:
        for connection in slow:
            connection.sendall(b" ")
        drop(begin(server, target))
        begin(server, target).close()
        assert 200 == ask(server, "GET", "/health/live")[0].status
        assert b'data-word="thanks"' in ask(server, "POST", link, ANSWER)[1]
    during = held(server)
    for connection in half + slow:
        drop(connection)

    assert during[0] < threads
    assert during[1] >= 2 * MANY
    eventually(lambda: held(server)[0] <= threads and held(server)[1] <= sockets)
    server.kill()
    assert (40, 0) == place.kept()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it comes as far as a database
def test_who_dawdles_is_let_go(place, server):
    silent, head = knock(server), knock(server, b"GET /health/live HTT")
    body = begin(server, place.links[0], promised=len(ANSWER))

    assert (b"", b"") == (rest(silent), rest(head))
    slow = rest(body).decode()
    assert slow.startswith("HTTP/1.1 408 ")
    assert "Ingenting er lagret" in slow
    assert b'data-word="thanks"' in ask(server, "POST", place.links[0], ANSWER)[1]


def test_a_body_cut_short_reaches_nobody_and_one_too_large_is_not_waited_for(place, server):
    cut = begin(server, place.links[0], ANSWER, promised=len(ANSWER) + 1)
    cut.shutdown(socket.SHUT_WR)
    large = begin(server, place.links[0], promised=MOST_POSTED + 1)
    endless = knock(server, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n")

    half, told, unmeasured = (rest(each).decode() for each in (cut, large, endless))
    assert half.startswith("HTTP/1.1 400 ")
    assert "Ingenting er lagret" in half
    assert told.startswith("HTTP/1.1 413 ")
    assert "for stort" in told
    assert unmeasured.startswith("HTTP/1.1 411 ")
    assert "hvor mye du ville sende" in unmeasured
    assert 413 != ask(server, "POST", place.links[0], b"a" * MOST_POSTED)[0].status
    server.kill()
    assert (0, 0) == place.kept()


def test_whatever_http_says_is_said(place, server):
    page, body = ask(server, "GET", place.links[0])
    head, nothing = ask(server, "HEAD", place.links[0])
    begun, _ = ask(server, "GET", "/signin?language=nn")
    style = b"".join(ask(server, "GET", "/static/fotfeste.css")[1].split())
    tag = ask(server, "GET", "/static/fotfeste.css")[0].getheader("Last-Modified")
    same, empty = ask(server, "GET", "/static/fotfeste.css", If_Modified_Since=tag)
    packed = gzip.compress(place.push)
    bearer = {"Authorization": f"Bearer {place.token}", "Content_Encoding": "gzip"}
    pushed = ask(server, "POST", "/sync/v1/push", packed, **bearer)

    assert (200, str(len(body))) == (page.status, page.getheader("Content-Length"))
    assert (200, str(len(body)), b"") == (head.status, head.getheader("Content-Length"), nothing)
    assert {"forms", "language"} <= {each.partition("=")[0] for each in begun.headers.get_all("Set-Cookie")}
    assert (len(style) > 1_000, 304, b"") == (True, same.status, empty)
    assert b'"stored"' in pushed[1]
    assert 404 == ask(server, "GET", "/s/%C3%A6%2F%FF")[0].status
    for length in ("-1", "+1", "1, 2", "x", "\u0661"):
        asked = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
        assert rest(knock(server, asked.encode())).startswith(b"HTTP/1.1 400 ")


@pytest.mark.slow
def test_a_server_that_was_killed_in_the_middle_serves_again_and_one_that_is_ended_leaves_in_good_order(place, server):
    begin(server, place.links[0])
    server.kill()
    server.start()
    for sent in (b"", b"GET /health/live HTT", b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"):
        knock(server, sent)
    for link in place.links[:5]:
        begin(server, link)
    assert b'data-word="thanks"' in ask(server, "POST", place.links[0], ANSWER)[1]

    os.kill(server.process.pid, signal.SIGTERM)
    server.process.wait(PATIENCE)

    if not place.database:
        assert 0 == (place.folder / "fotfeste.db-wal").stat().st_size
    assert (1, 0) == place.kept()


@pytest.mark.skipif(sys.platform == "darwin", reason="not run: macOS has one loopback address only")
def test_one_address_takes_no_more_than_a_ward_needs_and_others_come_through(place, server):
    # Each worker counts for itself, and the system deals the connections out: with one more than all may have,
    # at least one worker has one too many.
    workers = 2 if place.database else 1
    flood = [begin(server, place.links[0], of="127.0.0.9") for _ in range(workers * FROM_ONE + 1)]
    refused = select.select(flood, [], [], PATIENCE)[0][0]
    one_more = rest(refused).decode()

    assert one_more.startswith("HTTP/1.1 429 ")
    assert "fra samme sted" in one_more
    assert b'data-word="thanks"' in ask(server, "POST", place.links[0], ANSWER)[1]
    for connection in flood:
        drop(connection)
    again = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    eventually(lambda: rest(knock(server, again, of="127.0.0.9")).startswith(b"HTTP/1.1 200 "))


def test_a_server_that_is_to_end_says_that_it_is_not_ready_and_serves_on_for_a_while(place, real_server):
    server = real_server("--drain", "600", *(["--database", place.database] if place.database else []))
    assert b'"ending"' not in ready(server)[1]

    os.kill(server.process.pid, signal.SIGTERM)

    eventually(lambda: (503, b'{"ready":false,"ending":true}') == ready(server))
    assert b'data-word="thanks"' in ask(server, "POST", place.links[0], ANSWER)[1]
    os.kill(server.process.pid, signal.SIGTERM)  # who asks twice does not want to wait
    assert 0 == server.process.wait(PATIENCE)
    assert (1, 0) == place.kept()


def ready(server):
    reply, body = ask(server, "GET", "/health/ready")
    return reply.status, body


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_falls_is_followed_by_another_and_one_that_keeps_falling_ends_the_server_with_an_error(server):
    def worker():
        return next(iter(family(server.process.pid)[1:]), None)

    first = worker()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: worker() not in (None, first) and answers(server))
    for _ in range(3):
        if server.process.poll() is None and (fallen := worker()):
            os.kill(fallen, signal.SIGKILL)
            eventually(lambda fallen=fallen: server.process.poll() is not None or worker() not in (None, fallen))

    assert 1 == server.process.wait(PATIENCE)


def answers(server):
    with suppress(OSError):
        return 200 == ask(server, "GET", "/health/live")[0].status
    return False


@pytest.mark.parametrize(("options", "refused"), [(("--proxy", "--address", "https://a.example"), 0), ((), 10)])
def test_a_callers_address_is_taken_from_a_proxy_that_we_were_told_of_and_from_nobody_else(
    real_server, options, refused
):
    server = real_server(*options)

    def knocked(number):
        told = {"X_Forwarded_For": f"203.0.113.9, 2001:db8:{number:x}::1", "X_Forwarded_Proto": "https"}
        return ask(server, "POST", "/sync/v1/enrol", b"{}", **told)[0].status

    assert refused == [knocked(number) for number in range(ENROLLING + 10)].count(429)
