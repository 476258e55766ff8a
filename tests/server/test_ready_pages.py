"""Pages sent again ahead of the framework are the framework's own, and never outlive their window."""

import pytest
import time_machine
from server.anonymous.makers import CLOSES, OPENS

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import Window
from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.views.ready import MOST, ReadyPages
from fotfeste_shared.forms import shipped

PHONES = [
    {"Accept-Encoding": encoding, "Accept-Language": language}
    for encoding in ("gzip, deflate, br", "gzip", "br;q=0", "")
    for language in ("nb-NO,nb;q=0.9", "nn", "en-GB,en;q=0.9", "")
]


class Asking:
    """The app, links into one window, and what stands before it."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()
        service = app.extensions["fotfeste"]
        keys = Keys(service.config.keys)
        self.window = open_window(service.db, keys, "nettverk-1", "2026Q4", opens=OPENS, closes=CLOSES)
        form = shipped()["nyansatt"]
        self.first, self.second = (
            f"/s/{token}" for token in invite(service.db, keys, self.window, form, wave="m3", place="5025", count=2)
        )
        self.layer = app.wsgi_app._app.application
        self.made = []

        def counted(environ, start, behind=self.layer._app):
            self.made.append(environ["PATH_INFO"])
            return behind(environ, start)

        self.layer._app = counted

    def get(self, link, **headers):
        reply = self.client.get(link, headers=headers)
        return reply.status_code, sorted(reply.headers.items()), reply.data


@pytest.fixture
def asking(database_url, tmp_path):
    app = create_app(Config(data=tmp_path / "house", database=database_url))
    with time_machine.travel("2026-10-15T12:00:00+02:00"):
        yield Asking(app)
    close_app(app)


def test_the_second_phone_of_a_kind_gets_exactly_what_the_first_was_made(asking):
    for phone in PHONES:
        for language in ("?l=nb", "?l=nn", "?l=en"):
            fresh = asking.get(f"{asking.first}{language}&past=the-layer", **phone)
            first, second = asking.get(asking.first + language, **phone), asking.get(asking.second + language, **phone)

            assert fresh == first == second
    assert isinstance(asking.layer, ReadyPages)
    assert not any(path == asking.second for path in asking.made)


@pytest.mark.parametrize("when", ["2026-09-30", "2027-01-01"])
def test_a_page_that_is_ready_is_not_shown_outside_the_window(asking, when):
    asking.get(asking.first)

    with time_machine.travel(when):
        status, _, page = asking.get(asking.second)

    assert status in (403, 410)
    assert b"<form" not in page


def test_a_page_that_is_ready_is_not_shown_after_the_seal_nor_by_an_unknown_link(asking):
    asking.get(asking.first)

    Window.update(sealed=1).where(Window.id == asking.window).execute()

    assert asking.get(asking.first)[0] == 410
    assert asking.get("/s/unknown")[0] == 404


def test_no_caller_can_fill_the_memory_with_made_up_phones(asking):
    for number in range(MOST + 50):
        asking.get(asking.first, **{"Accept-Language": f"en;q=0.{number}"})
    asking.get(asking.first, **{"Accept-Language": "en," * 5000})

    assert len(asking.layer._ready) <= MOST
