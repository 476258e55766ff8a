"""Starts a part of Fotfeste on a machine that has only Python: a locked virtual environment, made once.

Standard library only, because nothing else is there yet.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = [ROOT / "shared", ROOT / "server", ROOT / "desktop"]
INSTALLER = ROOT / "shared" / "installer.txt"
# The only package without a wheel; its builder is locked in installer.txt, so nothing unlocked is fetched.
BUILT_HERE = "proxy-tools"


class CannotPrepare(Exception):
    """What is missing and how to go on, in words for the person who started us."""


def run_in_venv(part: str, module: str, argv: Sequence[str]) -> NoReturn:
    """Run a module of ours with the locked packages of a part, installing them first if need be."""
    run(part, ["-P", "-m", module, *argv])


def run(part: str, arguments: Sequence[str]) -> NoReturn:
    """Hand this process over to the part's own Python."""
    python = prepared(part)
    command = [str(python), *arguments]
    roots = [*SOURCE_ROOTS, ROOT / "tests"] if part == "tests" else SOURCE_ROOTS
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))}
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(python, command, environment)
    # Windows has no exec that keeps the console waiting for the new program.
    try:
        sys.exit(subprocess.call(command, env=environment))
    except KeyboardInterrupt:
        sys.exit(130)


def prepared(part: str) -> Path:
    """The Python of a part's finished environment; leaves with a plain sentence when it cannot be made."""
    place = ROOT / ".venv" / part
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        if not _finished(place, part):
            _check_venv_module()
            with _alone(place.with_suffix(".lock"), part):
                # The start that we waited for may have done the work.
                if not _finished(place, part):
                    _make(place, python, part)
    except CannotPrepare as problem:
        sys.exit(f"\n{problem}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next start begins the installation again.")
    return python


def _lock(part: str) -> Path:
    return ROOT / part / "requirements.txt"


def _pins(lock: Path) -> list[str]:
    return [line for line in lock.read_text("utf-8").splitlines() if line[:1].isalnum()]


def _stamp(part: str) -> str:
    """What an environment was made of: it changes with the locks, with Python and with the place."""
    material = hashlib.sha256()
    for file in (_lock(part), INSTALLER):
        material.update(file.read_bytes())
    return f"{material.hexdigest()} {sys.implementation.cache_tag} {sys.platform} {ROOT}\n"


def _finished(place: Path, part: str) -> bool:
    try:
        return (place / "finished").read_text("utf-8") == _stamp(part)
    except FileNotFoundError:
        return False


def _make(place: Path, python: Path, part: str) -> None:
    """Make the environment anew; the stamp comes last, so a half-made one is never taken for finished."""
    begun = time.monotonic()
    lock = _lock(part)
    version = ".".join(map(str, sys.version_info[:2]))
    _tell(f"Fotfeste prepares «{part}» in {place.relative_to(ROOT)} (once; Python {version}).")
    with _Phase("1/3 virtual environment"):
        _clear(place)
        _create(place)
    with _Phase("2/3 installer") as phase:
        pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
        _install([python, *pip, "-r", INSTALLER], phase, part)
    with _Phase(f"3/3 packages, {len(_pins(lock))} in the lock") as phase:
        uv = ["-m", "uv", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
        built = ["--no-binary", BUILT_HERE, "--no-build-isolation"]
        _install([python, *uv, *built, "--python", python, "-r", lock], phase, part)
    count = len(list(place.glob("**/site-packages/*.dist-info")))
    (place / "finished").write_text(_stamp(part), "utf-8")
    _tell(f"  {count} packages installed in {time.monotonic() - begun:.0f} s. Later starts skip this.")


def _clear(place: Path) -> None:
    try:
        shutil.rmtree(place)
    except FileNotFoundError:
        return
    except OSError as refused:
        raise CannotPrepare(
            f"The old environment {place} could not be removed ({refused.strerror}).\n"
            "Close the Fotfeste that is running from it, and start again."
        ) from refused


def _create(place: Path) -> None:
    try:
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(place)
    except subprocess.CalledProcessError as failed:
        raise CannotPrepare(_VENV_MISSING.format(*sys.version_info[:2])) from failed
    except OSError as refused:
        raise CannotPrepare(f"No environment could be made in {place}: {refused.strerror}.") from refused


_VENV_MISSING = """This Python cannot make virtual environments: its part «ensurepip» is missing.
On Debian and Ubuntu: sudo apt-get install python{0}.{1}-venv
Elsewhere: use Python {0}.{1} from python.org. Then start again."""


def _check_venv_module() -> None:
    # Debian packs it apart from Python; asking first gives a sentence instead of a half-made environment.
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotPrepare(_VENV_MISSING.format(*sys.version_info[:2]))


def _install(command: Sequence[str | Path], phase: "_Phase", part: str) -> None:
    # A PYTHONPATH of the user's would lend the new environment packages that it does not have.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, stdout=phase.log, stderr=subprocess.STDOUT, env=environment)
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            phase.tick()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        raise CannotPrepare(_fetch_failed(part, phase.said()[-12:]))


def _fetch_failed(part: str, said: Sequence[str]) -> str:
    installer, lock = INSTALLER.relative_to(ROOT), _lock(part).relative_to(ROOT)
    lines = "\n".join(f"  | {line}" for line in said)
    carried = "PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels UV_NO_INDEX=1 UV_FIND_LINKS=wheels"
    return f"""Missing: packages that could not be fetched (listed in {installer} and {lock}).
The installer said:
{lines}

If this machine has no network now: connect it (behind a proxy: set HTTPS_PROXY) and start again.
If it never has any: on a machine of the same kind that has, in this folder, run
  python -m pip download --require-hashes -d wheels -r {installer}
  python -m pip download --require-hashes -d wheels -r {lock}
carry the folder «wheels» here, and start with it:
  {carried} python {part}"""


class _Phase:
    """Shows a step and how long it takes; what its programs say is kept aside for the case that they fail."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._begun = time.monotonic()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 closed in __exit__

    def __enter__(self) -> Self:
        self.tick()
        return self

    def tick(self) -> None:
        # In a log file a line that rewrites itself is only noise.
        if sys.stderr.isatty():
            print(f"\r{self._line()} ", end="", file=sys.stderr, flush=True)

    def said(self) -> list[str]:
        self.log.seek(0)
        lines = self.log.read().decode("utf-8", "replace").strip().splitlines()
        # pip tells each of its tries; the last word is what helps.
        return [line for line in lines if not line.startswith("WARNING: Retrying")]

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.log.close()
        start = "\r" if sys.stderr.isatty() else ""
        _tell(f"{start}{self._line()}{'' if kind is None else ' - failed'}")

    def _line(self) -> str:
        return f"  {self._name}: {time.monotonic() - self._begun:.0f} s"


@contextmanager
def _alone(path: Path, part: str) -> Iterator[None]:
    """Let one start at a time install a part; the system lets go of the lock even when we are killed."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a+b") as file:
        if not _locked(file.fileno()):
            _tell(f"Another start is preparing «{part}»; waiting for it.")
            while not _locked(file.fileno()):
                time.sleep(0.2)
        yield


def _locked(number: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
