"""The figures that the long form finds, page by page, and the three places where they are written down.

`last_run.json` holds what was found on every page; the statement at `/tilgjengelighet` and `shared/accessibility.md`
hold its sums. `test_figures.py` holds the three against one another, and against the pages that there are now.
"""

import json
import re
from pathlib import Path
from typing import TypeAlias

from browser.making_pages import LONG
from project_files import ROOT

from fotfeste_server.views.statement import FIGURES
from fotfeste_shared.clock import today

Facts: TypeAlias = dict[str, float]
LAST_RUN = Path(__file__).parent / "last_run.json"
TOLD = ROOT / "shared/accessibility.md"
SUMS = (
    "focus_invisible", "losses", "lost_without_scripts", "stops", "traps", "violations_axe", "violations_htmlcs",
    "violations_ibm",
)  # fmt: skip
WHOLE = {*SUMS, "smallest_target", "states"}
TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
HEAD = "# Written by `python tests --accessibility`; read by the page /tilgjengelighet.\n"
_FOUND: dict[str, Facts] = {}


def note(page: str, **facts: float) -> None:
    """Keep what was found on a page until the run ends."""
    _FOUND.setdefault(page, {}).update(facts)


def write() -> None:
    """Write what a whole long run has found; a part of one changes nothing."""
    if not LONG or not _FOUND or not all(facts.keys() >= WHOLE for facts in _FOUND.values()):
        return
    day = today().isoformat()
    LAST_RUN.write_text(json.dumps({"date": day, "pages": _FOUND}, indent=1, sort_keys=True) + "\n", "utf-8")
    figures = summed(_FOUND)
    FIGURES.write_text(HEAD + f"date = {day}\n" + "".join(f"{key} = {figures[key]}\n" for key in figures), "utf-8")
    TOLD.write_text(TABLE.sub(lambda _: table(figures), TOLD.read_text("utf-8")), "utf-8")


def summed(pages: dict[str, Facts]) -> Facts:
    """Add the pages up, as the statement tells it."""
    figures: Facts = {name: sum(int(facts[name]) for facts in pages.values()) for name in SUMS}
    hardest = {
        f"lix_{language}": max(facts.get(f"lix_{language}", 0) for facts in pages.values())
        for language in ("nb", "nn", "en")
    }
    least = int(min(facts["smallest_target"] for facts in pages.values()))
    states = sum(int(facts["states"]) for facts in pages.values())
    return {"pages": len(pages), "states": states, "smallest_target": least, **figures, **hardest}


def table(figures: Facts) -> str:
    """Draw the rows of the page that tells of the figures."""
    lost = figures["losses"], figures["lost_without_scripts"]
    rows = [
        ("A1", "axe, every page and state, 320 and 1280 px, light and dark: violations", figures["violations_axe"]),
        ("A1", "IBM's engine, every page and state, 320 px dark and 1280 px light", figures["violations_ibm"]),
        ("A1", "HTML_CodeSniffer, the same", figures["violations_htmlcs"]),
        ("A1", "pages; with those that answer an empty form", f"{figures['pages']}; {figures['states']}"),
        ("A2", "keyboard: stops", figures["stops"]),
        ("A2", "stops without a visible mark; traps", f"{figures['focus_invisible']}; {figures['traps']}"),
        ("A4", "320 px, 200 %, large text, spacing, forced colours, reduced motion: losses", lost[0]),
        ("A4", "without scripts: pages on which something is lost", lost[1]),
        ("A5", "smallest thing to press, px", figures["smallest_target"]),
        *(("A6", f"highest LIX, {language}", figures[f"lix_{language}"]) for language in ("nb", "nn", "en")),
    ]
    head = "| | What | Figure |\n|---|---|---|\n"
    return head + "".join(f"| {code} | {what} | {figure} |\n" for code, what, figure in rows)
