"""An operator's commands: served when it says so, and every command does its one thing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from fotfeste_server.cli import main
from fotfeste_server.config import BadConfig, Config
from fotfeste_shared.clock import today


def run(*words: str):
    return CliRunner().invoke(main, list(words))


def test_a_network_a_person_and_a_code_by_commands(tmp_path: Path):
    data = ("--data", str(tmp_path / "d"))
    ends = (today() + timedelta(700)).isoformat()

    days = ("--starts", today().isoformat(), "--ends", ends)
    made = run("network", "Prøve", *days, "--organizer", "a@eksempel.no", *data)
    code = run("enrol", "A@eksempel.no", *data)
    nobody = run("enrol", "b@eksempel.no", *data)
    bad = run("network", "Bakvendt", "--starts", ends, "--ends", today().isoformat(), *data)

    assert re.fullmatch(r"[0-9a-f-]{36}\n", made.output)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}\n", code.output)
    assert (1, 1) == (nobody.exit_code, bad.exit_code)
    assert "Traceback" not in nobody.output + bad.output


def test_settings_that_can_not_work_are_refused_together():
    with pytest.raises(BadConfig, match=r"port.*public address.*demo"):
        Config(port=0, address="ftp://x", demo=True, proxy=True)
    assert "Error: the port is a number" in run("serve", "--port", "99999").output


def test_it_greets_when_it_really_answers_and_dies_with_its_parent(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "fotfeste_server.cli", "--data", str(tmp_path / "d"), "--port", str(port)]
    server = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    greeting = [server.stdout.readline() for _ in range(3)]
    link = greeting[2].strip()

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as ready:
        assert 200 == ready.status
    assert greeting[0].startswith("Fotfeste is ready")
    with urllib.request.urlopen(link, timeout=5) as page:
        assert "arrangør" in page.read().decode()

    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    for _ in range(200):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.05)
    else:
        pytest.fail("a worker went on serving after its parent was killed")
