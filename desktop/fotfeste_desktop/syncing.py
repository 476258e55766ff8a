"""Delivers what waits and fetches what is new, by itself and on request.

A thread of its own, one exchange at a time. Whatever goes wrong, nothing kept here changes: it is tried again.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from fotfeste_shared import sync
from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, close_database
from fotfeste_shared.problems import Problem

from .exchange import Exchange, Identity, NotOurServer
from .line import CONNECT, EnrolmentRefused, Line, Unreachable
from .thinning import KEPT, thin

if TYPE_CHECKING:
    from .courier import Courier

__all__ = ["EnrolmentRefused", "Line", "Status", "Syncing", "Unreachable"]

log = logging.getLogger(__name__)

IDLE = 300.0  # seconds between two looks at the server while all is well
LONGEST_WAIT = 900.0
MOST_STEPS = 1000
BLAME_CONTENT = (400, 413, 500, 502, 504)  # one revision of several may be the cause


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line tells."""

    line: Line
    last: datetime | None = None
    busy: bool = False


class Syncing:
    """Delivers what waits and fetches what is new, in the background; `status` is what the window may tell."""

    def __init__(self, db: Database, *, jitter: random.Random | None = None) -> None:
        self.status = Status(Line.UNKNOWN)
        self._db = db
        self._exchange = Exchange(db)
        self._jitter = jitter or random.SystemRandom()
        self._alone = threading.Lock()  # single flight: two exchanges at once would only confuse the bookkeeping
        self._wake = threading.Event()
        self._ending = threading.Event()
        self.kept = KEPT
        self._most = sync.ITEMS_IN_A_PUSH
        self._failures = 0
        self._wished_wait: float | None = None
        self._thread = threading.Thread(target=self._run, name="syncing", daemon=True)

    @cached_property
    def _courier(self) -> "Courier":
        """What carries; it is loaded when there is something to carry, so that the window need not wait for it."""
        from .courier import Courier

        return Courier()

    def start(self) -> None:
        """Begin to deliver by itself."""
        self._thread.start()

    def stop(self) -> None:
        """End in good order; whatever is under way is simply tried again next time."""
        self._ending.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(CONNECT)
        if "_courier" in vars(self):
            self._courier.close()

    def wake(self) -> None:
        """Something was saved, or the machine woke: try at once, but do not wait for it."""
        self._wake.set()

    def wake_in(self, seconds: float) -> None:
        """Try again after a while, when what was just saved is no longer held back."""
        later = threading.Timer(seconds, self.wake)
        later.daemon = True
        later.start()

    def deliver_now(self) -> Status:
        """Deliver at the person's wish, waiting for the outcome."""
        self._exchange.retry_all()
        return self.round()

    def enrol(self, url: str, code: str, name: str) -> None:
        """Connect this device to a server; raises EnrolmentRefused, Unreachable or NotOurServer."""
        with self._alone:
            reply = self._courier.enrol(url, code, self._exchange.install(), name)
            self._exchange.take_enrolment(url, reply)
            self._failures = 0
        self.wake()

    def round(self) -> Status:
        """One whole exchange: push until nothing waits, then pull what is new; never raises for the network."""
        with self._alone:
            identity = self._exchange.identity()
            if identity is None:
                self.status = Status(Line.NOT_ENROLLED)
                return self.status
            try:
                self._exchange_all(identity)
            except Unreachable as fault:
                self._stumble(fault.line, fault.wait)
            except NotOurServer:
                self._stumble(Line.WRONG_SERVER, None)
            else:
                self._failures, self._wished_wait = 0, None
                self.status = Status(Line.ONLINE, now())
            return self.status

    def _stumble(self, line: Line, wait: float | None) -> None:
        self._failures += 1
        self._wished_wait = wait
        self.status = Status(line, self.status.last)
        log.info("sync: %s", line)

    def _exchange_all(self, identity: Identity) -> None:
        self._repeat(self._push, identity)
        self._repeat(self._pull, identity)
        self._repeat(self._push, identity)  # the pull may have shown that the server has lost some
        if have := self._exchange.next_audit():
            reply = self._courier.ask(sync.HaveReply, identity, "have", have)
            if self._exchange.take_audit(have, reply):
                self.wake()
            thin(self._db, self.kept)  # now: whoever was put back or wiped since has just been found out

    @staticmethod
    def _repeat(step: Callable[[Identity], bool], identity: Identity) -> None:
        """Go on as long as there is more, but not for ever: a server that never ends must not hold us."""
        for _ in range(MOST_STEPS):
            if not step(identity):
                return

    def _push(self, identity: Identity) -> bool:
        push = self._exchange.next_push(self._most)
        if push is None:
            return False
        try:
            reply = self._courier.ask(sync.PushReply, identity, "push", push)
        except Unreachable as fault:
            self._make_smaller(push, fault)
            return True
        self._most = min(self._most * 2, sync.ITEMS_IN_A_PUSH)
        self._exchange.take_push_reply(push, reply)  # what it did not take is put off, so this does not go round
        return True

    def _make_smaller(self, push: sync.Push, fault: Unreachable) -> None:
        """Find the one revision that makes the server stumble by halving; other faults end the round.

        After one that took too long less is tried the next time: a line may be too slow for more.
        """
        if fault.slow:
            self._most = max(len(push.items) // 2, 1)
        if fault.status not in BLAME_CONTENT:
            raise fault
        if len(push.items) > 1:
            self._most = len(push.items) // 2
            return
        self._exchange.note_failure_alone(push)

    def _pull(self, identity: Identity) -> bool:
        pull = self._exchange.next_pull()
        if pull is None:
            return False
        reply = self._courier.ask(sync.PullReply, identity, "pull", pull)
        more = self._exchange.take_pull_reply(pull, reply)
        missing = self._exchange.missing_forms(reply.forms)
        texts = {digest: self._courier.form(identity, digest) for digest in missing}
        self._exchange.take_forms(reply.forms, texts)
        return more

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.clear()
            try:
                self.round()
            except Problem as problem:  # the disk is full or busy; nothing is lost by trying later
                log.warning("sync could not write: %s", problem.code)
                self._stumble(Line.OFFLINE, None)
            self._wake.wait(self._pause())
        close_database(self._db)

    def _pause(self) -> float:
        """How long to stay away: full jitter, so that a thousand clients do not come back at the same moment."""
        if not self._failures:
            return IDLE
        longest = min(LONGEST_WAIT, 2.0 * 2 ** min(self._failures, 12))
        return max(self._wished_wait or 0.0, self._jitter.uniform(0, longest))
