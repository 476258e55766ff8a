"""The one door for named forms: the right to hand in, the judge, the log and the leaves, all in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, Writer, insert_once
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.judging import judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.private import part
from fotfeste_shared.problems import Closed, Conflicting, Forbidden, Invalid
from fotfeste_shared.revisions import (
    About,
    derived_id,
    is_id,
    read_revision,
    receipt_code,
    timestamp,
    winner,
    write_revision,
)
from fotfeste_shared.revisions import Revision as Content

from .access import Scope
from .erasing import is_erased
from .history import Line, Log, hold_log, leaves_of
from .house import fact
from .knowing import context_of, network_of
from .models import Network, Record, Revision, Ruling
from .publishing import published

FindNetwork = Callable[[About], Network | None]
ERASED = "Dette er slettet etter krav, og kan ikke leveres igjen."


@dataclass(frozen=True, slots=True)
class Ledger:
    """Takes one record's forms from a web page, for the person whose scope it is.

    `parents` are the leaves that the person saw when the page was opened. A record without an id is a new one of
    a form that may be filled in any number of times; its id follows from the filled form's.
    """

    db: Database
    writer: Writer
    scope: Scope
    record: Record
    parents: tuple[str, ...] = ()

    def receive(self, filled: Filled) -> Receipt:
        """Keep the form; the same form again is `known` and has the same receipt."""
        return self.writer.do(lambda: self.take(filled))

    def take(self, filled: Filled) -> Receipt:
        """Keep the form within the caller's transaction."""
        log = hold_log()
        known = Revision.get_or_none(Revision.rev == filled.id)
        form = published(filled.form, filled.version)
        if is_erased(self._record_id(filled)):
            raise Closed(ERASED, code="erased")
        if known is not None:
            return self._repeated(known, filled, form)
        about = About(self.record.about_kind, self.record.about_id)
        if filled.form != self.record.form or not self.scope.may_hand_in(form, about):
            raise Forbidden
        judgement = judge(form, filled.answers, context_of(self.scope, form, about, record=self._record_id(filled)))
        if not judgement.good:
            raise Invalid(questions=judgement.sentences("nb"))
        parted = part(form, judgement.answers)
        content = Content(
            rev=filled.id,
            record=self._record_id(filled),
            form=form.code,
            form_version=form.version,
            about=about,
            author=self.scope.person.id,
            saved_at=timestamp(now()),
            parents=self.parents,
            answers=parted.leaving,
        )
        if not self.record.id:
            open_record(content)
        before = apart_now(self.scope, content.record) if keeps_apart(form) else {}
        line = _append(log, content)
        if parted.apart != before:
            self._keep_apart(log, content, parted.apart)
        return Receipt("kept", line.receipt)

    def withdraw(self, rev: str) -> Receipt:
        """Take back what was handed in, as a revision of its own; the same one again is `known`."""
        return self.writer.do(lambda: self._withdraw(rev))

    def _withdraw(self, rev: str) -> Receipt:
        log = hold_log()
        form, about = published(self.record.form), About(self.record.about_kind, self.record.about_id)
        if not is_id(rev) or not self.parents or not self.scope.may_hand_in(form, about):
            raise Forbidden
        if is_erased(self.record.id):
            raise Closed(ERASED, code="erased")
        known = Revision.get_or_none(Revision.rev == rev)
        if known is not None and known.record_id != self.record.id:
            raise Conflicting(code="id_reused")
        if known is not None:
            return Receipt("known", receipt_code(known.rev, known.digest, known.seq, fact("link0")))
        content = Content(
            rev=rev,
            record=self.record.id,
            form=form.code,
            form_version=form.version,
            about=about,
            author=self.scope.person.id,
            saved_at=timestamp(now()),
            parents=self.parents,
            withdrawn=True,
        )
        line = _append(log, content)
        withdraw_apart(log, content)
        return Receipt("kept", line.receipt)

    def _repeated(self, known: Revision, filled: Filled, form: FormDefinition) -> Receipt:
        """Answer a page that was sent twice: the same content has its first receipt, another is refused.

        The answers are compared, not the digests: those hold the moment of the first try.
        """
        same_place = known.record_id == self._record_id(filled) and known.author_id == self.scope.person.id
        parted = part(form, filled.answers)
        if not same_place or read_revision(str(known.text)).answers != parted.leaving:
            raise Conflicting(code="id_reused")
        return Receipt("known", receipt_code(known.rev, known.digest, known.seq, fact("link0")))

    def _record_id(self, filled: Filled) -> str:
        return self.record.id or derived_id("record", filled.id)

    def _keep_apart(self, log: Log, content: Content, apart: Answers) -> None:
        """Keep what can be erased by itself as a sibling record, under ids that a repeat finds again."""
        sibling = replace(
            content,
            rev=derived_id("apart", content.rev),
            record=derived_id("apart record", content.rev),
            parents=(),
            answers=apart,
            apart_of=content.record,
        )
        open_record(sibling)
        _append(log, sibling)


