"""What is said to the server and what its answers change here: the bookkeeping of sync, without any network.

One rule stands above all: a revision is delivered only when our own server, in the answer to this very request,
names it with the same digest as kept. Every other answer, or none, changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from fotfeste_shared import sync
from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import Unreadable, derived_id, new_id, read_revision, timestamp, write_revision

from .leaving import fitting
from .models import Draft, Form, Meta, Note, OwnStep, Revision
from .outbox import State
from .own_steps import untold_steps

TRIES_ALONE = 3
SLOW_RETRY = timedelta(hours=1)
AUDIT_EVERY = timedelta(days=1)
DELIVERED = (State.DELIVERED, State.BACKED_UP)
WHOLE = (Revision.text != "") & ~Revision.thin  # what could be sent once more


class NotOurServer(ValueError):
    """An answer that does not prove to be our server's answer to this request; it must change nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this device is to the server."""

    url: str
    server: str
    device: str
    token: str
    person: sync.PersonLine


class Exchange:
    """Builds the requests of sync from the local tables, and lets proven answers change them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # --- who we are -------------------------------------------------------------------------------

    def fact(self, key: str) -> Any:  # noqa: ANN401 (JSON, whose shape each caller knows)
        """One kept fact; None when it is not known."""
        row = Meta.select(Meta.value).where(Meta.key == key).first(self._db)
        return row.value if row else None

    def keep(self, **facts: object) -> None:
        """Keep single facts, None to forget one; within the caller's transaction or in one of their own."""
        with writing(self._db):
            for key, value in facts.items():
                if value is None:
                    Meta.delete().where(Meta.key == key).execute(self._db)
                    continue
                Meta.insert(key=key, value=value).on_conflict("REPLACE").execute(self._db)

    def install(self) -> str:
        """The name of this very database file; a copy of it on another machine shows by it."""
        with writing(self._db):
            Meta.insert(key="install", value=new_id()).on_conflict_ignore().execute(self._db)
            return str(self.fact("install"))

    def identity(self) -> Identity | None:
        """Who we are to the server; None before the client is connected to one."""
        kept = self.fact("identity")
        if kept is None:
            return None
        person = sync.PersonLine(**kept["person"])
        return Identity(kept["url"], kept["server"], kept["device"], kept["token"], person)

    def take_enrolment(self, url: str, reply: sync.EnrolReply) -> None:
        """Become a device of the server; on another server than before, everything is delivered anew."""
        if reply.service != sync.SERVICE:
            raise NotOurServer
        before = self.identity()
        person = {"id": reply.person.id, "name": reply.person.name, "language": reply.person.language}
        with writing(self._db):
            if before and before.server != reply.server:
                self._start_over()
                self.keep(audit_head=None, audit_lost=None)
            self.keep(
                identity={
                    "url": url, "server": reply.server, "device": reply.device, "token": reply.token, "person": person
                },
                **_known_key(reply.parcel_key),
            )  # fmt: skip

    def roster(self) -> sync.Roster | None:
        """What the person works with: pairings, teams, records that wait to be filled in."""
        kept = self.fact("roster")
        return sync.read(sync.Roster, kept) if kept else None

    def is_old(self) -> bool:
        """Tell whether the server knows a newer version of this program than the one that runs."""
        newest = str(self.fact("newest_app") or "")
        numbers = [[int(part) for part in each.split(".") if part.isdecimal()] for each in (sync.APP, newest)]
        return numbers[0] < numbers[1]

    # --- push -------------------------------------------------------------------------------------

    def next_push(self, most: int = sync.ITEMS_IN_A_PUSH) -> sync.Push | None:
        """The next batch to deliver, oldest first; None when nothing waits or nobody knows us."""
        identity = self.identity()
        with writing(self._db):
            items = list(fitting(self._waiting(most))) if identity else []
            if not items or identity is None:
                return None
            number = int(self.fact("push_no") or 0) + 1
            self.keep(push_no=number)
        return sync.Push(
            batch=new_id(),
            device=identity.device,
            install=self.install(),
            push_no=number,
            app=sync.APP,
            sent_at=timestamp(now()),
            known=self._known(),
            items=items,
        )

    def _waiting(self, most: int) -> Iterable[Revision]:
        moment = now()
        # A wait longer than the longest was noted by a clock that was wrong then, or is now.
        too_far = Revision.next_try > moment + SLOW_RETRY
        due = Revision.next_try.is_null() | (Revision.next_try <= moment) | too_far
        stuck = (Revision.state == State.ATTENTION) & (Revision.problem == "server_fault")
        queued = (Revision.state == State.QUEUED) | stuck
        rows: Iterable[Revision] = (
            Revision.select().where(queued & due).order_by(Revision.saved_at, Revision.rev).limit(most).bind(self._db)
        )
        return rows

    def take_push_reply(self, push: sync.Push, reply: sync.PushReply) -> int:
        """Let a proven answer change what it names, all in one transaction; gives how many are delivered."""
        self._prove(push.batch, reply)
        sent = {item.rev: item.digest for item in push.items}
        words = [item for item in reply.items if sent.get(item.rev) == item.digest and _is_a_word(item)]
        with writing(self._db):
            self._follow_history(reply)
            for item in words:
                self._take_word(item)
            for rev in sent.keys() - {item.rev for item in words}:
                self._put_off(rev)
            self._mark_backed_up(reply.backed_up_to)
        return sum(item.outcome != "refused" for item in words)

    def _take_word(self, item: sync.ItemReply) -> None:
        if item.reason == "id_reused" and self._name_anew(item.rev):
            return
        if item.outcome == "refused":
            self._change(item.rev, state=State.ATTENTION, problem=item.reason or "refused", next_try=None)
            return
        self._change(item.rev, state=State.DELIVERED, seq=item.seq, receipt=item.receipt, held=item.held)
        self._change(item.rev, problem=None, next_try=None, tries=0)

    def _name_anew(self, rev: str) -> bool:
        """Another content has this name: a draft was handed in here and in a copy of this file, differently.

        Ours goes on under another name, and the two are a conflict that a person sees. The name follows from the
        content, so everybody who holds it, its author or a reader who brings it back, gives it the same. What bears
        the old name on the server was passed over when it came, so everything is read once more.
        """
        row = Revision.select().where((Revision.rev == rev) & WHOLE).first(self._db)
        if row is None:
            return False
        named = replace(read_revision(str(row.text)), rev=derived_id("another content", str(row.digest)))
        written = write_revision(named)
        if Revision.select().where(Revision.rev == written.rev).exists(self._db):
            Revision.delete().where(Revision.rev == rev).execute(self._db)
        else:
            self._change(
                rev, rev=written.rev, text=written.text, digest=written.digest, state=State.QUEUED, problem=None,
                next_try=None, tries=0,
            )  # fmt: skip
        self.keep(cursor=None)
        return True

    def _change(self, rev: str, /, **change: object) -> None:
        Revision.update(change).where(Revision.rev == rev).execute(self._db)

    def note_failure_alone(self, push: sync.Push) -> None:
        """A single revision made the server stumble: let others go before it, and tell after some tries."""
        with writing(self._db):
            for item in push.items:
                self._put_off(item.rev)

    def _put_off(self, rev: str) -> None:
        """Let others go before this one, which the server could not take."""
        row = Revision.select().where(Revision.rev == rev).get(self._db)
        stuck = row.tries + 1 >= TRIES_ALONE
        wait = SLOW_RETRY if stuck else timedelta(seconds=30 * 2**row.tries)
        self._change(rev, tries=row.tries + 1, next_try=now() + wait)
        if stuck:
            self._change(rev, state=State.ATTENTION, problem="server_fault")

    def retry_all(self) -> None:
        """Forget all waiting times, because the person asked to deliver now."""
        with writing(self._db):
            Revision.update(next_try=None).where(Revision.next_try.is_null(False)).execute(self._db)

    # --- pull -------------------------------------------------------------------------------------

    def next_pull(self) -> sync.Pull | None:
        """Ask for what is new since the last answer; None when nobody knows us."""
        identity = self.identity()
        if identity is None:
            return None
        return sync.Pull(
            batch=new_id(),
            device=identity.device,
            install=self.install(),
            known=self._known(),
            cursor=self.fact("cursor"),
            made=self._mine().count(self._db),
            unsent_hours=self._unsent_hours(),
            steps=untold_steps(self._db, self.roster()),
            audit=self.fact("audit_head"),
        )

    def _mine(self) -> Any:  # noqa: ANN401 (a query of peewee)
        return Revision.select().where(Revision.mine)

    def _unsent_hours(self) -> int | None:
        """Tell for how many hours our oldest undelivered revision has waited; None when all are delivered."""
        waiting = self._mine().where(Revision.state.in_([State.QUEUED, State.ATTENTION]))
        oldest = waiting.order_by(Revision.saved_at).first(self._db)
        return max(0, int((now() - oldest.saved_at) / timedelta(hours=1))) if oldest else None

    def take_pull_reply(self, pull: sync.Pull, reply: sync.PullReply) -> bool:
        """Take the new rows and the cursor that covers them in one transaction; True when there is more."""
        self._prove(pull.batch, reply)
        with writing(self._db):
            self._remember(pull.audit, reply.audit)
            if self._follow_history(reply) or (reply.reset and pull.cursor is not None):
                self.keep(cursor=None)
                return True
            for row in reply.rows:
                self._take_row(row)
            self._mark_backed_up(reply.backed_up_to)
            self.keep(cursor=reply.cursor, roster=sync.write(reply.roster).decode())
            self.keep(**_known_key(reply.parcel_key), newest_app=reply.newest_app)
        return reply.more

    def _remember(self, told: str | None, word: sync.AuditWord | None) -> None:
        """Remember how far the server's log of who did what goes; when it lost what we remember, that is kept.

        Then we go on telling the old head, which the one who runs the server can hold against the log.
        """
        if word is None:  # an older server
            return
        has, had = (int(head.partition(":")[0]) for head in (word.head, told or word.head))  # lines of the log
        if (has < had or not word.holds) and word.brought_back is None:
            self.keep(audit_lost=told)
        else:
            self.keep(audit_head=word.head, audit_lost=None)

    def _take_row(self, row: sync.Row) -> None:
        if row.tombstone:
            self._erase(row.tombstone.record)
        if row.rev is None or row.text is None or row.digest != digest(row.text):
            return
        try:
            content = read_revision(row.text)
        except Unreadable:
            return  # a newer program's revision: the server keeps it, and we shall pull it again when updated
        had = Revision.select().where(Revision.rev == content.rev).first(self._db)
        if had is not None:
            self._take_word_on_known(had, row)
            return
        Revision.insert(
            rev=content.rev,
            record=content.record,
            form=content.form,
            about_kind=content.about.kind,
            about_id=content.about.id,
            text=row.text,
            digest=row.digest,
            mine=False,
            state=State.DELIVERED,
            saved_at=datetime.fromisoformat(content.saved_at),
            seq=row.seq,
            receipt=row.receipt,
        ).execute(self._db)

    def _take_word_on_known(self, had: Revision, row: sync.Row) -> None:
        """Hear what has become of a revision since it was delivered; one under way is spoken of when it is pushed."""
        if had.digest != row.digest or had.state not in DELIVERED:
            return
        if had.held != row.held:
            self._change(str(had.rev), held=row.held)
        if had.thin:  # it is never sent again, so only a pull tells where it lies on a server that was put back
            self._change(str(had.rev), seq=row.seq, receipt=row.receipt)

    def _erase(self, record: str) -> None:
        change = {"text": "", "state": State.ERASED, "receipt": None, "problem": None, "thin": False}
        apart = Revision.text.contains(
            f'"apart_of":"{record}"'
        )  # perhaps not delivered yet, so the server names it not
        Revision.update(change).where((Revision.record == record) | apart).execute(self._db)
        Note.delete().where(Note.record == record).execute(self._db)
        Draft.delete().where(Draft.record == record).execute(self._db)
        OwnStep.delete().where(OwnStep.record == record).execute(self._db)

    # --- forms ------------------------------------------------------------------------------------

    def missing_forms(self, lines: Sequence[sync.FormLine]) -> list[str]:
        """Name the published forms that we have not got yet."""
        had = {row.digest for row in Form.select(Form.digest).bind(self._db)}
        return [line.digest for line in lines if line.digest not in had]

    def take_forms(self, lines: Sequence[sync.FormLine], texts: dict[str, str]) -> None:
        """Keep fetched definitions whose text is what their digest says, and mark which ones are in use."""
        with writing(self._db):
            for line in lines:
                text = texts.get(line.digest)
                if text is not None and digest(text) == line.digest:
                    row = {"digest": line.digest, "code": line.code, "version": line.version, "text": text}
                    Form.insert(**row, current=True).on_conflict_ignore().execute(self._db)
            in_use = [line.digest for line in lines if not line.retired]
            Form.update(current=Form.digest.in_(in_use)).execute(self._db)

    # --- the self-audit ---------------------------------------------------------------------------

    def next_audit(self) -> sync.Have | None:
        """Once a day, ask whether the server really has what it said it has."""
        last = self.fact("audited_at")
        if last and abs(now() - datetime.fromisoformat(last)) < AUDIT_EVERY:
            return None
        identity = self.identity()
        rows = Revision.select(Revision.rev).where(Revision.state.in_(DELIVERED)).order_by(Revision.seq.desc())
        revs = [str(row.rev) for row in rows.limit(1000).bind(self._db)]
        if identity is None or not revs:
            return None
        return sync.Have(batch=new_id(), device=identity.device, known=self._known(), revs=revs)

    def take_audit(self, have: sync.Have, reply: sync.HaveReply) -> int:
        """Deliver again what the server has lost; gives how many."""
        self._prove(have.batch, reply)
        missing = set(reply.missing) & set(have.revs)
        with writing(self._db):
            self._follow_history(reply)
            self.keep(audited_at=timestamp(now()))
            lost = Revision.rev.in_(list(missing)) & WHOLE
            Revision.update(state=State.QUEUED, seq=None).where(lost).execute(self._db)
        return len(missing)

    # --- the server's history ---------------------------------------------------------------------

    def _known(self) -> sync.Place | None:
        kept = self.fact("known")
        return sync.Place(seq=kept[0], link=kept[1]) if kept else None

    def _prove(self, batch: str, reply: sync.Reply) -> None:
        identity = self.identity()
        ours = reply.service == sync.SERVICE and reply.protocol == sync.PROTOCOL and reply.batch == batch
        if not ours or identity is None or reply.server != identity.server:
            raise NotOurServer

    def _follow_history(self, reply: sync.Reply) -> bool:
        """Move to the server's place in its history; True when it was wiped or restored from a backup."""
        rewritten = not reply.history.same
        if rewritten:
            self._start_over()
        self.keep(known=[reply.history.seq, reply.history.link])
        return rewritten

    def _start_over(self) -> None:
        """The server may have lost anything: deliver all we hold once more, ours and others', and read anew."""
        held = Revision.state.in_(DELIVERED) & WHOLE
        Revision.update(state=State.QUEUED, seq=None, next_try=None).where(held).execute(self._db)
        self.keep(known=None, cursor=None)

    def _mark_backed_up(self, up_to: int) -> None:
        covered = (Revision.state == State.DELIVERED) & (Revision.seq <= up_to)
        Revision.update(state=State.BACKED_UP).where(covered).execute(self._db)


def _is_a_word(item: sync.ItemReply) -> bool:
    """Tell whether the server has decided; one who calls it stored without a number must be asked again."""
    return item.outcome == "refused" or (item.seq is not None and item.receipt is not None)


def _known_key(key: str | None) -> dict[str, object]:
    """What to keep of an answer that may tell the key of parcels."""
    return {"parcel_key": key} if key else {}
