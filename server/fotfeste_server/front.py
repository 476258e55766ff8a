"""Stands between the network and the app: a request takes one of the few threads only when all of it is here.

Heads and bodies come in beside each other in one event loop, however slowly phones, broken lines and mischief send
them. What does not come whole and in time is let go, and nothing of it reaches the app.
"""

import asyncio
import io
import logging
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # renamed there

from fotfeste_shared.problems import Problem, TooLarge

from .app import MOST_POSTED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
THREADS = 8
PATIENCE = 20.0  # seconds for a body to come in,
SLOWEST = 8_192  # and one more for each so many bytes: a big push over a bad line is honest work
SILENCE_MS = 8_000  # for a head to come in, and between two requests; shorter than an ending server is given
CONNECTIONS = 4_096
FILES = 256  # what a process opens besides its connections
FROM_ONE = 256  # requests under way in one worker from one address: a ward behind one, not a flood
PLAIN, LAST = ("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")
READY, ENDING = "/health/ready", b'{"ready":false,"ending":true}'
LARGE = TooLarge()
MANY = Problem("Det kommer for mye fra samme sted akkurat nå. Vent litt, og prøv igjen.", code="crowd", status=429)
NO_LENGTH = Problem("Det kom ikke fram hvor mye du ville sende. Prøv igjen.", code="no_length", status=411)
HALF = Problem("Bare en del av det du sendte, kom fram. Ingenting er lagret. Prøv igjen.", code="half", status=400)
SLOW = Problem("Det tok for lang tid å sende. Ingenting er lagret. Prøv igjen.", code="slow", status=408)
Headers = list[tuple[str, str]]


class Front:
    """An RSGI application that gives whole requests to a WSGI one, in threads of its own."""

    def __init__(
        self,
        app: "WSGIApplication",
        *,
        threads: int = THREADS,
        from_one: int | None = FROM_ONE,
        ending: Callable[[], bool] = bool,
    ) -> None:
        """Stand before an app. `from_one` bounds what comes from one address; behind a proxy all does.

        `ending` tells that the server is about to end: it serves on, and says that it is not ready for more.
        """
        self._app = app
        self._from_one = from_one
        self._ending = ending
        self._under_way: Counter[str] = Counter()
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"front {n}", daemon=True) for n in range(threads)]
        self._arriving: set[asyncio.Timeout] = set()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; when the server is ended later, bodies that are still on their way are not waited for."""
        for thread in self._threads:
            thread.start()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, partial(self._leave, loop, signal.getsignal(each)))

    def _leave(self, loop: asyncio.AbstractEventLoop, before: Any, number: int, frame: object) -> None:  # noqa: ANN401
        for patience in self._arriving.copy():
            loop.call_soon_threadsafe(patience.reschedule, 0)
        before(number, frame)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Finish what was taken in; the web server takes no more by now."""
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    async def __call__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Take one request in, and hold no thread but the app's own while it is answered."""
        caller = _network(scope.client)
        if self._from_one is not None and self._under_way[caller] >= self._from_one:
            _refuse(proto, MANY)
            return
        self._under_way[caller] += 1
        try:
            await self._taken(scope, proto)
        finally:
            self._under_way[caller] -= 1
            if not self._under_way[caller]:
                del self._under_way[caller]

    async def _taken(self, scope: Scope, proto: HTTPProtocol) -> None:
        headers = scope.headers.items()
        problem, length = _expected(dict(headers))
        if problem:
            _refuse(proto, problem)
            return
        try:
            body = await self._body(proto, length) if length else b""
        except TimeoutError:
            _refuse(proto, SLOW)
        except ProtocolClosed:
            _refuse(proto, HALF)  # whoever has gone does not hear it; who only ended early does
        else:
            if scope.path == READY and self._ending():
                proto.response_bytes(503, [("Content-Type", "application/json"), LAST], ENDING)
                return
            await self._answered(_environ(scope, headers, body), proto)

    async def _body(self, proto: HTTPProtocol, length: int) -> bytes:
        async with asyncio.timeout(PATIENCE + length / SLOWEST) as patience:
            self._arriving.add(patience)
            try:
                return await proto()
            finally:
                self._arriving.discard(patience)

    async def _answered(self, environ: "WSGIEnvironment", proto: HTTPProtocol) -> None:
        """Wait until one of the threads has answered."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def answer() -> None:
            try:
                proto.response_bytes(*ask(self._app, environ))
            except Exception:
                log.exception("a request could not be answered")  # the web server says 500
            finally:
                loop.call_soon_threadsafe(done.set_result, None)

        self._todo.put(answer)
        await done

    def _work(self) -> None:
        while answer := self._todo.get():
            answer()


def settings() -> dict[str, Any]:
    """Give the web server's own settings, which end what is silent and bound how many connections it holds."""
    return {
        "interface": Interfaces.RSGI,
        "http": HTTPModes.http1,  # while it guesses the version, it waits for a silent connection for ever
        "http1_settings": HTTP1Settings(header_read_timeout=SILENCE_MS),
        "websockets": False,
        "backpressure": _room(),
    }


def _room() -> int:
    """Ask the system for room for many connections, and tell how many we were given."""
    if sys.platform == "win32":  # knows no such limit
        return CONNECTIONS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    given = CONNECTIONS + FILES if hard == resource.RLIM_INFINITY else min(CONNECTIONS + FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < given:
        resource.setrlimit(resource.RLIMIT_NOFILE, (given, hard))
    return max(given - FILES, FILES)


def ask(app: "WSGIApplication", environ: "WSGIEnvironment") -> tuple[int, Headers, bytes]:
    """Let a WSGI app answer, and gather all that it says."""
    begun, written = list[tuple[str, Headers]](), list[bytes]()

    def start(status: str, headers: Headers, _fault: object = None) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return written.append

    parts = app(environ, start)
    try:
        written += parts
    finally:
        getattr(parts, "close", bool)()
    status, headers = begun[0]
    return int(status[:3]), headers, b"".join(written)


def _refuse(proto: HTTPProtocol, problem: Problem) -> None:
    """Say what is wrong with a request as a whole, and hang up."""
    proto.response_bytes(problem.status, [PLAIN, LAST], problem.sentence("nb").encode())


def _network(client: str) -> str:
    """Name where a connection comes from, as a network rather than a machine, as views/pace.py does."""
    address = client.rpartition(":")[0].strip("[]")
    return ":".join(address.split(":")[:4]) if ":" in address else address


def _expected(headers: dict[str, str]) -> tuple[Problem | None, int]:
    """Read in a head why its body is not waited for, or else how long it is.

    Without a length nobody could tell whether a body has come whole.
    """
    if "transfer-encoding" in headers:
        return NO_LENGTH, 0
    length = int(headers.get("content-length", 0))  # the web server has seen to it that it is a number
    return (LARGE, 0) if length > MOST_POSTED else (None, length)


@lru_cache(maxsize=256)
def _key(header: str) -> str:
    """Name a header as WSGI does."""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _environ(scope: Scope, headers: Iterable[tuple[str, str]], body: bytes) -> "WSGIEnvironment":
    """Say a request in the words of WSGI."""
    (address, _, port), (host, _, our_port) = scope.client.rpartition(":"), scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": address.strip("[]"),
        "REMOTE_PORT": port,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": our_port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        if "_" in name:
            continue  # would pass for the name with a hyphen, for which a proxy may have vouched
        key, between = _key(name), "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    return environ
