"""The pages while they are being made: the window starts beside them, and its first request waits for them."""

import gc
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .home import Home
from .places import Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .desk import Desk

PATIENCE = 60.0  # seconds


class LatePages:
    """Loads database, forms and pages in a thread of its own, which a third of the start is spent on."""

    def __init__(
        self, home: Home, server: str | None, refused: Refused | None, ask_where: Callable[[str], Path | None]
    ) -> None:
        self._home = home
        self._ask_where = ask_where
        self._server = server
        self._refused = refused
        self._made = threading.Event()
        self._app: WSGIApplication | None = None
        self._desk: Desk | None = None

    def make(self) -> None:
        """Load what the pages need, then look for the key.

        What is loaded stays for good: looking for rubbish among it meanwhile, and ever after, costs a sixth of it all.
        """
        gc.disable()
        try:
            self._load()
        finally:
            gc.freeze()
            gc.enable()

    def _load(self) -> None:
        from .app import create_app, warm_up
        from .desk import Desk

        self._desk = Desk(self._home, server=self._server, refused=self._refused, ask_where=self._ask_where)
        self._app = create_app(self._desk)
        self._made.set()
        self._desk.begin()
        warm_up(self._app, self._desk.stage)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer as the pages do, as soon as they are there."""
        self._made.wait(PATIENCE)
        if self._app is None:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self._app(environ, start_response)

    def close(self) -> None:
        """Put away what was opened."""
        if self._desk is not None:
            self._desk.close()
