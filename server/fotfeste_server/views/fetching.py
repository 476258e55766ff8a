"""Asks the browser who sent a request: what another site sets off is refused before anything looks at it."""

from urllib.parse import urlsplit

from flask import Flask, request

from fotfeste_shared.problems import Forbidden

from . import service

READING = ("GET", "HEAD", "OPTIONS")
WHOLE_PAGES = ("document", "")  # a link may be followed from anywhere; an image or a script of ours is nobody else's
ELSEWHERE = ("cross-site", "same-site")


def refuse_other_sites(app: Flask) -> None:
    """Look at each request before its route does."""
    app.before_request(_look)


def _look() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if request.method in READING:
        embedded = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        framed = request.headers.get("Sec-Fetch-Dest", "") not in WHOLE_PAGES
        if site in ELSEWHERE and (embedded or framed):
            raise Forbidden(code="other_site")
        return
    if site in ELSEWHERE or (site is None and not _origin_is_ours()):
        raise Forbidden(code="other_site")


def _origin_is_ours() -> bool:
    """Read where an older browser says that a post comes from; a survey page says `null`, since it tells nobody."""
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc in (request.host, urlsplit(service().config.base_url).netloc)
