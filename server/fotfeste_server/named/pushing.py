"""Takes what a desktop client delivers: each revision is stored first, then judged, in one transaction."""

import logging
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from typing import get_args

from fotfeste_shared.clock import civil, now, today
from fotfeste_shared.database import Database, Prepared, gap, part
from fotfeste_shared.forms import FormDefinition, digest
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import About, Unreadable, Written, read_revision, timestamp
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.sync import PROTOCOL, SERVICE, Held, ItemReply, Push, PushItem, PushReply, Reason

from .access import Scope, scope
from .deadlines import note_when_written
from .erasing import is_erased
from .history import COUNTED, IdReused, Line, history, hold_log, leaves_of
from .house import fact, noted
from .knowing import REPORT, context_of, network_of
from .ledger import open_record, withdraw_apart
from .models import Device, Person, Record
from .new_hires import REGISTRATION, follow_registration, network_registered_in, pair_from
from .publishing import published
from .vouching import is_vouched_for, vouch_for_parents

log = logging.getLogger(__name__)
HELD = get_args(Held)
HIGHEST = 2**31  # what a database's whole number holds
RECORD = Prepared(
    Record, lambda: Record.select(Record.form, Record.about_kind, Record.about_id).where(Record.id == gap("record"))
)


class Delivery:
    """One push while it is taken, with what its items ask again and again: each answer is found once.

    They are often of one person, form and day's work, and finding an answer costs more than keeping an item does.
    """

    def __init__(self, db: Database, device: Device, mine: Scope) -> None:
        self.db = db
        self.device = device
        self.mine = mine
        self.log = hold_log()
        self.network_of = cache(network_of)
        self.published = cache(published)
        self.scope_of = cache(self._scope_of)
        self.may_hand_in = cache(self._may_hand_in)
        self.context_of = cache(self._context_of)

    def keep(self, content: Content, written: Written) -> Line:
        """Judge a new revision and add it to the log, whatever the judge says."""
        line = self.log.append(content, written, device=self.device.id, held=_why_held(self, content))
        if content.form == REPORT:
            self.context_of.cache_clear()  # the next item may refer to it
        self.follow(content, line.held)
        return line

    def follow(self, content: Content, held: str | None) -> None:
        """Do what follows from a revision that counts."""
        if held is None or held in COUNTED:
            vouch_for_parents(content, partial(_why_judged, self))
        if held is None and content.withdrawn and content.apart_of is None:
            withdraw_apart(self.log, content, but_not_by=content.author)  # their own come from their own device
        if held is None and content.form == REGISTRATION and content.apart_of is None:
            follow_registration(self.db, content.record, content.about.id)

    def open_record(self, content: Content) -> bool:
        """Open the record of a new revision; a new hire's registration makes the pairing that it is about, first."""
        if content.form == REGISTRATION and content.author == self.mine.person.id:
            if self.device.state == "active":
                pair_from(self.db, self.mine, content, _day_of(content.saved_at))
            return open_record(content, lambda about: network_of(about) or network_registered_in(self.mine, content))
        return open_record(content, self.network_of)

    def _scope_of(self, author: str) -> Scope:
        return self.mine if author == self.mine.person.id else scope(Person.get_by_id(author))

    def _may_hand_in(self, author: str, code: str, about: About) -> bool:
        return self.scope_of(author).may_hand_in(self.published(code), about)

    def _context_of(self, author: str, code: str, version: int, about: About) -> Context:
        return context_of(self.scope_of(author), self.published(code, version), about)


def push_items(db: Database, device: Device, push: Push) -> PushReply:
    """Keep what is new and answer for each; an item that fails by itself is left out, which means «unknown».

    To be called in a transaction; its answer holds only when that is committed.
    """
    hold_log()
    told = history(push.known)
    items = _taken(db, device, scope(device.person), push.items)
    note_when_written(device, push.sent_at, [each.rev for each in items if each.outcome == "stored"])
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


