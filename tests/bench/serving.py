"""A real server in a process of its own, on a house of its own, and what that process uses."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process that serves, its port, and how long it took until it answered."""

    process: subprocess.Popen[str]
    port: int
    seconds: float

    def memory(self) -> int:
        """Tell the proportional memory of the process and its children, in bytes."""
        return weight(self.process.pid)

    def processor(self) -> float:
        """Tell the processor seconds of the process and its children so far."""
        return sum(_ticks(pid) for pid in family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    def watched(self) -> "Peak":
        """Forget the earlier peak, so that `Peak.now` tells the one from here on."""
        return Peak(self)


class Peak:
    """The most memory that each process of a server held since this was made."""

    def __init__(self, running: Running) -> None:
        self._running = running
        for pid in family(running.process.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")

    def now(self) -> int:
        """Tell it in bytes: the processes' peaks added, what they share counted in each."""
        return sum(_field(Path(f"/proc/{pid}/status"), "VmHWM:") for pid in family(self._running.process.pid))


def weight(pid: int) -> int:
    """Tell the proportional memory of a process and all below it, in bytes; what ends meanwhile weighs nothing."""
    size = 0
    for each in family(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            size += _pss(each)
    return size


def family(pid: int) -> list[int]:
    """Name a process and all below it."""
    children: list[str] = []
    # A child belongs to the thread that made it.
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            children += listed.read_text("ascii").split()
    return [pid, *(each for child in children for each in family(int(child)))]


def _pss(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _field(path: Path, name: str) -> int:
    for line in path.read_text("ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return 0


def _ticks(pid: int) -> int:
    parts = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(parts[11]) + int(parts[12])


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for a house, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="fotfeste-bench-") as made:
        yield Path(made)


def ours() -> dict[str, str]:
    """Give what a process of ours needs to find the three packages."""
    roots = os.pathsep.join(str(ROOT / part) for part in ("shared", "server", "desktop"))
    return {**os.environ, "PYTHONPATH": roots}


@contextmanager
def serving(data: Path, *more: str) -> Iterator[Running]:
    """Serve a house as an operator would, until the block ends."""
    port = free_port()
    asked = ["-m", "fotfeste_server.cli", "serve", "--data", str(data), "--port", str(port), *more]
    with started(asked, port, "/health/live") as running:
        yield running


@contextmanager
def bare(body: Path) -> Iterator[Running]:
    """Serve a constant answer with the same web server and nothing else: the limit of what is below us."""
    port = free_port()
    with started([str(HERE / "constant.py"), str(port), str(body)], port, "/") as running:
        yield running


@contextmanager
def started(
    asked: list[str],
    port: int,
    address: str,
    *,
    python: str = sys.executable,
    environment: dict[str, str] | None = None,
    patience: float = PATIENCE,
) -> Iterator[Running]:
    """Start a process and wait until it answers; end it, and it alone, with the block."""
    began = time.perf_counter()
    surroundings = ours() if environment is None else environment
    process = subprocess.Popen([python, *asked], env=surroundings, stdout=subprocess.DEVNULL, text=True)
    try:
        _wait(process, f"http://127.0.0.1:{port}{address}", patience)
        yield Running(process, port, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[str], address: str, patience: float) -> None:
    until = time.perf_counter() + patience
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise TimeoutError(f"nothing answers at {address}")
