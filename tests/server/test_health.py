"""Whoever watches the server hears whether it answers and whether it can keep anything."""

from pathlib import Path

import pytest
from making_house import close_app, furnish, open_app, report

from fotfeste_server import health
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.sync import write


def test_it_says_that_it_lives_and_can_write(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "data", database_url)
    client = app.test_client()

    assert {"live": True} == client.get("/health/live").json
    ready = client.get("/health/ready")
    assert (200, True) == (ready.status_code, ready.json["ready"])
    assert {"ready", "engine", "journal", "synchronous", "warning", "checks"} == set(ready.json)
    close_app(app)


def test_it_is_not_ready_when_the_log_or_the_disk_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = open_app(tmp_path / "data", "")
    house = furnish(app)
    device = house.device("contact")
    push = house.push("contact", report(house), report(house))
    house.service.writer.do(lambda: push_items(house.db, device.device, push))
    client = app.test_client()
    assert {"writable", "log", "disk", "wal", "storage", "backup"} == set(client.get("/health/ready").json["checks"])

    monkeypatch.setattr(health, "LEAST_FREE", 1 << 60)
    assert (503, False) == (client.get("/health/ready").status_code, client.get("/health/ready").json["checks"]["disk"])
    monkeypatch.undo()

    house.db.execute_sql("DROP TRIGGER revision_unchanged")
    house.db.execute_sql("UPDATE revision SET link = 'x' WHERE seq = 2")
    assert (503, False) == (client.get("/health/ready").status_code, client.get("/health/ready").json["checks"]["log"])
    close_app(app)


def test_a_full_disk_refuses_pushes_and_clients_keep_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = open_app(tmp_path / "data", "")
    house = furnish(app)
    bearer = {"Authorization": f"Bearer {house.device('contact').token}"}
    body = write(house.push("contact", report(house)))

    monkeypatch.setattr(health, "LEAST_FREE_FOR_PUSH", 1 << 60)
    assert 507 == app.test_client().post("/sync/v1/push", data=body, headers=bearer).status_code
    monkeypatch.undo()
    assert 200 == app.test_client().post("/sync/v1/push", data=body, headers=bearer).status_code
    close_app(app)


def test_pages_files_and_errors_carry_the_headers_that_guard_them(tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    client = app.test_client()

    for address in ("/signin", "/static/fotfeste.css", "/nothing", "/health/live"):
        with client.get(address) as reply:
            headers = reply.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "nosniff" == headers["X-Content-Type-Options"]
    assert "no-store" == client.get("/signin").headers["Cache-Control"]
    close_app(app)


def test_what_is_made_is_for_its_owner_only(tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    close_app(app)

    for folder in (tmp_path / "data", tmp_path / "data" / "keys", tmp_path / "data" / "mail"):
        assert 0o700 == folder.stat().st_mode & 0o777
    for file in (tmp_path / "data" / "keys" / "session.key", tmp_path / "data" / "fotfeste.db"):
        assert 0o600 == file.stat().st_mode & 0o777
