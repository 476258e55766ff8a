"""Copies to file of what could not be delivered, for the one who is asked for help."""

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs

from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.closed_file import close_file, lock_file
from fotfeste_shared.database import Database
from fotfeste_shared.files import whole_file
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id, timestamp

from .exchange import WHOLE, Exchange, Identity
from .leaving import item_of
from .models import Revision
from .outbox import State

LARGEST_PARCEL = 900_000  # bytes: a server takes a mebibyte at once, and the form around the file needs some of it


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


def save_parcels(db: Database, folder: Path | None = None, passphrase: str = "") -> list[Path]:
    """Write all that is undelivered to files that only the server can open, to be carried there by hand.

    One file nearly always; more where one would be larger than what the server takes at once, in the order in which
    they were written. With a passphrase whoever knows it can open them: for a server that was made anew and has lost
    its key. Nothing changes here: what was carried is delivered when the server says so itself. Private notes are
    not in it.
    """
    exchange = Exchange(db)
    identity, key = exchange.identity(), exchange.fact("parcel_key")
    waiting = Revision.select().where(Revision.mine & Revision.state.in_([State.QUEUED, State.ATTENTION]))
    rows = [row for row in waiting.order_by(Revision.saved_at, Revision.rev).bind(db) if row.text]
    if identity is None or not (key or passphrase) or not rows:
        raise NotFound
    items = [item_of(row) for row in rows]
    install = exchange.install()
    folder = folder or Path(platformdirs.user_downloads_dir())
    folder.mkdir(parents=True, exist_ok=True)
    pieces = list(_pieces(lambda some: _packed(identity, install, some), items))
    name, made = f"fotfeste-ulevert-{today().isoformat()}-{new_id()[:4]}", []
    for number, piece in enumerate(pieces, start=1):
        path = folder / (f"{name}-{number}-av-{len(pieces)}.fotfeste" if len(pieces) > 1 else f"{name}.fotfeste")
        _write_closed(path, piece, key, passphrase)
        made.append(path)
    return made


def _packed(identity: Identity, install: str, items: list[sync.PushItem]) -> bytes:
    parcel = sync.Parcel(
        service=sync.SERVICE,
        device=identity.device,
        install=install,
        token=identity.token,
        person=identity.person.id,
        made_at=timestamp(now()),
        items=items,
    )
    return gzip.compress(sync.write(parcel), mtime=0)


def _pieces(pack: Callable[[list[sync.PushItem]], bytes], items: list[sync.PushItem]) -> Iterator[bytes]:
    """Halve what is too large until each piece may be posted; one item alone always may."""
    packed = pack(items)
    if len(packed) <= LARGEST_PARCEL or len(items) == 1:
        yield packed
        return
    middle = len(items) // 2
    yield from _pieces(pack, items[:middle])
    yield from _pieces(pack, items[middle:])


def _write_closed(path: Path, packed: bytes, key: str, passphrase: str) -> None:
    plain = io.BytesIO(packed)
    with whole_file(path) as file:
        lock_file(plain, file, passphrase) if passphrase else close_file(plain, file, bytes.fromhex(key))
