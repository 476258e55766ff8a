"""Carries one request to the server and brings its answer back; the only module that reaches out to the network.

Nobody waits for ever: neither for a server that is silent, nor for one that says a byte now and then.
"""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from fotfeste_shared import sync

from .exchange import Identity
from .line import CONNECT, EnrolmentRefused, Line, Unreachable

M = TypeVar("M", bound=sync.Message)

PATIENCE = 20.0  # seconds for an answer to begin,
SLOWEST_UP = 8_192  # one more for each so many bytes that were sent,
SLOWEST_DOWN = 1_024  # and one more for each so many that have come: a long answer over a bad line is honest work
PIECE = 65_536
LARGEST_ANSWER = 16 * 1024 * 1024


class Patience:
    """Hangs up when an answer takes too long to begin, however many bytes of it have dripped in by then."""

    def __init__(self) -> None:
        self._open: WeakSet[HTTPConnection] = WeakSet()

    def watch(self, connection: HTTPConnection) -> None:
        """Know a connection from now on."""
        self._open.add(connection)

    @contextmanager
    def ends_after(self, seconds: float) -> Iterator[threading.Event]:
        """Let what happens inside last so long at most; gives what tells whether it had to be ended."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._hang_up, [late])
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def _hang_up(self, late: threading.Event) -> None:
        late.set()
        for each in list(self._open):
            if isinstance(each.sock, socket.socket):
                with suppress(OSError):  # it has ended by itself
                    # The plain socket's own way: one of TLS would say goodbye first, and wait for an answer to that.
                    socket.socket.shutdown(each.sock, socket.SHUT_RDWR)


class Adapter(HTTPAdapter):
    """Makes connections that can be hung up on, and trusts what the computer trusts, too.

    Municipalities look into TLS with certificates of their own; requests adds its own bundle to the system's.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (as requests has it)
        """Make the connections that go straight to the server."""
        super().init_poolmanager(*arguments, **options, ssl_context=ssl.create_default_context())
        self.poolmanager.pool_classes_by_scheme = _pools(self._patience)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 (as requests has it)
        """Make those that go through a proxy which the computer's settings name."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _pools(self._patience)
        return manager


def _pools(patience: Patience) -> dict[str, type[HTTPConnectionPool]]:
    """Make pools whose connections are known to `patience`."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            patience.watch(self)
            super().connect()

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            patience.watch(self)
            super().connect()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no authority to a request: its own token is all, whatever a .netrc on this computer says of the host."""
    return request


class Courier:
    """One request to the server at a time, and its answer proven to be readable; raises Unreachable."""

    def __init__(self) -> None:
        self._patience = Patience()
        self._session = requests.Session()
        self._session.auth = _as_it_is
        adapter = Adapter(self._patience)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def enrol(self, url: str, code: str, install: str, name: str) -> sync.EnrolReply:
        """Trade a one-time code for the device's own token; repeating it after a lost answer is safe."""
        body = sync.write(sync.Enrol(code=code, install=install, name=name))
        try:
            return self._send(sync.EnrolReply, url + "/sync/v1/enrol", body, {})
        except Unreachable as fault:
            if fault.status is not None and 400 <= fault.status < 500:
                raise EnrolmentRefused from fault
            raise

    def ask(self, kind: type[M], identity: Identity, path: str, message: sync.Message) -> M:
        """Send a message of sync and read the answer."""
        return self._send(kind, f"{identity.url}/sync/v1/{path}", sync.write(message), _bearer(identity))

    def form(self, identity: Identity, digest: str) -> str:
        """Fetch one published definition."""
        url = f"{identity.url}/sync/v1/forms/{digest}"
        return self._fetch("GET", url, None, _bearer(identity)).decode("utf-8", "replace")

    def _send(self, kind: type[M], url: str, body: bytes, headers: dict[str, str]) -> M:
        headers["Content-Type"] = "application/json"
        if len(body) > 1024:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        content = self._fetch("POST", url, body, headers)
        try:
            return sync.read(kind, content)
        except sync.BadMessage as fault:
            raise Unreachable(Line.WRONG_SERVER) from fault

    def _fetch(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        headers["Sync-Protocol"] = str(sync.PROTOCOL)
        begun, patience = time.monotonic(), PATIENCE + len(body or b"") / SLOWEST_UP
        try:
            with self._patience.ends_after(CONNECT + patience) as late:
                # no redirects: a token must not follow one, and a captive portal is fond of them
                answer = self._session.request(
                    method, url, data=body, headers=headers, timeout=(CONNECT, patience), allow_redirects=False,
                    stream=True,
                )  # fmt: skip
            with answer:
                # A head that was cut off looks like one that has ended.
                content = b"" if late.is_set() else _read(answer, begun + CONNECT + patience)
        except (requests.RequestException, HTTPError, OSError) as fault:
            raise Unreachable(Line.OFFLINE, slow=time.monotonic() - begun >= CONNECT) from fault
        if late.is_set():
            raise Unreachable(Line.OFFLINE, slow=True)
        _refuse_bad_status(answer)
        return content


def _bearer(identity: Identity) -> dict[str, str]:
    return {"Authorization": f"Bearer {identity.token}"}


def _read(answer: requests.Response, until: float) -> bytes:
    """Read a whole answer, as long as it comes at some pace."""
    content = bytearray()
    while len(content) < LARGEST_ANSWER and (piece := answer.raw.read1(PIECE, decode_content=True)):
        content += piece
        if time.monotonic() > until + len(content) / SLOWEST_DOWN:
            raise TimeoutError
    return bytes(content)


def _refuse_bad_status(answer: requests.Response) -> None:
    """Only 200 is an answer; what else may have come changes nothing but the status line."""
    if answer.status_code == 200:
        return
    lines = {401: Line.LOGIN_NEEDED, 403: Line.REVOKED, 426: Line.UPDATE_NEEDED}
    line = lines.get(answer.status_code, Line.OFFLINE)
    wish = answer.headers.get("Retry-After", "")
    wait = float(wish) if wish.isdigit() else None
    raise Unreachable(line, answer.status_code, wait, slow=answer.status_code == 408)
