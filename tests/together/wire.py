"""The network between a simulated client and the server: it loses, delays, doubles, cuts, swaps and lies."""

import gzip
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.response import HTTPResponse

from .machines import Answer, Client, Crash, Wish

if TYPE_CHECKING:
    from .world import World

PORTALS = (
    Answer(200, {"Content-Type": "text/html"}, b"<html><body>Velkommen til hotellet. Logg inn.</body></html>"),
    Answer(200, {}, b""),
    Answer(200, {"Content-Type": "application/json"}, b"{}"),
    Answer(200, {"Content-Type": "application/json"}, b'{"service":"fotfeste","items":[]}'),
    Answer(201, {}, b""),
    Answer(204, {}, b""),
    Answer(302, {"Location": "http://portal.eksempel.no/"}, b""),
    Answer(511, {"Content-Type": "text/html"}, b"<html>Logg inn</html>"),
)
FAILURES = (400, 401, 403, 404, 408, 413, 425, 429, 500, 502, 503, 504, 507)
SECRET = "hemmelig-lapp"  # stands in every private note; it may never be seen on the wire


class Wire(BaseAdapter):
    """What `requests` believes to be the way to the server; every fault is drawn from the world's one chance."""

    def __init__(self, world: "World", client: Client) -> None:
        super().__init__()
        self.world, self.client = world, client

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Carry one request and its answer, or fail as networks do."""
        body = request.body or b""
        wish = Wish(
            str(request.method), str(request.path_url), dict(request.headers), body if isinstance(body, bytes) else b""
        )
        answer = self.world.as_server(lambda: self._carry(wish), back_to=self.client)
        if answer is None:
            raise requests.ConnectionError("no answer came")
        return _response(request, answer)

    def _carry(self, wish: Wish) -> Answer | None:
        world = self.world
        world.count("requests")
        world.hear(wish)
        world.deliver_late()
        if (refusal := self._poison_at_the_door(wish)) is not None:
            return refusal
        kind, fault = world.pick_fault(FAULTS)
        if fault is None:
            return self.reach(wish)
        world.tell(f"{self.client.name}: {wish.path.rpartition('/')[2][:5]} meets {kind}")
        return fault(self, wish)

    def _poison_at_the_door(self, wish: Wish) -> Answer | None:
        """A machine in front of the server that stumbles over one revision, and takes the whole request with it."""
        text = plain(wish)
        for rev, status in self.world.storms.items():
            if wish.path.endswith("/push") and f'"rev":"{rev}"'.encode() in text:
                return Answer(status, {}, b"")
        return None

    def reach(self, wish: Wish) -> Answer | None:
        """Let the server handle it; when the server dies over it, no answer comes."""
        world = self.world
        try:
            answer = world.serve(wish)
        except Crash:
            return None
        world.answers.append(answer)
        del world.answers[:-12]
        return answer

    # --- what may go wrong ------------------------------------------------------------------------

    def no_route(self, _wish: Wish) -> None:
        """The server never hears of it."""

    def delayed(self, wish: Wish) -> None:
        """The client gives up, and the server hears of it later."""
        self.world.late.append(wish)

    def doubled(self, wish: Wish) -> Answer | None:
        """A proxy asks twice."""
        self.reach(wish)
        return self.reach(wish)

    def cut_request(self, wish: Wish) -> None:
        """Half of the request arrives."""
        length = self.world.rng.randrange(len(wish.body) + 1)
        self.reach(Wish(wish.method, wish.path, wish.headers, wish.body[:length]))

    def lost_answer(self, wish: Wish) -> None:
        """The server has done it, and nobody hears."""
        self.reach(wish)

    def cut_answer(self, wish: Wish) -> Answer | None:
        """Half of the answer arrives."""
        answer = self.reach(wish)
        if answer is None:
            return None
        return Answer(answer.status, answer.headers, answer.body[: self.world.rng.randrange(len(answer.body) + 1)])

    def swapped(self, wish: Wish) -> Answer | None:
        """The answer to an earlier request comes instead."""
        self.reach(wish)
        return self.world.rng.choice(self.world.answers) if self.world.answers else None

    def portal(self, _wish: Wish) -> Answer:
        """A captive portal answers in the server's place."""
        return self.world.rng.choice(PORTALS)

    def failure(self, _wish: Wish) -> Answer:
        """Something on the way answers with a failure."""
        status = self.world.rng.choice(FAILURES)
        return Answer(status, {"Retry-After": "7"} if status in (429, 503) else {}, b"")

    def crash(self, wish: Wish) -> Answer | None:
        """The server dies before its k-th statement."""
        self.world.server.fuse.light(self.world.rng, statements=60, commits=1)
        return self.reach(wish)

    def killed_after(self, wish: Wish) -> Answer | None:
        """The server dies as soon as its answer has left."""
        answer = self.reach(wish)
        self.world.restart_server()
        return answer

    def restored_before(self, wish: Wish) -> Answer | None:
        """An operator lays back an earlier copy just before."""
        self.world.restore_server()
        return self.reach(wish)


Fault = Callable[[Wire, Wish], Answer | None]
FAULTS: dict[str, tuple[int, Fault]] = {
    "no route": (3, Wire.no_route),
    "delayed": (3, Wire.delayed),
    "doubled": (2, Wire.doubled),
    "cut request": (1, Wire.cut_request),
    "lost answer": (5, Wire.lost_answer),
    "cut answer": (2, Wire.cut_answer),
    "swapped": (2, Wire.swapped),
    "portal": (2, Wire.portal),
    "failure": (3, Wire.failure),
    "server crash": (6, Wire.crash),
    "killed after": (3, Wire.killed_after),
    "restored under way": (1, Wire.restored_before),
}


def plain(wish: Wish) -> bytes:
    """The body as it was before it was packed; a cut one is given as far as it goes."""
    if wish.headers.get("Content-Encoding") != "gzip":
        return wish.body
    try:
        return gzip.decompress(wish.body)
    except (OSError, EOFError):
        return b""


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    raw = HTTPResponse(
        body=io.BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False,
        request_method=request.method,
    )  # fmt: skip
    return HTTPAdapter().build_response(request, raw)
