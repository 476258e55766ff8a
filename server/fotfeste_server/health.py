"""What can be asked about the server's health at any moment, quickly: each check has a name and a plain answer."""

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, can_write, storage
from fotfeste_shared.engines import SqliteFile
from fotfeste_shared.problems import DiskFull

from .backup import backups
from .config import Config
from .named.models import Revision
from .named.proving import prove_last

LINKS = 100
PROMPT = 1.0  # seconds in which a write must be able to begin
LEAST_FREE, LEAST_FREE_FOR_PUSH = 500 << 20, 200 << 20
LARGEST_WAL = 256 << 20
OLDEST_BACKUP = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    A `vital` one decides whether anything can be kept at all, a `serious` one must be mended all the same.
    """

    name: str
    good: bool
    said: str
    weight: Literal["vital", "serious", "note"] = "vital"


def checks(config: Config, db: Database) -> list[Check]:
    """Look at everything that can be seen within a second."""
    found = [_writable(db), _log(db), _disk(config)]
    found += [_reserve(config)] if config.reserve else []
    if isinstance(db, SqliteFile):
        found += [_wal(db), _gate(db), _backup(config)]
    else:
        found.append(_gate(db))
    return found


def room_for_push(config: Config, db: Database) -> None:
    """Refuse to take more when the disk is nearly full: clients keep what they have, and the log can be put away."""
    if isinstance(db, SqliteFile) and _free(config.data) < LEAST_FREE_FOR_PUSH:
        raise DiskFull


def _writable(db: Database) -> Check:
    begun = time.monotonic()
    good = can_write(db)
    waited = time.monotonic() - begun
    return Check("writable", good and waited < PROMPT, f"a write could {'begin' if good else 'not begin'}")


def _log(db: Database) -> Check:
    good = prove_last(db, LINKS)
    return Check("log", good, f"the last {LINKS} links {'follow' if good else 'DO NOT FOLLOW'} from each other")


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _disk(config: Config) -> Check:
    free = _free(config.data)
    return Check("disk", free > LEAST_FREE, f"{free >> 20} MB free")


def _reserve(config: Config) -> Check:
    held = config.reserve_file.exists()
    return Check("reserve", held, f"{config.reserve} MB are {'held back' if held else 'NOT held back'}", "note")


def _wal(db: SqliteFile) -> Check:
    wal = db.path.with_name(f"{db.path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    return Check("wal", size < LARGEST_WAL, f"the write-ahead log holds {size >> 20} MB")


def _gate(db: Database) -> Check:
    kept = storage(db)
    told = f"{kept.engine} {kept.version}, journal {kept.journal}, synchronous {kept.synchronous}"
    return Check("storage", kept.warning is None, f"{told}{': ' + kept.warning if kept.warning else ''}")


def _backup(config: Config) -> Check:
    """An old backup does not stop the server: it would keep people from handing in."""
    have = backups(config.copies)
    if not have:
        return Check("backup", good=False, said="no proved backup yet", weight="serious")
    age = now() - have[0].at
    told = f"the newest proved one is {age.total_seconds() / 3600:.1f} hours old and holds {have[0].seq} lines"
    return Check("backup", age < OLDEST_BACKUP, told, "serious")


def lines_at_risk(config: Config) -> tuple[int, timedelta]:
    """Tell how many lines no proved backup holds, and how long the oldest of them has been here."""
    have = backups(config.copies)
    after = Revision.select().where(Revision.seq > (have[0].seq if have else 0)).order_by(Revision.seq)
    oldest = after.first()
    return after.count(), now() - oldest.received_at if oldest else timedelta()
