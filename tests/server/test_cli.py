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
from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner
from real_window import free_port

from fotfeste_server.cli import main
from fotfeste_server.config import BadConfig, Config
from fotfeste_server.listening import numeric, reached_at
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


def test_what_stands_in_the_way_of_a_start_is_said_in_a_sentence(tmp_path: Path):
    file, strange = tmp_path / "file", tmp_path / "strange"
    file.write_text("x")
    strange.mkdir()
    (strange / "fotfeste.db").write_bytes(os.urandom(4096))
    tried = (
        run("serve", "--data", str(file)),
        run("serve", "--data", str(file / "below")),
        run("serve", "--data", str(strange), "--port", str(free_port())),
        run("serve", "--data", str(tmp_path / "a"), "--host", "navn.invalid"),
        run("serve", "--data", str(tmp_path / "a"), "--database", "mysql://x"),
        run("serve", "--data", str(tmp_path / "a"), "--database", f"postgresql://127.0.0.1:{free_port()}/x",
            "--port", str(free_port())),
    )  # fmt: skip

    for done in tried:
        assert 1 == done.exit_code
        assert re.fullmatch(r"(Warning: .+\n)?Error: .{20,}\n", done.output), done.output
        assert isinstance(done.exception, SystemExit)


def test_two_houses_never_answer_on_one_port(tmp_path: Path):
    with socket.socket() as other:  # as the web server itself listens, ready to share with its like
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        second = run("serve", "--data", str(tmp_path / "d"), "--port", str(port))

    assert f"Error: 127.0.0.1:{port} can not be listened on" in second.output
    assert "127.0.0.1" == numeric("127.0.0.1", port)
    assert numeric("localhost", port) in {"127.0.0.1", "::1"}


def test_who_listens_everywhere_tells_others_an_address_that_they_can_use():
    everywhere, here = numeric("0.0.0.0", 0), numeric("127.0.0.1", 0)

    assert here == reached_at(here)
    assert not ip_address(reached_at(everywhere)).is_unspecified


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


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the children of a process")
def test_a_worker_that_falls_is_followed_by_another(real_server):
    server = real_server()
    pid = server.process.pid

    def workers() -> set[str]:
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split())

    first = workers()
    for worker in first:
        os.kill(int(worker), signal.SIGKILL)
    until = time.monotonic() + 60
    while not (workers() - first and answers(f"{server.url}/health/ready")):
        assert server.process.poll() is None, server.said()
        assert time.monotonic() < until, server.said()
        time.sleep(0.05)

    assert not workers() & first


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except OSError:
        return False
