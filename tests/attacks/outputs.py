"""Every byte that results ever give to anybody: each role's pages with each choice of each filter, and each file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from attacks.programme import WAVES, Programme
from making_house import House, close_app, furnish, open_app
from server.anonymous.makers import World

from fotfeste_server.anonymous.envelope import Repeats
from fotfeste_server.named.networks import take_in
from fotfeste_shared.forms import shipped

PLACES = ("4204", "5001", "0301")  # the first is the administrator's own
ROLES = ("organizer", "advisor", "administrator")
FILES = ("json", "xlsx", "csv", "sav", "pdf")
FORMS = tuple(code for code, form in shipped().items() if form.intake == "envelope")
TOKEN = re.compile(rb'value="[^"]{40,}"')  # against forged posts: new on every page


@contextmanager
def served(folder: Path) -> Iterator[tuple[House, Programme]]:
    """A house and a programme in one database of their own."""
    app = open_app(folder / "data", f"sqlite:///{folder / 'fotfeste.db'}")
    house = furnish(app)
    for place in PLACES[1:]:
        take_in(house.db, house.network, place)
    try:
        yield house, of(house)
    finally:
        close_app(app)


@contextmanager
def served_again(folder: Path, like: House) -> Iterator[tuple[House, Programme]]:
    """A house that lies in a folder already, with the same people."""
    app = open_app(folder / "data", f"sqlite:///{folder / 'fotfeste.db'}")
    house = House(
        app, like.network, like.participation, like.team, like.gathering, like.pairing, like.people, None
    )
    try:
        yield house, of(house)
    finally:
        close_app(app)


def of(house: House) -> Programme:
    """The programme of a house's network."""
    made, network = house.service, str(house.network.id)
    return Programme(World(made.db, made.writer, made.keys, made.config.releases, Repeats(), network))


def everything(house: House, windows: list[str], *, thorough: bool) -> dict[str, bytes]:
    """Everything that each role can ask; `thorough` crosses all filters and asks in two languages."""
    told = {}
    for role in ROLES:
        for address in _addresses(role, windows, thorough=thorough):
            told[f"{role} {address}"] = ask(house, role, address)
    return told


def ask(house: House, role: str, address: str) -> bytes:
    """What one role is answered, headers and all."""
    reply = house.browser(role).get(f"/networks/{house.network.id}/results{address}")
    assert 200 == reply.status_code, address
    return TOKEN.sub(b"", reply.data) + repr(_headers(reply)).encode()


def _addresses(role: str, windows: list[str], *, thorough: bool) -> list[str]:
    """The advisor sees what the organizer sees, so they ask for everything only when there is time."""
    files = [f".{kind}?language={language}" for kind in FILES for language in (("nb", "en") if thorough else ("nb",))]
    papers = [f".pdf?place={place}&window={window}" for place in PLACES for window in ("", *windows)]
    if thorough:
        return [*_queries(windows, crossed=True), *files, *papers]
    if role == "organizer":
        return [*_queries(windows, crossed=False), *files, *papers[:3]]
    return ["", *files] if role == "administrator" else ["", ".json"]


def _headers(reply) -> list[tuple[str, str]]:
    """The headers too: lengths, tags and names of files."""
    return sorted((name, value) for name, value in reply.headers if name not in ("Set-Cookie", "Date"))


def _queries(windows: list[str], *, crossed: bool) -> list[str]:
    wishes = {"place": ("", *PLACES), "window": ("", *windows), "form": FORMS, "wave": tuple(WAVES)}
    asked = [{name: each} for name, values in wishes.items() for each in values]
    if crossed:
        names = ("place", "window", "wave")
        asked += [dict(zip(names, each, strict=True)) for each in product(*(wishes[name] for name in names))]
    return ["?" + "&".join(f"{name}={value}" for name, value in each.items()) for each in asked]
