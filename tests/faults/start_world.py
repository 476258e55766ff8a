"""The server's very first start: folders, the key of form and device tokens, tables, the shipped forms."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faults.trying import Found, Session, Step
from flask import Flask

from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.named.house import fact
from fotfeste_server.named.models import PublishedForm
from fotfeste_shared.forms import shipped


class StartWorld:
    """A server that has never run before, and then starts again after the power went."""

    def prepare(self, folder: Path) -> None:
        """Begin with an empty disk."""

    def open(self, folder: Path) -> Session:
        return StartSession(create_app(Config(data=folder)))

    def found(self, folder: Path) -> Found:
        app = create_app(Config(data=folder))
        try:
            return Found(frozenset(_facts(app)), () if len(app.config["SECRET_KEY"]) == 32 else ("no secret",))
        finally:
            close_app(app)


@dataclass
class StartSession:
    app: Flask

    def steps(self) -> Iterator[Step]:
        for each in _facts(self.app):
            yield each, lambda: None

    def close(self) -> None:
        close_app(self.app)


def _facts(app: Flask) -> list[str]:
    """What others are told from the first day on, and must find again: tokens are made with the secret."""
    secret = hashlib.sha256(app.config["SECRET_KEY"]).hexdigest()
    forms = {row.code for row in PublishedForm.select()}
    return [f"secret {secret}", f"server {fact('server')}", *(f"form {code}" for code in shipped() if code in forms)]
