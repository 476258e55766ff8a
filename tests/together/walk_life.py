"""A learning network's life for the walk: a server, a clock that is turned, people, and the pages as they saw them."""

import io
import re
from datetime import date, datetime
from typing import Any

import pikepdf
from flask import Flask
from server.test_organizers import Visitor

from fotfeste_server.jobs import Job, run_due
from fotfeste_server.named.models import Gathering, Network, Participation, Person, Record, Team
from fotfeste_server.named.publishing import published
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.running import call_round, handlers
from fotfeste_server.views import COOKIE
from fotfeste_shared.clock import CIVIL

ADA, VERA, MIA = "ada@eksempel.no", "vera@eksempel.no", "mia@kommune.no"
ANNE, BO, CATO, DINA, ELI = (f"{name}@kommune.no" for name in ("anne", "bo", "cato", "dina", "eli"))
GATHERINGS = 9
DIGITAL, MOVED = 4, 5  # one is held from afar, one is moved after people have signed up


class Life:
    """The server, the clock, whoever signs in, and what was seen on the way, by name."""

    def __init__(self, app: Flask, clock: Any) -> None:
        self.app, self.clock = app, clock
        self.service = app.extensions["fotfeste"]
        self.seen: dict[str, Any] = {}

    @property
    def network(self) -> Network:
        return Network.get(Network.name == "Øst")

    @property
    def base(self) -> str:
        return f"/networks/{self.network.id}"

    # --- time and people --------------------------------------------------------------------------------------

    def day(self, day: date, hour: int = 9) -> None:
        """Let time pass until an hour of a day, with that morning's work done."""
        self.clock.move_to(datetime(day.year, day.month, day.day, hour, 0, tzinfo=CIVIL))
        call_round(self.service.db, day)
        run_due(self.service.db, handlers(self.service))

    def as_(self, email: str) -> Visitor:
        """Sign somebody in, in a browser without scripts."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, begin_session(self.service.db, self.person(email)))
        return Visitor(client)

    def person(self, email: str) -> Person:
        return Person.get(Person.email == email)

    # --- doing ------------------------------------------------------------------------------------------------

    def hand_in(self, email: str, address: str, **answers: object) -> str:
        """Fill in a form as a browser does: with everything that stands on its page, and the answers given."""
        visitor = self.as_(email)
        page = visitor.client.get(address, follow_redirects=True)
        assert 200 == page.status_code, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        reply = visitor.client.post(page.request.full_path, data={**hidden, **answers})
        assert 303 == reply.status_code, re.findall(r"<li><a href=\"#[^>]+>([^<]+)", reply.text)
        return page.text

    def press(self, email: str, page: str, button: str, **fields: object) -> None:
        """Press a button that stands on one page and leads to another address."""
        visitor = self.as_(email)
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.see(page))[1]
        reply = visitor.client.post(button, data={"csrf_token": token, **fields})
        assert 303 == reply.status_code, reply.text

    def version(self, form: str) -> int:
        return published(form).version

    # --- keeping what was seen --------------------------------------------------------------------------------

    def keep(self, name: str, page: Any) -> Any:
        self.seen[name] = page
        return page

    def look(self, name: str, email: str, address: str) -> str:
        """Open a page as somebody, and keep its words."""
        return self.keep(name, words(self.as_(email).see(address)))

    def paper(self, name: str, email: str, address: str) -> dict[str, Any]:
        """Open a PDF as somebody, and keep its size and what it declares."""
        reply = self.as_(email).client.get(address)
        assert (200, "application/pdf") == (reply.status_code, reply.mimetype), address
        return self.keep(name, declared(reply.data))

    def letters_to(self, email: str) -> list[str]:
        """Give the subjects of all letters to somebody, in the order in which they were left."""
        letters = Job.select().where(Job.kind == "letter").order_by(Job.due, Job.id)
        return [job.payload["subject"] for job in letters if job.payload["to"] == email]


def words(page: str) -> str:
    """Give the words of a page as a reader meets them."""
    main = page.partition("<main")[2] or page
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def declared(content: bytes) -> dict[str, Any]:
    """Tell what a PDF says of itself: standards, language, pages and the width of its paper."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        meta = pdf.open_metadata()
        return {
            "archive": f"{meta.get('pdfaid:part', '')}{meta.get('pdfaid:conformance', '')}",
            "accessible": str(meta.get("pdfuaid:part", "")),
            "language": str(pdf.Root.Lang),
            "pages": len(pdf.pages),
            "width": round(float(pdf.pages[0].mediabox[2])),
        }


# --- finding what the walk is about ------------------------------------------------------------------------------


def gathering(number: int) -> Gathering:
    return Gathering.get(Gathering.number == number)


def team(name: str) -> Team:
    return Team.get(Team.name == name)


def place(number: str) -> Participation:
    return Participation.get(Participation.municipality == number)


def report_of(name: str, number: int) -> Record:
    """Find a team's status report before a gathering."""
    here = (Record.form == "statusrapport") & (Record.team == team(name).id)
    return Record.get(here & (Record.gathering == gathering(number).id))


def opened(form: str, about: str) -> Record:
    """Find the newest record of a form that was opened for somebody."""
    here = (Record.form == form) & (Record.about_id == about)
    return Record.select().where(here).order_by(Record.opened.desc()).get()


__all__ = ["ADA", "ANNE", "BO", "CATO", "DIGITAL", "DINA", "ELI", "GATHERINGS", "MIA", "MOVED", "VERA", "Life",
           "declared", "gathering", "opened", "place", "report_of", "team", "words"]  # fmt: skip
