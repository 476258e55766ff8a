"""Every page of the server in the example network, on a phone and on a desk, in bokmål and in nynorsk.

The routes are read from the server itself, so that a new page is in the pictures without being listed here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from accessibility.whole_house import HANDED_IN, LOOKS, not_pages
from album import DESK, PHONE, Album, screen
from browser.making_pages import serving
from flask import Flask
from making_house import COOKIE, begin_session
from picture_doors import Doors, find_doors, first_secret
from playwright.sync_api import Browser

from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.demo import build

SIZES = {"phone": PHONE, "desk": DESK}
LANGUAGES = ("nb", "nn")
# Routes of the network that is about to open; all others are looked at in the one that has run for long.
OPENING = ("agreements.", "joining.", "members.", "public.", "planning.", "reception.")
# What each in their own role meets first.
STARTS = ("organizer", "advisor", "contact", "head", "mentor", "administrator")


@dataclass(frozen=True, slots=True)
class Sight:
    """One page to be looked at: what its picture is called, where it lies, and who looks."""

    name: str
    address: str
    who: str


def photograph(album: Album, browser: Browser, folder: Path, only: str = "") -> None:
    """Take every page of the example, each as whoever usually opens it; `only` is the beginning of a name."""
    with _example(folder) as (app, base, doors):
        sights = [each for each in _sights(app, doors) if each.name.startswith(only)]
        db = app.extensions["fotfeste"].db
        cookies = {who: begin_session(db, person) for who, person in doors.people.items()}
        for size, pixels in SIZES.items():
            for language in LANGUAGES:
                with screen(browser, pixels, locale=f"{language}-NO") as context:
                    page = context.new_page()
                    for sight in sights:
                        context.clear_cookies()
                        if sight.who:
                            context.add_cookies([{"name": COOKIE, "value": cookies[sight.who], "url": base}])
                        wish = f"{'&' if '?' in sight.address else '?'}language={language}&l={language}"
                        reply = page.goto(f"{base}{sight.address}{wish}")
                        if reply is None or reply.status != 200:
                            print(f"{sight} answered {reply and reply.status}", file=sys.stderr)
                            continue
                        album.take(page, f"{sight.name}-{size}-{language}")


@contextmanager
def _example(folder: Path) -> Iterator[tuple[Flask, str, Doors]]:
    """Serve the example in this very process, so that its pages can be found in its database."""
    app = create_app(Config(data=folder, database=f"sqlite:///{folder / 'fotfeste.db'}", demo=True))
    service, secret = app.extensions["fotfeste"], first_secret(app)
    if build(service.db, service.config) is None:
        raise LookupError("the example was not made")
    doors = find_doors(app, secret)
    try:
        with serving(app) as base:
            yield app, base, doors
    finally:
        close_app(app)


def _sights(app: Flask, doors: Doors) -> Iterator[Sight]:
    """Name every page with its address, the start page once for each role."""
    address = app.url_map.bind("localhost")
    for who in STARTS:
        yield Sight(f"start-{who}", "/", who)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in not_pages() | {"organizers.start"}:
            continue
        given = doors.opening if rule.endpoint.startswith(OPENING) else doors.running
        if rule.endpoint in doors.addresses:
            at = doors.addresses[rule.endpoint]
        elif rule.endpoint in HANDED_IN:
            at = f"/records/{doors.addresses['handed in']}/{HANDED_IN[rule.endpoint]}"
        else:
            at = address.build(rule.endpoint, {each: given[each] for each in rule.arguments})
        outside = str(rule).startswith(("/n/", "/s/", "/m/", "/g/"))
        yield Sight(rule.endpoint.replace(".", "-"), at, "" if outside else LOOKS.get(rule.endpoint, "organizer"))

