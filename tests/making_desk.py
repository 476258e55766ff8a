"""A person at the desk's pages, without a window: follows forms with the hidden fields of the page last seen."""

import re

from fotfeste_desktop.app import create_app
from fotfeste_shared.clock import today

PASSPHRASE = "fire rolige grønne fjell"
PAIRING = "0b9f7c1e-1111-4a4a-8a8a-000000000001"


class Browser:
    """Follows forms as a person does: with the hidden fields of the page it last saw."""

    def __init__(self, desk):
        self.client = create_app(desk).test_client()
        self.page, self.status, self.path = "", 0, ""

    def get(self, path):
        return self._seen(self.client.get(path, follow_redirects=True))

    def post(self, path, **fields):
        fields = {name.replace("__", "."): value for name, value in fields.items()}
        return self._seen(self.client.post(path, data=self._hidden() | fields, follow_redirects=True))

    def _hidden(self):
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page)
        return dict(found)

    def _seen(self, answer):
        self.page, self.status, self.path = answer.get_data(as_text=True), answer.status_code, answer.request.path
        return self.page


def fill(browser, **more):
    """Begin a session for the pairing and give what the form asks for."""
    browser.get(f"/pairings/{PAIRING}")
    browser.post(f"/pairings/{PAIRING}/sessions")
    fields = {"a__kobling": PAIRING, "a__status": "ja", "a__dato": today().isoformat(), "a__minutter": "45"}
    fields |= {"a__form": "rom", "a__arbeidstid": "ja", "a__tema": "legemidler", "a__informert": "ja"}
    return fields | more


def log(browser, **more):
    """Log a whole session, and give what was filled in."""
    fields = fill(browser, **more)
    browser.post(browser.path, **fields)
    return fields
