"""A feed of the released figures after OData 4, read-only, for Excel and Power BI: its key goes in as the password."""

import re
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import quoteattr

from flask import Blueprint, Response, jsonify, request

from fotfeste_shared.problems import Problem
from fotfeste_shared.web.pages import current_language

from ..named.api_models import ApiToken
from . import my_scope, service
from .api import problems_for_programs
from .api_figures import figures
from .api_shapes import FigureShape
from .by_key import by_key

pages = Blueprint("odata", __name__, url_prefix="/api/v1/odata")
COLUMNS: dict[str, str] = {
    name: "Edm.Int32" if "int" in str(kind) else "Edm.String" for name, kind in FigureShape.__annotations__.items()
}
KNOWN = ("$top", "$skip", "$count", "$filter", "$select", "$format")
CLAUSE = re.compile(r"\s*(\w+)\s+(eq|ne)\s+(null|-?\d{1,9}|'(?:[^']|'')*')\s*")
A_PAGE = 1_000
METADATA = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
    '<Schema Namespace="Fotfeste" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="Figure">'
    '<Key><PropertyRef Name="key"/></Key>{columns}</EntityType><EntityContainer Name="Container">'
    '<EntitySet Name="Figures" EntityType="Fotfeste.Figure"/></EntityContainer></Schema>'
    "</edmx:DataServices></edmx:Edmx>"
)


@pages.get("/")
@by_key("results")
def root(_key: ApiToken) -> Response:
    """Say what there is."""
    told = [{"name": "Figures", "kind": "EntitySet", "url": "Figures"}]
    return _json({"@odata.context": f"{_here()}/$metadata", "value": told})


@pages.get("/$metadata")
@by_key("results")
def metadata(_key: ApiToken) -> Response:
    """Describe the columns."""
    columns = "".join(
        f'<Property Name={quoteattr(name)} Type="{kind}" Nullable="{"false" if name == "key" else "true"}"/>'
        for name, kind in COLUMNS.items()
    )
    return _marked(Response(METADATA.format(columns=columns), mimetype="application/xml"))


@pages.get("/Figures")
@by_key("results")
def rows(key: ApiToken) -> Response:
    """Give the figures, as many as were wished for, and the address of the rest."""
    if unknown := [name for name in request.args if name.startswith("$") and name not in KNOWN]:
        raise _bad(unknown[0])
    wish, skip, top = _filter(), _number("$skip", 0), _number("$top", 10_000_000)
    columns = _columns()
    _, found = figures(my_scope().network(key.network_id), current_language())
    chosen = [each for each in found if _fits(each, wish)]
    page = chosen[skip : skip + min(top, A_PAGE)]
    told: dict[str, Any] = {"@odata.context": f"{_here()}/$metadata#Figures"}
    if request.args.get("$count") == "true":
        told["@odata.count"] = len(chosen)
    told["value"] = [{name: getattr(each, name) for name in columns} for each in page]
    if len(page) == A_PAGE < top and skip + A_PAGE < len(chosen):
        told["@odata.nextLink"] = _rest(skip + A_PAGE, top - A_PAGE)
    return _json(told)


@pages.get("/Figures/$count")
@by_key("results")
def count(key: ApiToken) -> Response:
    """Say how many figures there are."""
    wish = _filter()
    _, found = figures(my_scope().network(key.network_id), current_language())
    return _marked(Response(str(sum(_fits(each, wish) for each in found)), mimetype="text/plain"))


Clause = tuple[str, str, str | int | None]


def _filter() -> list[Clause]:
    """Read `column eq 'value' and …`: what a filter of Excel or Power BI on a list of values sends."""
    text = request.args.get("$filter", "")
    found: list[Clause] = []
    place = 0
    while text[place:].strip():
        if found:
            joined = re.compile(r"\s*and\b").match(text, place)
            place = joined.end() if joined else len(text) + 1
        clause = CLAUSE.match(text, place) if place <= len(text) else None
        if clause is None or clause[1] not in COLUMNS:
            raise _bad("$filter")
        found.append((clause[1], clause[2], _value(clause[3])))
        place = clause.end()
    return found


def _value(text: str) -> str | int | None:
    if text == "null":
        return None
    return text[1:-1].replace("''", "'") if text.startswith("'") else int(text)


def _fits(figure: FigureShape, wish: list[Clause]) -> bool:
    return all((getattr(figure, name) == value) == (how == "eq") for name, how, value in wish)


def _columns() -> list[str]:
    chosen = [name.strip() for name in request.args.get("$select", "").split(",") if name.strip()]
    if any(name not in COLUMNS for name in chosen):
        raise _bad("$select")
    return chosen or list(COLUMNS)


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _bad(name)
    return int(text)


def _rest(skip: int, top: int) -> str:
    kept = {name: value for name, value in request.args.items() if name not in ("$skip", "$top")}
    more = {"$top": str(top)} if "$top" in request.args else {}
    return f"{_here()}/Figures?{urlencode({**kept, **more, '$skip': str(skip)})}"


def _here() -> str:
    """Give the feed's own address as the operator wrote it, never as a request's head says."""
    return f"{service().config.base_url}{pages.url_prefix}"


def _bad(name: str) -> Problem:
    return Problem("Meldingen ble ikke forstått.", code=f"bad_{name.strip('$')}", status=400)


def _json(told: dict[str, Any]) -> Response:
    reply = jsonify(told)
    reply.headers["Content-Type"] = "application/json;odata.metadata=minimal;charset=utf-8"
    return _marked(reply)


def _marked(reply: Response) -> Response:
    reply.headers["OData-Version"] = "4.0"
    return reply


pages.register_error_handler(Problem, problems_for_programs)
