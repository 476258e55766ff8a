"""The parts of the tests from outside Python: Chromium, and a virtual screen for the real window."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Group:
    """Some tests' needs: the programs that must be found, and Debian's packages that bring them."""

    name: str
    programs: Sequence[Sequence[str]]
    packages: Sequence[str]


# Each program may go by several names; the first is Debian's.
BROWSER = Group(
    "browser",
    [("chromium", "chromium-browser", "google-chrome", "chrome")],
    ["chromium", "fonts-dejavu-core"],
)
WINDOW = Group(
    "window",
    [("Xvfb",), ("openbox",), ("xdotool",)],
    # Qt loads these when its window opens; Chromium's own packages bring the rest that its web view needs.
    [
        "xvfb", "openbox", "xdotool", "libdbus-1-3", "libegl1", "libgl1", "libxcb-cursor0",
        "libxcb-icccm4", "libxcb-keysyms1", "libxcb-randr0", "libxcb-shape0", "libxcb-xkb1",
        "libxkbcommon-x11-0", "libxkbfile1", "libxtst6",
    ],
)  # fmt: skip


def provide() -> bool:
    """Install what is missing where we may, else say what to install; tells whether all is there."""
    groups = [BROWSER, WINDOW] if sys.platform.startswith("linux") else [BROWSER]
    missing = [group for group in groups if _lacks(group)]
    if missing and _may_install():
        _install(sorted({package for group in missing for package in group.packages}))
        missing = [group for group in missing if _lacks(group)]
    for group in missing:
        print(f"The {group.name} tests cannot run. {_advice(group)}", file=sys.stderr, flush=True)
    return not missing


def _lacks(group: Group) -> bool:
    if not all(any(map(shutil.which, names)) for names in group.programs):
        return True
    return _on_debian() and bool(_not_installed(group.packages))


def _on_debian() -> bool:
    return Path("/etc/debian_version").exists() and shutil.which("dpkg-query") is not None


def _not_installed(packages: Sequence[str]) -> set[str]:
    asked = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return set(packages) - installed


def _may_install() -> bool:
    return _on_debian() and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: Sequence[str]) -> None:
    print(f"Installing for the browser and window tests: {' '.join(packages)}", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        asked = ["apt-get", "-q", *command]
        said = subprocess.run(asked, env=quiet, capture_output=True, text=True, check=False)
        if said.returncode:
            print(said.stderr[-2000:], file=sys.stderr, flush=True)
            return


def _advice(group: Group) -> str:
    if _on_debian():
        packages = " ".join(sorted(group.packages))
        return f"Install: sudo apt-get install --no-install-recommends {packages}"
    return f"Install: {', '.join(names[0] for names in group.programs)}"
