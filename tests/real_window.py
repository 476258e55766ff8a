"""The real program in its own process and window, driven through the window's own web engine."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PATIENCE = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealWindow:
    """One start of the desktop client; `page` is what the person sees."""

    def __init__(self, playwright, folder, environment, *arguments, program=()):
        self.folder = Path(folder)
        self._port = free_port()
        self._noise = self.folder.with_suffix(".log").open("ab")
        command = [*(program or (sys.executable, "-m", "fotfeste_desktop")), "--data", str(folder), *arguments]
        # a packaged program has no door for tests: there, the engine's own is used
        door = "QTWEBENGINE_REMOTE_DEBUGGING" if program else "FOTFESTE_TEST_DEBUG_PORT"
        self.environment = environment | {
            door: str(self._port),
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        if sys.platform == "linux" and os.getuid() == 0:
            self.environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        self.process = subprocess.Popen(command, env=self.environment, stdout=self._noise, stderr=self._noise)
        self._wait_for_page()
        self._browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}", no_defaults=True)
        self.page = self._browser.contexts[0].pages[0]
        self.page.set_default_timeout(20_000)
        self.page.wait_for_url("http://127.0.0.1:*/**")
        self.page.locator("h1").wait_for()

    def _wait_for_page(self):
        """Attach only once our first page is there: attaching while it replaces about:blank can hang."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json", timeout=1) as reply:
                    targets = json.load(reply)
                if any(t["type"] == "page" and t["url"].startswith("http://127.0.0.1") for t in targets):
                    return
            except OSError:
                pass  # the engine is still starting
            assert self.process.poll() is None, f"the program ended at start, see {self._noise.name}"
            assert time.monotonic() < until, f"no window, see {self._noise.name}"
            time.sleep(0.05)

    def kill(self):
        """As a power cut: no time to say goodbye."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(15)
        self._noise.close()
