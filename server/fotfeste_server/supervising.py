"""Watches over the workers that serve: how they are ended, and what becomes of one that falls."""

import multiprocessing
from multiprocessing.synchronize import Event
from typing import Any

from granian.server.mp import MPServer


class Supervisor(MPServer):
    """The web server's own supervisor, which lets those who watch hear that it is about to end.

    A worker that falls is followed by another; if that one falls too, within seconds, the supervisor ends with an
    error, so that the system's service manager may start all anew.
    """

    def __init__(self, *arguments: Any, drain: float, **options: Any) -> None:  # noqa: ANN401 (the web server's own)
        """`drain` is for how many seconds it serves on after it was told to end."""
        options["respawn_failed_workers"] = True
        super().__init__(*arguments, **options)
        self.ending: Event = multiprocessing.Event()
        self._drain = drain

    def shutdown(self, exit_code: int = 0) -> None:
        """Tell the workers, wait for those in front to have noticed, and end them in good order."""
        self.ending.set()
        if self._drain and not self.interrupt_children:
            self.main_loop_interrupt.clear()
            self.main_loop_interrupt.wait(self._drain)  # who asks a second time does not want to wait
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]  # the web server's own
