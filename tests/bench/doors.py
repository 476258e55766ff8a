"""B15: from the command to the first page, on a clone that has nothing yet, and the next time."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, Wishes
from serving import ROOT, folder, free_port, serving, started

INSTALLING = 300.0


def b15(wishes: Wishes) -> Iterator[Figure]:
    """Start `python server` in a fresh clone, twice; without installing, only the server itself is started."""
    with folder() as made:
        with serving(made / "bare") as server:
            itself = server.seconds
        if not wishes.install:
            yield _line("start of the server itself, packages there, empty database", itself, itself)
            return
        clone = made / "clone"
        subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(clone)], check=True)
        first, second = _start(clone), _start(clone)
    yield _line("first start of `python server` in a fresh clone (installs its packages)", first, itself)
    yield _line("second start of `python server`", second, itself)


def _line(work: str, seconds: float, itself: float) -> Figure:
    goal = "–" if work.startswith("first") else "≤ 2 s"
    return Figure("B15", work, f"{seconds:.1f} s", f"the server itself {itself:.1f} s", seconds / itself, goal)


def _start(clone: Path) -> float:
    """Come in by the front door, with nothing of ours in the environment."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    asked = [str(clone / "server"), "--data", str(clone / "var"), "--port", str(port)]
    began = time.perf_counter()
    with started(asked, port, "/health/live", python=_outside(), environment=environment, patience=INSTALLING):
        return time.perf_counter() - began


def _outside() -> str:
    """Name the Python that our own environment was made from, which has none of our packages."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
