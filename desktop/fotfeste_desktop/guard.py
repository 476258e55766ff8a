"""The gate before the local pages: only our own window, and nobody else on the machine, gets through."""

import logging
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, make_server

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "fotfeste-window"

# no-referrer would be stricter, but then browsers send "Origin: null" with our own forms
HARDENING = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _same(left: str, right: str) -> bool:
    return secrets.compare_digest(left.encode("utf-8", "surrogateescape"), right.encode())


class Guard:
    """Answers the one browser that traded this launch's ticket for a cookie; all others are refused."""

    def __init__(self, app: "WSGIApplication", on_knock: Callable[[], None]) -> None:
        self.host = ""  # known once the kernel has given us a port; until then nobody passes
        self.control = secrets.token_urlsafe(32)
        self._app = app
        self._on_knock = on_knock
        self._cookie = secrets.token_urlsafe(32)
        self._ticket: str | None = secrets.token_urlsafe(32)

    @property
    def entrance(self) -> str:
        """The address that the window opens first; it works once."""
        return f"http://{self.host}/_start?{self._ticket}"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let the window through, hardened; turn all others away."""
        refusal = self._refusal(environ)
        if refusal:
            return _short(start_response, refusal)
        match environ["PATH_INFO"]:
            case "/_start":
                return self._enter(environ["QUERY_STRING"], start_response)
            case "/_knock":
                return self._knock(environ, start_response)
        if not self._knows(environ.get("HTTP_COOKIE", "")):
            return _short(start_response, "403 Forbidden")
        return self._app(environ, _hardened(start_response))

    def _refusal(self, environ: "WSGIEnvironment") -> str | None:
        if environ.get("HTTP_HOST") != self.host:  # a foreign name that leads here: DNS rebinding
            return "421 Misdirected Request"
        if environ.get("HTTP_ORIGIN", f"http://{self.host}") != f"http://{self.host}":
            return "403 Forbidden"
        return None

    def _enter(self, ticket: str, start_response: "StartResponse") -> Iterable[bytes]:
        # a wrong guess uses nothing up, or any user of the machine could lock the window out
        if self._ticket is None or not _same(ticket, self._ticket):
            return _short(start_response, "403 Forbidden")
        self._ticket = None
        cookie = f"{COOKIE}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"
        return _short(start_response, "303 See Other", ("Location", "/"), ("Set-Cookie", cookie))

    def _knock(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        known = _same(environ.get("HTTP_X_CONTROL", ""), self.control)
        if environ["REQUEST_METHOD"] != "POST" or not known:
            return _short(start_response, "403 Forbidden")
        self._on_knock()
        return _short(start_response, "204 No Content")

    def _knows(self, cookies: str) -> bool:
        return any(_same(cookie.strip(), f"{COOKIE}={self._cookie}") for cookie in cookies.split(";"))


def serve(guard: Guard) -> BaseWSGIServer:
    """Open the guard's door on a port that is ours from the first instant, on this machine only."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # addresses of pages are nobody's business
    server = make_server("127.0.0.1", 0, guard, threaded=True)
    guard.host = f"127.0.0.1:{server.server_port}"
    return server


def _short(start_response: "StartResponse", status: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    start_response(status, [("Content-Length", "0"), *headers])
    return [b""]


def _hardened(start_response: "StartResponse") -> "StartResponse":
    """Lay our own headers over the page's: nothing the app forgets can weaken them."""

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None, /
    ) -> Callable[[bytes], object]:
        kept = [(name, value) for name, value in headers if name.title() not in HARDENING]
        return start_response(status, [*kept, *HARDENING.items()], exc_info)

    return start
