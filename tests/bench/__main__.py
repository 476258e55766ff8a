"""`python tests --bench`: measures what the design promised and prints a table; it asserts nothing.

Each figure stands beside a limit measured in the same run, so that the ratio means something on any machine.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("shared", "server", "desktop", "tests")]

from doors import b15  # noqa: E402 (the three packages must be found first)
from figures import Figure, Wishes, drawn  # noqa: E402
from ledger import b7  # noqa: E402
from phones import b1, b3, b4, b8, b12  # noqa: E402
from results import b9  # noqa: E402
from window import b14  # noqa: E402

Part = Callable[[Wishes], Iterator[Figure]]
PARTS: dict[str, Part] = {
    "B1": b1, "B3": b3, "B4": b4, "B7": b7, "B8": b8, "B9": b9, "B12": b12, "B14": b14, "B15": b15,
}  # fmt: skip


def wishes(arguments: list[str]) -> Wishes:
    """Read the command line."""
    reader = argparse.ArgumentParser(prog="python tests --bench", description=__doc__)
    reader.add_argument("--only", action="append", default=[], metavar="B4", help="only this part (repeatable)")
    reader.add_argument("--quick", action="store_true", help="a fifth of the work")
    reader.add_argument("--long", action="store_true", help="B8 up to a million stored answers")
    reader.add_argument("--no-install", action="store_true", help="leave out the first start, which installs packages")
    read = reader.parse_args(arguments)
    only = {each.upper() for part in read.only for each in part.split(",")}
    if unknown := only - set(PARTS):
        reader.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return Wishes(only or set(PARTS), quick=read.quick, long=read.long, install=not read.no_install)


def run(asked: Wishes) -> list[Figure]:
    """Run the parts one after the other; one that can not be measured here says why and stops no other."""
    lines: list[Figure] = []
    for name, part in PARTS.items():
        if name not in asked.only:
            continue
        began = time.perf_counter()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        try:
            lines += part(asked)
        except (OSError, RuntimeError, ImportError) as why:
            lines.append(Figure(name, f"not measured: {why}", "–"))
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return lines


def main(arguments: list[str]) -> None:
    """Measure and print."""
    asked = wishes(arguments)
    began = time.perf_counter()
    print(drawn(run(asked)))
    print(f"\nTook {time.perf_counter() - began:.0f} s. Figures depend on the machine; the ratios much less.")


if __name__ == "__main__":  # the load's own process imports this file again
    main(sys.argv[1:])
