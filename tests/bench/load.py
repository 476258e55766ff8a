"""Load from a process of its own: so many clients, each on one connection, each asking again when it is answered."""

import multiprocessing
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

END_OF_HEAD = b"\r\n\r\n"
STILL = 20.0  # seconds without any answer before a run is given up


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask: the requests in order, shared by the clients; ends after the last or after `seconds`."""

    port: int
    requests: list[bytes]
    clients: int = 32
    seconds: float = 30.0
    again: bool = False


@dataclass(slots=True)
class Answered:
    """What came of it."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    size: int = 0
    last: bytes = b""

    @property
    def rate(self) -> float:
        """Tell how many were answered a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Tell how long one waited at most, in this share of the answers."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else float("nan")


class _Client:
    """One connection that is kept, and what has come of its answer so far."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._connected()
        self.got = bytearray()
        self.asked_at = 0.0

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=STILL)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes) -> None:
        self.got.clear()
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Take what has come; give the status when the answer is whole."""
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("the server hung up")
        self.got += more
        head = self.got.find(END_OF_HEAD)
        if head < 0 or len(self.got) < head + 4 + self._length(head):
            return None
        return int(self.got[9:12])

    def _length(self, head: int) -> int:
        lines = bytes(self.got[:head]).lower()
        start = lines.find(b"content-length:")
        if start < 0:
            raise ValueError("an answer that does not tell its length")
        return int(lines[start + 15 :].split(b"\r\n", 1)[0])


def _run(load: Load) -> Answered:
    waiting = _in_order(load)
    told = Answered()
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(load.clients):
            if (request := next(waiting, None)) is None:
                break
            client = _Client(load.port)
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.ask(request)
        while selector.get_map():
            ready = selector.select(STILL)
            if not ready:
                raise TimeoutError("the server no longer answers")
            for key, _ in ready:
                _hear(key.data, told, waiting, selector)
        told.seconds = time.perf_counter() - began
    return told


def _hear(client: _Client, told: Answered, waiting: Iterator[bytes], selector: selectors.BaseSelector) -> None:
    status = client.read()
    if status is None:
        return
    told.statuses[status] += 1
    told.waits.append(time.perf_counter() - client.asked_at)
    told.size, told.last = len(client.got), bytes(client.got)
    if (request := next(waiting, None)) is not None:
        client.ask(request)
        return
    selector.unregister(client.socket)
    client.socket.close()


def _in_order(load: Load) -> Iterator[bytes]:
    until = time.perf_counter() + load.seconds
    while True:
        for request in load.requests:
            if time.perf_counter() > until:
                return
            yield request
        if not load.again:
            return


def ask(load: Load) -> Answered:
    """Put the load on the server from another process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        return other.submit(_run, load).result()


def get(path: str, **headers: str) -> bytes:
    """Write a GET as a phone's browser sends it."""
    lines = {
        "Host": "127.0.0.1",
        "User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36",
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "nb-NO,nb;q=0.9,en;q=0.8",
        "Accept-Encoding": "gzip, deflate, br",
        **headers,
    }
    return f"GET {path} HTTP/1.1\r\n".encode() + _head(lines)


def post(path: str, body: bytes, kind: str = "application/x-www-form-urlencoded", **headers: str) -> bytes:
    """Write a POST."""
    lines = {"Host": "127.0.0.1", "Accept-Language": "nb-NO", "Content-Type": kind, "Content-Length": str(len(body))}
    return f"POST {path} HTTP/1.1\r\n".encode() + _head(lines | headers) + body


def _head(lines: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n"
