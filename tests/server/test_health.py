"""Whoever watches the server hears whether it answers and whether it can keep anything."""

from pathlib import Path

import pytest
from making_house import close_app, open_app


def test_it_says_that_it_lives_and_can_write(tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    client = app.test_client()

    assert {"live": True} == client.get("/health/live").json
    ready = client.get("/health/ready")
    assert (200, True) == (ready.status_code, ready.json["ready"])
    assert {"ready", "engine", "journal", "synchronous", "warning", "checks"} == set(ready.json)
    close_app(app)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_forgets_when_power_fails_is_not_ready(tmp_path: Path, database_url: str):
    app = open_app(tmp_path / "data", database_url)

    ready = app.test_client().get("/health/ready")

    assert (503, False, False) == (ready.status_code, ready.json["ready"], ready.json["checks"]["storage"])
    assert ready.json["checks"]["writable"]
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
