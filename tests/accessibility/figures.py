"""The figures that the long form finds, page by page, and the three places where they are written down.

Pages are looked at in several ways, and each way goes over all of them: `last_run.json` holds what each found when it
last went round, so that one may be repeated alone. The statement at `/tilgjengelighet` and `shared/accessibility.md`
hold the sums. `test_figures.py` holds the three against one another, and against the pages that there are now.
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
Looks: TypeAlias = dict[str, dict]
LAST_RUN = Path(__file__).parent / "last_run.json"
TOLD = ROOT / "shared/accessibility.md"
# What each way of looking finds on every page.
LOOKS_FOR = {
    "keyboard": {"stops", "focus_invisible", "traps"},
    "narrow and large": {"losses", "smallest_target"},
    "without scripts": {"lost_without_scripts"},
    "three programs": {"states", "violations_axe", "violations_ibm", "violations_htmlcs"},
    "words": {"lix_nb", "lix_nn", "lix_en"},
}
SUMS = (
    "states", "stops", "focus_invisible", "traps", "losses", "lost_without_scripts", "violations_axe",
    "violations_ibm", "violations_htmlcs",
)  # fmt: skip
LANGUAGES = ("nb", "nn", "en")
TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
HEAD = "# Written by `python tests --accessibility`; read by the page /tilgjengelighet.\n"
_FOUND: dict[str, dict[str, Facts]] = {}
_WHOLE: set[str] = set()


def note(look: str, page: str, **facts: float) -> None:
    """Keep what one way of looking found on a page until the run ends."""
    _FOUND.setdefault(look, {}).setdefault(page, {}).update(facts)


def went_round(look: str) -> None:
    """Say that a way of looking came to the end of the pages, whatever it found."""
    _WHOLE.add(look)


def write() -> None:
    """Write what a long run has found; what did not come to its end, or was not asked for, stays as it was."""
    whole = {look for look in _WHOLE if set().union(*_FOUND[look].values()) == LOOKS_FOR[look]}
    if not LONG or not whole:
        return
    looks: Looks = json.loads(LAST_RUN.read_text("utf-8")) if LAST_RUN.exists() else {}
    looks |= {look: {"date": today().isoformat(), "pages": _FOUND[look]} for look in whole}
    LAST_RUN.write_text(json.dumps(looks, indent=1, sort_keys=True) + "\n", "utf-8")
    if looks.keys() == LOOKS_FOR.keys():
        figures = summed(looks)
        lines = f"date = {oldest(looks)}\n" + "".join(f"{key} = {figures[key]}\n" for key in figures)
        FIGURES.write_text(HEAD + lines, "utf-8")
        TOLD.write_text(TABLE.sub(lambda _: table(figures), TOLD.read_text("utf-8")), "utf-8")


def oldest(looks: Looks) -> str:
    """Give the day of the look that was repeated longest ago."""
    return min(look["date"] for look in looks.values())


def summed(looks: Looks) -> Facts:
    """Add the pages up, as the statement tells it."""

    def all_of(name: str) -> list[float]:
        return [facts[name] for look in looks.values() for facts in look["pages"].values() if name in facts]

    return {
        "pages": len(looks["three programs"]["pages"]),
        **{name: int(sum(all_of(name))) for name in SUMS},
        "smallest_target": int(min(all_of("smallest_target"))),
        **{f"lix_{language}": max(all_of(f"lix_{language}")) for language in LANGUAGES},
    }


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
        *(("A6", f"highest LIX, {language}", figures[f"lix_{language}"]) for language in LANGUAGES),
    ]
    head = "| | What | Figure |\n|---|---|---|\n"
    return head + "".join(f"| {code} | {what} | {figure} |\n" for code, what, figure in rows)
