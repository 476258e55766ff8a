"""B9: the results page, its JSON and the workbook, from released blocks of few and of a great many answers."""

import secrets
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from figures import Figure, Wishes, megabytes, milliseconds, timed
from making_house import furnish, open_app
from serving import Running, folder, serving
from survey import FORM, filled

from fotfeste_server.anonymous.envelope import PADDED_TO
from fotfeste_server.anonymous.invitations import open_window
from fotfeste_server.anonymous.keys import Keys, close_to
from fotfeste_server.anonymous.models import Inbox, Window
from fotfeste_server.anonymous.sealing import seal
from fotfeste_server.app import close_app
from fotfeste_server.named.models import Network
from fotfeste_server.named.networks import take_in
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.service import Service
from fotfeste_shared.clock import today
from fotfeste_shared.database import writing
from fotfeste_shared.forms import canonical, shipped

PLACES = ("4204", "5025", "3303", "3301", "3103", "3105", "3107", "3118", "3205", "3322", "3336", "4020")
WAVES = ("start", "m3", "m6", "m12")
DISTINCT = 400
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A house whose window is sealed, the cookie of its organizer, and how long the seal took."""

    network: str
    cookie: str
    sealing: float


def b9(wishes: Wishes) -> Iterator[Figure]:
    """Look at the results of little and of much, with the most memory that the server then held."""
    first: dict[str, float] = {}
    for count in (1_000, wishes.scaled(100_000)):
        with folder() as data:
            told = _sealed(data, count)
            with serving(data) as server:
                yield from _looked_at(server, told, count, first)
        yield Figure(
            "B10", f"seal of a window with {count:,} answers", f"{told.sealing:.1f} s", goal="linear, < 10 s at 100,000"
        )


def _looked_at(server: Running, told: Told, count: int, first: dict[str, float]) -> Iterator[Figure]:
    for name, suffix in (("page", ""), ("JSON", ".json"), ("XLSX", ".xlsx")):
        address = f"http://127.0.0.1:{server.port}/networks/{told.network}/results{suffix}"
        cold, _ = _fetched(address, told.cookie)
        peak = server.watched()
        times = [_fetched(address, told.cookie) for _ in range(5)]
        seconds, size = sorted(times)[len(times) // 2]
        first.setdefault(name, seconds)
        yield Figure(
            "B9",
            f"results {name} from {count:,} answers ({size:,} bytes), fifth look; ratio to 1,000",
            f"{milliseconds(seconds)} (first look {milliseconds(cold)}), peak {megabytes(peak.now())}",
            f"at 1,000: {milliseconds(first[name])}",
            seconds / first[name],
            "50 ms" if name != "XLSX" else "–",
            "LimeSurvey 8.3 s at 100,000" if name != "XLSX" else "–",
        )


def _fetched(address: str, cookie: str) -> tuple[float, int]:
    asked = urllib.request.Request(address, headers={"Cookie": cookie})
    began = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=120) as reply:
        size = len(reply.read())
    return time.perf_counter() - began, size


def _sealed(data: Path, count: int) -> Told:
    """Furnish a house, lay so many answers of many places and waves in its inbox, and seal it for real."""
    app = open_app(data, "")
    try:
        service: Service = app.extensions["fotfeste"]
        house = furnish(app)
        for place in PLACES[1:]:
            take_in(service.db, house.network, place)
        window = _filled_window(service, house.network, count)
        with timed() as clock:
            done = seal(service.db, Keys(service.config.keys), service.config.releases, window, house.network.colluders)
        if done.answers != count:
            raise RuntimeError(f"{done.answers} of {count} answers were sealed")
        return Told(
            house.network.id, f"signed_in={begin_session(service.db, house.people['organizer'])}", clock.seconds
        )
    finally:
        close_app(app)


def _filled_window(service: Service, network: Network, count: int) -> str:
    """Lay answers in the inbox: some hundreds of distinct ones for each wave, each closed in a box of its own."""
    day, form = today(), shipped()[FORM]
    opens = day - timedelta(days=20)
    window = open_window(service.db, Keys(service.config.keys), network.id, "2026Q4", opens=opens, closes=day)
    public_key = bytes(Window.get_by_id(window).public_key)
    boxes = {
        wave: [close_to(public_key, canonical(each).encode().ljust(PADDED_TO * 2)) for each in filled(DISTINCT, wave)]
        for wave in WAVES
    }
    for start in range(0, count, AT_ONCE):
        rows = [
            {
                "id": secrets.token_hex(32), "window": window, "place": PLACES[number % len(PLACES)],
                "wave": (wave := WAVES[number // len(PLACES) % len(WAVES)]), "form": FORM, "version": form.version,
                "receipt_hash": secrets.token_hex(32), "box": boxes[wave][number // 48 % DISTINCT],
            }
            for number in range(start, min(start + AT_ONCE, count))
        ]  # fmt: skip
        with writing(service.db):
            Inbox.insert_many(rows).execute()
    return window
