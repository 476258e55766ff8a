"""Desks at every stage in which a person may meet the desktop program, and each of their pages.

The window shows pages of a local server, so that they are looked at here in the same browser as the server's. A route
that is in neither list fails `test_words_of_pages.py`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from keyring.backends import fail
from loopback import PERSON, Loopback
from making_desk import PAIRING, PASSPHRASE, Browser, fill, log

from fotfeste_desktop.desk import Desk, Stage
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.people import People
from fotfeste_desktop.places import Refused, Unsafe
from fotfeste_shared import sync
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import new_id

# Files, and words that another page asks for and puts into its own.
NO_DESK_PAGES = {"static", "pages.static", "pages.status"}
OPEN_PAGES = {
    "pages.start": "/", "pages.pairings": "/pairings", "pages.one_pairing": f"/pairings/{PAIRING}",
    "pages.choose_pairing": "/sessions/new", "pages.waiting": "/waiting", "pages.connect": "/connect",
    "settings.show": "/settings", "settings.keys": "/keys",
}  # fmt: skip
# What a person sees who has opened the program and has not connected it yet.
BLANK_PAGES = ("pages.start", "pages.pairings", "pages.choose_pairing", "pages.waiting", "pages.connect")


@dataclass(frozen=True)
class DeskPage:
    """One page: its route, its path, the desk where it is met, and what is special there."""

    endpoint: str
    path: str
    app: Flask
    state: str = ""

    @property
    def name(self) -> str:
        """Tell it from the server's pages, and from itself in other states."""
        return f"desk {self.endpoint} {self.state}".strip()


def desk_routes(pages: list[DeskPage]) -> set[str]:
    """Name every route of the desk that answers a GET."""
    return {rule.endpoint for rule in pages[0].app.url_map.iter_rules() if "GET" in (rule.methods or set())}


@contextmanager
def whole_desk(folder: Path) -> Iterator[list[DeskPage]]:
    """Lay out desks at every stage; gives all their pages."""
    umask = os.umask(0o022)  # a desk changes it for good
    with ExitStack() as stack:
        open_desk = list(_day_of_work(folder / "open", stack))
        pages = [*open_desk, *_blank(folder / "blank", stack), *_doors(folder, stack)]
        os.umask(umask)
        yield pages


def _desk(folder: Path, stack: ExitStack, **more: object) -> tuple[Desk, Browser]:
    home = Home(folder)
    home.prepare()
    desk = Desk(home, KeyStore(fail.Keyring()), **more)
    stack.callback(desk.close)
    return desk, Browser(desk)


def _begun(folder: Path, stack: ExitStack, **more: object) -> tuple[Desk, Browser]:
    desk, browser = _desk(folder, stack, **more)
    desk.begin()
    return desk, browser


def _opened(folder: Path, stack: ExitStack) -> tuple[Desk, Browser]:
    desk, browser = _begun(folder, stack)
    browser.get("/")
    browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    browser.post("/recovery", written="ja")
    return desk, browser


def _connected_to(stack: ExitStack) -> Loopback:
    """A server that knows a new hire of three days, one of three months, and a team that may register more."""
    server = Loopback()
    stack.callback(server.stop)
    whose = {"profession": "sykepleier", "municipality": "Moss"}
    begun = {PAIRING: ("Ekeberg sykehjem", 3), new_id(): ("Hjemmetjenesten", 90)}
    server.roster = sync.Roster(
        person=PERSON,
        pairings=[
            sync.PairingLine(id=id_, unit=unit, started=(today() - timedelta(days)).isoformat(), **whose)
            for id_, (unit, days) in begun.items()
        ],
        teams=[sync.Thing(id=new_id(), name="Team Moss", begins=["kobling"])],
    )
    return server


def _day_of_work(folder: Path, stack: ExitStack) -> Iterator[DeskPage]:
    """One talk is delivered, one waits since the server is away, and one is half written, which said something else."""
    server = _connected_to(stack)
    browser = _opened(folder, stack)[1]
    app = browser.client.application
    browser.get("/connect")
    browser.post("/connect", server=server.url, code=server.code, name="PC")
    for status in (200, 503):
        server.wrong.status = status
        log(browser, a__steg="Øve på overrapport", a__langt="Hun er blitt tryggere på natt")
        saved = browser.get("/waiting")
        browser.post("/deliver")
    fields = fill(browser)
    draft = browser.path
    for note in ("Hun spør når hun lurer.", "", "Noe nytt"):
        browser.client.post(f"/drafts/{draft.rpartition('/')[2]}", data=browser._hidden() | fields | {"a.langt": note})
    for endpoint, path in OPEN_PAGES.items():
        yield DeskPage(endpoint, path, app)
    yield DeskPage("records.one_record", draft, app, "half written")
    yield DeskPage("records.one_record", _first_record(saved), app, "saved")
    yield DeskPage("records.earlier", f"/drafts/{draft.rpartition('/')[2]}/earlier", app)


def _first_record(page: str) -> str:
    start = page.index("/records/")
    return page[start : page.index('"', start)]


def _blank(folder: Path, stack: ExitStack) -> Iterator[DeskPage]:
    app = _opened(folder, stack)[1].client.application
    return (DeskPage(endpoint, OPEN_PAGES[endpoint], app, "not connected") for endpoint in BLANK_PAGES)


def _doors(folder: Path, stack: ExitStack) -> Iterator[DeskPage]:
    """The pages before a desk is open, each on a desk that has come no further."""
    starting = _desk(folder / "starting", stack)
    starting[0].patience = 0.01
    chosen = _begun(folder / "recovery", stack)
    chosen[1].get("/")
    chosen[1].post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    shutil.copytree(folder / "blank", folder / "locked")
    shutil.copytree(folder / "blank", folder / "stranded")
    (folder / "stranded/key.json").unlink()
    shared = Home(folder / "who")
    shared.prepare()
    People(shared).add("Marte", "Ola")
    met = {
        "starting": starting,
        "choose": _begun(folder / "choose", stack),
        "recovery": chosen,
        "unlock": _begun(folder / "locked", stack),
        "stranded": _begun(folder / "stranded", stack),
        "who": _begun(folder / "who", stack),
        "misplaced": _begun(folder / "misplaced", stack, refused=Refused(folder / "misplaced", Unsafe.SYNCED)),
        "trouble": _begun(folder / "trouble", stack),
        "newer": _begun(folder / "newer", stack),
    }
    # Neither a full disk nor a later version is at hand here; their own tests bring them about.
    met["trouble"][0].stage, met["trouble"][0].trouble = Stage.TROUBLE, "disk"
    met["newer"][0].stage = Stage.NEWER
    for door, (_desk_there, browser) in met.items():
        yield DeskPage(f"opening.{door}", f"/{door}", browser.client.application)
