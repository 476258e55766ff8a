"""Questionnaires for anybody with a network's address: the pace, refusals that lose nothing, one's own address.

Nobody signs in and no cookie is set; the address of the page, and of one's own sign-up, is the authority.
"""

import hmac
from collections.abc import Callable

from flask import redirect, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.database import writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.intake import Filled, Intake, Receipt
from fotfeste_shared.judging import Context
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Invalid, NotFound, Problem
from fotfeste_shared.revisions import is_id, new_id
from fotfeste_shared.web.filling import Sheet, draw, fill_in
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.reading import read_answers
from fotfeste_shared.wording import as_language

from ..named.models import Network
from . import ruled, service
from .pace import Pace, caller

by_public_link = ruled("public link")
posting = Pace(tries=400, seconds=3600)  # a whole municipality may sit behind one address, and send twice or thrice
writing_to = Pace(tries=5, seconds=3600)  # letters to one mailbox, whoever asks for them
AROUND: dict[str, object] = {"frame": "public/frame.html", "person": None}
Thanks = Callable[[Filled, Receipt], Reply]
PARTS = {"sign up": "meeting", "registration": "register"}


def keep_the_address_secret(reply: Reply) -> Reply:
    """Tell no other site where somebody came from: the address is what lets one in."""
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


# --- sheets ----------------------------------------------------------------------------------------------------


def open_sheet(
    network: Network, form: FormDefinition, code: str, *, submit: str, answers: Answers | None = None,
    keeps_draft: bool = False,
) -> Sheet:  # fmt: skip
    """Lay out a form for somebody who is not signed in."""
    around = {**AROUND, "network": network, "open_to_all": True, "keeps_draft": keeps_draft}
    return Sheet(
        form, Context(today()), answers=answers or {}, lead=network.name, back=f"/n/{code}", submit=submit,
        around=around,
    )  # fmt: skip


class _Paced:
    """An intake that keeps the pace, and remembers what it took."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.filled: Filled | None = None

    def receive(self, filled: Filled) -> Receipt:
        """Count the try, and hand on."""
        posting.count(caller())
        self.filled = filled
        return self.intake.receive(filled)


def taken(sheet: Sheet, intake: Intake, thanks: Thanks) -> Reply:
    """Serve a public questionnaire; what cannot be taken now is shown again with everything that was written."""
    paced = _Paced(intake)

    def thank(receipt: Receipt) -> Reply:
        if paced.filled is None:
            raise RuntimeError("thanks are for something")
        return thanks(paced.filled, receipt)

    try:
        return fill_in(sheet, paced, thank)
    except Problem as problem:
        if request.method != "POST":
            raise
        return refused(sheet, read_answers(sheet.form, request.form), problem)


def fresh_id() -> str:
    """Give the id under which the sheet that was sent is kept."""
    sent = request.form.get("id", "")
    return sent if is_id(sent) else new_id()


def refused(sheet: Sheet, answers: Answers, problem: Problem) -> Reply:
    """Draw the sheet again with everything in it, and say why it was not taken."""
    told = problem.sentence(current_language())
    if isinstance(problem, Invalid):
        told = " ".join([told, *problem.questions.values()])
    again = Sheet(
        sheet.form, sheet.context, answers=answers, lead=sheet.lead, back=sheet.back, submit=sheet.submit,
        around={**sheet.around, "refusal": told},
    )  # fmt: skip
    reply = draw(again, answers, fresh_id())
    reply.status_code = problem.status
    if problem.status in (429, 503):
        reply.headers["Retry-After"] = "60"
    return reply


def leave_letter(address: str, leave: Callable[[], None]) -> None:
    """Leave a letter for somebody, unless they have had many: a stranger may have typed their address."""
    try:
        writing_to.count(address.casefold())
    except Problem:
        return
    with writing(service().db):
        leave()


# --- one's own sign-up -----------------------------------------------------------------------------------------


def own(purpose: str, id_: str) -> str:
    """Name one's own sign-up: its id with our mark, so that nobody can guess another's."""
    return f"{id_}.{_mark(purpose, id_)}"


def id_of(purpose: str, named: str) -> str:
    """Read whose sign-up is asked for; a name that we have not given out leads nowhere."""
    id_, _, mark = named.partition(".")
    if not is_id(id_) or not hmac.compare_digest(mark.encode(), _mark(purpose, id_).encode()):
        raise NotFound
    return id_


def own_address(purpose: str, code: str, id_: str) -> str:
    """Give the whole address of one's own sign-up, for a letter."""
    return f"{here(code)}/{PARTS[purpose]}/{own(purpose, id_)}"


def onward(purpose: str, code: str, id_: str) -> Reply:
    """Lead on to somebody's own sign-up, in the language that they have chosen by a link."""
    chosen = request.args.get("language")
    address = f"/n/{code}/{PARTS[purpose]}/{own(purpose, id_)}"
    return redirect(f"{address}?language={as_language(chosen)}" if chosen else address, 303)


def here(code: str) -> str:
    """Give the whole address of a network's public page."""
    return f"{service().config.base_url}/n/{code}"


def _mark(purpose: str, id_: str) -> str:
    return hmac.new(service().secret, f"{purpose}|{id_}".encode(), "sha256").hexdigest()[:32]
