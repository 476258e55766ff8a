"""What the API says and hears, as types; the OpenAPI document is made from them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]


class NetworkShape(Struct, frozen=True):
    """The network that the key is for."""

    id: str
    name: str
    theme: str
    starts: date
    ends: date


class TeamShape(Struct, frozen=True):
    """A team whose reports the key may read."""

    id: str
    name: str
    municipality: str


class RecordShape(Struct, frozen=True):
    """A thing that is filled in over time, such as one team's status report before one gathering."""

    id: str
    form: str
    about_kind: str
    about_id: str
    team: str | None
    gathering: str | None
    opened: datetime


class ContentShape(Struct, frozen=True):
    """A record with what counts of it now; `leaves` are the parents of the next revision."""

    id: str
    form: str
    about_kind: str
    about_id: str
    leaves: list[str]
    version: int | None
    saved_at: str | None
    answers: dict[str, Any] | None


class FigureShape(Struct, frozen=True):
    """One released figure, as it is shown to people: `hidden` says why one is not."""

    key: str
    part: str
    form: str
    question: str
    text: str
    wave: str
    place: str
    period: str
    answer: str
    answer_text: str
    n: int | None
    groups: int | None
    low: int | None
    high: int | None
    percent: int | None
    percent_from: int | None
    percent_to: int | None
    mean_tenths: int | None
    hidden: str | None


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """A filled form: the leaves that were seen before it was written, and the answers."""

    answers: dict[str, Any]
    parents: list[Id] = []


class Taken(Struct, frozen=True):
    """The word on a filled form; a repeat of the same one is `known`, with the same receipt."""

    outcome: Literal["kept", "known"]
    receipt: str | None


class Networks(Struct, frozen=True):
    """A page of networks."""

    items: list[NetworkShape]
    next: str | None


class Teams(Struct, frozen=True):
    """A page of teams."""

    items: list[TeamShape]
    next: str | None


class Records(Struct, frozen=True):
    """A page of records."""

    items: list[RecordShape]
    next: str | None


class Figures(Struct, frozen=True):
    """A page of figures."""

    release: str
    items: list[FigureShape]
    next: str | None


class ProblemShape(Struct, frozen=True):
    """What went wrong, after RFC 9457; `code` is for machines, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    questions: dict[str, str] = {}
