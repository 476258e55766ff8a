"""The messages between desktop client and server: read strictly, written canonically, published as JSON Schema.

Protocol 1 is not frozen before the first tagged release. Keys that a reader does not know are passed over, so
that a newer side can say more; the text of a revision is carried as it was hashed and never rewritten.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from .wording import Language

SERVICE = "fotfeste"
PROTOCOL = 1
APP = "0.1.0"  # the version of server and client, which are released together
ITEMS_IN_A_PUSH = 50
BYTES_IN_A_PUSH = 262_144
BYTES_INFLATED = 4_194_304

Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Digest = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
AuditHead = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,15}:[0-9a-f]{64}$")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Outcome = Literal["stored", "duplicate", "refused"]
Reason = Literal["digest", "id_reused", "too_large", "erased", "not_yours", "unreadable"]
Held = Literal["unknown_form_version", "invalid", "closed", "unknown_parent", "outside_scope", "drain_only"]


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Anything on the wire."""


class Place(Message, frozen=True, kw_only=True):
    """A place in the server's history: the number of a revision in its log, and the link of the chain there."""

    seq: Count
    link: Short


class History(Message, frozen=True, kw_only=True):
    """Where the server's history stands, and whether the client's last known place lies on it."""

    seq: Count
    link: Short
    same: bool = True


class Range(Message, frozen=True, kw_only=True):
    """The protocol versions that the server speaks."""

    min: int
    max: int


class Limits(Message, frozen=True, kw_only=True):
    """What the server takes in one request."""

    items: int = ITEMS_IN_A_PUSH
    bytes: int = BYTES_IN_A_PUSH
    inflated: int = BYTES_INFLATED


class Reply(Message, frozen=True, kw_only=True):
    """What every answer proves: that it is from our server, and to this very request (`batch`).

    A captive portal, a wrong server or the answer to another request can therefore never look like success.
    """

    service: str
    protocol: int
    batch: str
    server: Short
    now: str
    history: History


class Hello(Message, frozen=True, kw_only=True):
    """The server introduces itself."""

    service: str
    protocol: Range
    server: Short
    now: str
    history: History
    limits: Limits
    min_app: str = "0.1"


class PushItem(Message, frozen=True, kw_only=True):
    """One revision: its name, its digest and the text that was hashed."""

    rev: Id
    digest: Digest
    text: Annotated[str, msgspec.Meta(max_length=BYTES_IN_A_PUSH)]


class Push(Message, frozen=True, kw_only=True):
    """Revisions to be kept; `known` is the last place in the server's history that the client has seen."""

    batch: Id
    device: Id
    install: Id
    push_no: Count
    app: Short
    sent_at: Short
    known: Place | None = None
    items: Annotated[list[PushItem], msgspec.Meta(max_length=ITEMS_IN_A_PUSH)]


class ItemReply(Message, frozen=True, kw_only=True):
    """The word on one revision; only `stored` and `duplicate` with the same digest mean that it is delivered."""

    rev: str
    outcome: Outcome
    digest: str
    seq: int | None = None
    receipt: str | None = None
    received_at: str | None = None
    leaves: list[str] = []
    held: Held | None = None
    reason: Reason | None = None
    missing_files: list[str] = []


class PushReply(Reply, frozen=True, kw_only=True):
    """The word on each revision of a push; one that is not named here is unknown and stays queued."""

    items: list[ItemReply]
    backed_up_to: int = 0


class StepGiven(Message, frozen=True, kw_only=True):
    """How far an advisor has said, on this device, that a team had come when it handed in a report."""

    record: Id
    step: Annotated[int, msgspec.Meta(ge=0, le=100)]


class Pull(Message, frozen=True, kw_only=True):
    """A wish for what is new since the cursor.

    `made` is how many revisions this device has made, and `unsent_hours` how long the oldest that the server has
    not got has waited: all that organizers are told of what lies there. `steps` are those that the roster did not
    know of last time. `audit` is the head of the server's audit log that this device remembers.
    """

    batch: Id
    device: Id
    install: Id
    known: Place | None = None
    cursor: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500
    made: Count | None = None
    unsent_hours: Count | None = None
    steps: Annotated[list[StepGiven], msgspec.Meta(max_length=1000)] = []
    audit: AuditHead | None = None


class Tombstone(Message, frozen=True, kw_only=True):
    """A record that was erased: its content is to be forgotten, its id is not."""

    record: str
    reason: Literal["erased"]


class Row(Message, frozen=True, kw_only=True):
    """One line of the server's log: a revision, or the erasure of a record.

    `held` tells why a person must look at it, which may have changed since it was delivered.
    """

    seq: int
    rev: str | None = None
    digest: str | None = None
    text: str | None = None
    receipt: str | None = None
    held: Held | None = None
    tombstone: Tombstone | None = None


class FormLine(Message, frozen=True, kw_only=True):
    """A published form; its text is fetched by digest, once and for ever."""

    code: str
    version: int
    digest: str
    retired: bool = False


