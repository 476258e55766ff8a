"""Scanners against our code and a running server: `python tests --security`. Their findings are printed, not judged.

The tools live in an environment of their own, made from the locked list beside this file. What cannot be installed
here is told as not run.
"""

import secrets
import subprocess
import sys
import tempfile
import threading
import venv
from pathlib import Path

from making_house import close_app, furnish, open_app
from server.results.making_results import people, write_release
from werkzeug.serving import WSGIRequestHandler, make_server

from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.tokens import make_token
from fotfeste_server.views import by_key
from fotfeste_server.views.pace import Pace

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("requirements.txt")
CODE = ("server/fotfeste_server", "shared/fotfeste_shared", "desktop/fotfeste_desktop")
EXAMPLES, PATIENCE = "40", 600


class Silent(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log(self, *_):
        pass


def tools() -> Path | None:
    """Give the folder of the tools' programs; None where they cannot be installed."""
    home = ROOT / "var" / "security-tools"
    programs = home / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / "schemathesis").exists():
        venv.create(home, with_pip=True)
        install = [programs / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", LOCK]
        if subprocess.run(list(map(str, install)), check=False).returncode:
            return None
    return programs


def scan_code(programs: Path) -> None:
    """Let bandit read the code; medium and high findings are printed."""
    print("\n== bandit", flush=True)
    subprocess.run([str(programs / "bandit"), "-q", "-ll", "-r", *CODE], cwd=ROOT, check=False, timeout=PATIENCE)


def ask_everything(programs: Path) -> None:
    """Let schemathesis ask a running server what its own description allows, and what it does not."""
    print("\n== schemathesis", flush=True)
    by_key.guessing = by_key.asking = Pace(10**6, 60)  # a scanner asks more than any program does
    app = open_app(Path(tempfile.mkdtemp(prefix="fotfeste-security-")), "")
    house = furnish(app)
    write_release(path_of(house.service.config.releases, house.network.id), people(5, {"4204": 25}))
    key = make_token(house.db, house.people["organizer"], house.network, "scan", ["results", "read", "write"], days=1)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    base = f"http://127.0.0.1:{server.port}/api/v1"
    asked = [
        str(programs / "schemathesis"), "run", f"{base}/openapi.json", "--url", base, "-H",
        f"Authorization: Bearer {key}", "--max-examples", EXAMPLES, "--seed", str(secrets.randbelow(10**6)),
    ]  # fmt: skip
    subprocess.run(asked, check=False, timeout=PATIENCE)
    server.shutdown()
    thread.join()
    close_app(app)


if __name__ == "__main__":
    found = tools()
    if found is None:
        sys.exit("NOT RUN: bandit, schemathesis (they could not be installed)")
    scan_code(found)
    ask_everything(found)
    print("\nNOT RUN: wapiti, sqlmap, atheris, pip-audit (not in the locked list)")
