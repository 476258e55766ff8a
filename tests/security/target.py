"""A furnished house that serves on this machine only, for scanners to ask as much as they like."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import request
from making_house import House, close_app, furnish, open_app
from server.results.making_results import people, write_release
from werkzeug.serving import WSGIRequestHandler, make_server

from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.named.tokens import make_token
from fotfeste_server.views import COOKIE, by_key, open_sheets, signin, sync
from fotfeste_server.views.pace import Pace

PACES = ((by_key, "guessing"), (by_key, "asking"), (signin, "asking"), (signin, "typing"), (signin, "mailbox"),
         (sync, "enrolling"), (open_sheets, "posting"), (open_sheets, "writing_to"))  # fmt: skip


class Silent(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log(self, *_):
        pass


@dataclass
class Target:
    """Where the house is reached, the key of a program, and an organizer's cookie."""

    base: str
    house: House
    key: str
    cookie: str
    faults: list[str]


@contextmanager
def serving() -> Iterator[Target]:
    """Serve a house whose rates and form tokens do not stop a scanner: what lies behind them is what it is to try."""
    for module, name in PACES:
        setattr(module, name, Pace(10**9, 60))
    app = open_app(Path(tempfile.mkdtemp(prefix="fotfeste-security-")), "")
    app.config["WTF_CSRF_ENABLED"] = app.config["PROPAGATE_EXCEPTIONS"] = False
    faults: list[str] = []
    app.after_request(lambda reply: _noted(reply, faults))
    house = furnish(app)
    write_release(path_of(house.service.config.releases, house.network.id), people(5, {"4204": 25}))
    key = make_token(house.db, house.people["organizer"], house.network, "scan", ["results", "read", "write"], days=1)
    cookie = f"{COOKIE}={begin_session(house.db, house.people['organizer'])}"
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Target(f"http://127.0.0.1:{server.port}", house, key, cookie, faults)
    finally:
        server.shutdown()
        thread.join()
        close_app(app)


def _noted(reply, faults: list[str]):
    if reply.status_code >= 500:
        faults.append(f"{reply.status_code} {request.method} {request.full_path}")
    return reply
