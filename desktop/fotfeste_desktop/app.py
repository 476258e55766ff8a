"""The local pages as a Flask app: who may see them is the guard's business, what they show the views'."""

import mimetypes
import secrets

from flask import Flask, g, redirect, request, url_for
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.web.pages import STATIC, prepare
from fotfeste_shared.wording import as_language

from .desk import Desk, Stage
from .opening import opening
from .records import records
from .settings import settings
from .views import pages
from .words import Words

# programs are fond of breaking these in the Windows registry, and then the page has no style
TYPES = {".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
LARGEST_FORM = 2 * 1024 * 1024
STATIC_FILES = ("static", "pages.static")
FIRST_SEEN = {
    Stage.CHOOSING: "choose.html",
    Stage.LOCKED: "unlock.html",
    Stage.OPEN: "today.html",
    Stage.WHO: "who.html",
}
FRAME = ("shared/base.html", "base.html", "pieces.html")
DOORS = {
    Stage.MISPLACED: "opening.misplaced",
    Stage.WHO: "opening.who",
    Stage.TROUBLE: "opening.trouble",
    Stage.CHOOSING: "opening.choose",
    Stage.LOCKED: "opening.unlock",
    Stage.STRANDED: "opening.stranded",
    Stage.NEWER: "opening.newer",
}


def create_app(desk: Desk) -> Flask:
    """Make the pages of one desk."""
    for ending, type_ in TYPES.items():
        mimetypes.add_type(type_, ending)
    app = Flask("fotfeste_desktop", static_folder=STATIC, static_url_path="/static")
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),  # a new one each start: nothing of a session need outlive the window
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open all day
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    CSRFProtect(app)
    prepare(app)
    # our own base.html goes around the shared one, so the shared pages get our frame, too
    shared = PrefixLoader({"shared": PackageLoader("fotfeste_shared.web")})
    app.jinja_loader = ChoiceLoader([*([app.jinja_loader] if app.jinja_loader else []), shared])
    app.before_request(lambda: _language(desk))
    app.before_request(lambda: _lead_to_the_open_door(desk))
    app.teardown_request(lambda _fault: desk.let_go())
    app.context_processor(lambda: {"desk": desk, "words": Words()})
    app.register_blueprint(opening(desk))
    app.register_blueprint(pages(desk))
    app.register_blueprint(records(desk))
    app.register_blueprint(settings(desk))
    return app


def warm_up(app: Flask, stage: Stage) -> None:
    """Make ready what the first page needs, and no more, while the window is still on its way."""
    for name in (*FRAME, FIRST_SEEN.get(stage, "base.html")):
        app.jinja_env.get_template(name)


def _language(desk: Desk) -> None:
    """The person's own choice, kept with the data; the engine's idea of a language is the installer's."""
    if request.endpoint in STATIC_FILES:
        return
    wish = request.args.get("language")
    if desk.stage is not Stage.OPEN:
        g.language = as_language(wish or str(desk.base.recall().get("language", "")))
        if wish:
            desk.base.remember(language=g.language)
        return
    if wish:
        desk.exchange.keep(language=as_language(wish))
        desk.base.remember(language=as_language(wish))
    g.language = as_language(desk.language())


def _lead_to_the_open_door(desk: Desk) -> Reply | None:
    """Until the key is found there is one page; until the recovery code is written down, another."""
    if request.endpoint in STATIC_FILES:
        return None
    door = DOORS.get(desk.stage) if desk.settled() else "opening.starting"
    if desk.stage is Stage.OPEN and desk.recovery_code:
        door = "opening.recovery"
    return redirect(url_for(door), 303) if door and request.endpoint != door else None
