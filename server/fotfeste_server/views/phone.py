"""The pages behind a survey link: ready-made bytes, the same for everybody, and one post that counts once.

No cookie, no session, no name and no log line belong to these routes: the link is the whole authority, it
writes one answer once and reads nothing.
"""

import gzip
from functools import lru_cache

import brotli
from flask import Blueprint, Response, request

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.intake import Filled, Outcome
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers, Rows
from fotfeste_shared.problems import Busy, DiskFull, NotFound
from fotfeste_shared.web.reading import read_answers
from fotfeste_shared.web.surveying import NOTICES, Word, make_empty_page, make_notice, make_survey_page, policy
from fotfeste_shared.wording import Language, as_language

from ..anonymous.envelope import Envelope, Repeats
from ..anonymous.invitations import Opened, open_invitation
from ..named.programme import Programme, programme, rows_of
from ..named.publishing import published
from ..promising import promise_of
from . import ruled, service
from .seen import what_is_seen

pages = Blueprint("phone", __name__, url_prefix="/s")
by_link = ruled("link")
repeats = Repeats()

LONGEST_TOKEN = 64
SAID: dict[Outcome, Word] = {
    "kept": "thanks",
    "known": "known",
    "already_answered": "answered",
    "closed": "closed",
}


@pages.get("/<token>")
@by_link
def questions(token: str) -> Response:
    """Show the questions; looking changes nothing, so a mail scanner may look as often as it likes."""
    opened = _look_up(token)
    if not isinstance(opened, Opened):
        return notice(opened)
    if "seen" in request.args:
        return page(what_is_seen(token, opened.network, language_of_link()))
    if opened.state != "open":
        return notice("too_early" if opened.state == "not_yet" else "closed")
    known = programme(opened.network, opened.wave)
    smallest = promise_of(opened.network).smallest
    ready = ready_page(opened.form, opened.version, opened.wave, known, language_of_link(), smallest=smallest)
    way = next((way for way in ready if request.accept_encodings.quality(way)), "identity")
    reply = page(ready[way])
    if way != "identity":
        reply.headers["Content-Encoding"] = way
    return reply


@pages.post("/<token>")
@by_link
def answer(token: str) -> Response:
    """Take the answers in. A repeat after the close is still told that its answer is safe."""
    opened = _look_up(token)
    if not isinstance(opened, Opened):
        return notice(opened)
    if opened.state == "not_yet":
        return notice("too_early")
    form, wave, language = form_of(opened.form, opened.version), opened.wave or None, language_of_link()
    answers = read_answers(form, request.form)
    rows = rows_of_ours(form, programme(opened.network, opened.wave))
    judgement = judge(form, answers, Context(today(), wave=wave, rows=rows))
    smallest = promise_of(opened.network).smallest
    if not judgement.good:
        complaints = judgement.sentences(language)
        mend = make_survey_page(
            form, wave, language, rows=rows, smallest=smallest, answers=answers, complaints=complaints
        )
        return page(mend, 422)
    try:
        filled = Filled(form.code, form.version, judgement.answers, request.form.get("receipt", "")[:40])
        receipt = Envelope(service().writer, token, today(), repeats).receive(filled)
    except (Busy, DiskFull):
        return notice("busy")
    if receipt.outcome == "refused":
        return page(make_empty_page(form, wave, language, rows=rows, smallest=smallest), 422)
    address = f"{request.path}/receipt?l={language}" if receipt.outcome != "closed" else None
    return notice(SAID[receipt.outcome], code=receipt.code, address=address)


@pages.get("/<token>/receipt")
@by_link
def receipt(token: str) -> Response:
    """Ask for the receipt: the link alone never opens or withdraws an answer, since others may read a mailbox."""
    opened = _look_up(token)
    if not isinstance(opened, Opened):
        return notice(opened)
    return notice("withdraw" if opened.state == "open" else "closed")


@pages.post("/<token>/receipt")
@by_link
def withdraw(token: str) -> Response:
    """Take the answer back; afterwards the same link may answer anew."""
    opened = _look_up(token)
    if not isinstance(opened, Opened):
        return notice(opened)
    if opened.state != "open":
        return notice("closed")
    language = language_of_link()
    if not Envelope(service().writer, token, today(), repeats).withdraw(request.form.get("receipt", "")[:40]):
        return page(make_notice("withdraw", language, wrong_code=True), 422)
    return notice("withdrawn", address=f"{request.path.removesuffix('/receipt')}?l={language}")


# --- the pages -------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def form_of(code: str, version: int) -> FormDefinition:
    """Find a form; a version that was published never changes, so it is looked for once."""
    return published(code, version)


@lru_cache(maxsize=256)
def ready_page(
    form: str, version: int, wave: str, known: Programme, language: Language, *, smallest: int
) -> dict[str, bytes]:
    """Make a survey page once, in each way of sending it, the smallest first: a published form never changes."""
    definition = form_of(form, version)
    rows = rows_of_ours(definition, known)
    plain = make_survey_page(definition, wave or None, language, rows=rows, smallest=smallest).encode()
    small = {"br": brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11), "gzip": gzip.compress(plain, 9, mtime=0)}
    return {**small, "identity": plain}


def rows_of_ours(form: FormDefinition, known: Programme) -> dict[str, list[Answers]]:
    """Give the rows that we make, out of a gathering's programme; naming them keeps invented rows out of an answer."""
    ours = [each for each in form.questions() if isinstance(each, Rows) and each.made_by != "person"]
    return {each.code: rows_of(known) if each.made_by == "programme" else [] for each in ours}


def _look_up(token: str) -> Opened | Word:
    """Find what a link leads to, or the word of the page to show instead."""
    try:
        return open_invitation(token, today()) if len(token) <= LONGEST_TOKEN else "unknown"
    except NotFound:
        return "unknown"


def language_of_link() -> Language:
    """Choose the language by the link, else by the phone; no cookie is read here."""
    return as_language(request.args.get("l") or request.headers.get("Accept-Language"))


def notice(word: Word, *, code: str | None = None, address: str | None = None) -> Response:
    """Show a page that says one thing."""
    reply = page(make_notice(word, language_of_link(), code=code, address=address), NOTICES[word].status)
    if word == "busy":
        reply.headers["Retry-After"] = "5"
    return reply


def page(content: str | bytes, status: int = 200) -> Response:
    """Send a page that no cache keeps and that tells other sites nothing."""
    reply = Response(content, status, content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = policy()
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    reply.headers["Vary"] = "Accept-Encoding, Accept-Language"
    return reply
