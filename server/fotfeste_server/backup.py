"""Backups: whole copies of the SQLite file, proved to be good before anybody relies on them.

A copy counts when its manifest lies beside it, and that is written last. Clients hear «backed up» of what the
second newest good copy holds, so that one bad copy does no harm. Keys are never inside a copy.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from peewee import DatabaseError

from fotfeste_shared.clock import now
from fotfeste_shared.closed_file import close_file, is_closed, open_file
from fotfeste_shared.database import (
    Database,
    WrongKey,
    backup_copy,
    close_database,
    damage,
    open_database,
    writing,
)
from fotfeste_shared.engines import PostgresServer, SqliteFile
from fotfeste_shared.files import whole_file
from fotfeste_shared.sync import Place

from .config import Config
from .named.history import head, lies_on
from .named.house import note
from .named.proving import Proof, prove

EVERY = timedelta(hours=1)
HOURLY, DAILY = 48, 30  # how many are kept: the newest ones, and the last one of each day
PUBLIC_KEY = "backup.pub"
PIECE = 1 << 20
ROOM = 64 << 20  # what must be left on the disk after a copy


class BadBackup(Exception):
    """A copy that nobody may rely on; the text says why, to an operator."""


class Manifest(msgspec.Struct, frozen=True):
    """What is known of a copy that was proved: which file, what it holds, and its checksum as it lies there."""

    file: str
    at: datetime
    server: str
    seq: int
    link: str
    bytes: int
    sha256: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A copy that was made just now, and what clients may hear."""

    manifest: Manifest
    backed_up_to: int


# --- taking ---------------------------------------------------------------------------------------


def take_backup(config: Config, db: Database) -> Taken:
    """Take a copy, prove it, put it where copies are kept, and only then let the watermark follow."""
    if isinstance(db, PostgresServer):
        raise BadBackup("PostgreSQL is backed up with pg_dump; tell the outcome with: backup --report SEQ")
    folder = config.copies
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = now()
    with TemporaryDirectory(prefix="backing-up-", dir=config.data) as name:
        plain = Path(name) / "copy.db"
        _has_room(Path(name), db.path.stat().st_size)
        backup_copy(db, plain)
        proof = prove_file(plain)
        closed = (config.keys / PUBLIC_KEY).exists()
        file = f"fotfeste-{moment:%Y%m%dT%H%M%S%fZ}-{proof.lines}.db{'.closed' if closed else ''}"
        _put(plain, folder / file, public_key(config) if closed else None)
    size, checksum = _measured(folder / file)
    manifest = Manifest(file, moment, proof.server, proof.lines, proof.link, size, checksum, closed)
    _write_manifest(folder, manifest)
    _forget_old(folder, moment)
    return Taken(manifest, move_watermark(config, db))


def prove_file(path: Path) -> Proof:
    """Open a copy read-only and prove it; raises BadBackup with what is wrong."""
    try:
        proof = _prove(path)
    except (DatabaseError, WrongKey) as fault:
        raise BadBackup(f"{path.name} cannot be read: {fault}") from fault
    if proof.faults:
        raise BadBackup("; ".join(proof.faults))
    return proof


def _prove(path: Path) -> Proof:
    db = open_database(f"sqlite:///{path}", read_only=True)
    try:
        if found := damage(db):
            raise BadBackup("; ".join(found))
        return prove(db)
    finally:
        close_database(db)


def public_key(config: Config) -> bytes:
    """Read the operator's public key, to which copies are closed; a mistyped one is told, never passed over."""
    text = (config.keys / PUBLIC_KEY).read_text("ascii").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise BadBackup(f"{PUBLIC_KEY} is not a public key of 64 hexadecimal digits")
    return key


def _has_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + ROOM:
        raise BadBackup(f"the disk has no room for a copy: {free >> 20} MB free, {(size + ROOM) >> 20} MB needed")


def _put(plain: Path, target: Path, key: bytes | None) -> None:
    """Write the copy to its place, closed if there is a key, and read it back from there."""
    with plain.open("rb") as source, whole_file(target) as file:
        if key is None:
            shutil.copyfileobj(source, file, PIECE)
        else:
            close_file(source, file, key)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        source.seek(0)
        if key is None and _sha256(file) != _sha256(source):
            raise BadBackup("what was written is not what was read")


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, _sha256(file)


def _sha256(file: BufferedIOBase) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    with whole_file(_manifest_of(folder / manifest.file)) as file:
        file.write(msgspec.json.encode(manifest))


def _manifest_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.json")


# --- those there are --------------------------------------------------------------------------------


def backups(folder: Path) -> list[Manifest]:
    """List the proved copies that still lie there, newest first."""
    found = []
    for path in folder.glob("fotfeste-*.json"):
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (msgspec.DecodeError, OSError):
            continue
        copy = folder / Path(manifest.file).name
        if copy.exists() and copy.stat().st_size == manifest.bytes:
            found.append(manifest)
    return sorted(found, key=lambda each: each.at, reverse=True)


def _forget_old(folder: Path, moment: datetime) -> None:
    """Keep the newest copies and the last of each day, and nothing older: what was erased must run out."""
    have = backups(folder)
    last_of_day = {each.at.date(): each.file for each in reversed(have)}
    days = moment - timedelta(days=DAILY)
    keep = {each.file for each in have[:HOURLY]} | set(last_of_day.values())
    keep = {each.file for each in have if each.file in keep and each.at > days} | {each.file for each in have[:2]}
    for path in folder.glob("fotfeste-*"):
        if path.name.removesuffix(".json") not in keep:
            path.unlink(missing_ok=True)


def check_copy(folder: Path, manifest: Manifest) -> None:
    """Read a copy again and hold it against its checksum; disks forget."""
    if _measured(folder / manifest.file)[1] != manifest.sha256:
        raise BadBackup(f"{manifest.file} has changed since it was proved")


@contextmanager
def opened(copy: Path, private_key: bytes | None) -> Iterator[Path]:
    """Give a copy as a plain database file for as long as it is needed."""
    with copy.open("rb") as source:
        closed = is_closed(source.read(64))
        source.seek(0)
        with TemporaryDirectory(prefix="fotfeste-copy-") as name:
            plain = Path(name) / "copy.db"
            if closed and private_key is None:
                raise BadBackup("the copy is closed: name the file of its private key with --key")
            with open(os.open(plain, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123
                if closed and private_key is not None:
                    open_file(source, file, private_key)
                else:
                    shutil.copyfileobj(source, file, PIECE)
            yield plain


# --- what clients may hear ----------------------------------------------------------------------------


def move_watermark(config: Config, db: Database) -> int:
    """Let the watermark follow the second newest good copy of our own log, if copies leave this machine."""
    if config.backups is None:
        return 0
    ours = [each for each in backups(config.copies) if lies_on(Place(seq=each.seq, link=each.link))]
    reached = ours[1].seq if len(ours) > 1 else 0
    return report(db, reached)


def report(db: Database, seq: int) -> int:
    """Take the operator's word that everything up to a line lies in a backup elsewhere."""
    with writing(db):
        if not 0 <= seq <= head().seq:
            raise BadBackup(f"the log ends at {head().seq}")
        note("backed_up_to", str(seq))
    return seq


def due(config: Config, db: Database) -> bool:
    """Tell whether it is time for the next copy."""
    have = backups(config.copies)
    return isinstance(db, SqliteFile) and (not have or have[0].at + EVERY <= now())
