"""Where the client keeps its things on this machine, and that only one of it runs at a time."""

import http.client
import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import platformdirs

from fotfeste_shared.files import whole_file

NAME = "Fotfeste"


class AlreadyRunning(Exception):
    """Another Fotfeste of this person has the folder; it is asked to show itself instead."""


class Home:
    """The folder of one person's client: nobody else on the machine may read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "fotfeste.db"
        self.key = folder / "key.json"
        self.window = folder / "window.json"
        self.log = folder / "log" / "fotfeste.log"
        self._lock = folder / "lock"
        self._instance = folder / "instance.json"
        self._held: TextIO | None = None
        self._remembering = threading.Lock()

    @property
    def browser(self) -> Path:
        """A folder that the web view may fill and empty as it likes; nothing of value may lie in it."""
        return self.folder / "webview"

    def prepare(self) -> None:
        """Make the folders, for the owner only; files made later get 0600 through the umask."""
        os.umask(0o077)
        for folder in (self.folder, self.log.parent, self.browser):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sys.platform != "win32":
            self.folder.chmod(0o700)

    def take(self) -> None:
        """Hold the folder until this process ends, however it ends; raises AlreadyRunning."""
        held = self._lock.open("a+", encoding="utf-8")
        try:
            _lock(held)
        except OSError as fault:
            held.close()
            raise AlreadyRunning from fault
        self._held = held

    def leave(self) -> None:
        """Let the folder go, for the next program."""
        if self._held:
            self._held.close()
            self._held = None

    def recall(self) -> dict[str, object]:
        """What the window was like last time, and its language: known before anything is unlocked."""
        try:
            kept = json.loads(self.window.read_text("utf-8"))
        except (OSError, ValueError):
            return {}  # first start, or a damaged file that is worth nothing
        return kept if isinstance(kept, dict) else {}

    def remember(self, **facts: object) -> None:
        """Keep some of it for the next start, beside what is there; a full disk is no reason to stop."""
        with self._remembering, suppress(OSError):
            replace_file(self.window, json.dumps(self.recall() | facts))

    def tell_instance(self, host: str, control: str) -> None:
        """Leave word for a second launch about where to knock."""
        replace_file(self._instance, json.dumps({"host": host, "control": control}))

    def knock(self) -> bool:
        """Ask the running Fotfeste to come to the front; False when it did not answer."""
        try:
            word = json.loads(self._instance.read_text("utf-8"))
            caller = http.client.HTTPConnection(str(word["host"]), timeout=5)
            caller.request("POST", "/_knock", headers={"X-Control": str(word["control"])})
            return caller.getresponse().status == 204
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
            return False  # it is starting or ending just now, or the word is spoilt: there is nobody to bring forward


def find_home(chosen: Path | None = None) -> Home:
    """The person's own folder: the chosen one, FOTFESTE_HOME, or the system's usual place (never roaming)."""
    told = chosen or os.environ.get("FOTFESTE_HOME")
    return Home(Path(told or platformdirs.user_data_dir(NAME, appauthor=False, roaming=False)))


def replace_file(path: Path, text: str) -> None:
    """Write a small file so that a crash leaves either the old or the new one, whole."""
    with whole_file(path) as file:
        file.write(text.encode())


if sys.platform == "win32":
    import msvcrt

    def _lock(file: TextIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: TextIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
