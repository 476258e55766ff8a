"""The API for other programs: released figures, named rows within a key's scope, and forms handed in once."""

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import Struct

from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Invalid, NotFound, Problem
from fotfeste_shared.revisions import is_id
from fotfeste_shared.web.pages import current_language

from ..named.access import SESSION_LOG
from ..named.api_models import ApiToken
from ..named.history import leaves_of
from ..named.ledger import Ledger, current
from ..named.models import Participation, Record, Team
from ..named.publishing import published
from . import anyone, my_scope, service
from .api_document import document
from .api_figures import figures
from .api_shapes import (
    ContentShape,
    Figures,
    Networks,
    NetworkShape,
    Records,
    RecordShape,
    Taken,
    Teams,
    TeamShape,
    Written,
)
from .by_key import by_key

pages = Blueprint("api", __name__, url_prefix="/api/v1")
MOST, USUAL = 500, 100
FILTERS = ("form", "question", "wave", "place", "part")


@pages.get("/openapi.json")
@anyone
def openapi() -> Response:
    """Describe the API to programs."""
    return _reply(document())


@pages.get("/networks")
@by_key("results")
def networks(key: ApiToken) -> Response:
    """Give the network that the key is for."""
    network = my_scope().network(key.network_id)
    shape = NetworkShape(network.id, network.name, network.theme, network.starts, network.ends)
    return _reply(Networks([shape], None))


@pages.get("/figures")
@by_key("results")
def released(key: ApiToken) -> Response:
    """Give the released figures, page by page; what is not released is nowhere in the API."""
    release, found = figures(my_scope().network(key.network_id), current_language())
    wished = {name: request.args[name] for name in FILTERS if name in request.args}
    chosen = [each for each in found if all(getattr(each, name) == wish for name, wish in wished.items())]
    begin = _whole("from", 0, 9_999_999)
    page, after = _page(chosen[begin:], begin)
    return _reply(Figures(release, page, after))


@pages.get("/teams")
@by_key("read")
def teams(key: ApiToken) -> Response:
    """Give the teams whose reports the key's maker may read."""
    inside = Participation.select(Participation.id).where(Participation.network == key.network_id)
    rows = my_scope().teams().where((Team.id > _last()) & Team.participation.in_(inside)).order_by(Team.id)
    found = [TeamShape(row.id, row.name, row.participation.municipality) for row in rows.limit(_limit() + 1)]
    return _reply(Teams(*_page(found)))


@pages.get("/records")
@by_key("read")
def records(key: ApiToken) -> Response:
    """Give the records that the key's maker may read; talks between mentor and new hire are never among them."""
    mine = (Record.network == key.network_id) & (Record.id > _last()) & Record.apart_of.is_null()
    if "form" in request.args:
        mine &= Record.form == request.args["form"]
    rows = my_scope().records().where(mine & (Record.form != SESSION_LOG)).order_by(Record.id)
    return _reply(Records(*_page([_shape(row) for row in rows.limit(_limit() + 1)])))


@pages.get("/records/<record_id>")
@by_key("read")
def record(key: ApiToken, record_id: str) -> Response:
    """Give one record with its answers."""
    row, content = _own(key, record_id), current(record_id)
    told = (content.form_version, content.saved_at, dict(content.answers)) if content else (None, None, None)
    leaves = sorted(leaves_of(row.id))
    return _reply(ContentShape(row.id, row.form, row.about_kind, row.about_id, leaves, *told))


@pages.put("/records/<record_id>/revisions/<revision_id>")
@by_key("write")
def hand_in(key: ApiToken, record_id: str, revision_id: str) -> Response:
    """Hand in a form under an id that the program has made: the same again is `known`, and changes nothing."""
    row, written = _own(key, record_id), _read(Written)
    if not is_id(revision_id):
        raise Problem("Meldingen ble ikke forstått.", code="bad_id", status=400)
    form = published(row.form)
    ledger = Ledger(service().db, service().writer, my_scope(), row, tuple(written.parents))
    receipt = ledger.receive(Filled(form.code, form.version, written.answers, revision_id))
    return _reply(Taken("known" if receipt.outcome == "known" else "kept", receipt.code))


def _own(key: ApiToken, id_: str) -> Record:
    row = my_scope().record(id_)
    if row.network_id != key.network_id or row.form == SESSION_LOG or row.apart_of:
        raise NotFound
    return row


def _shape(row: Record) -> RecordShape:
    return RecordShape(row.id, row.form, row.about_kind, row.about_id, row.team_id, row.gathering_id, row.opened)


# --- reading and answering --------------------------------------------------------------------------


def _read(kind: type[Written]) -> Written:
    try:
        return msgspec.json.decode(request.get_data(cache=False), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise Problem("Meldingen ble ikke forstått.", code="bad_message", status=400) from fault


def _reply(told: Struct | dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(told), mimetype="application/json")


def _limit() -> int:
    return _whole("limit", USUAL, MOST, least=1)


def _last() -> str:
    """Read after which row to go on."""
    after = request.args.get("after")
    if after is not None and not is_id(after):
        raise _bad("after")
    return after or ""


def _whole(name: str, otherwise: int, most: int, least: int = 0) -> int:
    text = request.args.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise _bad(name)
    return int(text)


def _bad(name: str) -> Problem:
    return Problem("Meldingen ble ikke forstått.", code=f"bad_{name}", status=400)


def _page(found: Sequence[Any], begin: int | None = None) -> tuple[list[Any], str | None]:
    """Cut a page, and say where the next one begins; None after the last."""
    limit = _limit()
    page = list(found[:limit])
    if len(found) <= limit:
        return page, None
    after = page[-1].id if begin is None else str(begin + limit)
    return page, after


def problems_for_programs(problem: Problem) -> Response:
    """Say a problem as programs expect it, after RFC 9457."""
    told = {
        "type": f"urn:fotfeste:{problem.code}", "title": problem.code, "status": problem.status,
        "detail": problem.sentence(current_language()), "code": problem.code,
    }  # fmt: skip
    if isinstance(problem, Invalid):
        told["questions"] = dict(problem.questions)
    reply = Response(msgspec.json.encode(told), problem.status, mimetype="application/problem+json")
    if problem.status == 401:
        reply.headers["WWW-Authenticate"] = 'Basic realm="Fotfeste", charset="UTF-8"'
    if problem.status in (429, 503):
        reply.headers["Retry-After"] = "5"
    return reply


pages.register_error_handler(Problem, problems_for_programs)
