"""The server's one command line: serves, and does what an operator does now and then."""

import multiprocessing
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing.synchronize import Event, Lock
from pathlib import Path

import click
from granian.log import LogLevels
from werkzeug.middleware.proxy_fix import ProxyFix

from fotfeste_shared.database import WrongKey
from fotfeste_shared.problems import Busy

from . import mail, openid, opening
from .administering import add_administration
from .alone import InUse, alone_in
from .anonymous.keys import Keys
from .app import create_app
from .authoring import form
from .config import LOOPBACK, Config
from .demo import build, put_aside_if_outgrown
from .front import Front, settings
from .listening import CannotListen, numeric, reached_at
from .logs import LogKind, begin_log
from .metrics import share
from .named.devices import make_code
from .named.house import is_empty, setup_token
from .named.models import Participation, Person
from .named.networks import found_network
from .named.people import person_by_email
from .named.publishing import RewrittenForm, published
from .operating import add_commands
from .options import SETTINGS, common, config_of, house, setting
from .reserve import keep_reserve
from .running import close_at_the_end, keep_backing_up, leave_with_parent, work_off
from .supervising import Supervisor

DAY = click.DateTime(["%Y-%m-%d"])
MAKING = "Making the example network: twelve municipalities of invented people. This takes some seconds, once."


class ServeByDefault(click.Group):
    """`python server` alone serves; so do options without a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `serve` where no command stands."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Tell what stands in an operator's way in a sentence, without the story of our code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read what we print has gone; click knows what to do
        except CannotListen as fault:
            raise click.ClickException(str(fault)) from fault
        except RewrittenForm as fault:
            why = f"the form {fault} has other words here than where these data were made; use the program of that time"
            raise click.ClickException(f"{why}, or another --data") from fault
        except (mail.BadSettings, openid.BadSettings) as fault:
            raise click.ClickException(f"among the keys, {fault}") from fault
        except WrongKey as fault:
            raise click.ClickException("the database's file is not one of ours, or is damaged") from fault
        except Busy as fault:
            raise click.ClickException("the database does not answer") from fault
        except OSError as fault:
            raise click.ClickException(f"{fault.filename or 'something we need'}: {fault.strerror}") from fault


@click.group(cls=ServeByDefault, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fotfeste: surveys and forms for learning networks. Without a command it serves."""


@main.command()
@common
@setting("host")
@setting("port")
@setting("address")
@setting("proxy")
@setting("backups")
@setting("log")
@setting("drain")
@setting("reserve")
@click.option("--demo", is_flag=True, help="Fill an empty database with an invented network.")
def serve(
    data: Path | None,
    database: str,
    host: str,
    port: int,
    address: str,
    *,
    backups: Path | None,
    log: LogKind,
    drain: int,
    reserve: int,
    proxy: bool,
    demo: bool,
) -> None:
    """Serve pages and sync."""
    config = config_of(
        data, database, host=host, port=port, address=address, proxy=proxy, demo=demo, backups=backups, log=log,
        drain=drain, reserve=0 if demo else reserve,
    )  # fmt: skip
    begin_log(log)
    if host not in LOOPBACK and not proxy:
        click.echo("Warning: plain HTTP beyond this machine. Put a proxy with HTTPS in front: --proxy.", err=True)
    on_file = config.database_url.startswith("sqlite")
    try:
        with alone_in(config.data) if on_file else nullcontext():
            _serve(config, workers=1 if on_file else 2)
    except InUse as fault:
        raise click.ClickException(f"another server uses {config.data}") from fault


def _serve(config: Config, workers: int) -> None:
    address = numeric(config.host, config.port)
    if not config.address and (reached := reached_at(address)) != address:
        config = replace(config, address=f"http://{reached}:{config.port}")
    doors = _prepare(config)
    if workers > 1:
        share(config)
    server = Supervisor(
        "fotfeste",
        address=address,
        port=config.port,
        workers=workers,
        log_level=LogLevels.error,
        workers_kill_timeout=10,
        drain=config.drain,
        **settings(),
    )
    server.serve(target_loader=partial(_load, config, doors, multiprocessing.Lock(), server.ending))


def _prepare(config: Config) -> list[str]:
    """Bring the database up to date before anybody is served; give the lines to greet the operator with."""
    if config.demo and (aside := put_aside_if_outgrown(config)):
        click.echo(f"The example network here was made by another version of Fotfeste. It lies in {aside} now.")
    _check_ways(config)
    with house(config) as db:
        if config.demo and is_empty():
            click.echo(MAKING)
        doors = build(db, config) if config.demo else None
        if doors is not None:
            return doors.lines()
        token = setup_token(db)
    if token:
        return [
            "Nobody has come in yet. Open this link once to become the first organizer:",
            f"  {config.base_url}/setup/{token}",
        ]
    return [f"Sign in:  {config.base_url}/signin"]


