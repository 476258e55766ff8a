"""A line between computers and the server: it cuts after any byte, stalls, trickles, or leads to a portal."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

PIECE = 65_536
RESET = struct.pack("ii", 1, 0)
PAGE = b"<!doctype html><title>Gjestenett</title><form>Godta betingelser</form>"
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 70\r\nConnection: close\r\n\r\n" + PAGE,
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
)


@dataclass(frozen=True)
class Cut:
    """The connection ends when so many bytes have gone one way: in good order, or reset."""

    way: str
    after: int
    reset: bool = False


@dataclass(frozen=True)
class Stall:
    """Nothing comes through for so many seconds, and then everything."""

    seconds: float


@dataclass(frozen=True)
class Trickle:
    """One byte at a time goes one way, with so many seconds between them."""

    way: str
    seconds: float = 1.0


@dataclass(frozen=True)
class Portal:
    """Somebody else answers: a hotel's sign-in page, or what it sends a program."""

    answer: bytes


Weather = Cut | Stall | Trickle | Portal | None


class Severed(Exception):
    """This connection has been cut."""


class Line:
    """Carries what arrives at `port` to the server's; `weather` decides what becomes of each new connection."""

    def __init__(self, server: int) -> None:
        self.weather: Callable[[], Weather] = lambda: None
        self.cuts = self.connections = 0
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._door.setblocking(False)
        self.port: int = self._door.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._accept(),), name="line")
        self._thread.start()

    @property
    def url(self) -> str:
        """The address at which the server seems to be."""
        return f"http://127.0.0.1:{self.port}"

    def always(self, weather: Weather) -> None:
        """From now on every new connection fares like this; those that are open end at once."""
        self.weather = lambda: weather
        self.hang_up()

    def hang_up(self) -> None:
        """End every connection that is open."""
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)

    def close(self) -> None:
        """Take the line down."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()
        self._door.close()

    async def _accept(self) -> None:
        self._stop = asyncio.Event()
        taking = self._loop.create_task(self._take())
        await self._stop.wait()
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        await self._end_all()

    async def _take(self) -> None:
        while True:
            near, _ = await self._loop.sock_accept(self._door)
            self.connections += 1
            task = self._loop.create_task(self._cross(near, self.weather()))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _end_all(self) -> None:
        ending = list(self._open)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _cross(self, near: socket.socket, weather: Weather) -> None:
        with near, socket.socket() as far:
            for end in (near, far):
                end.setblocking(False)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                if isinstance(weather, Portal):
                    await self._answer(near, weather)
                    return
                await self._loop.sock_connect(far, ("127.0.0.1", self._server))
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(near, far, "up", weather))
                    both.create_task(self._carry(far, near, "down", weather))
            except* Severed:
                self.cuts += 1
                _end(weather, near, far)
            except* OSError:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    async def _answer(self, near: socket.socket, portal: Portal) -> None:
        await self._loop.sock_recv(near, PIECE)
        await self._loop.sock_sendall(near, portal.answer)
        near.shutdown(socket.SHUT_WR)
        while await self._loop.sock_recv(near, PIECE):
            pass

    async def _carry(self, source: socket.socket, target: socket.socket, way: str, weather: Weather) -> None:
        """Carry one way until the sender has ended, or the weather strikes."""
        left = weather.after if isinstance(weather, Cut) and weather.way == way else None
        pause = weather.seconds if isinstance(weather, Trickle) and weather.way == way else None
        if isinstance(weather, Stall):
            await asyncio.sleep(weather.seconds)
        while left != 0:
            data = await self._loop.sock_recv(source, 1 if pause is not None else min(PIECE, left or PIECE))
            if not data:
                with suppress(OSError):
                    target.shutdown(socket.SHUT_WR)
                return
            await self._loop.sock_sendall(target, data)
            left = left and left - len(data)
            if pause is not None:
                await asyncio.sleep(pause)
        raise Severed


def _end(weather: Weather, *ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):  # the other side may have been quicker
            if isinstance(weather, Cut) and weather.reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            else:
                end.shutdown(socket.SHUT_WR)


def any_weather(rng: random.Random) -> Weather:
    """Weather of a bad day: half of the connections are well, the others are not."""
    match rng.randrange(10):
        case 0 | 1 | 2:
            return Cut(rng.choice(["up", "down"]), rng.randrange(4000), rng.random() < 0.5)
        case 3:
            return Stall(rng.uniform(0.05, 0.5))
        case 4:
            return Trickle(rng.choice(["up", "down"]), 0)
        case 5:
            return Portal(rng.choice(PORTAL))
        case _:
            return None
