"""The real server on a loopback port, with survey links that are open today."""

import os
import threading
from contextlib import contextmanager
from datetime import timedelta

from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import WSGIRequestHandler, make_server

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped

# How wide and in which colours a page is looked at: the two that differ most, or all four by `--accessibility`.
LONG = os.environ.get("FOTFESTE_ACCESSIBILITY") == "long"
SCREENS = [(320, "dark"), (1280, "light"), *([(320, "light"), (1280, "dark")] if LONG else [])]


class Silent(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log(self, *_):
        pass


@contextmanager
def serving(app):
    """Serve an app over real HTTP as long as the test needs it; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:  # else a fault leaves the thread, and the program never ends
        server.shutdown()
        thread.join()


class House:
    """A served house and the means to make links into it."""

    def __init__(self, folder):
        self.app = create_app(Config(data=folder, database=f"sqlite:///{folder / 'fotfeste.db'}"))
        self.lost_replies = 0
        self._inner, self.app.wsgi_app = self.app.wsgi_app, self._losing

    def _losing(self, environ, start_response):
        """Take an answer in but lose the reply on its way back, as often as the test says."""
        if environ["REQUEST_METHOD"] != "POST" or not self.lost_replies:
            return self._inner(environ, start_response)
        self.lost_replies -= 1
        for _ in self._inner(environ, lambda *_: None):
            pass
        start_response("502 Bad Gateway", [("Content-Type", "text/html")])
        return [b"<main>somebody else's page</main>"]

    def link(self, code="nyansatt", wave="m3"):
        """Make one survey link, open for a month from yesterday."""
        service = self.app.extensions["fotfeste"]
        keys = Keys(service.config.keys)
        opens, closes = today() - timedelta(days=1), today() + timedelta(days=30)
        window = open_window(service.db, keys, f"nettverk-{code}-{wave}", "2026Q4", opens=opens, closes=closes)
        token = invite(service.db, keys, window, shipped()[code], wave=wave, place="5025")[0]
        return f"{self.address}/s/{token}"

    @contextmanager
    def open(self):
        """Serve the house, then close it in good order."""
        with serving(self.app) as self.address:
            yield self
        close_app(self.app)


def faults(page):
    """Name what axe finds wrong with the page as it stands, and whether it scrolls sideways."""
    found = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + (["scrolls sideways"] if wider else [])


TARGETS = "button, select, input, textarea, summary, nav a, label.o, label.option"
SMALL_TARGETS = f"""() => [...document.querySelectorAll("{TARGETS}")]
  .filter((each) => each.checkVisibility() && !each.closest("label > *, .ds-sr-only, .ds-skip-link"))
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect().height])
  .filter(([, height]) => height && height < 43.5)"""