def _taken(db: Database, device: Device, mine: Scope, items: list[PushItem]) -> list[ItemReply]:
    """Take the items as one; when that fails, each by itself, so that others of the same push do not suffer."""
    try:
        with part(db):
            delivery = Delivery(db, device, mine)
            return [_item(delivery, item) for item in items]
    except Exception:
        if not db.stands():
            raise
        if len(items) == 1:
            # The client keeps this one and comes back with it.
            log.exception("a pushed revision could not be taken")
            return []
    return [reply for item in items for reply in _taken(db, device, mine, [item])]


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


def _item(delivery: Delivery, item: PushItem) -> ItemReply:
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
    written = Written(item.rev, item.digest, item.text)
    try:
        there = delivery.log.find(written)
    except IdReused:
        return _refused(item, "id_reused")
    # First, since who may read a record follows from what it is.
    opened = there is None and delivery.open_record(content)
    if not (_is_its_record(content) and _is_theirs(delivery.mine, content)):
        if opened:
            Record.delete().where(Record.id == content.record).execute()
        return _refused(item, "not_yours")
    line = there or delivery.keep(content, written)
    return ItemReply(
        rev=item.rev,
        outcome="duplicate" if there else "stored",
        digest=item.digest,
        seq=line.seq,
        receipt=line.receipt,
        received_at=line.received_at,
        leaves=leaves_of(content.record),
        held=known_hold(line.held),
    )


def known_hold(held: str | None) -> Held | None:
    """Say in a word of the wire why something is held."""
    return next((each for each in HELD if each == held), None)


def _refused(item: PushItem, reason: Reason) -> ItemReply:
    return ItemReply(rev=item.rev, outcome="refused", digest=item.digest, reason=reason)


def _is_its_record(content: Content) -> bool:
    """Tell whether the record is what this revision takes it for: it keeps its form and its subject for ever."""
    form, kind, id_ = RECORD.run(record=content.record).fetchone()
    return (form, kind, id_) == (content.form, content.about.kind, content.about.id)


def _is_theirs(mine: Scope, content: Content) -> bool:
    """Tell whether the device's person may bring this at all.

    Others' revisions are brought back by those who may read them, when a server was restored from a backup.
    """
    if content.author == mine.person.id:
        return True
    if not Person.select().where(Person.id == content.author).exists():
        return False
    return bool(mine.records().where(Record.id == content.record).exists())


def _why_held(delivery: Delivery, content: Content) -> Held | None:
    """Tell why a person must look at it before it counts in full; None when all is well."""
    if delivery.device.state != "active" and not is_vouched_for(content):
        return "drain_only"
    return _why_judged(delivery, content)


def _why_judged(delivery: Delivery, content: Content) -> Held | None:
    try:
        may = delivery.may_hand_in(content.author, content.form, content.about)
    except NotFound:  # no such form
        may = False
    if not may:
        return "outside_scope"
    try:
        form = delivery.published(content.form, content.form_version)
    except NotFound:
        return "unknown_form_version"
    good = content.withdrawn or is_good(delivery, form, content)
    return None if good else "invalid"


def is_good(delivery: Delivery, form: FormDefinition, content: Content) -> bool:
    """Judge what travels: private notes are not here, and kept-apart answers come by themselves."""
    if form.intake != "ledger" or (form.natural_key and not _is_opened(content)):
        return False
    known = delivery.context_of(content.author, form.code, form.version, content.about)
    context = replace(known, today=_day_of(content.saved_at))
    if "first_log" in context.facts:
        # The device knows whether it asked: an earlier log may still be on its way.
        asked = "ja" if "informert" in content.answers else "nei"
        context = replace(context, facts={**context.facts, "first_log": asked})
    complaints = {complaint.path.split("/")[0] for complaint in judge(form, content.answers, context).complaints}
    marks = {question.code: question for question in form.questions() if question.code in complaints}
    apart = content.apart_of is not None
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
