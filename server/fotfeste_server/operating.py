"""The operator's commands for durable operation: backup, restore, doctor and erase."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from fotfeste_shared.closed_file import NotOpened, is_locked, new_key, public_part
from fotfeste_shared.database import Writer

from . import audit
from .alone import InUse, alone_in
from .anonymous.keys import Keys
from .backup import PUBLIC_KEY, BadBackup, report, take_backup
from .config import Config
from .doctor import drill, examine
from .moving import CannotMove, move_to_postgres
from .named.erasing import Erasures, erase
from .named.models import Record
from .named.recovering import end, recovery
from .options import FOLDER, common, config_of, house, setting
from .parcels import take_in
from .restoring import mark, put_back

KEY = click.option("--key", type=click.Path(path_type=Path, exists=True), help="File of the private key.")


def add_commands(main: click.Group) -> None:
    """Give the command line what an operator needs."""
    for command in (backup, backup_key, restore, doctor, erase_record, import_parcel, move, metrics_token):
        main.add_command(command)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong with a backup in one sentence."""
    try:
        yield
    except (BadBackup, NotOpened, OSError) as fault:
        raise click.ClickException(str(fault)) from fault


@click.command()
@common
@setting("backups")
@click.option("--report", "reported", type=int, help="Do not copy; say that your own backup holds all up to this line.")
def backup(data: Path | None, database: str, backups: Path | None, reported: int | None) -> None:
    """Take a copy of the database and prove it; may run beside the server."""
    config = config_of(data, database, backups=backups)
    with house(config) as db, _told():
        if reported is not None:
            click.echo(f"Clients hear «backed up» up to line {report(db, reported)}.")
            return
        taken = take_backup(config, db)
    click.echo(f"Proved: {config.copies / taken.manifest.file}, {taken.manifest.seq} lines.")
    click.echo(f"Clients hear «backed up» up to line {taken.backed_up_to}.")


@click.command("backup-key")
@common
@click.argument("file", type=FOLDER)
def backup_key(data: Path | None, database: str, file: Path) -> None:
    """Make a pair of keys: copies are closed from now on, and only FILE opens them. Keep FILE elsewhere."""
    config = config_of(data, database)
    config.make_folders()
    key = new_key()
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as private:
            private.write(key.hex())
    except FileExistsError as fault:
        raise click.ClickException(f"{file} exists already") from fault
    (config.keys / PUBLIC_KEY).write_text(public_part(key).hex(), "ascii")
    click.echo(f"Copies are closed from now on. Move {file} to a safe place elsewhere; without it no copy opens.")


@click.command()
@common
@click.argument("file", type=click.Path(path_type=Path, exists=True), required=False)
@KEY
@click.option("--done", is_flag=True, help="PostgreSQL: the database has been brought back by pg_restore.")
@click.option("--end", "ended", is_flag=True, help="What was to come back from the devices has come.")
def restore(data: Path | None, database: str, file: Path | None, key: Path | None, *, done: bool, ended: bool) -> None:
    """Bring the database back from the backup FILE, with the server stopped."""
    config = config_of(data, database)
    if ended:
        with house(config) as db:
            end(db)
        click.echo("Recovering has ended.")
        return
    if (file is None) != done:
        raise click.ClickException("name a backup's file, or --done after pg_restore")
    try:
        with alone_in(config.data), _told():
            config.make_folders()
            if file is None:
                mark(config)
            else:
                proof = put_back(config, file, _private(key))
                click.echo(f"Brought back: {proof.lines} lines.")
            with house(config):
                _tell_of_recovery()
    except InUse as fault:
        raise click.ClickException("the server is running: stop it first") from fault


def _tell_of_recovery() -> None:
    state = recovery()
    devices = state.devices if state else 0
    click.echo(f"The server takes pushes as usual; {devices} devices deliver what they hold by themselves.")
    click.echo("Everybody signs in anew. Computers that were turned away after the backup must be turned away again.")


def _private(key: Path | None) -> bytes | None:
    if key is None:
        return None
    try:
        return bytes.fromhex(key.read_text("ascii").strip())
    except ValueError as fault:
        raise BadBackup(f"{key} is not a private key") from fault


@click.command()
@common
@setting("backups")
@KEY
@click.option("--head", "heads", multiple=True, help="A head of the audit log that you remember: number:hash.")
def doctor(
    data: Path | None, database: str, backups: Path | None, key: Path | None, heads: tuple[str, ...]
) -> None:
    """Say how everything stands and try the newest backup; ends with 1 when something is wrong."""
    config = config_of(data, database, backups=backups)
    try:
        remembered = tuple(map(audit.read_head, heads))
    except ValueError as fault:
        raise click.ClickException(str(fault)) from fault
    with house(config) as db:
        click.echo(f"       python      {sys.version.split()[0]}")
        click.echo(f"       data        {config.data}")
        found = examine(config, db, remembered)
    if config.database_url.startswith("sqlite"):
        with _told():
            found.append(drill(config, _private(key)))
    for check in found:
        mark_ = "good " if check.good else "note " if check.weight == "note" else "WRONG"
        click.echo(f"{mark_}  {check.name:<11} {check.said}")
    if any(not check.good and check.weight != "note" for check in found):
        sys.exit(1)


@click.command("erase")
@common
@click.argument("record")
@click.confirmation_option(prompt="It goes for good, here and on every device. Go on?")
def erase_record(data: Path | None, database: str, record: str) -> None:
    """Erase a RECORD by its id, at a person's wish."""
    config: Config = config_of(data, database)
    with house(config) as db:
        if not Record.select().where(Record.id == record).exists():
            raise click.ClickException("there is no such record")
        count = erase(db, Erasures(config.erasures), record)
    click.echo(f"Erased: {count} records.")


@click.command("import")
@common
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def import_parcel(data: Path | None, database: str, file: Path) -> None:
    """Take in undelivered work that a computer saved to FILE; may be repeated. Asks for a passphrase if it has one."""
    closed = file.read_bytes()
    passphrase = click.prompt("Passphrase", hide_input=True) if is_locked(closed) else ""
    config = config_of(data, database)
    with house(config) as db:
        writer = Writer(db)
        try:
            told = take_in(db, writer, Keys(config.keys), closed, passphrase)
        finally:
            writer.close()
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(told.items()) if count) or "It was empty.")


@click.command("move-to-postgres")
@common
@click.argument("target")
def move(data: Path | None, database: str, target: str) -> None:
    """Carry everything to the empty PostgreSQL at TARGET (postgresql://…), with the server stopped."""
    config = config_of(data, database)
    try:
        with alone_in(config.data):
            moved = move_to_postgres(config, target, click.echo)
    except InUse as fault:
        raise click.ClickException("the server is running: stop it first") from fault
    except CannotMove as fault:
        raise click.ClickException(f"{fault}. Nothing was moved.") from fault
    click.echo(f"Moved and proved: {sum(moved.rows.values())} rows, {moved.lines} lines of the log.")
    click.echo(f"The old file lies in {moved.aside}. Keys, releases and the list of erasures stay where they are.")
    click.echo('From now on start with the setting: database = "postgresql://…"')


@click.command("metrics-token")
@common
def metrics_token(data: Path | None, database: str) -> None:
    """Print the token with which a program may read /metrics, as a bearer token."""
    config = config_of(data, database)
    config.make_folders()
    click.echo(Keys(config.keys).secret("metrics.key").hex())
