"""The figures that the long form finds, written to where the statement at `/tilgjengelighet` reads them."""

from browser.making_pages import LONG

from fotfeste_server.views.statement import FIGURES
from fotfeste_shared.clock import today

_FOUND: dict[str, int | float] = {}


def note(name: str, figure: float, *, add: bool = False) -> None:
    """Keep a figure until the run ends, or add it to what was found before."""
    _FOUND[name] = figure + (_FOUND.get(name, 0) if add else 0)


def write() -> None:
    """Write what a whole long run has found; a part of one changes nothing."""
    if LONG and _FOUND.keys() >= {"pages", "violations_ibm", "lix_nn", "losses", "stops"}:
        lines = [f"{name} = {_FOUND[name]}" for name in sorted(_FOUND)]
        head = "# Written by `python tests --accessibility`; read by the page /tilgjengelighet.\n"
        FIGURES.write_text(head + f"date = {today().isoformat()}\n" + "\n".join(lines) + "\n", "utf-8")
