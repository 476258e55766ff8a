"""The scanners' own environments, each made once from a locked list beside this file."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "security-tools"


def programs(lock: str, program: str) -> Path | None:
    """Give the folder of an environment's programs; None where they cannot be installed."""
    home = HOME / Path(lock).stem
    folder = home / ("Scripts" if sys.platform == "win32" else "bin")
    return folder if (folder / program).exists() or _installed(home, folder, lock) else None


def packages(lock: str, package: str) -> Path | None:
    """Give a folder of packages that the program's own Python is to use beside its own; None as above."""
    home = HOME / Path(lock).stem
    if not list(home.glob(f"lib/*/site-packages/{package}")) and not _installed(home, home / "bin", lock):
        return None
    return next(home.glob(f"lib/*/site-packages/{package}")).parent


def _installed(home: Path, folder: Path, lock: str) -> bool:
    venv.create(home, with_pip=True)
    listed = Path(__file__).with_name(lock)
    install = [folder / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", listed]
    return subprocess.run(list(map(str, install)), check=False).returncode == 0