def withdraw_apart(log: Log, content: Content, *, but_not_by: str | None = None) -> None:
    """Take back what is kept apart of a record that was taken back: nobody keeps a contact or a diet for nothing.

    To be called with the log held; a repeat finds what the first try made. `but_not_by` leaves one person's own to
    that person.
    """
    for sibling in Record.select().where(Record.apart_of == content.record):
        standing = current(sibling.id)
        if standing is None or standing.author == but_not_by:
            continue
        taken_back = replace(
            content,
            rev=derived_id(f"apart of {sibling.id}", content.rev),
            record=sibling.id,
            parents=tuple(leaves_of(sibling.id)),
            apart_of=content.record,
        )
        _append(log, taken_back)


def keeps_apart(form: FormDefinition) -> bool:
    """Tell whether some answers of a form are kept apart from the rest."""
    return any(question.kept_apart for question in form.questions())


def apart_now(scope: Scope, record: str) -> Answers:
    """Give what a person may read of what is kept apart of a record: to begin with when it is changed."""
    mine = scope.records().select(Record.id).where(Record.apart_of == record)
    return newest_apart(record, among=mine)


def newest_apart(record: str, *, among: object = None) -> Answers:
    """Give what counts of what is kept apart of a record: the last word, which may be that there is nothing."""
    parts = Record.select(Record.id).where(Record.apart_of == record) if among is None else among
    rows = Revision.select(Revision.text, Revision.seq).where(
        Revision.record.in_(parts) & Revision.text.is_null(False) & Revision.held.is_null()
    )
    written = [(read_revision(str(row.text)), row.seq) for row in rows]
    last = max(written, key=lambda each: (each[0].saved_at, each[1]), default=None)
    return dict(last[0].answers) if last else {}


def _append(log: Log, content: Content) -> Line:
    return log.append(content, write_revision(content), device=None, held=None)


def open_record(content: Content, network_of: FindNetwork = network_of) -> bool:
    """Open the record of a first revision whose record was not opened by the server."""
    network = network_of(content.about)
    return insert_once(
        Record,
        Record.id,
        id=content.record,
        form=content.form,
        about_kind=content.about.kind,
        about_id=content.about.id,
        network=network.id if network else None,
        team=content.about.id if content.about.kind == "team" and network else None,
        apart_of=content.apart_of,
        opened=now(),
    )


def revisions_of(record: str) -> list[Content]:
    """Read everything that counts of a record, in the order in which it came."""
    aside = Ruling.select(Ruling.rev).where(Ruling.outcome == "set_aside")
    rows = Revision.select(Revision.text).where(
        (Revision.record == record)
        & (Revision.held.is_null() | (Revision.held == "invalid"))
        & Revision.text.is_null(False)
        & Revision.rev.not_in(aside)
    )
    return [read_revision(str(row.text)) for row in rows.order_by(Revision.seq)]


@dataclass(frozen=True, slots=True)
class Version:
    """One leaf of a record, with who wrote it and when it came."""

    content: Content
    author: str
    received: datetime


def versions(record: str) -> list[Version]:
    """Give the leaves of a record, the first that came first; more than one is a conflict for a person to settle."""
    here = leaves_of(record)
    rows = Revision.select().where(Revision.rev.in_(here) & Revision.text.is_null(False)).order_by(Revision.seq)
    return [Version(read_revision(row.text), row.author.name, row.received_at) for row in rows if row.text]


def current(record: str) -> Content | None:
    """Give what counts of a record now: the winner among its leaves.

    None before anything was handed in, and after it was withdrawn.
    """
    contents = revisions_of(record)
    best = winner(contents)
    return next((each for each in contents if each.rev == best and not each.withdrawn), None)
