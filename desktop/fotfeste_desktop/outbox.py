"""The one door for what a person writes: drafts while typing, then a revision that waits to be delivered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from msgspec.structs import replace

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.kinds import Answers, Reference
from fotfeste_shared.private import PrivateNotes, part
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import About, leaves, new_id, read_revision, timestamp, winner, write_revision
from fotfeste_shared.revisions import Revision as Content

from .earlier import note_earlier
from .models import Draft, Note, Revision

AFTER = timedelta(milliseconds=1)


class State(StrEnum):
    """Where a revision stands; «sending» is none of them, because after a crash it would be a lie."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    BACKED_UP = "backed_up"
    ATTENTION = "attention"
    ERASED = "erased"


class Outbox:
    """Keeps what one person writes on this machine; `receive` answers only after a commit that survives."""

    def __init__(self, db: Database, author: str) -> None:
        self._db = db
        self._author = author
        self._held_until: datetime | None = None

    # --- drafts -----------------------------------------------------------------------------------

    def open(self, form: FormDefinition, record: str, about: About | None, answers: Answers) -> Draft:
        """Give the draft of a record, started with these answers unless it is there already."""
        with writing(self._db):
            parents = sorted(leaves(self._contents(record)))
            Draft.insert(
                record=record,
                rev=new_id(),
                form=form.code,
                version=form.version,
                about=[about.kind, about.id] if about else None,
                parents=parents,
                answers=answers,
                touched=now(),
            ).on_conflict_ignore().execute(self._db)
        return self.draft(record)

    def draft(self, record: str) -> Draft:
        """Find the draft of a record; NotFound when it is handed in, thrown away or never was."""
        found: Draft | None = Draft.select().where(Draft.record == record).first(self._db)
        if found is None:
            raise NotFound
        return found

    def save_draft(self, record: str, answers: Answers) -> datetime:
        """Keep what has been typed so far, whatever its state; gives the moment of saving."""
        moment = now()
        with writing(self._db):
            note_earlier(self._db, self.draft(record), answers)
            Draft.update(answers=answers, touched=moment).where(Draft.record == record).execute(self._db)
        return moment

    def drop_draft(self, record: str) -> Draft:
        """Throw a draft away, at the person's wish; gives it, so that the person may change their mind."""
        with writing(self._db):
            draft = self.draft(record)
            Draft.delete().where(Draft.record == record).execute(self._db)
        return draft

    def pick_up(self, dropped: Draft) -> Draft:
        """Take a draft out of the bin again; one that was begun on the same record meanwhile stays."""
        with writing(self._db):
            Draft.insert(dropped.__data__).on_conflict_ignore().execute(self._db)
        return self.draft(str(dropped.record))

    # --- handing in -------------------------------------------------------------------------------

    def receive(self, filled: Filled, form: FormDefinition, hold: timedelta | None = None) -> Receipt:
        """Turn a draft into a revision that waits for delivery; the same sheet again is `known`.

        With `hold` it is not sent for so long, and may be taken back meanwhile.
        """
        self._held_until = now() + hold if hold else None
        parted = part(form, filled.answers)
        # one transaction: a crash between the two would lose the draft, or leave it to be written twice
        with writing(self._db):
            draft: Draft | None = Draft.select().where(Draft.rev == filled.id).first(self._db)
            if draft is None:
                return self._repeated(filled.id)
            about = _about(draft, form, filled.answers)
            self._append(self._content(draft, filled.id, about, parted.leaving))
            if parted.apart != apart_of(self._db, str(draft.record)):
                self._append(self._content_apart(draft, about, parted.apart))
            self._keep_notes(str(draft.record), parted.notes)
            Draft.delete().where(Draft.record == draft.record).execute(self._db)
        return Receipt("kept")

    def withdraw(self, record: str) -> None:
        """Take back what was handed in, as a revision that waits like any other; twice is once.

        What the person has kept apart of it goes with it; what others have, the server takes back.
        """
        with writing(self._db):
            content = self._current(record)
            if content is None:
                raise NotFound
            if content.withdrawn:
                return
            self._append_withdrawal(content)
            for sibling in self._records_apart_of(record):
                kept = self._current(sibling)
                if kept is not None and not kept.withdrawn and kept.author == self._author:
                    self._append_withdrawal(kept)
            Draft.delete().where(Draft.record == record).execute(self._db)

    def _current(self, record: str) -> Content | None:
        contents = self._contents(record)
        best = winner(contents)
        return next((each for each in contents if each.rev == best), None)

    def _append_withdrawal(self, content: Content) -> None:
        ends = tuple(sorted(leaves(self._contents(content.record))))
        facts = {"rev": new_id(), "author": self._author, "saved_at": timestamp(now())}
        self._append(replace(content, **facts, parents=ends, answers={}, withdrawn=True))

    def _records_apart_of(self, record: str) -> list[str]:
        named = Revision.text.contains(f'"apart_of":"{record}"')
        return sorted({str(row.record) for row in Revision.select(Revision.record).where(named).bind(self._db)})

    def regret_left(self, rev: str) -> timedelta:
        """For how long a revision may still be taken back; nothing when it may have left."""
        row = self._unsent(rev)
        return max(row.next_try - now(), timedelta(0)) if row else timedelta(0)

    def take_back(self, filled: Filled) -> Draft | None:
        """Make a draft of what was just saved, as if it never was; None when it may have left already.

        Building a push takes the same write lock, so a revision is either sent or taken back.
        """
        with writing(self._db):
            row = self._unsent(filled.id)
            if row is None or not self.regret_left(filled.id):
                return None
            for each in Revision.select().where(Revision.next_try == row.next_try).bind(self._db):
                if each.rev == row.rev or read_revision(each.text).apart_of == row.record:
                    Revision.delete().where(Revision.rev == each.rev).execute(self._db)
            content = read_revision(row.text)
            Draft.insert(
                record=content.record,
                rev=new_id(),
                form=content.form,
                version=content.form_version,
                about=[content.about.kind, content.about.id],
                parents=list(content.parents),
                answers=filled.answers,
                touched=now(),
            ).on_conflict("REPLACE").execute(self._db)
        return self.draft(content.record)

    def _unsent(self, rev: str) -> Revision | None:
        never_tried = (Revision.tries == 0) & Revision.next_try.is_null(False)
        waits = Revision.mine & (Revision.state == State.QUEUED) & never_tried
        found: Revision | None = Revision.select().where((Revision.rev == rev) & waits).first(self._db)
        return found

    def _repeated(self, rev: str) -> Receipt:
        if Revision.select().where(Revision.rev == rev).exists(self._db):
            return Receipt("known")
        raise NotFound

    def _content(self, draft: Draft, rev: str, about: About, answers: Answers) -> Content:
        return Content(
            rev=rev,
            record=str(draft.record),
            form=str(draft.form),
            form_version=draft.version,
            about=about,
            author=self._author,
            saved_at=timestamp(now()),
            parents=tuple(cast("Sequence[str]", draft.parents)),
            answers=answers,
        )

    def _content_apart(self, draft: Draft, about: About, answers: Answers) -> Content:
        """The kept-apart answers travel as a sibling record, so that they can be erased by themselves."""
        return replace(
            self._content(draft, new_id(), about, answers), record=new_id(), parents=(), apart_of=str(draft.record)
        )

    def _append(self, content: Content) -> None:
        written = write_revision(content)
        Revision.insert(
            rev=written.rev,
            record=content.record,
            form=content.form,
            about_kind=content.about.kind,
            about_id=content.about.id,
            text=written.text,
            digest=written.digest,
            mine=True,
            state=State.QUEUED,
            # they are sent in this order: what is kept apart comes after what it belongs to
            saved_at=now() + (AFTER if content.apart_of else timedelta(0)),
            next_try=self._held_until,
        ).execute(self._db)

    def _keep_notes(self, record: str, notes: PrivateNotes) -> None:
        Note.delete().where(Note.record == record).execute(self._db)
        if notes:
            Note.insert(record=record, answers=notes.reveal(), touched=now()).execute(self._db)

    def _contents(self, record: str) -> list[Content]:
        rows = Revision.select(Revision.text).where(Revision.record == record).bind(self._db)
        return [read_revision(row.text) for row in rows if row.text]


def apart_of(db: Database, record: str) -> Answers:
    """Give what counts of what is kept apart of a record: the last word, which may be that there is nothing."""
    rows = Revision.select(Revision.text).where(Revision.text.contains(f'"apart_of":"{record}"')).bind(db)
    parts = [part for row in rows if (part := read_revision(row.text)).apart_of == record]
    last = max(parts, key=lambda part: part.saved_at, default=None)
    return dict(last.answers) if last else {}


def _about(draft: Draft, form: FormDefinition, answers: Answers) -> About:
    """Whom a sheet concerns: what the record says, else the pairing (or team) that the person chose in it."""
    if draft.about is not None:
        kind, id_ = cast("list[str]", draft.about)
        return About(kind, id_)
    for question in form.questions():
        chosen = answers.get(question.code)
        if isinstance(question, Reference) and question.to == form.subject and isinstance(chosen, str):
            return About(form.subject, chosen)
    raise NotFound
