"""Group commit: one thread writes for all, so that many answers share one fsync and none waits long."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from .engines import OutcomeUnknown
from .problems import Busy
from .transactions import Database, part, say_along, to_be_said, writing

T = TypeVar("T")
MOST = 512


class _Wish:
    """A write that someone waits for."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.outcome: Any = None
        self.problem: BaseException | None = None
        self._told = threading.Lock()
        self._told.acquire()

    def run(self) -> None:
        """Act; whatever came of an earlier try no longer counts."""
        self.problem = None
        self.outcome = self.act()

    def tell(self) -> None:
        """Let the one who waits go on."""
        self._told.release()

    def wait(self) -> Any:  # noqa: ANN401 (whatever the act gives)
        """Wait until told, and give what came of it."""
        self._told.acquire()
        if self.problem is not None:
            raise self.problem
        return self.outcome


class Writer:
    """Takes all writes that wait, commits them as one, and answers each when it is safely on disk.

    An act runs in the writer's thread and sees no request; it may run twice (alone, after its group failed), and
    only the last time counts. Its own failure undoes and reaches itself only.
    """

    def __init__(self, db: Database, most: int = MOST) -> None:
        self._db = db
        self._most = most
        self._waiting: SimpleQueue[_Wish | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def do(self, act: Callable[[], T]) -> T:
        """Run the act in the next group and return what it gives, once that is on disk."""
        if threading.current_thread() is self._thread or self._db.in_transaction():
            raise RuntimeError("a write within a write belongs to the outer one: call the act itself")
        say = to_be_said()

        def act_and_say() -> T:
            outcome = act()
            if say is not None:
                say(self._db)
            return outcome

        wish = _Wish(act_and_say)
        with self._door:
            if self._closed:
                raise Busy
            self._waiting.put(wish)
        outcome: T = wish.wait()
        if say is not None:
            say_along(None)
        return outcome

    def close(self) -> None:
        """Finish what waits and take no more."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            while group := self._next_group():
                self._commit(group)
        finally:
            self._db.close()

    def _next_group(self) -> list[_Wish]:
        """Wait for one, then take the others that came meanwhile; empty when the writer is closed."""
        group: list[_Wish] = []
        wish = self._waiting.get()
        while wish is not None:
            group.append(wish)
            if len(group) == self._most:
                return group
            try:
                wish = self._waiting.get_nowait()
            except Empty:
                return group
        if group:
            self._waiting.put(None)  # closing comes after this last group
        return group

    def _commit(self, group: list[_Wish], *, apart: bool = False) -> None:
        """Write a group as one; when that fails, write it with its members apart; when that fails, each alone.

        Most groups have no bad member, and three statements for each instead of one is what a busy hour feels.
        """
        begun = False
        try:
            with writing(self._db):
                begun = True
                for wish in group:
                    self._try(wish) if apart else wish.run()
        except OutcomeUnknown as unknown:
            # Perhaps kept: running the acts again could do them twice, so each caller decides.
            self._refuse(group, unknown)
        except BaseException as failure:  # noqa: BLE001 (whatever it is, it belongs to those who wait)
            if not begun or len(group) == 1:
                self._refuse(group, failure)
            elif apart:
                for wish in group:
                    self._commit([wish])
            else:
                self._commit(group, apart=True)
        else:
            for wish in group:
                wish.tell()

    def _try(self, wish: _Wish) -> None:
        """Run one act so that its failure undoes itself only; a lost transaction is everybody's."""
        try:
            with part(self._db):
                wish.run()
        except BaseException as problem:
            if not self._db.stands():
                raise
            wish.problem = problem

    @staticmethod
    def _refuse(group: list[_Wish], failure: BaseException) -> None:
        for wish in group:
            wish.problem = failure
            wish.tell()
