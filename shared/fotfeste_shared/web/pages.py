"""The manners of every page in both apps: words and language, headers, dates, and problems shown one way."""

import logging
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from flask import Flask, Response, current_app, g, has_request_context, jsonify, make_response, render_template, request
from jinja2 import ChoiceLoader, PackageLoader
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as BaseResponse

from ..answering import shown
from ..clock import civil
from ..problems import Busy, DiskFull, Invalid, NotFound, Problem, TooLarge
from ..wording import LANGUAGES, NAMES, Language, Value, as_language, say
from .regions import NamelessForms

STATIC = Path(__file__).parent / "static"
COOKIE = "language"
YEAR = 365 * 24 * 3600

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")  # only where HTTPS is spoken
MONTHS: Mapping[Language, str] = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}
NUMBERS: Mapping[Language, str] = {
    "nb": "null en to tre fire fem seks sju åtte ni ti elleve tolv",
    "nn": "null ein to tre fire fem seks sju åtte ni ti elleve tolv",
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
}
log = logging.getLogger("fotfeste")


def prepare(app: Flask) -> None:
    """Give an app our templates, words, languages, headers and problem pages; both apps begin with this."""
    own = app.jinja_loader
    app.jinja_loader = ChoiceLoader([*([own] if own else []), PackageLoader("fotfeste_shared.web")])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(NamelessForms)
    app.jinja_env.globals.update(_=translated, day=day, days=days, moment=moment, number=number)
    app.context_processor(lambda: {"language": current_language(), "language_links": _language_links()})
    app.before_request(choose_language)
    app.after_request(_harden)
    app.register_error_handler(Problem, show_problem)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(Exception, _show_unknown)


# --- language --------------------------------------------------------------------------------------


def choose_language() -> None:
    """Settle the language of a request: a link's choice, else the remembered one, else the browser's."""
    wish = request.args.get("language") or request.cookies.get(COOKIE) or request.headers.get("Accept-Language")
    g.language = as_language(wish)


def current_language() -> Language:
    """Give the language of the page being made; bokmål outside a request."""
    return g.get("language", "nb") if has_request_context() else "nb"


def translated(sentence: str, **values: Value) -> str:
    """Say a sentence of the screen in the page's language; `_` in the templates."""
    return say(current_language(), sentence, **values)


def _language_links() -> list[tuple[Language, str, str]]:
    """Link to this page in each language; only a page that can be asked for again has such links."""
    if not has_request_context() or request.method != "GET":
        return []
    return [(code, NAMES[code], f"{request.path}?language={code}") for code in LANGUAGES]


# --- dates and numbers -----------------------------------------------------------------------------


def day(given: date | str | None, language: Language | None = None) -> str:
    """Write a date in words: `24. august 2026`, `24 August 2026`; an empty text for none."""
    if not given:
        return ""
    when = date.fromisoformat(given) if isinstance(given, str) else given
    language = language or current_language()
    month = MONTHS[language].split()[when.month - 1]
    return f"{when.day} {month} {when.year}" if language == "en" else f"{when.day}. {month} {when.year}"


def days(first: date, last: date, language: Language | None = None) -> str:
    """Write a stretch of days as people do: `19.–20. august 2026`, `1. oktober – 31. desember 2026`."""
    if first == last:
        return day(last, language)
    if first.year != last.year:
        return f"{day(first, language)} – {day(last, language)}"
    begun = day(first, language).removesuffix(f" {first.year}")
    if first.month == last.month:
        return f"{begun.split()[0]}–{day(last, language)}"
    return f"{begun} – {day(last, language)}"


def moment(given: datetime | None) -> str:
    """Write a moment as a day and the clock on the wall in Norway."""
    return f"{day(civil(given).date())} {civil(given):%H:%M}" if given else ""


def number(value: int, decimals: int = 0) -> str:
    """Write a scaled number as people do; English has a point where Norwegian has a comma."""
    text = shown(value, decimals)
    return text.replace(",", ".") if current_language() == "en" else text


def in_words(count: int) -> str:
    """Write a small count as a word; above twelve as figures."""
    names = NUMBERS[current_language()].split()
    return names[count] if 0 <= count < len(names) else str(count)


# --- headers and problems --------------------------------------------------------------------------


def _harden(response: Response) -> Response:
    """Put our headers on every answer, errors and static files included; a view's own wins."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault(*HTTPS_ONLY)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if request.args.get("language"):
        response.set_cookie(COOKIE, current_language(), max_age=YEAR, samesite="Lax", httponly=True)
    return response


def wants_json() -> bool:
    """Tell whether a machine is asking."""
    if request.path.startswith(("/sync/", "/api/")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def show_problem(problem: Problem) -> Response:
    """Show a problem in one shape: a page for people, a small document for machines."""
    language = current_language()
    if wants_json():
        told = {"code": problem.code, "sentence": problem.sentence(language)}
        if isinstance(problem, Invalid):
            told["questions"] = dict(problem.questions)  # type: ignore[assignment]  # one nested table in a flat one
        reply = jsonify(problem=told)
    else:
        reply = make_response(render_template("problem.html", problem=problem))
    reply.status_code = problem.status
    if isinstance(problem, Busy | DiskFull) or problem.status == 429:
        reply.headers["Retry-After"] = "5"
    return reply


def _show_http(fault: HTTPException) -> BaseResponse:
    """Say the framework's own refusals in our words."""
    known = {404: NotFound, 413: TooLarge}
    status = fault.code or 500
    if 300 <= status < 400:
        return fault.get_response()
    if status in known:
        return show_problem(known[status]())
    sentence = "Vi forsto ikke forespørselen. Last siden på nytt og prøv igjen."
    reply = show_problem(Problem(sentence, code=fault.name.lower().replace(" ", "_"), status=status))
    reply.headers.extend([(name, value) for name, value in fault.get_headers() if name == "Allow"])
    return reply


def _show_unknown(fault: Exception) -> Response:
    """Own up to a fault of ours, with a number that stands in the log too."""
    number_ = secrets.token_hex(4)
    log.error("fault %s", number_, exc_info=fault)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise fault
    sentence = "Noe gikk galt hos oss. Prøv igjen. Si fra med nummer {number} hvis det skjer på nytt."
    return show_problem(Problem(sentence, {"number": number_}, code="fault", status=500))
