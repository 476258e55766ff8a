"""The real server in its own process, as `python server` starts it, on this machine only."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from real_window import free_port

PATIENCE = 60


class RealServer:
    """One server on one folder; it can be killed and started again on the same port."""

    def __init__(self, folder, environment, *arguments):
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment, self._arguments = environment, arguments
        self._said = self.folder.with_suffix(".said")
        self.start()

    def start(self):
        """Start, and wait until it says that it is ready; gives what it said."""
        with self._said.open("w") as said:
            command = ["serve", "--data", str(self.folder), "--port", str(self.port), *self._arguments]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fotfeste_server.cli", *command],
                env=self._environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while "is ready" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)
        return self.said()

    def said(self):
        """Give all that it has printed since it was started."""
        return self._said.read_text("utf-8", "replace")

    def command(self, *arguments):
        """Run one of the server's commands beside it; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "fotfeste_server.cli", arguments[0], "--data", str(self.folder), *arguments[1:]],
            env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def set_up_link(self):
        """Give the one-time link of an empty house."""
        return re.search(r"http\S+/setup/\S+", self.said())[0]

    def letters(self):
        """Give the letters written so far, oldest first."""
        return [path.read_text("utf-8") for path in sorted((self.folder / "mail").glob("*.eml"))]

    def kill(self):
        """End it and its worker with no time to say goodbye, as a power cut does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(15)
