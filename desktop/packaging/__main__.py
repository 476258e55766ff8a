# ruff: noqa: INP001, S603, T201 (a command of its own, which starts others and tells what came of it)
"""`python desktop/packaging`: makes the program's folder for this system, from locked packages only."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "shared"))

import right_python  # noqa: F401,E402  importing it is the check
from bootstrap import prepared  # noqa: E402

WORK = ROOT / "var" / "packaging"
OUT = WORK / "dist" / "fotfeste"


def main() -> None:
    """Build, then tell how large it became and what it is made of."""
    if sys.argv[1:]:
        sys.exit(__doc__)
    WORK.mkdir(parents=True, exist_ok=True)
    python = prepared("desktop")
    tools = builder(python)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tools), str(ROOT / "shared"), str(ROOT / "desktop")]),
        "FOTFESTE_VERSION": version(),
        "FOTFESTE_VERSION_FILE": str(version_file()),
        "SOURCE_DATE_EPOCH": "1767225600",  # the same source gives the same program
        "PYTHONHASHSEED": "1",
    }
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--distpath", str(WORK / "dist"), "--workpath", str(WORK / "build"), str(HERE / "fotfeste.spec")]
    subprocess.run(command, env=environment, cwd=WORK, check=True)
    write_sums()
    print(f"{OUT}: {megabytes(OUT):.0f} MB in {sum(1 for each in OUT.rglob('*') if each.is_file())} files")


def builder(python: Path) -> Path:
    """Put PyInstaller beside the program's own packages, not among them: it must not end up in the folder."""
    lock = HERE / "requirements.txt"
    tools = WORK / f"tools-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not tools.exists():
        fresh = tools.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        command = [str(python), "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*command, "--python", str(python), "--target", str(fresh), "-r", str(lock)], check=True)
        fresh.replace(tools)
    return tools


def version() -> str:
    """The project's version: the one place where it is written."""
    found = re.search(r'^version = "([0-9.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError("pyproject.toml names no version")
    return found[1]


def version_file() -> Path:
    """What Windows shows under Properties, and what IT departments detect an installation by."""
    numbers = tuple(int(part) for part in f"{version()}.0".split("."))
    path = WORK / "version.txt"
    text = (HERE / "version.txt").read_text("utf-8")
    path.write_text(text.replace("NUMBERS", repr(numbers)).replace("VERSION", version()), "utf-8")
    return path


def write_sums() -> None:
    """List every file's SHA-256, so that an IT department can check what it has got."""
    files = sorted(each for each in OUT.rglob("*") if each.is_file() and not each.is_symlink())
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.relative_to(OUT).as_posix()}" for each in files]
    (WORK / "dist" / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")


def megabytes(folder: Path) -> float:
    """How much disk a folder takes."""
    return sum(each.lstat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6


main()
