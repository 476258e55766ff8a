"""The OpenAPI document, made from the very types that the API reads and writes."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import msgspec

from .api_shapes import (
    ContentShape,
    Figures,
    Networks,
    ProblemShape,
    Records,
    Taken,
    Teams,
    Written,
)

Method = Literal["get", "put"]
REFERENCE = "#/components/schemas/{name}"
PROBLEMS = {
    "400": "Something was not understood",
    "401": "The key is unknown, ended or too old",
    "403": "The key has not this right",
    "404": "It is not there, or not within the key's scope",
    "409": "It was changed by somebody else",
    "410": "It takes nothing more",
    "413": "Too large",
    "422": "Some answers must be mended",
    "429": "Too many requests",
    "503": "Busy: repeating is safe",
}
ID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program may ask for; `query` are the wishes behind the question mark."""

    path: str
    method: Method
    name: str
    says: str
    reply: type
    right: str
    query: tuple[str, ...] = ()
    body: type | None = None


OPERATIONS = (
    Operation("/networks", "get", "networks", "The network that the key is for", Networks, "results"),
    Operation("/figures", "get", "figures", "Released figures, never anything else of the surveys", Figures, "results",
              ("form", "question", "wave", "place", "part", "from", "limit")),
    Operation("/teams", "get", "teams", "Teams whose reports may be read", Teams, "read", ("after", "limit")),
    Operation("/records", "get", "records", "Records that may be read", Records, "read", ("form", "after", "limit")),
    Operation("/records/{record_id}", "get", "record", "One record with its answers", ContentShape, "read"),
    Operation("/records/{record_id}/revisions/{revision_id}", "put", "handIn",
              "Hand in a form; the program makes the id, and may repeat the call", Taken, "write", body=Written),
)  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
    "after": ID,
    "from": {"type": "integer", "minimum": 0, "maximum": 9_999_999, "default": 0},
}


@cache
def document() -> dict[str, Any]:
    """Write the whole document."""
    kinds = [*(each.reply for each in OPERATIONS), Written, ProblemShape]
    references, parts = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    shapes = dict(zip(kinds, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = _operation(each, shapes)
    security = {"key": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fotfeste", "version": "1", "description": "See server/README.md."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}, {"basic": []}],
        "paths": paths,
        "components": {"schemas": parts, "securitySchemes": security},
    }


def _operation(each: Operation, shapes: dict[type, dict[str, Any]]) -> dict[str, Any]:
    wanted = [part.strip("{}") for part in each.path.split("/") if part.startswith("{")]
    told: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.says,
        "description": f"Needs a key with the right «{each.right}».",
        "parameters": [{"name": name, "in": "path", "required": True, "schema": ID} for name in wanted]
        + [{"name": name, "in": "query", "schema": KINDS.get(name, {"type": "string"})} for name in each.query],
        "responses": {"200": _content("What was asked for", "application/json", shapes[each.reply])}
        | {code: _content(why, "application/problem+json", shapes[ProblemShape]) for code, why in PROBLEMS.items()},
    }
    if each.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": shapes[each.body]}}}
    return told


def _content(why: str, kind: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": why, "content": {kind: {"schema": shape}}}
