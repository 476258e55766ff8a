"""One request and its answer: nobody waits for ever, and nothing but the device's own token speaks for it."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from fotfeste_desktop import courier
from fotfeste_desktop.courier import Courier, Line, Unreachable
from fotfeste_desktop.exchange import Identity
from fotfeste_desktop.syncing import Syncing
from fotfeste_shared import sync
from fotfeste_shared.revisions import new_id

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
DRIP = 0.02
PERSON = sync.PersonLine(id=new_id(), name="Ola")


class Dripping:
    """A server that takes a request and then says one byte at a time, for as long as anybody listens."""

    def __init__(self, at_once):
        self.at_once = at_once
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        with suppress(OSError):
            while True:
                visitor, _ = self._door.accept()
                with visitor, suppress(OSError):
                    visitor.recv(65_536)
                    visitor.sendall(self.at_once)
                    while True:
                        visitor.sendall(b"x")
                        time.sleep(DRIP)

    def close(self):
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(5)


@pytest.fixture
def dripping():
    made = []

    def start(at_once):
        made.append(Dripping(at_once))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def carrier():
    carrier = Courier()
    yield carrier
    carrier.close()


@pytest.mark.parametrize("at_once", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD])
def test_an_answer_that_drips_is_given_up(dripping, carrier, monkeypatch, at_once):
    monkeypatch.setattr(courier, "CONNECT", 0.2)
    monkeypatch.setattr(courier, "PATIENCE", 0.2)
    identity = Identity(dripping(at_once).url, "", new_id(), "t", PERSON)

    for what in (lambda: carrier.form(identity, "sha256:0"), lambda: carrier.enrol(identity.url, "c", new_id(), "PC")):
        with pytest.raises(Unreachable) as told:
            what()
        assert (Line.OFFLINE, True) == (told.value.line, told.value.slow)


def test_what_took_too_long_is_tried_in_smaller_pieces(db, mentor, syncing, loopback, monkeypatch):
    for _ in range(8):
        mentor.save(new_id())
    tried = []

    def too_slow(_self, _kind, _identity, _path, push):
        tried.append(len(push.items))
        raise Unreachable(Line.OFFLINE, slow=True)

    with monkeypatch.context() as line:
        line.setattr(Courier, "ask", too_slow)
        for _ in range(5):
            assert syncing.round().line is Line.OFFLINE
    syncing.round()

    assert [8, 4, 2, 1, 1] == tried
    assert 8 == len(loopback.rows)


def test_a_netrc_does_not_speak_for_the_device_and_a_proxy_of_the_computer_is_asked(
    db, loopback, tmp_path, monkeypatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n", "ascii")
    monkeypatch.setenv("NETRC", str(netrc))
    syncing = Syncing(db)
    syncing.enrol(loopback.url, loopback.code, "PC")

    assert syncing.round().line is Line.ONLINE
    assert all(b"Basic" not in heard for heard in loopback.heard)

    monkeypatch.setenv("http_proxy", loopback.url)
    monkeypatch.setenv("no_proxy", "")
    syncing._courier.close()
    with pytest.raises(Unreachable):
        syncing._courier.form(Identity("http://fotfeste.invalid", "", new_id(), "t", PERSON), "sha256:0")
    assert b"GET http://fotfeste.invalid/sync/v1/forms/sha256:0" in loopback.heard[-1]
    syncing.stop()
