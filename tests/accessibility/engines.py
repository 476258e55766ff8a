"""Three programs that look for faults: axe, IBM's engine and HTML_CodeSniffer; the last two come from npm's lock."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from project_files import ROOT

HERE = Path(__file__).parent
PARTS = ROOT / "var/accessibility"
AXE = """async () => {
  const report = await axe.run({resultTypes: ["violations"]});
  return report.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 120)}`));
}"""
IBM = """async () => {
  const report = await new window.ace.Checker().check(document, ["WCAG_2_2"]);
  return report.results.filter((each) => each.value[0] === "VIOLATION" && each.value[1] === "FAIL")
    .map((each) => `${each.ruleId}: ${each.snippet}`);
}"""
SNIFFER = """() => new Promise((done) => HTMLCS.process("WCAG2AA", document, () => done(
  HTMLCS.getMessages().filter((each) => each.type === 1)
    .map((each) => `${each.code}: ${(each.element.outerHTML ?? "").slice(0, 120)}`))))"""
LOOKS = {"axe": AXE, "ibm": IBM, "htmlcs": SNIFFER}


def provide() -> Path:
    """Install the locked parts where nothing of the project lies; gives their folder."""
    PARTS.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    if not (PARTS / "installed").exists() or (PARTS / "installed").read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, PARTS)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(["npm", "ci", *quiet], cwd=PARTS, check=True, capture_output=True, timeout=300)
        (PARTS / "installed").write_bytes(lock)
    return PARTS / "node_modules"


def enter(page: Page, parts: Path) -> None:
    """Let the three programs into a page; they look as often as one asks, until the page is left."""
    page.evaluate(Axe().axe_script)
    page.add_script_tag(path=parts / "accessibility-checker-engine/ace.js")
    page.add_script_tag(path=parts / "html_codesniffer/build/HTMLCS.js")


def found(page: Page, programs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Let programs look at a page as it stands: the name of each and what it says is wrong."""
    for program in programs:
        for fault in page.evaluate(LOOKS[program]):
            yield program, fault
