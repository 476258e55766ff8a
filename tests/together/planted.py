"""Bugs planted in the shipped code, each a small patch: a simulation that does not find them proves nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import fotfeste_shared.migrating
from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.models import Revision as Row
from fotfeste_desktop.outbox import State
from fotfeste_desktop.syncing import Syncing, Unreachable
from fotfeste_server.named import history, pushing
from fotfeste_server.named.history import Line, Log
from fotfeste_server.named.models import Leaf
from fotfeste_shared.clock import now
from fotfeste_shared.database import writing
from fotfeste_shared.revisions import Written, new_id, read_revision, timestamp
from fotfeste_shared.sync import ItemReply
from fotfeste_shared.writer import Writer

Patch = tuple[Any, str, Callable[[Any], Any]]


@dataclass(frozen=True)
class Bug:
    """One bug: its name, what goes wrong, what it puts in the place of shipped functions, and where it would show.

    The events named last happen often in the worlds in which it is hunted; what is rare in all would take hundreds.
    """

    name: str
    what: str
    patches: tuple[Patch, ...]
    often: tuple[str, ...] = ()

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Run with the bug."""
        shipped = [(owner, name, getattr(owner, name)) for owner, name, _ in self.patches]
        try:
            for owner, name, wrong in self.patches:
                setattr(owner, name, wrong(getattr(owner, name)))
            yield
        finally:
            for owner, name, right in shipped:
                setattr(owner, name, right)


def _reply_before_commit(_right: Any) -> Any:
    def commit(self: Writer, group: list[Any], **_: Any) -> None:
        told = False
        try:
            with writing(self._db):
                for wish in group:
                    self._try(wish)
                for wish in group:
                    wish.tell()
                told = True
        except BaseException as failure:
            if told:
                raise
            self._refuse(group, failure)

    return commit


def _delivered_before_the_answer(right: Any) -> Any:
    def next_push(self: Exchange, most: int = 50) -> Any:
        push = right(self, most)
        for item in push.items if push else []:
            self._change(item.rev, state=State.DELIVERED)
        return push

    return next_push


def _no_dedupe(right: Any) -> Any:
    def find(self: Log, written: Written) -> Line | None:
        there: Line | None = right(self, written)
        if there:
            self.append(read_revision(written.text), replace(written, rev=new_id()), device=None, held=there.held)
        return there

    return find


def _cursor_before_rows(right: Any) -> Any:
    def take(self: Exchange, pull: Any, reply: Any) -> bool:
        self._prove(pull.batch, reply)
        if reply.history.same and not reply.reset:
            self.keep(cursor=reply.cursor)
        return right(self, pull, reply)

    return take


def _no_history_check(_right: Any) -> Any:
    def follow(self: Exchange, reply: Any) -> bool:
        self.keep(known=[reply.history.seq, reply.history.link])
        return False

    return follow


def _last_writer_wins(right: Any) -> Any:
    def renew(content: Any) -> None:
        Leaf.delete().where(Leaf.record == content.record).execute()
        right(content)

    return renew


def _drop_on_error(right: Any) -> Any:
    def push(self: Syncing, identity: Any) -> bool:
        before = {row.rev for row in Row.select().where(Row.state == State.QUEUED).bind(self._db)}
        try:
            return right(self, identity)
        except Unreachable:
            Row.delete().where(Row.rev.in_(before)).execute(self._db)
            raise

    return push


def _idempotency_elsewhere(right: Any) -> Any:
    seen: set[str] = set()

    def item(delivery: Any, wish: Any) -> ItemReply:
        if wish.rev in seen:
            word = {"rev": wish.rev, "outcome": "duplicate", "digest": wish.digest, "seq": 1, "receipt": "SEEN-SEEN"}
            return ItemReply(**word, received_at=timestamp(now()))
        seen.add(wish.rev)
        reply: ItemReply = right(delivery, wish)
        return reply

    return item


def _purge_without_backup(right: Any) -> Any:
    def take_word(self: Exchange, item: ItemReply) -> None:
        right(self, item)
        if item.outcome != "refused":
            self._change(item.rev, text="")

    return take_word


def _tombstone_skipped(_right: Any) -> Any:
    return lambda *_: None


def _held_flag_lost(_right: Any) -> Any:
    return lambda *_: None


def _half_a_migration(_right: Any) -> Any:
    return nullcontext


BUGS = (
    Bug("reply before commit", "the server answers, then commits", ((Writer, "_commit", _reply_before_commit),)),
    Bug(
        "delivered before the answer",
        "the client calls delivered what it has only sent",
        ((Exchange, "next_push", _delivered_before_the_answer),),
    ),
    Bug("no dedupe", "the server keeps a repeat as a new revision", ((Log, "find", _no_dedupe),)),
    Bug(
        "cursor before rows",
        "the client notes how far it has read before it has kept what it read",
        ((Exchange, "take_pull_reply", _cursor_before_rows),),
    ),
    Bug(
        "no history check",
        "the client does not care that the server was put back",
        ((Exchange, "_follow_history", _no_history_check),),
        often=("sees a backup", "sees a restore", "sees a wipe"),
    ),
    Bug(
        "last writer wins",
        "of two edits the later takes the place of the other",
        ((history, "renew_leaves", _last_writer_wins),),
    ),
    Bug("drop on error", "the client gives up what the server did not take", ((Syncing, "_push", _drop_on_error),)),
    Bug(
        "idempotency outside the transaction",
        "the server remembers what it has seen in a place that a rollback does not reach",
        ((pushing, "_item", _idempotency_elsewhere),),
    ),
    Bug(
        "purge without backup",
        "the client throws its copy away as soon as it is delivered",
        ((Exchange, "_take_word", _purge_without_backup),),
        often=("sees a backup", "sees a restore", "sees a wipe"),
    ),
    Bug(
        "tombstone skipped",
        "the client does not hear of erasures",
        ((Exchange, "_erase", _tombstone_skipped),),
        often=("sees an erasure",),
    ),
    Bug(
        "held flag lost",
        "the server forgets that a person must look",
        ((pushing, "_why_held", _held_flag_lost),),
        often=("sees a new form", "is turned away"),
    ),
    Bug(
        "migration half applied",
        "a migration is not one transaction",
        ((fotfeste_shared.migrating, "alone", _half_a_migration),),
        often=("is updated", "sees an update"),
    ),
)
