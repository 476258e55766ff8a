"""What all commands share: the settings, where they may be written, and the open house for as long as a command runs.

A setting is a word after the command, else a variable of the environment, else a line of the settings file, else its
default. The same list makes all of these, the table in `server/README.md`, and the check of what is in the file.
"""

import difflib
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fotfeste_shared.database import Database, close_database
from fotfeste_shared.migrating import NewerDatabase
from fotfeste_shared.problems import Invalid, Problem

from .app import open_house
from .config import LOG_KINDS, BadConfig, Config

FOLDER = click.Path(path_type=Path)
Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that the operator may choose; `default` as people read it."""

    name: str
    kind: click.ParamType[Any] | type
    default: Any
    told: str

    @property
    def variable(self) -> str:
        """Name the variable of the environment that chooses it."""
        return f"FOTFESTE_{self.name.upper()}"


SETTINGS = {
    each.name: each
    for each in (
        Setting("data", FOLDER, None, "Folder for everything we keep; `var`, with `--demo` `var/demo`."),
        Setting("database", str, "", "`postgresql://…` instead of a file in the data folder."),
        Setting("host", str, "127.0.0.1", "Address to listen on; `0.0.0.0` is every one that this machine has."),
        Setting("port", int, 8000, "Port to listen on."),
        Setting("address", str, "", "The public address, such as `https://fotfeste.example.org`; stands in links."),
        Setting("proxy", bool, False, "A proxy in front speaks HTTPS for us."),
        Setting("backups", FOLDER, None, "Folder on another machine or disk for verified copies."),
        Setting("log", click.Choice(LOG_KINDS), "text", "How the log is written: `text`, or `json` for machines."),
        Setting("drain", int, 0, "Seconds to serve on when told to end, not ready for more: for a balancer in front."),
        Setting("reserve", int, 64, "Megabytes held back for the day on which the disk is full; 0 for none."),
    )
}


def setting(name: str) -> Callable[[Command], Command]:
    """Give a command one of the settings as an option."""
    what = SETTINGS[name]
    told = what.told.replace("`", "")
    flag = {"is_flag": True} if what.kind is bool else {"type": what.kind}
    shown = what.default not in (None, "", False)
    return click.option(
        f"--{name}", default=what.default, envvar=what.variable, show_default=shown, help=told, **flag
    )


def common(command: Command) -> Command:
    """Give a command the options that say where things are kept, and the file of settings."""
    file = click.option(
        "--settings",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        envvar="FOTFESTE_SETTINGS",
        is_eager=True,
        expose_value=False,
        callback=_take_settings,
        help="File of settings, one `name = value` a line (TOML).",
    )
    for option in (setting("database"), setting("data"), file):
        command = option(command)
    return command


def _take_settings(context: click.Context, _option: click.Parameter, file: Path | None) -> None:
    if file is not None:
        context.default_map = settings_in(file)


def settings_in(file: Path) -> dict[str, Any]:
    """Read a file of settings, or tell every line of it that is not one."""
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise click.ClickException(f"{file}: {fault}") from fault
    faults = [_fault(name, value) for name, value in found.items()]
    if told := [each for each in faults if each]:
        raise click.ClickException(f"{file}: {'; '.join(told)}")
    return found


def _fault(name: str, value: object) -> str | None:
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, SETTINGS, 1)
        return f"there is no setting «{name}»" + (f", do you mean «{near[0]}»?" if near else "")
    what = SETTINGS[name]
    wanted = what.kind if isinstance(what.kind, type) else str
    if type(value) is not wanted:
        words = {str: "a text in quotes", int: "a whole number", bool: "true or false"}
        return f"{name} is {words[wanted]}"
    return None


def config_of(data: Path | None, database: str, **more: object) -> Config:
    """Make the configuration, or tell every fault in one sentence."""
    try:
        where = data or Path("var/demo" if more.get("demo") else "var")
        return Config(data=where.absolute(), database=database, **more)  # type: ignore[arg-type]
    except BadConfig as fault:
        raise click.ClickException(str(fault)) from fault


@contextmanager
def house(config: Config) -> Iterator[Database]:
    """Open the database for one command; a newer one is left alone, with a sentence that says why."""
    try:
        db = open_house(config)
    except NewerDatabase as newer:
        raise click.ClickException(newer.sentence_nb) from newer
    try:
        yield db
    except Problem as problem:
        told = [problem.sentence("en"), *(problem.questions.values() if isinstance(problem, Invalid) else ())]
        raise click.ClickException(" ".join(told)) from problem
    finally:
        close_database(db)
