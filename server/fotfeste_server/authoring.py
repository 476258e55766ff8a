"""The commands of those who write forms."""

import sys
import tomllib
from pathlib import Path

import click

from fotfeste_shared.forms import FormFault, load_form, shared_lists
from fotfeste_shared.linting import PROGRAMME, lint


@click.group()
def form() -> None:
    """Look after the definitions of forms."""


@form.command("lint")
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@click.option("--people", default=PROGRAMME, show_default=True, help="How many answer at a time.")
def lint_(files: tuple[Path, ...], people: int) -> None:
    """Read definitions (TOML) as a careful colleague would; ends with 1 when something should be mended."""
    found = [f"{file.name}: {said}" for file in files for said in _said(file, people)]
    for line in found:
        click.echo(line)
    if found:
        sys.exit(1)
    click.echo("Clean.")


def _said(file: Path, people: int) -> list[str]:
    try:
        return [str(finding) for finding in lint(load_form(file.read_text("utf-8"), shared_lists()), people)]
    except FormFault as fault:
        return fault.faults
    except (tomllib.TOMLDecodeError, KeyError) as fault:
        return [f"cannot be read: {fault}"]
