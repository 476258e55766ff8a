"""Survey pages that were made before are sent again at once, ahead of the framework: a hall of phones opens together.

The link is looked up each time, so that a window that has closed is closed; only the page's bytes are kept.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, let_go
from fotfeste_shared.problems import Problem

from ..anonymous.invitations import open_invitation
from ..named.programme import Programme, programme
from ..promising import promise_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BEHIND = "/s/"
LANGUAGES_OF_A_LINK = ("", "l=nb", "l=nn", "l=en")
MOST = 256  # kinds of phone and wave kept at a time; a page is six kilobytes
LONGEST_WISH = 200
Kind = tuple[str | int | Programme, ...]


class ReadyPages:
    """Stands before the app, and sends what it answered to the same kind of phone for the same form and wave."""

    def __init__(self, app: "WSGIApplication", db: Database) -> None:
        self._app = app
        self._db = db
        self._making = threading.Lock()
        self._ready: dict[Kind, tuple[list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        kind = self._kind(environ) if environ["REQUEST_METHOD"] == "GET" else None
        if kind is None:
            return self._app(environ, start)
        ready = self._ready.get(kind)
        if ready is None:
            with self._making:  # a hall that opens it together has it made once, not by every thread at a time
                ready = self._ready.get(kind)
                if ready is None:
                    return self._make(kind, environ)(environ, start)
        headers, page = ready
        start("200 OK", list(headers))
        return [page]

    def _kind(self, environ: "WSGIEnvironment") -> Kind | None:
        """Name what decides the page behind an open link, None when it is no such link: then the app says why."""
        path, asked = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        token = path.removeprefix(BEHIND)
        if token == path or not token or len(token) > LONGEST_WISH or asked not in LANGUAGES_OF_A_LINK:
            return None
        wishes = environ.get("HTTP_ACCEPT_ENCODING", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if max(map(len, wishes)) > LONGEST_WISH:
            return None
        try:
            opened = open_invitation(token, today())
            known = programme(opened.network, opened.wave)
            smallest = promise_of(opened.network).smallest
        except Problem:
            return None
        finally:
            let_go(self._db)
        if opened.state != "open":
            return None
        return (opened.form, opened.version, opened.wave, known, smallest, asked, *wishes)

    def _make(self, kind: Kind, environ: "WSGIEnvironment") -> Response:
        """Let the app make the page, and keep it."""
        reply = Response.from_app(self._app, environ, buffered=True)
        if reply.status_code == 200:
            if len(self._ready) >= MOST:
                self._ready.clear()
            self._ready[kind] = (reply.headers.to_wsgi_list(), reply.get_data())
        return reply
