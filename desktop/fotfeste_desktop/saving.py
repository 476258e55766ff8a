"""Files that a person asked for go where the person says: through the system's own dialogue, whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from fotfeste_shared.files import whole_file

OWN = "saving-"
AskWhere = Callable[[str], Path | None]  # gets the name to propose; None when the person thought better of it


class NotSaved(Exception):
    """The place that was chosen does not take the file: a full stick, or a folder that is not ours to write in."""


def in_downloads(name: str) -> Path:
    """Where a file goes when there is no window to ask with."""
    return Path(platformdirs.user_downloads_dir()) / name


def save_where_asked(make: Callable[[Path], Path], ask: AskWhere, folder: Path) -> Path | None:
    """Make a file within our own folder, ask where it is wanted, and put it there; None when it was not wanted."""
    return next(iter(save_all_where_asked(lambda own: [make(own)], ask, folder)), None)


def save_all_where_asked(make: Callable[[Path], list[Path]], ask: AskWhere, folder: Path) -> list[Path]:
    """Make files that belong together, ask where the first is wanted, and put the others beside it; none if unwanted.

    The person has said what may be written over; whatever else lies there stays.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=OWN) as own:
        first, *others = make(Path(own))
        wanted = ask(first.name)
        if wanted is None:
            return []
        places = [wanted, *(wanted.with_name(each.name) for each in others)]
        if wanted in places[1:] or any(place.exists() for place in places[1:]):
            raise NotSaved
        try:
            for made, place in zip([first, *others], places, strict=True):
                _put(made, place)
        except OSError as fault:
            raise NotSaved from fault
    return places


def tidy(folder: Path) -> None:
    """Throw away what a crash left in the middle of saving: it lies there unencrypted."""
    for left in folder.glob(f"{OWN}*"):
        shutil.rmtree(left, ignore_errors=True)


def _put(made: Path, wanted: Path) -> None:
    """Copy beside the wanted name first: what stood there is replaced by the whole file or stays."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with made.open("rb") as source, whole_file(wanted) as target:
        shutil.copyfileobj(source, target)
