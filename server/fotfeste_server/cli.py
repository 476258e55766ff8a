"""The server's one command line: serves, and does what an operator does now and then."""

import multiprocessing
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Lock
from pathlib import Path

import click
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from fotfeste_shared.database import close_database
from fotfeste_shared.migrating import NewerDatabase, waiting_steps

from .app import create_app, open_house
from .config import LOOPBACK, BadConfig, Config
from .migrations import STEPS
from .named.house import setup_token
from .running import leave_with_parent, work_off

BLOCKING_THREADS = 32


class ServeByDefault(click.Group):
    """`python server` alone serves; so do options without a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `serve` where no command stands."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where things are kept."""
    options = (
        click.option("--data", type=click.Path(path_type=Path), default=None, help="Folder for everything we keep."),
        click.option("--database", default="", help="postgresql://… instead of a file in the data folder."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _config(data: Path | None, database: str, **more: object) -> Config:
    """Make the configuration, or tell every fault in one sentence."""
    try:
        where = data or Path("var/demo" if more.get("demo") else "var")
        return Config(data=where.absolute(), database=database, **more)  # type: ignore[arg-type]
    except BadConfig as fault:
        raise click.ClickException(str(fault)) from fault


@click.group(cls=ServeByDefault, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fotfeste: surveys and forms for learning networks. Without a command it serves."""


@main.command()
@_common
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--address", default="", help="The public address, such as https://fotfeste.example.org.")
@click.option("--proxy", is_flag=True, help="A proxy in front speaks HTTPS for us.")
@click.option("--demo", is_flag=True, help="Fill an empty database with an invented network.")
def serve(data: Path | None, database: str, host: str, port: int, address: str, *, proxy: bool, demo: bool) -> None:
    """Serve pages and sync."""
    config = _config(data, database, host=host, port=port, address=address, proxy=proxy, demo=demo)
    if host not in LOOPBACK and not proxy:
        click.echo("Warning: plain HTTP beyond this machine. Put a proxy with HTTPS in front: --proxy.", err=True)
    doors = _prepare(config)
    workers = 1 if config.database_url.startswith("sqlite") else 2
    server = Server(
        "fotfeste",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        log_level=LogLevels.error,
        workers_kill_timeout=10,
    )
    server.serve(target_loader=partial(_load, config, doors, multiprocessing.Lock()))


def _prepare(config: Config) -> list[str]:
    """Bring the database up to date before anybody is served; give the lines to greet the operator with."""
    try:
        db = open_house(config)
    except NewerDatabase as newer:
        raise click.ClickException(newer.sentence_nb) from newer
    try:
        token = setup_token(db)
    finally:
        close_database(db)
    if token:
        return ["Nobody has come in yet. Open this link once to become the first organizer:",
                f"  {config.base_url}/setup/{token}"]  # fmt: skip
    return [f"Sign in:  {config.base_url}/signin"]


def _load(config: Config, doors: list[str], greeting: Lock, _target: str) -> Flask:
    """Make the app in a worker; the worker ends with its parent, however that ends. The first one greets."""
    leave_with_parent()
    app = create_app(config)
    work_off(app)
    # Not in the parent: a lock that a thread there holds while the worker is forked off stays closed in the worker.
    if greeting.acquire(block=False):
        threading.Thread(target=_tell_when_ready, args=(config, doors), daemon=True).start()
    return app


def _tell_when_ready(config: Config, doors: list[str]) -> None:
    """Greet the operator as soon as the server really answers."""
    local = "127.0.0.1" if config.host in ("0.0.0.0", "") else config.host  # noqa: S104 (compared, not bound)
    address = f"http://[{local}]:{config.port}" if ":" in local else f"http://{local}:{config.port}"
    while not _answers(f"{address}/health/live"):
        time.sleep(0.05)
    click.echo(f"Fotfeste is ready: {config.base_url}")
    for line in doors:
        click.echo(line)
    sys.stdout.flush()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:  # noqa: S310 (our own http address)
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@main.command("migrate")
@_common
def migrate_(data: Path | None, database: str) -> None:
    """Bring the database up to this program without serving."""
    db = open_house(_config(data, database))
    click.echo(f"Up to date; steps waiting: {len(waiting_steps(db, STEPS))}")
    close_database(db)


if __name__ == "__main__":
    main()
