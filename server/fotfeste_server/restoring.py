"""Brings a house back from a backup, so that nothing that people were promised is undone by it.

What was released stays released, what was erased stays erased, and the log says from where it was brought back. A
crash in the middle is made good at the next start: a marker lies there until all is done.
"""

import secrets
import shutil
from pathlib import Path

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.files import sync_folder, whole_file

from .anonymous.releases import replay
from .backup import BadBackup, opened, prove_file
from .config import Config
from .jobs import Job
from .named.proving import Proof
from .named.recovering import begin

MARKER = "restored"
PARTS = ("", "-wal", "-shm")


def put_back(config: Config, copy: Path, private_key: bytes | None = None) -> Proof:
    """Prove a copy and put it in the database's place; the present one is moved aside, never deleted.

    To be called with the house held alone. The next `open_house` finishes.
    """
    if not config.database_url.startswith("sqlite"):
        raise BadBackup("PostgreSQL is brought back with pg_restore; then say so with: restore --done")
    path = Path(config.database_url.removeprefix("sqlite:///"))
    with opened(copy, private_key) as plain:
        proof = prove_file(plain)
        fresh = path.with_name(f"{path.name}.restoring")
        _copy(plain, fresh)
        move_aside(path, "restore")
        _put_in_place(config, path)
    return proof


def resume(config: Config) -> None:
    """Finish what a crash interrupted: a copy that waits beside an empty place is whole, and takes it."""
    if config.database_url.startswith("sqlite"):
        path = Path(config.database_url.removeprefix("sqlite:///"))
        if path.with_name(f"{path.name}.restoring").exists() and not path.exists():
            _put_in_place(config, path)


def _put_in_place(config: Config, path: Path) -> None:
    mark(config)
    path.with_name(f"{path.name}.restoring").replace(path)
    sync_folder(path.parent)


def mark(config: Config) -> None:
    """Leave word that the database was brought back, for the next `open_house` to act on."""
    with whole_file(config.data / MARKER) as file:
        file.write(secrets.token_hex(16).encode())


def finish(config: Config, db: Database) -> bool:
    """Do what follows from a restore, if one has just been done; may be repeated after a crash."""
    marker = config.data / MARKER
    if not marker.exists():
        return False
    for release in sorted(config.releases.glob("*.jsonl")):
        replay(db, release)
    with writing(db):
        # Letters that waited then were sent long ago, or hold codes that are worth nothing now.
        Job.delete().where((Job.kind == "letter") & Job.done.is_null()).execute()
    begin(db, marker.read_text("ascii"))
    marker.unlink()
    sync_folder(config.data)
    return True


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as plain, whole_file(target) as file:
        shutil.copyfileobj(plain, file)


def move_aside(path: Path, before: str) -> Path:
    """Keep an old database with its log in a folder of its own, where no server finds it and no copy meets its log."""
    aside = path.parent / f"before-{before}-{now():%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(mode=0o700)
    for part in reversed(PARTS):
        old = path.with_name(path.name + part)
        if old.exists():
            old.rename(aside / old.name)
    sync_folder(aside)
    sync_folder(path.parent)
    return aside