class Thing(Message, frozen=True, kw_only=True):
    """One line of the roster: a network, team, gathering or municipality by id and name.

    `begins` names the forms that the person may begin about it, any number of times.
    """

    id: str
    name: str
    of: str | None = None
    begins: list[str] = []


class PairingLine(Message, frozen=True, kw_only=True):
    """One pairing: never a name of the new hire, only unit, profession and start; `mine` tells its mentor's device.

    `away` are the first and last days of times in which no talk is expected. `since` is the day from which this mentor
    follows the new hire, when another one did before.
    """

    id: str
    unit: str
    profession: str
    started: str
    municipality: str
    ended: str | None = None
    mine: bool = True
    away: list[tuple[str, str]] = []
    since: str | None = None


class OpenRecord(Message, frozen=True, kw_only=True):
    """A record that the server has opened for this person to fill in, such as a status report.

    `facts` are what the server's judge will know, and `choices` what it will let one choose where not everything is
    offered, so that the device's judge says the same without network.
    """

    id: str
    form: str
    about_kind: str
    about_id: str
    title: str
    due: str | None = None
    facts: dict[str, str | int] = {}
    choices: dict[str, list[str]] = {}


class Followed(Message, frozen=True, kw_only=True):
    """A report that has come from a team whose advisor the person is; before they give their own step it is not shown.

    Those of a team stand in the order of its gatherings.
    """

    record: str
    title: str
    step: int | None = None


class PersonLine(Message, frozen=True, kw_only=True):
    """Who the device belongs to."""

    id: str
    name: str
    language: Language = "nb"


class Roster(Message, frozen=True, kw_only=True):
    """What a device needs to know in order to work offline; nothing beyond its person's scope.

    `mentors` are those whom a head of department may name when a new hire is registered.
    """

    person: PersonLine
    networks: list[Thing] = []
    teams: list[Thing] = []
    gatherings: list[Thing] = []
    pairings: list[PairingLine] = []
    mentors: list[Thing] = []
    records: list[OpenRecord] = []
    follows: list[Followed] = []


class AuditWord(Message, frozen=True, kw_only=True):
    """Where the server's audit log stands, and whether it still has the line that the device remembers.

    `brought_back` is when a restore from a backup took that line away; without it nothing honest explains it.
    """

    head: AuditHead
    holds: bool = True
    brought_back: str | None = None


class PullReply(Reply, frozen=True, kw_only=True):
    """What is new; rows and cursor are applied together. `reset` says: begin from the beginning.

    `newest_app` is the version of the client that came with this server: an older one tells its person.
    """

    rows: list[Row]
    forms: list[FormLine]
    roster: Roster
    cursor: str
    parcel_key: str | None = None
    more: bool = False
    reset: bool = False
    backed_up_to: int = 0
    newest_app: Short | None = None
    audit: AuditWord | None = None


class Have(Message, frozen=True, kw_only=True):
    """A question: which of these have you not got? `known` as in a push: the answer moves the client along."""

    batch: Id
    device: Id
    known: Place | None = None
    revs: Annotated[list[Id], msgspec.Meta(max_length=1000)]


class HaveReply(Reply, frozen=True, kw_only=True):
    """The answer: these are missing."""

    missing: list[str]


class Parcel(Message, frozen=True, kw_only=True):
    """Undelivered work carried by hand in a closed file; the device's token inside shows whose it is."""

    service: str
    device: Id
    install: Id
    token: Short
    person: Id
    made_at: Short
    items: list[PushItem]


class Enrol(Message, frozen=True, kw_only=True):
    """A one-time code exchanged for a device's own token; repeating it for the same install is safe."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    install: Id
    name: Short


class EnrolReply(Message, frozen=True, kw_only=True):
    """The device's token, given once, and who the device now belongs to.

    `parcel_key` is the public key, in hexadecimal, to which undelivered work is closed when it is carried by hand.
    """

    service: str
    device: str
    token: str
    server: str
    person: PersonLine
    parcel_key: str | None = None


T = TypeVar("T")


class BadMessage(ValueError):
    """A message that can not be read as its type; the text says where."""


def read(kind: type[T], data: bytes | str) -> T:
    """Read one message strictly; unknown keys are passed over. Raises BadMessage."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadMessage(str(fault)) from fault


def write(message: Message) -> bytes:
    """Write one message; the same message gives the same bytes."""
    return msgspec.json.encode(message, order="deterministic")


MESSAGES: tuple[type[Message], ...] = (
    Hello, Push, PushReply, Pull, PullReply, Have, HaveReply, Enrol, EnrolReply, Parcel,
)  # fmt: skip


def schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of every message, as published in `shared/schema/sync-1.json`."""
    _, parts = msgspec.json.schema_components(MESSAGES, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fotfeste sync protocol 1",
        "$defs": dict(sorted(parts.items())),
    }
