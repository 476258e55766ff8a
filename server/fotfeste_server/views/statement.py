"""The statement of accessibility: what the tests found last, and where one says that something is in the way."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Blueprint, render_template

from . import anyone, present

pages = Blueprint("statement", __name__)
# The long form of the tests of accessibility writes it.
FIGURES = Path(__file__).parents[1] / "accessibility.toml"
# Each must be nought before we say that no fault is known.
FAULTS = (
    "violations_axe", "violations_ibm", "violations_htmlcs", "focus_invisible", "traps", "losses",
    "lost_without_scripts",
)  # fmt: skip


@dataclass(frozen=True)
class Tested:
    """One whole run of the tests."""

    day: date
    pages: int
    faults: int
    stops: int
    smallest_target: int

    @property
    def clean(self) -> bool:
        """Tell whether the run found nothing at all."""
        return self.pages > 0 and self.faults == 0 and self.smallest_target >= 44


def tested() -> Tested:
    """Read what the last whole run found."""
    found = tomllib.loads(FIGURES.read_text("utf-8"))
    return Tested(
        found["date"], found["pages"], sum(found[name] for name in FAULTS), found["stops"], found["smallest_target"]
    )


@pages.get("/tilgjengelighet")
@anyone
def show() -> tuple[str, int]:
    """Tell everybody how accessible the service is."""
    return render_template("statement.html", tested=tested(), person=present()), 200
