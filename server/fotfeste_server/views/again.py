"""Gives back what was posted when nobody could take it, so that a long text is not lost to a short sign-in."""

from flask import Flask, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import Forbidden, NotFound, Problem, SignInNeeded
from fotfeste_shared.web.pages import show_problem

STALE = "Siden var for gammel til å sendes inn. Last den på nytt og prøv igjen."
ANSWER = "a."  # how the fields of our questionnaires begin


def give_back_what_was_written(app: Flask) -> None:
    """Let a post that comes after the sign-in has run out, or from a page of before it, be sent once more."""
    app.register_error_handler(SignInNeeded, _given_back)
    app.register_error_handler(NotFound, _shown_to_copy)
    app.register_error_handler(Forbidden, _shown_to_copy)
    app.register_error_handler(CSRFError, lambda _fault: _given_back(Problem(STALE, code="stale", status=400)))


def _given_back(problem: Problem) -> Reply:
    """Show what was written on a page that can send it again, if it came from a page of ours."""
    written = _written()
    if not written:
        return show_problem(problem)
    page = render_template("signin/again.html", problem=problem, written=written, signed_out=problem.status == 401)
    return make_response(page, problem.status)


def _shown_to_copy(problem: Problem) -> Reply:
    """Show their own words to somebody who may not hand in any more, such as one who was just taken out of a team."""
    texts = [value for name, value in _written() if name.startswith(ANSWER) and " " in value.strip()]
    if not texts:
        return show_problem(problem)
    page = render_template("signin/copy.html", problem=problem, texts=texts)
    return make_response(page, problem.status)


def _written() -> list[tuple[str, str]]:
    """Give what was posted from a page of ours, if answers are among it."""
    # Another site must not have its words delivered by one careless click.
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and _origin_is_ours()
    if request.method != "POST" or not ours or not any(name.startswith(ANSWER) for name in request.form):
        return []
    return [
        (name, value) for name, values in request.form.lists() for value in values if name != "csrf_token"
    ]  # fmt: skip


def _origin_is_ours() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host
