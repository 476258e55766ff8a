"""Scanners against our code and a running server: `python tests --security [NAME …]`; ends with a table of figures.

The tools live in environments of their own, made from the locked lists beside this file. What cannot be installed is
told as not run, and a finding that is not known and explained in `known.toml` makes the whole fail.
"""

import sys
import time
import tomllib
from pathlib import Path

import scans
import tools
from target import serving

KNOWN = tomllib.loads(Path(__file__).with_name("known.toml").read_text("utf-8"))
NOT_RUN = {
    "pip-audit": "it asks an advisory service on the network; run it where there is one",
    "semgrep": "no rules come with it; our own are the tests in tests/rules",
}


def main(chosen: list[str]) -> int:
    """Run the chosen scanners, or all; tell how many findings each has, and how many of them nobody has explained."""
    told: dict[str, tuple[str, list[str], float]] = {}
    with serving() as target:
        for name, scan in scans.ALL.items():
            if chosen and name not in chosen:
                continue
            print(f"\n== {name}", flush=True)
            begun, before = time.monotonic(), len(target.faults)
            done = scan(target)
            if done is None:
                NOT_RUN[name] = "could not be installed"
                continue
            faults = [f"answered {each}" for each in sorted(set(target.faults[before:]))]
            told[name] = (done.asked, [*done.findings, *faults], time.monotonic() - begun)
    open_ = 0
    for name, (asked, findings, seconds) in told.items():
        unknown = [each for each in findings if not any(part in each for part in KNOWN.get(name, {}))]
        open_ += len(unknown)
        explained = len(findings) - len(unknown)
        print(f"\n{name:<14}{asked}: {len(unknown)} open, {explained} explained findings, {seconds:.0f} s")
        for each in findings:
            print(f"  {'OPEN     ' if each in unknown else 'explained'} {each}")
    for name, why in NOT_RUN.items():
        print(f"\nNOT RUN       {name}: {why}")
    return 1 if open_ else 0


if __name__ == "__main__":
    if tools.ROOT not in map(Path, sys.path):
        sys.path.insert(0, str(tools.ROOT))
    sys.exit(main(sys.argv[1:]))
