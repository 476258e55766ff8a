"""Takes what is posted whole or not at all, and lets nobody who sends slowly hold all who serve."""

import threading

from flask import request

from fotfeste_shared.problems import Busy

AT_ONCE = 24  # of the 32 threads that serve: pages are still shown when this many senders have fallen silent


class Bodies:
    """Reads the body of each request before anything else looks at it."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._seats = threading.BoundedSemaphore(at_once)

    def take(self) -> None:
        """Read the body, or refuse: a connection that breaks halfway must not leave half an answer behind.

        The web server promises that a body ends where it ends, but a broken connection looks like an end to it.
        So it is measured against the length that was announced; a body that announces none counts as empty.
        """
        request.environ.pop("wsgi.input_terminated", None)
        if not request.content_length or request.routing_exception is not None:
            return
        if not self._seats.acquire(blocking=False):
            raise Busy
        try:
            request.get_data()
        finally:
            self._seats.release()
