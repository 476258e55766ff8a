"""Other programs hear of news by signed posts that are repeated until taken, and none goes to an inner machine."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app, report
from server.results.making_results import people, write_release

from fotfeste_server import webhooks
from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.jobs import Job, run_due
from fotfeste_server.named.api_models import Webhook
from fotfeste_server.named.pushing import push_items
from fotfeste_server.outgoing import NotAllowed, look_up
from fotfeste_server.running import handlers
from fotfeste_shared.clock import now
from fotfeste_shared.database import writing
from fotfeste_shared.problems import Invalid


class Listener:
    """A program on loopback that hears posts, and answers as it is told."""

    def __init__(self):
        self.heard, self.status = [], 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((self.headers["Fotfeste-Signature"], body))
                self.send_response(listener.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_words):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/news"

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    made = furnish(app)
    (made.service.config.keys / "webhooks.toml").write_text('inside = ["127.0.0.1"]')
    yield made
    close_app(app)


def work(house: House) -> None:
    known = handlers(house.service)
    run_due(house.db, {kind: known[kind] for kind in (webhooks.ROUND, webhooks.DELIVERY)})


def round_now(house: House) -> None:
    webhooks.go_round(house.service)
    work(house)


def release(house: House) -> None:
    write_release(path_of(house.service.config.releases, house.network.id), people(5, {"4204": 25}))


def test_a_release_and_a_hand_in_are_told_once_each_signed_and_without_content(house: House, listener: Listener):
    made, secret = webhooks.add_webhook(house.service, house.network, listener.address)
    round_now(house)
    assert [] == listener.heard

    release(house)
    push = house.push("contact", report(house))
    device = house.devices["contact"].device
    house.service.writer.do(lambda: push_items(house.db, device, push))
    round_now(house)
    round_now(house)

    assert 2 == len(listener.heard)
    events = {re.search(rb'"event": "([\w.]+)"', body)[1] for _, body in listener.heard}
    assert {b"results.released", b"records.changed"} == events
    for signature, body in listener.heard:
        moment, seal = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signature).groups()
        assert hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() == seal
        assert {"id", "at", "event", "network"} == set(re.findall(r'"(\w+)": ', body.decode()))
    assert secret not in str(list(Webhook.select().dicts()))
    assert made.id in str(list(Webhook.select().dicts()))


def test_news_that_is_not_taken_is_told_again_with_the_same_id(house: House, listener: Listener, time_machine):
    time_machine.move_to(now(), tick=True)
    webhooks.add_webhook(house.service, house.network, listener.address)
    release(house)
    listener.status = 503
    round_now(house)
    assert Webhook.get().failing

    listener.status = 200
    time_machine.move_to(now() + timedelta(minutes=2), tick=True)
    work(house)

    ids = [re.search(rb'"id": "(\w+)"', body)[1] for _, body in listener.heard]
    assert 2 == len(ids)
    assert 1 == len(set(ids))
    assert Webhook.get().failing is None


def test_a_redirection_is_not_followed(house: House, listener: Listener):
    webhooks.add_webhook(house.service, house.network, listener.address)
    release(house)
    listener.status = 302
    round_now(house)

    assert 1 == len(listener.heard)
    assert Job.select().where((Job.kind == webhooks.DELIVERY) & Job.done.is_null()).count()


def test_another_networks_news_and_a_removed_address_are_not_told(house: House, listener: Listener):
    other = furnish(house.app, "Nord", "5501")
    webhooks.add_webhook(house.service, other.network, listener.address)
    release(house)
    round_now(house)
    assert [] == listener.heard

    made, _ = webhooks.add_webhook(house.service, house.network, listener.address)
    write_release(path_of(house.service.config.releases, house.network.id), people(6, {"4204": 30}))
    with writing(house.db):
        webhooks.remove_webhook(house.db, house.network, made.id)
    round_now(house)
    assert [] == listener.heard


INNER = (
    "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.1.2.3/", "https://192.168.1.1/",
    "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data", "https://[fd00::1]/", "https://[fe80::1]/",
    "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/", "https://[2002:7f00:1::]/", "https://2130706433/", "https://0x7f.1/",
    "https://100.64.0.1/", "https://224.0.0.1/", "http://8.8.8.8/", "ftp://8.8.8.8/", "file:///etc/passwd",
    "https://ola:kari@8.8.8.8/", "https://", "https://8.8.8.8:99999/", "javascript:alert(1)", "",
)  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_inner_machine_is_never_posted_to(address: str):
    with pytest.raises(NotAllowed):
        look_up(address)


def test_a_public_machine_may_be_posted_to_and_its_number_is_settled_then():
    where = look_up("https://8.8.8.8:8443/news?a=1")

    assert ("8.8.8.8", 8443, "/news?a=1") == (where.number, where.port, where.path)


def test_the_page_says_what_addresses_may_be(house: House):
    client, page = house.browser("organizer"), f"/networks/{house.network.id}/programs"
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]

    refused = client.post(f"{page}/addresses", data={"csrf_token": csrf, "address": "https://10.0.0.1/"})

    assert 422 == refused.status_code
    assert "Vi sender bare til adresser på internett" in refused.text
    with pytest.raises(Invalid):
        webhooks.add_webhook(house.service, house.network, "https://192.168.0.1/")
