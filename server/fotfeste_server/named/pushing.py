"""Takes what a desktop client delivers: each revision is stored first, then judged, in one transaction."""

import logging
from datetime import date, datetime
from typing import get_args

from fotfeste_shared.clock import civil, now, today
from fotfeste_shared.database import Database, part
from fotfeste_shared.forms import FormDefinition, digest
from fotfeste_shared.judging import judge
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import Unreadable, Written, read_revision, timestamp
from fotfeste_shared.sync import PROTOCOL, SERVICE, Held, ItemReply, Push, PushItem, PushReply, Reason

from .access import Scope, scope
from .erasing import is_erased
from .history import IdReused, append, history, hold_log, leaves_of
from .house import fact, noted
from .knowing import context_of
from .ledger import open_record
from .models import Device, Person, Record
from .publishing import published

log = logging.getLogger(__name__)
HELD = get_args(Held)
HIGHEST = 2**31  # what a database's whole number holds


def push_items(db: Database, device: Device, push: Push) -> PushReply:
    """Keep what is new and answer for each; an item that fails by itself is left out, which means «unknown».

    To be called in a transaction; its answer holds only when that is committed.
    """
    hold_log()
    told = history(push.known)
    mine = scope(device.person)
    items = [reply for item in push.items if (reply := _item_by_itself(db, device, mine, item))]
    _remember(device, push)
    here = history(None)
    return PushReply(
        service=SERVICE,
        protocol=PROTOCOL,
        batch=push.batch,
        server=fact("server"),
        now=timestamp(now()),
        history=type(here)(seq=here.seq, link=here.link, same=told.same),
        items=items,
        backed_up_to=backed_up_to(),
    )


def _remember(device: Device, push: Push) -> None:
    """Keep what tells a person that a computer was set back or copied; nothing is decided by it."""
    known = Device.get_or_none(Device.id == device.id) or device
    rewound = push.install != known.install or push.push_no < known.push_no
    Device.update(
        push_no=max(known.push_no, push.push_no), last_seen=today(), rewound=known.rewound or rewound
    ).where(Device.id == device.id).execute()


def backed_up_to() -> int:
    """Tell up to which line the log lies in a backup."""
    return int(noted("backed_up_to") or 0)


def _item_by_itself(db: Database, device: Device, mine: Scope, item: PushItem) -> ItemReply | None:
    try:
        with part(db):
            return _item(device, mine, item)
    except Exception:
        if not db.stands():
            raise
        # Others of the same push must not suffer; the client keeps this one and comes back with it.
        log.exception("a pushed revision could not be taken")
        return None


def _item(device: Device, mine: Scope, item: PushItem) -> ItemReply:
    if digest(item.text) != item.digest:
        return _refused(item, "digest")
    try:
        content = read_revision(item.text)
    except Unreadable:
        return _refused(item, "unreadable")
    if content.rev != item.rev or not 0 < content.form_version < HIGHEST:
        return _refused(item, "unreadable")
    if is_erased(content.record, content.apart_of):
        return _refused(item, "erased")
    opened = open_record(content)  # first, since who may read a record follows from what it is
    if not _is_theirs(mine, content):
        if opened:
            Record.delete().where(Record.id == content.record).execute()
        return _refused(item, "not_yours")
    held = _why_held(device, mine, content)
    try:
        line = append(content, Written(item.rev, item.digest, item.text), device=device.id, held=held)
    except IdReused:
        return _refused(item, "id_reused")
    return ItemReply(
        rev=item.rev,
        outcome="stored" if line.new else "duplicate",
        digest=item.digest,
        seq=line.seq,
        receipt=line.receipt,
        received_at=line.received_at,
        leaves=leaves_of(content.record),
        held=next((each for each in HELD if each == line.held), None),
    )


def _refused(item: PushItem, reason: Reason) -> ItemReply:
    return ItemReply(rev=item.rev, outcome="refused", digest=item.digest, reason=reason)


def _is_theirs(mine: Scope, content: Content) -> bool:
    """Tell whether the device's person may bring this at all: a record keeps its form and its subject for ever.

    Others' revisions are brought back by those who may read them, when a server was restored from a backup.
    """
    record = Record.get_by_id(content.record)
    if (record.form, record.about_kind, record.about_id) != (content.form, content.about.kind, content.about.id):
        return False
    if content.author == mine.person.id:
        return True
    if not Person.select().where(Person.id == content.author).exists():
        return False
    return bool(mine.records().where(Record.id == record.id).exists())


def _why_held(device: Device, mine: Scope, content: Content) -> Held | None:
    """Tell why a person must look at it before it counts in full; None when all is well."""
    if device.state != "active":
        return "drain_only"
    try:
        newest = published(content.form)
    except NotFound:
        return "outside_scope"
    author = mine if content.author == mine.person.id else scope(Person.get_by_id(content.author))
    if not author.may_hand_in(newest, content.about):
        return "outside_scope"
    try:
        form = published(content.form, content.form_version)
    except NotFound:
        return "unknown_form_version"
    good = content.withdrawn or _is_good(author, form, content)
    return None if good else "invalid"


def _is_good(author: Scope, form: FormDefinition, content: Content) -> bool:
    """Judge what travels: private notes are not here, and kept-apart answers come by themselves."""
    if form.intake != "ledger" or (form.natural_key and not _is_opened(content)):
        return False
    context = context_of(author, form, content.about, _day_of(content.saved_at))
    if "first_log" in context.facts:
        # The device knows whether it asked: an earlier log may still be on its way.
        asked = "ja" if "informert" in content.answers else "nei"
        context = type(context)(context.today, facts={**context.facts, "first_log": asked}, choices=context.choices)
    marks = {question.code: question for question in form.questions()}
    apart = content.apart_of is not None
    complaints = {complaint.path.split("/")[0] for complaint in judge(form, content.answers, context).complaints}
    return not any(marks[code].kept_apart == apart and not marks[code].local_only for code in complaints)


def _is_opened(content: Content) -> bool:
    """Tell whether we have opened this record ourselves; a kept-apart part belongs to one that we have."""
    named = Record.natural_key.is_null(False)
    return bool(Record.select().where(named & (Record.id == (content.apart_of or content.record))).exists())


def _day_of(saved_at: str) -> date:
    """Give the civil day on which the author says it was filled in, never later than today.

    Its dates were judged on that day; a report that was written offline must not become wrong by waiting.
    """
    try:
        return min(civil(datetime.fromisoformat(saved_at)).date(), today())
    except ValueError:
        return today()

