"""Keeps guessing slow: counts tries in memory, for each address and for all together."""

import threading
import time
from collections import deque

from flask import request

from fotfeste_shared.problems import TooMany


class Pace:
    """So many tries in so many seconds for each key; a restart forgets, which only helps honest people."""

    def __init__(self, tries: int, seconds: float) -> None:
        self._tries = tries
        self._seconds = seconds
        self._door = threading.Lock()
        self._had: dict[str, deque[float]] = {}

    def count(self, key: str) -> None:
        """Count a try, or refuse it."""
        moment = time.monotonic()
        with self._door:
            if len(self._had) > 10_000:
                self._had = {each: had for each, had in self._had.items() if had[-1] > moment - self._seconds}
            had = self._had.setdefault(key, deque())
            while had and had[0] <= moment - self._seconds:
                had.popleft()
            if len(had) >= self._tries:
                raise TooMany
            had.append(moment)


def caller() -> str:
    """Name where a request comes from, as a network rather than a machine: a household, or an office."""
    address = request.remote_addr or ""
    return ":".join(address.split(":")[:4]) if ":" in address else address
