"""An example that an older Fotfeste made is put aside, and a new one is made: its people and forms are invented."""

import hashlib
from importlib.resources import files
from pathlib import Path

from fotfeste_shared.forms import form_digest, shipped

from ..config import Config

MARK = "made-by"  # beside the example's database: what it was made from
OLDER = "older"  # where earlier examples are put, numbered
STAYS = (MARK, OLDER, "in-use")
DATABASE = "fotfeste.db"


def put_aside_if_outgrown(config: Config) -> Path | None:
    """Put an example of other forms or another telling aside; give its new place, None when there was none.

    To be called by the only server of the folder, before its database is opened.
    """
    if config.database:
        return None  # a database of somebody's choosing is not ours to put aside
    mark, made_from = config.data / MARK, fingerprint()
    known = mark.read_text("ascii") if mark.exists() else None
    aside = None
    if known != made_from and (config.data / DATABASE).exists():
        aside = _put_aside(config.data)
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(made_from, "ascii")
    return aside


def fingerprint() -> str:
    """Say in one digest which forms and which telling an example is made from."""
    told = [each.read_bytes() for each in sorted(files(__package__).iterdir(), key=str) if each.is_file()]
    forms = [form_digest(form).encode("ascii") for _, form in sorted(shipped().items())]
    return hashlib.sha256(b"\0".join([*told, *forms])).hexdigest()


def _put_aside(folder: Path) -> Path:
    number = 1
    while (aside := folder / OLDER / str(number)).exists():
        number += 1
    aside.mkdir(mode=0o700, parents=True)
    # The database goes last: whatever stops us midway, what is left is still seen as outgrown.
    for each in sorted(folder.iterdir(), key=lambda found: found.name == DATABASE):
        if each.name not in STAYS:
            each.rename(aside / each.name)
    return aside
