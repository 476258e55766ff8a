"""What all commands share: where things are kept, and the open house for as long as a command runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from fotfeste_shared.database import Database, close_database
from fotfeste_shared.migrating import NewerDatabase
from fotfeste_shared.problems import Invalid, Problem

from .app import open_house
from .config import BadConfig, Config


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where things are kept."""
    options = (
        click.option("--data", type=click.Path(path_type=Path), default=None, help="Folder for everything we keep."),
        click.option("--database", default="", help="postgresql://… instead of a file in the data folder."),
    )
    for option in reversed(options):
        command = option(command)
    return command


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
