"""Copies to file of what could not be delivered, for the one who is asked for help."""

import gzip
import io
from pathlib import Path

import platformdirs

from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.closed_file import close_file, lock_file
from fotfeste_shared.database import Database
from fotfeste_shared.files import whole_file
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id, timestamp

from .exchange import WHOLE, Exchange
from .models import Revision
from .outbox import State


def save_copy(db: Database, rev: str, folder: Path | None = None) -> Path:
    """Write a revision, as it would have been sent, to a file that a person can pass on."""
    row = Revision.select().where((Revision.rev == rev) & Revision.mine & WHOLE).first(db)
    if row is None:
        raise NotFound
    folder = folder or Path(platformdirs.user_downloads_dir())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fotfeste-{rev}.json"
    path.write_text(str(row.text), "utf-8")
    return path


def save_parcel(db: Database, folder: Path | None = None, passphrase: str = "") -> Path:
    """Write all that is undelivered to one file that only the server can open, to be carried there by hand.

    With a passphrase whoever knows it can open it: for a server that was made anew and has lost its key.
    Nothing changes here: what was carried is delivered when the server says so itself. Private notes are not in it.
    """
    exchange = Exchange(db)
    identity, key = exchange.identity(), exchange.fact("parcel_key")
    waiting = Revision.select().where(Revision.mine & Revision.state.in_([State.QUEUED, State.ATTENTION]))
    rows = [row for row in waiting.order_by(Revision.saved_at, Revision.rev).bind(db) if row.text]
    if identity is None or not (key or passphrase) or not rows:
        raise NotFound
    parcel = sync.Parcel(
        service=sync.SERVICE,
        device=identity.device,
        install=exchange.install(),
        token=identity.token,
        person=identity.person.id,
        made_at=timestamp(now()),
        items=[sync.PushItem(rev=str(row.rev), digest=str(row.digest), text=str(row.text)) for row in rows],
    )
    folder = folder or Path(platformdirs.user_downloads_dir())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fotfeste-ulevert-{today().isoformat()}-{new_id()[:4]}.fotfeste"
    with whole_file(path) as file:
        plain = io.BytesIO(gzip.compress(sync.write(parcel), mtime=0))
        lock_file(plain, file, passphrase) if passphrase else close_file(plain, file, bytes.fromhex(key))
    return path
