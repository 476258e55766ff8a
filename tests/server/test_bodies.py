"""What is posted counts whole or not at all, and those who fall silent while sending stop nobody's pages."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from server.anonymous.makers import CLOSES, OPENS

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.app import close_app, create_app
from fotfeste_server.bodies import AT_ONCE
from fotfeste_server.config import Config
from fotfeste_shared.forms import shipped

WHOLE = b"a.t_faglig=4&a.b_bli=5"


@pytest.fixture
def app(tmp_path):
    app = create_app(Config(data=tmp_path / "house"))
    with time_machine.travel("2026-10-15T12:00:00+02:00", tick=True):
        yield app
    close_app(app)


@pytest.fixture
def link(app):
    service = app.extensions["fotfeste"]
    keys = Keys(service.config.keys)
    window = open_window(service.db, keys, "nettverk-1", "2026Q4", opens=OPENS, closes=CLOSES)
    return "/s/" + invite(service.db, keys, window, shipped()["nyansatt"], wave="m3", place="5025")[0]


def send(app, link: str, stream, length: int):
    """Post as our web server hands it on: it calls every body ended, also when the connection broke."""
    served = {"wsgi.input": stream, "CONTENT_LENGTH": str(length), "wsgi.input_terminated": True}
    form = "application/x-www-form-urlencoded"
    return app.test_client().post(link, content_type=form, environ_overrides=served)


def test_half_an_answer_is_refused_and_the_whole_one_is_kept_afterwards(app, link):
    for cut in range(len(WHOLE)):
        assert 400 == send(app, link, io.BytesIO(WHOLE[:cut]), len(WHOLE)).status_code
    assert 0 == Inbox.select().count()

    assert 200 == send(app, link, io.BytesIO(WHOLE), len(WHOLE)).status_code
    assert 1 == Inbox.select().count()


class Silent(io.RawIOBase):
    """A body that stops coming, until somebody hangs up."""

    def __init__(self) -> None:
        self.begun, self.hung_up = threading.Event(), threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer) -> int:
        self.begun.set()
        self.hung_up.wait()
        return 0


def test_senders_who_fall_silent_leave_room_for_pages_and_for_those_after_them(app, link):
    bodies = [Silent() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as senders:
        sending = [senders.submit(send, app, link, body, 1000) for body in bodies]
        try:
            for body in bodies:
                body.begun.wait()
            crowded = send(app, link, io.BytesIO(WHOLE), len(WHOLE))
            page = app.test_client().get(link)
        finally:
            for body in bodies:
                body.hung_up.set()

    assert (503, 200) == (crowded.status_code, page.status_code)
    assert {400} == {each.result().status_code for each in sending}
    assert 200 == send(app, link, io.BytesIO(WHOLE), len(WHOLE)).status_code
