"""The operator's thorough look: everything that health says, and a restore of the newest backup in an empty folder."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fotfeste_shared.closed_file import NotOpened
from fotfeste_shared.database import Database, close_database

from . import audit
from .app import open_house
from .backup import BadBackup, backups, check_copy
from .config import Config
from .health import Check, checks, lines_at_risk
from .named.models import Network, Person
from .named.pushing import backed_up_to
from .named.recovering import recovery
from .named.witnesses import dissenting
from .restoring import put_back


def examine(config: Config, db: Database, heads: tuple[audit.Head, ...] = ()) -> list[Check]:
    """Look at a running or resting house without changing it."""
    found = checks(config, db)
    count, age = lines_at_risk(config)
    told = f"{count} lines are in no proved backup here, the oldest for {age.total_seconds() / 60:.0f} minutes"
    found.append(Check("at risk", good=True, said=told, weight="note"))
    found.append(Check("promised", good=True, said=f"clients hear «backed up» up to line {backed_up_to()}"))
    if config.backups is None or _same_disk(config):
        told = "copies lie on the same disk as the database: name another machine's folder with --backups"
        found.append(Check("elsewhere", good=False, said=told, weight="note"))
    found += [each] if not (each := moved_aside(config)).good else []
    if (state := recovery()) is not None:
        told = f"brought back {state.since:%Y-%m-%d %H:%M} UTC; {state.heard} of {state.devices} devices have reported"
        found.append(Check("recovering", good=False, said=told, weight="note"))
    found.append(audited(heads))
    found.append(Check("people", good=True, said=f"{Person.select().count()}, networks {Network.select().count()}"))
    return found


def audited(heads: tuple[audit.Head, ...]) -> Check:
    """Read the audit log through, and hold it against heads that somebody, or a mentor's computer, has remembered."""
    dissent = dissenting()
    other = tuple(each.head for each in dissent if not each.explained)
    broken = audit.broken_at((*heads, *other))
    if broken is not None:
        told = f"the log DOES NOT HOLD from line {broken} on"
        told += f"; {len(other)} computers remember it otherwise" if other else ""
        return Check("audit", good=False, said=told, weight="serious")
    told = f"every line follows from the one before; the head is {audit.head()}"
    if dissent:
        told += f"; {len(dissent)} computers remember lines from before it was brought back from a backup"
    return Check("audit", good=True, said=told)


def moved_aside(config: Config) -> Check:
    """Tell of databases from before a restore or a move: they hold what was erased since, and whatever was in them."""
    left = sorted(path.name for path in config.data.glob("before-*"))
    told = f"{', '.join(left) or 'nothing'} lies in the data folder; when all has come back it may be deleted"
    return Check("moved aside", not left, told, "note")


def _same_disk(config: Config) -> bool:
    return config.copies.exists() and config.copies.stat().st_dev == config.data.stat().st_dev


def drill(config: Config, private_key: bytes | None) -> Check:
    """Bring the newest backup back in an empty folder, as after a fire. Ties the models to that folder's database."""
    have = backups(config.copies)
    if not have:
        return Check("drill", good=False, said="there is no proved backup to try")
    newest = have[0]
    if newest.closed and private_key is None:
        return Check("drill", good=False, said="not tried: the backup is closed, name its private key with --key")
    try:
        check_copy(config.copies, newest)
        with TemporaryDirectory(prefix="fotfeste-drill-") as name:
            there = Config(data=Path(name) / "house")
            there.make_folders()
            proof = put_back(there, config.copies / newest.file, private_key)
            db = open_house(there)
            people = Person.select().count()
            close_database(db)
    except (BadBackup, NotOpened, OSError) as fault:
        return Check("drill", good=False, said=f"{newest.file}: {fault}")
    good = (proof.lines, proof.link) == (newest.seq, newest.link)
    return Check("drill", good, f"{newest.file} was brought back: {proof.lines} lines, {people} people")
