"""Every view of the window, light and dark and in every language, as it is drawn in the real window's engine.

The pages are those of `accessibility/whole_desk.py`, where a route that is left out fails a test; here follow the
states that only some people meet: an advisor's reports, a conflict, something that needs help, a form to be mended.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from accessibility.whole_desk import DeskPage, whole_desk
from album import DESK, PHONE, Album, screen
from browser.making_pages import serving
from keyring.backends import fail
from loopback import PERSON, Loopback
from making_desk import PAIRING, PASSPHRASE, Browser, log
from making_house import REPORT
from playwright.sync_api import Browser as Chromium

from fotfeste_desktop.desk import Desk
from fotfeste_desktop.home import Home
from fotfeste_desktop.keys import KeyStore
from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import About, Revision, Written, new_id, read_revision, timestamp, write_revision
from fotfeste_shared.wording import LANGUAGES

TEAM, FIRST, SECOND, THIRD = (new_id() for _ in range(4))


def photograph(album: Album, browser: Chromium, folder: Path, only: str = "") -> None:
    """Take every view in bokmål, light and dark, the other languages light, and bokmål on the smallest window.

    `only` is the beginning of a name, without the look.
    """
    looks = [("", DESK, False, "nb"), ("dark-", DESK, True, "nb"), ("small-", PHONE, False, "nb")]
    looks += [(f"{language}-", DESK, False, language) for language in LANGUAGES if language != "nb"]
    with whole_desk(folder / "usual") as usual, ExitStack() as stack:
        pages = [*usual, *_rarer(folder, stack)]
        for look, size, dark, language in looks:
            with screen(browser, size, dark=dark) as context:
                for each in (each for each in pages if _name(each).startswith(only)):
                    page = context.new_page()
                    page.route("**/starting.mjs", lambda route: route.abort())  # the page that goes on by itself
                    with serving(each.app) as address:
                        page.goto(f"{address}{each.path}{'&' if '?' in each.path else '?'}language={language}")
                        album.take(page, f"window-{look}{_name(each)}")
                        page.close()


def _name(view: DeskPage) -> str:
    return "-".join([view.endpoint.partition(".")[2], *view.state.split()])


def _rarer(folder: Path, stack: ExitStack) -> Iterator[DeskPage]:
    yield from _advising(*_work(folder / "advisor", stack))
    yield from _differing(*_work(folder / "conflict", stack))


def _work(folder: Path, stack: ExitStack) -> tuple[Browser, Loopback]:
    """A desk that is connected to a server of its own."""
    server, home = Loopback(), Home(folder)
    stack.callback(server.stop)
    line = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "municipality": "Moss"}
    begun = (today() - timedelta(days=3)).isoformat()
    server.roster = sync.Roster(person=PERSON, pairings=[sync.PairingLine(id=PAIRING, started=begun, **line)])
    home.prepare()
    desk = Desk(home, KeyStore(fail.Keyring()))
    stack.callback(desk.close)
    desk.begin()
    browser = Browser(desk)
    browser.get("/")
    browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    browser.post("/recovery", written="ja")
    browser.get("/connect")
    browser.post("/connect", server=server.url, code=server.code, name="PC")
    return browser, server


def _report(record: str, **change: object) -> Written:
    form = shipped()["statusrapport"]
    return write_revision(
        Revision(
            rev=new_id(), record=record, form=form.code, form_version=form.version, about=About("team", TEAM),
            author=new_id(), saved_at=timestamp(now()), answers={**REPORT, **change},
        )
    )  # fmt: skip


def _advising(browser: Browser, server: Loopback) -> Iterator[DeskPage]:
    """An advisor with one report that is read and one that waits, who is also the contact of a team."""
    app = browser.client.application
    goal = {**REPORT["delmal"][0], "status": "delvis", "oppnaelse": 1}
    server.take_from_elsewhere(_report(FIRST), _report(SECOND, framdrift=35, delmal=[goal]))
    opened = {"form": "statusrapport", "about_kind": "team", "about_id": TEAM}
    server.roster = sync.Roster(
        person=server.roster.person,
        teams=[sync.Thing(id=TEAM, name="Team Moss", begins=["veiledernotat"])],
        follows=[
            sync.Followed(record=FIRST, title="Statusrapport – Team Moss – samling 1", step=20),
            sync.Followed(record=SECOND, title="Statusrapport – Team Moss – samling 2"),
        ],
        records=[sync.OpenRecord(id=THIRD, title="Statusrapport – Team Moss – samling 3", **opened)],
    )
    browser.get("/waiting")
    browser.post("/deliver")
    yield DeskPage("pages.start", "/", app, "advisor")
    yield DeskPage("records.one_record", f"/records/{SECOND}", app, "own step")
    yield DeskPage("records.one_record", f"/records/{FIRST}", app, "followed up")
    browser.get(f"/records/{FIRST}")
    browser.post(f"/teams/{TEAM}/forms/veiledernotat", report=FIRST)
    yield DeskPage("records.one_record", browser.path, app, "note")
    browser.get("/")
    browser.post(f"/records/{THIRD}/edit")
    yield DeskPage("records.one_record", f"/records/{THIRD}", app, "report")
    browser.post(f"/drafts/{THIRD}/last")
    yield DeskPage("records.one_record", f"/records/{THIRD}?begun=last", app, "begun from last")


def _differing(browser: Browser, server: Loopback) -> Iterator[DeskPage]:
    """One talk that was changed in two places, one that the server refuses, and one that is saved too early."""
    app = browser.client.application
    fields = log(browser)
    browser.get("/waiting")
    browser.post("/deliver")
    mine = read_revision(server.rows[0]["text"])
    record = mine.record
    browser.post(f"/records/{record}/edit")
    browser.post(browser.path, **fields | {"a__minutter": "60"})
    other = Revision(
        rev=new_id(), record=record, form=mine.form, form_version=mine.form_version, about=mine.about,
        author=new_id(), saved_at=timestamp(now()), parents=(mine.rev,), answers={**mine.answers, "form": "tur"},
    )  # fmt: skip
    server.take_from_elsewhere(write_revision(other))
    browser.get("/waiting")
    browser.post("/deliver")
    yield DeskPage("records.one_record", f"/records/{record}", app, "conflict")
    server.refuses_all = "not_yours"
    log(browser)
    browser.get("/waiting")
    browser.post("/deliver")
    yield DeskPage("pages.waiting", "/waiting", app, "needs help")
    yield DeskPage("pages.one_pairing", f"/pairings/{PAIRING}", app, "conflict")
