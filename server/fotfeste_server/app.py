"""Puts the server together: the one place where its parts meet."""

import importlib
from functools import partial
from io import BytesIO
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, Request
from flask_wtf import CSRFProtect
from whitenoise import WhiteNoise

from fotfeste_shared.database import Database, Writer, close_database, let_go, open_database
from fotfeste_shared.migrating import migrate
from fotfeste_shared.web.pages import HEADERS, HTTPS_ONLY, prepare

from . import audit, views
from .anonymous.keys import Keys
from .config import Config
from .mail import mail_of, sms_of
from .metrics import Figures, Watched
from .migrations import STEPS, TABLES
from .named.erasing import Erasures, replay
from .named.house import settle
from .named.publishing import publish_shipped
from .named.rejudging import rejudge
from .restoring import finish, resume
from .service import Service
from .static_files import compressed
from .views.accounting import keep_account
from .views.again import give_back_what_was_written
from .views.fetching import refuse_other_sites
from .views.ready import ReadyPages

PAGES = (
    "health", "metrics", "signin", "openid", "me", "mailbox", "organizers", "networks", "municipalities",
    "planning", "reception", "public", "joining", "members", "agreements", "teams", "drafts", "board",
    "advising", "papers", "posters", "final", "windows", "invitations", "programme", "mentoring", "met", "retention",
    "attending", "presence", "calendars", "forecast", "disclosing", "devices", "keeping", "sync", "phone",
    "doors", "results", "programs", "api", "odata", "statement", "wishes", "amending",
)  # fmt: skip
# The token in the address or header is the authority there, no cookie is looked at.
TOKEN_PAGES = ("sync", "phone", "doors", "public", "joining", "met", "api", "odata")
SCRIPTS = {".mjs": "text/javascript"}  # some systems do not know the ending
MOST_POSTED = 1_048_576
MOST_FIELDS = 2_000


class PostedRequest(Request):
    """A request whose files are read into memory: none is larger than what may be posted, and none is left behind."""

    def _get_file_stream(self, *_about: object, **_more: object) -> BytesIO:
        return BytesIO()


def open_house(config: Config) -> Database:
    """Open the database in good order: folders made, steps applied, shipped forms published."""
    config.make_folders()
    resume(config)
    db = open_database(config.database_url)
    migrate(db, STEPS)
    db.bind(TABLES, bind_refs=False, bind_backrefs=False)
    settle(db)
    audit.begin(db)
    publish_shipped(db)
    finish(config, db)
    replay(db, Erasures(config.erasures))
    rejudge(db)
    return db


def create_app(config: Config) -> Flask:
    """Make the server's app on an open database; `close_app` ends it in good order."""
    db = open_house(config)
    secret = Keys(config.keys).secret("session.key")
    app = Flask("fotfeste_server", static_folder=None)
    app.request_class = PostedRequest
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=MOST_POSTED,
        MAX_FORM_MEMORY_SIZE=MOST_POSTED,
        MAX_FORM_PARTS=MOST_FIELDS,
        SESSION_COOKIE_NAME="__Host-forms" if config.proxy else "forms",
        SESSION_COOKIE_SECURE=config.proxy,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open for a day
    )
    app.extensions["fotfeste"] = Service(
        config, db, Writer(db), mail_of(config.keys, config.mail), Keys(config.keys), secret,
        sms_of(config.keys, config.sms),
    )
    app.extensions["figures"] = figures = Figures()
    prepare(app)
    refuse_other_sites(app)
    csrf = CSRFProtect(app)
    give_back_what_was_written(app)
    keep_account(app)
    app.teardown_request(lambda _fault: let_go(db))
    for blueprint in PAGES:
        if Path(views.__path__[0], f"{blueprint}.py").exists():
            pages = importlib.import_module(f".{blueprint}", views.__name__).pages
            app.register_blueprint(pages)
            if blueprint in TOKEN_PAGES:
                csrf.exempt(pages)
    views.every_route_has_a_rule(app)
    # Files come before the app: no session is opened and no rule asked for a style sheet.
    files = WhiteNoise(
        ReadyPages(app.wsgi_app, db),
        compressed(config.data / "static"),
        prefix="static/",
        max_age=3600,
        allow_all_origins=False,
        add_headers_function=partial(_harden, https=config.proxy),
        mimetypes=SCRIPTS,
    )
    app.wsgi_app = Watched(files, figures)  # type: ignore[method-assign, assignment]  # how Flask is wrapped
    return app


def _harden(headers: Headers, _path: str, _url: str, *, https: bool) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if https:
        headers[HTTPS_ONLY[0]] = HTTPS_ONLY[1]


def close_app(app: Flask) -> None:
    """Finish what waits and close the database."""
    service: Service = app.extensions["fotfeste"]
    service.writer.close()
    close_database(service.db)
