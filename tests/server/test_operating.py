"""The operator's commands beside a real server: backup, doctor, restore, and an end in good order."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from making_house import close_app, furnish, open_app, report

from fotfeste_server.named.models import Revision
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.recovering import recovery


def refused(server, environment, *arguments: str) -> str:
    command = [sys.executable, "-m", "fotfeste_server.cli", arguments[0], "--data", str(server.folder), *arguments[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    return done.stdout + done.stderr


def come_in(server) -> None:
    link, browser = server.set_up_link(), requests.Session()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(link).text)[1]
    form = {"csrf_token": token, "name": "Arrangør", "email": "arrangor@eksempel.no"}
    assert 200 == browser.post(link, data=form).status_code


@pytest.mark.slow
def test_backup_doctor_and_restore_beside_a_real_server(real_server, environment, tmp_path: Path):
    server, elsewhere = real_server(), tmp_path / "elsewhere"
    come_in(server)

    said = server.command("backup", "--backups", str(elsewhere))
    assert "Proved:" in said
    assert "was brought back: 0 lines, 1 people" in server.command("doctor", "--backups", str(elsewhere))
    assert "WRONG  backup      no proved backup yet" in refused(server, environment, "doctor")

    [copy] = elsewhere.glob("*.db")
    assert "stop it first" in refused(server, environment, "restore", str(copy))
    assert "another server uses" in refused(server, environment, "serve", "--port", "1")

    server.process.send_signal(signal.SIGTERM)
    assert 0 == server.process.wait(15)
    assert 0 == (server.folder / "fotfeste.db-wal").stat().st_size
    assert "Brought back: 0 lines." in server.command("restore", str(copy))
    server.start()
    assert "note   recovering" in server.command("doctor", "--backups", str(elsewhere))
    server.command("restore", "--end")
    assert "recovering" not in server.command("doctor", "--backups", str(elsewhere))


@pytest.mark.slow
def test_a_record_is_erased_by_command_and_a_key_is_made_once(real_server, environment, tmp_path: Path):
    app = open_app(tmp_path / "house0", "")
    house = furnish(app)
    device = house.device("contact").device
    push = house.push("contact", report(house))
    house.service.writer.do(lambda: push_items(house.db, device, push))
    record = house.report().id
    close_app(app)
    server = real_server()

    server.command("backup-key", str(tmp_path / "private"))
    assert "exists already" in refused(server, environment, "backup-key", str(tmp_path / "private"))
    assert ".db.closed" in server.command("backup")
    assert "name its private key" in refused(server, environment, "doctor")
    assert "1 lines, 6 people" in server.command("doctor", "--key", str(tmp_path / "private"))
    assert "Erased: 1 records." in server.command("erase", record, "--yes")
    assert "no such record" in refused(server, environment, "erase", "nothing", "--yes")

    server.kill()
    app = open_app(tmp_path / "house0", "")
    assert (None, None) == (Revision.get().text, recovery())
    close_app(app)
