"""A person at the desk's pages, without a window: follows forms with the hidden fields of the page last seen."""

import re

from fotfeste_desktop.app import create_app

PASSPHRASE = "fire rolige grønne fjell"


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
