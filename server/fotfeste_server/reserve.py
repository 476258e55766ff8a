"""Room held back on the disk for the day on which it is full, so that somebody can still sign in and tidy up.

A full disk stops every write, also those that a person needs to make room. Then the reserve goes, and comes back by
itself when there is plenty of room again.
"""

import logging
import os
import shutil
import threading
from contextlib import suppress

from fotfeste_shared.files import whole_file

from .config import Config

log = logging.getLogger(__name__)
MB = 1 << 20
FULL = 16 * MB  # so little is left: whatever we write next may fail
PLENTY = 500 * MB  # and so much must be left beside the reserve before it is held back again
LOOK_EVERY = 5.0


def tend(config: Config, free: int | None = None) -> None:
    """Let the reserve go when the disk is full, hold it back when there is plenty of room."""
    room = shutil.disk_usage(config.data).free if free is None else free
    file, size = config.reserve_file, config.reserve * MB
    there = file.exists()
    if there and (room < FULL or not size):
        file.unlink(missing_ok=True)
        log.error("the disk is full: the reserve of %s MB is let go, make room now", config.reserve)
    elif size and not there and room > size + PLENTY:
        with suppress(OSError):  # another program was quicker; the next look finds out
            _hold(config)


def _hold(config: Config) -> None:
    """Write a file that cannot be packed smaller than it is: only room that is really taken can be given back."""
    with whole_file(config.reserve_file) as file:
        for _ in range(config.reserve):
            file.write(os.urandom(MB))


def keep_reserve(config: Config) -> None:
    """Tend the reserve for as long as the process lives."""

    def work() -> None:
        while True:
            with suppress(OSError):  # a disk that does not answer is told of by the health page
                tend(config)
            threading.Event().wait(LOOK_EVERY)

    if config.reserve or config.reserve_file.exists():
        threading.Thread(target=work, name="reserve", daemon=True).start()
