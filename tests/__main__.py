"""The front door `python tests`: sets up everything that the tests need, then runs them."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

import right_python  # noqa: F401  importing it is the check, and it must come before newer syntax
import system_parts
from bootstrap import ROOT, run

ATTACKS = (
    "tests/attacks", "tests/server/anonymous/test_noise.py", "tests/server/test_phone.py",
    "tests/server/test_rubbish.py",
)  # fmt: skip
FAST = (
    "tests/shared", "tests/desktop", "tests/server/anonymous", "tests/server/named", "tests/server/results",
    "-m", "not slow and not window and not browser",
    "-k", "not postgresql and not workbook and not beyond and not files_of_results and not results_page",
)  # fmt: skip
HELP = """python tests [--fast | --bench | --attacks | --security | --torture | --accessibility | --pictures |
              --packaging] […]

Sets up what is needed (once), then runs every test on three workers.

  --fast       what most mistakes break first, within a minute: no browser, window, PostgreSQL or spreadsheet
  --bench      measure instead of testing: a table, nothing asserted
  --attacks    the published attacks and the rubbish posts in their long form
  --security   scanners against the code and a running server; their findings are printed
  --torture    failing storage and lost messages in their long form, with figures: some minutes
  --accessibility  three programs and a keyboard go over every page; writes the figures of /tilgjengelighet
  --pictures   make the screenshots of every page, phone and desktop
  --packaging  build the desktop program's folder and log a talk in it
  --help       this text

Everything else goes to pytest, for example:
  python tests tests/rules        one folder
  python tests -k receipt         tests with a word in their name
  python tests -m "not window"    leave a group out (groups: browser, window, slow)
"""


def main(arguments: list[str]) -> None:
    """Read our own options; hand the rest to pytest."""
    if {"-h", "--help"} & set(arguments):
        print(HELP)
        return
    complete = system_parts.provide()
    if not complete and os.environ.get("CI") == "true":
        sys.exit("With CI=true every group of tests must run.")
    os.chdir(ROOT)
    first, rest = arguments[:1], arguments[1:]
    if first in (["--bench"], ["--security"], ["--pictures"], ["--packaging"]):
        run("tests", [str(ROOT / "tests" / first[0].strip("-")), *rest])
    if first == ["--fast"]:
        run("tests", pytest([*FAST, *rest]))
    if first == ["--attacks"]:
        os.environ["FOTFESTE_ATTACKS"] = "long"
        run("tests", pytest([*ATTACKS, *rest]))
    if first == ["--torture"]:
        os.environ["FOTFESTE_TORTURE"] = "long"
        run("tests", pytest(["tests/faults", "tests/together", *rest]))
    if first == ["--accessibility"]:
        os.environ["FOTFESTE_ACCESSIBILITY"] = "long"
        # One process, since it adds its figures up.
        run("tests", pytest(["-n", "0", "tests/accessibility", "tests/browser", *rest]))
    run("tests", pytest(arguments))


def pytest(arguments: list[str]) -> list[str]:
    """The command that runs pytest: the tests of a file share a worker, and with it what they furnish once.

    Three workers keep two cores busy, since much of the time something is waited for on purpose.
    """
    chosen = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    workers = [] if chosen else ["-n", "3"]
    return ["-m", "pytest", *workers, "--dist", "loadfile", *arguments]


main(sys.argv[1:])
