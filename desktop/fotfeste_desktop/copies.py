"""Copies to file of what could not be delivered, for the one who is asked for help."""

from pathlib import Path

import platformdirs

from fotfeste_shared.database import Database
from fotfeste_shared.problems import NotFound

from .models import Revision


def save_copy(db: Database, rev: str, folder: Path | None = None) -> Path:
    """Write a revision, as it would have been sent, to a file that a person can pass on."""
    row = Revision.select().where((Revision.rev == rev) & Revision.mine & (Revision.text != "")).first(db)
    if row is None:
        raise NotFound
    folder = folder or Path(platformdirs.user_downloads_dir())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fotfeste-{rev}.json"
    path.write_text(str(row.text), "utf-8")
    return path
