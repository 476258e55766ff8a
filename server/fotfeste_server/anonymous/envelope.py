"""The intake of anonymous answers: one closed box, one row, one statement, no time and no address.

Whether the window is open and the invitation real is decided inside the statement that stores the answer, so
nothing slips in after the seal, and a repeat never makes a second answer.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from datetime import date, datetime, timedelta
from typing import Any

from peewee import ModelSelect

from fotfeste_shared.clock import now
from fotfeste_shared.database import Prepared, Writer, gap
from fotfeste_shared.forms import canonical
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.kinds import Answer, Answers
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import anonymous_receipt, typed_code

from .invitations import hashed
from .keys import close_to
from .models import Inbox, Invitation, Window

PADDED_TO = 512  # a box's length tells next to nothing about what was written
RECEIPT_LETTERS = 16


class Repeats:
    """Remembers for ten minutes, in memory only, which answers came without a receipt of the page's own.

    So a form posted twice by a browser without script is recognised. What is remembered means nothing outside this
    process, and one wrong guess at somebody's answers forgets them: it cannot be used to find out what they were.
    """

    KEPT_FOR = timedelta(minutes=10)
    MOST = 10_000

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._seen: OrderedDict[bytes, tuple[bytes, datetime]] = OrderedDict()

    def remember(self, token: str, answers: Answers) -> None:
        """Note that these answers were kept for this link."""
        with self._lock:
            self._seen[self._mark(token)] = (self._mark(token, canonical(answers)), now())
            self._seen.move_to_end(self._mark(token))
            while len(self._seen) > self.MOST:
                self._seen.popitem(last=False)

    def knows(self, token: str, answers: Answers) -> bool:
        """Tell whether the same answers were kept for this link a moment ago; the wrong ones end the remembering."""
        with self._lock:
            mark, since = self._seen.get(self._mark(token), (b"", now()))
            same = secrets.compare_digest(mark, self._mark(token, canonical(answers)))
            if not same or now() - since > self.KEPT_FOR:
                self._seen.pop(self._mark(token), None)
                return False
            return True

    def forget(self, token: str) -> None:
        """Forget a link."""
        with self._lock:
            self._seen.pop(self._mark(token), None)

    def _mark(self, *parts: str) -> bytes:
        return hashlib.blake2b("|".join(parts).encode(), key=self._key, digest_size=32).digest()


class Envelope:
    """The intake of one link: takes what the judge has passed, exactly once."""

    def __init__(self, writer: Writer, token: str, today: date, repeats: Repeats | None = None) -> None:
        self._writer = writer
        self._token = token
        self._today = today
        self._repeats = repeats or Repeats()

    def receive(self, filled: Filled) -> Receipt:
        """Keep judged answers and give their receipt.

        `filled.id` is the receipt that the page's script made before sending; without one we make it here.
        """
        if not _says_something(filled.answers):
            return Receipt("refused")
        public_key = self._public_key(filled)
        brought = typed_code(filled.id)
        code = filled.id if len(brought) == RECEIPT_LETTERS else anonymous_receipt()
        box = close_to(public_key, _padded(canonical(filled.answers)))
        return self._writer.do(lambda: self._keep(filled, code, box, public_key))

    def withdraw(self, receipt: str) -> bool:
        """Take the answer back while the window is open; tells whether there was one with this link and receipt."""
        taken: bool = self._writer.do(lambda: self._take_back(receipt))
        return taken

    def _public_key(self, filled: Filled) -> bytes:
        row = KEY_OF_A_LINK.run(invitation=hashed("inv", self._token)).fetchone()
        if row is None:
            raise NotFound
        public_key, form = row
        if form != filled.form:
            raise Conflicting
        return bytes(public_key)

    def _keep(self, filled: Filled, code: str, box: bytes, public_key: bytes) -> Receipt:
        """Store the box if the link may be used now, all in one statement; then see what became of it."""
        receipt_hash = hashed("rec", self._token, typed_code(code))
        stored = KEEP.run(
            invitation=hashed("inv", self._token), answer=hashed("ans", self._token), receipt=receipt_hash,
            version=filled.version, box=box, public_key=public_key, today=self._today.isoformat(),
        )  # fmt: skip
        new = stored.rowcount == 1
        return self._told(filled, code, receipt_hash, new=new)

    def _told(self, filled: Filled, code: str, receipt_hash: str, *, new: bool) -> Receipt:
        """Word the outcome; a receipt made here is told only for the answer that it belongs to."""
        by_page = code == filled.id
        if new:
            # A receipt of the page's own makes remembering needless.
            if by_page:
                self._repeats.forget(self._token)
            else:
                self._repeats.remember(self._token, filled.answers)
            return Receipt("kept", code)
        there = Inbox.select(Inbox.receipt_hash).where(Inbox.id == hashed("ans", self._token)).first()
        if there is None:
            return Receipt("closed")
        if there.receipt_hash == receipt_hash:
            return Receipt("known", code)
        if not by_page and self._repeats.knows(self._token, filled.answers):
            return Receipt("known")
        return Receipt("already_answered")

    def _take_back(self, receipt: str) -> bool:
        open_windows = Window.select(Window.id).where(Window.sealed.is_null() & (Window.closes >= self._today))
        deleted = (
            Inbox.delete()
            .where(
                (Inbox.id == hashed("ans", self._token))
                & (Inbox.receipt_hash == hashed("rec", self._token, typed_code(receipt)))
                & Inbox.window.in_(_held_open(open_windows))
            )
            .execute()
        )
        self._repeats.forget(self._token)
        return bool(deleted)


def _held_open(query: "ModelSelect[Any]") -> "ModelSelect[Any]":
    """Let no seal begin between finding a window open and storing the answer; on SQLite a writer is alone anyway.

    Answers share the hold: they never wait for each other, only for a seal, and then find the window closed.
    """
    share: Any = "FOR SHARE"  # peewee takes the words, though its types say a yes or no
    return query.for_update(share, of=Window) if Window._meta.database.for_update else query  # noqa: SLF001


def _key_of_a_link() -> "ModelSelect[Any]":
    """Find what an answer is closed with, and which form the link is for."""
    return Window.select(Window.public_key, Invitation.form).join(Invitation).where(Invitation.id == gap("invitation"))


def _keep() -> Any:  # noqa: ANN401 (peewee's insert)
    """Store a box, if its link may be used today and no answer lies there: one statement decides it all."""
    may_answer = (
        Invitation.select(
            gap("answer"), Invitation.window, Invitation.place, Invitation.wave,
            Invitation.form, gap("version"), gap("receipt"), gap("box"),
        )
        .join(Window)
        .where(
            (Invitation.id == gap("invitation"))
            & (Invitation.opens <= gap("today"))
            & (Invitation.closes >= gap("today"))
            & (Window.public_key == gap("public_key"))
            & Window.sealed.is_null()
        )
    )  # fmt: skip
    columns = [
        Inbox.id, Inbox.window, Inbox.place, Inbox.wave,
        Inbox.form, Inbox.version, Inbox.receipt_hash, Inbox.box,
    ]  # fmt: skip
    insert = Inbox.insert_from(_held_open(may_answer), columns)
    return insert.on_conflict("NOTHING", conflict_target=[Inbox.id]).as_rowcount()


KEY_OF_A_LINK = Prepared(Window, _key_of_a_link)
KEEP = Prepared(Inbox, _keep)


def _says_something(answers: Answers) -> bool:
    """Tell whether anything was answered; rows that we made ourselves, with nothing but their id, say nothing."""
    return any(not isinstance(answer, list) or any(map(_row_says, answer)) for answer in answers.values())


def _row_says(row: Answer | Answers) -> bool:
    return not isinstance(row, dict) or bool(set(row) - {"id"})


def _padded(text: str) -> bytes:
    """Fill up with spaces, which JSON does not mind."""
    raw = text.encode()
    return raw.ljust(-(-len(raw) // PADDED_TO) * PADDED_TO)