def _check_ways(config: Config) -> None:
    """Read the files among the keys once here, so that a fault in one is told before anybody is served."""
    mail.mail_of(config.keys, config.mail)
    mail.sms_of(config.keys, config.sms)
    openid.providers(config.keys)


def _load(config: Config, doors: list[str], greeting: Lock, ending: Event, _target: str) -> Front:
    """Make the app in a worker; the worker ends with its parent, however that ends. The first one greets."""
    begin_log(config.log)
    leave_with_parent()
    app = create_app(config)
    work_off(app)
    keep_backing_up(app)
    close_at_the_end(app)
    keep_reserve(config)
    # Not in the parent: a lock that a thread there holds while the worker is forked off stays closed in the worker.
    if greeting.acquire(block=False):
        threading.Thread(target=_tell_when_ready, args=(config, doors), daemon=True).start()
    # Only then: whoever reaches us directly could name any address, and would be held to no pace.
    if config.proxy:
        return Front(ProxyFix(app, x_for=1, x_proto=1, x_host=0), from_one=None, ending=ending.is_set)
    return Front(app, ending=ending.is_set)


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
@common
def migrate_(data: Path | None, database: str) -> None:
    """Bring the database up to this program without serving."""
    with house(config_of(data, database)):
        click.echo("The database is up to date.")


@main.command()
@common
@click.argument("name")
@click.option("--starts", type=DAY, required=True, help="First day, as 2027-01-15.")
@click.option("--ends", type=DAY, required=True, help="Last day.")
@click.option("--organizer", default="", help="E-mail of who plans it.")
def network(data: Path | None, database: str, *, name: str, starts: datetime, ends: datetime, organizer: str) -> None:
    """Make a network and print its id."""
    with house(config_of(data, database)) as db:
        person = person_by_email(db, organizer, organizer) if organizer else None
        made = found_network(db, name, "", starts.date(), ends.date(), planned_by=person)
        click.echo(made.id)


@main.command()
@common
@click.argument("window")
@click.option("--survey", default="nyansatt", show_default=True, help="Code of the form.")
@click.option("--wave", default="", help="Wave, such as start, m3, m6 or m12.")
@click.option("--municipality", default="", help="Number of a municipality in the network.")
@click.option("--count", default=10, show_default=True, help="How many links.")
@setting("address")
def invite(
    data: Path | None,
    database: str,
    *,
    window: str,
    survey: str,
    wave: str,
    municipality: str,
    count: int,
    address: str,
) -> None:
    """Make survey links in an open window and print them, once."""
    config = config_of(data, database, address=address)
    with house(config) as db:
        here = opening.network_of_window(window)
        place = Participation.get_or_none(
            (Participation.network == here.id) & (Participation.municipality == municipality)
        )
        service = opening.Tools(config, db, Keys(config.keys))
        found = opening.window_of(here, window)
        form = published(survey)
        chosen = wave or next(iter(form.waves), "")
        links = opening.make_links(service, here, found, form, wave=chosen, place=place, count=count)
    for link in links:
        click.echo(link)


@main.command()
@common
@click.argument("window")
@click.option("--early", is_flag=True, help="Although it has days left: nobody can answer after this.")
def seal(data: Path | None, database: str, window: str, *, early: bool) -> None:
    """Close a survey window for good and count what is in it; may be repeated after a crash."""
    config = config_of(data, database)
    with house(config) as db:
        here = opening.network_of_window(window)
        service = opening.Tools(config, db, Keys(config.keys))
        done = opening.seal_window(service, here, opening.window_of(here, window), early=early)
    click.echo(f"Sealed: {done.answers} answers, {done.blocks} new blocks.")


@main.command()
@common
@click.argument("email")
def enrol(data: Path | None, database: str, email: str) -> None:
    """Make a code by which a person's desktop client is connected; good for 15 minutes."""
    with house(config_of(data, database)) as db:
        person = Person.get_or_none(Person.email == email.strip().casefold())
        if person is None:
            raise click.ClickException("nobody here has that e-mail address")
        click.echo(make_code(db, person))


@main.command("settings")
def settings_() -> None:
    """Print every setting, its variable of the environment and its default."""
    for each in SETTINGS.values():
        default = "" if each.default in (None, "", False) else each.default
        click.echo(f"{each.name:<10} {each.variable:<20} {default or '-':<10} {each.told}")


add_commands(main)
add_administration(main)
main.add_command(form)


if __name__ == "__main__":
    main()
