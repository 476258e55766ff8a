"""What desktop clients speak with: enrol, hello, push, pull, have and the forms, as `fotfeste_shared.sync` says."""

import gzip
import io
import re
import zlib
from typing import TypeVar

from flask import Blueprint, Response, request
from msgspec.structs import replace

from fotfeste_shared.clock import now
from fotfeste_shared.database import reading
from fotfeste_shared.problems import Forbidden, NotFound, Problem, TooLarge
from fotfeste_shared.revisions import timestamp
from fotfeste_shared.sync import (
    BYTES_INFLATED,
    PROTOCOL,
    SERVICE,
    BadMessage,
    Enrol,
    EnrolReply,
    Have,
    Hello,
    Limits,
    Message,
    PersonLine,
    Pull,
    Push,
    Range,
    read,
    write,
)

from ..health import room_for_push
from ..named.access import scope
from ..named.advising import take_steps
from ..named.agenda import language_of
from ..named.devices import enrol
from ..named.history import history
from ..named.house import fact
from ..named.models import Device, PublishedForm
from ..named.pulling import have, pull
from ..named.pushing import push_items
from ..named.recovering import take_word
from ..named.witnesses import hear
from ..parcels import public_key
from . import anyone, by_device, service
from .pace import Pace, caller

pages = Blueprint("sync", __name__, url_prefix="/sync/v1")
enrolling = Pace(tries=300, seconds=900)  # a hall of mentors may enrol behind one address
DIGEST = re.compile("sha256:[0-9a-f]{64}")
UPDATE = "Programmet må oppdateres. Det du lagrer, ligger trygt her."
M = TypeVar("M", bound=Message)


@pages.get("/hello")
@anyone
def hello() -> Response:
    """Say which service this is and what it speaks."""
    return _reply(
        Hello(
            service=SERVICE,
            protocol=Range(min=PROTOCOL, max=PROTOCOL),
            server=fact("server"),
            now=timestamp(now()),
            history=history(None),
            limits=Limits(),
        )
    )


@pages.post("/enrol")
@anyone
def take_in_device() -> Response:
    """Trade a one-time code for a device's token."""
    enrolling.count(caller())
    wish = _read(Enrol)
    enrolled = enrol(service().db, service().secret, wish.code, wish.install, wish.name)
    person = enrolled.device.person
    line = PersonLine(id=person.id, name=person.name, language=language_of(scope(person)))
    reply = EnrolReply(
        service=SERVICE,
        device=enrolled.device.id,
        token=enrolled.token,
        server=fact("server"),
        person=line,
        parcel_key=public_key(service().keys),
    )
    return _reply(reply)


@pages.post("/push")
@by_device
def take_push(device: Device) -> Response:
    """Keep what a client delivers; the answer leaves only when it is on disk."""
    push = _read(Push)
    _is_sender(device, push.device)
    room_for_push(service().config, service().db)
    parts = service()  # asked for here: the writer's own thread knows of no app
    return _reply(parts.writer.do(lambda: push_items(parts.db, device, push)))


@pages.post("/pull")
@by_device
def give_pull(device: Device) -> Response:
    """Give what is new within the person's scope; a device that is on its way out gets nothing."""
    wish = _read(Pull)
    _is_sender(device, wish.device)
    if device.state != "active":
        raise Forbidden(code="drain_only")
    if request.headers.get("Sync-Protocol", str(PROTOCOL)) != str(PROTOCOL):
        raise Problem(UPDATE, code="protocol", status=426)  # for a pull only: a push is taken for ever
    mine = scope(device.person)
    take_steps(service().db, mine, [(each.record, each.step) for each in wish.steps])
    with reading(service().db):
        reply = pull(mine, wish)
    take_word(service().db, device, wish, same=reply.history.same)
    word = hear(service().db, device, wish.audit)
    return _reply(replace(reply, parcel_key=public_key(service().keys), audit=word))


@pages.post("/have")
@by_device
def tell_missing(device: Device) -> Response:
    """Say which of a client's revisions are missing here."""
    wish = _read(Have)
    _is_sender(device, wish.device)
    with reading(service().db):
        return _reply(have(wish))


@pages.get("/forms/<digest>")
@by_device
def give_form(_device: Device, digest: str) -> Response:
    """Give one published form; its text never changes, so it may be kept for good."""
    named = DIGEST.fullmatch(digest)
    found = PublishedForm.get_or_none(PublishedForm.digest == digest) if named else None
    if found is None:
        raise NotFound
    reply = Response(found.text, mimetype="application/json")
    reply.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return reply


def _is_sender(device: Device, named: str) -> None:
    if device.id != named:
        raise Forbidden(code="other_device")


def _reply(message: Message) -> Response:
    return Response(write(message), mimetype="application/json")


def _read(kind: type[M]) -> M:
    """Read the request's message, inflated up to a limit, or say that it can not be read."""
    try:
        return read(kind, _inflated())
    except BadMessage as fault:
        raise Problem("Meldingen ble ikke forstått.", code="bad_message", status=400) from fault


def _inflated() -> bytes:
    """Give the body of the request; a small one that swells beyond the limit is stopped while it swells."""
    body = request.get_data(cache=False)
    if request.headers.get("Content-Encoding", "identity").casefold() != "gzip":
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            text = packed.read(BYTES_INFLATED + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise Problem("Meldingen ble ikke forstått.", code="bad_message", status=400) from fault
    if len(text) > BYTES_INFLATED:
        raise TooLarge
    return text
