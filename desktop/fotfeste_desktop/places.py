"""Folders that look like any other and lose what is written there: synced, roaming or on another machine.

SQLite's promises hold on a disk of this machine only. A program that copies files to and from the net takes the
database and its log at different moments, and two machines may then write to one file.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath, PureWindowsPath

# the folder's name as the program makes it; a company's name often follows, as in «OneDrive - Moss kommune»
SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "nextcloud", "owncloud", "sharepoint")
SYNCED_PARTS = ("mobile documents", "cloudstorage", "com~apple~clouddocs")
SYNCED_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
NETWORK_SYSTEMS = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afpfs",
    "afs",
    "davfs",
    "fuse.sshfs",
    "fuse.rclone",
    "webdav",
)
_REMOTE_DRIVE = 4  # what Windows calls DRIVE_REMOTE


class Unsafe(StrEnum):
    """Why a folder can not keep a person's work."""

    SYNCED = "synced"
    ROAMING = "roaming"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Refused:
    """A folder that was asked for, and why it is not used."""

    folder: Path
    why: Unsafe


def why_unsafe(folder: Path, environment: Mapping[str, str] | None = None, mounts: str | None = None) -> Unsafe | None:
    """Tell why nothing may be kept in a folder; None when it lies on a disk of this machine."""
    environment = os.environ if environment is None else environment
    folder = folder.expanduser().absolute()
    if _is_synced(folder, environment):
        return Unsafe.SYNCED
    roaming = environment.get("APPDATA")  # Windows copies it to a server when the person signs out
    if roaming and _within(folder, roaming):
        return Unsafe.ROAMING
    if _is_on_network(folder, _mounts() if mounts is None else mounts):
        return Unsafe.NETWORK
    return None


def _is_synced(folder: PurePath, environment: Mapping[str, str]) -> bool:
    told = [environment[name] for name in SYNCED_VARIABLES if environment.get(name)]
    if any(_within(folder, root) for root in told):
        return True
    parts = [part.casefold() for part in folder.parts]
    return any(_names_synced(part) for part in parts)


def _names_synced(part: str) -> bool:
    return part in SYNCED_PARTS or any(part == name or part.startswith((name + " ", name + "-")) for name in SYNCED)


def _within(folder: PurePath, root: str) -> bool:
    inside, outside = [str(each).casefold().rstrip("/\\") for each in (folder, root)]
    return inside == outside or inside.startswith((outside + "/", outside + "\\"))


def _is_on_network(folder: Path, mounts: str) -> bool:
    if isinstance(folder, PureWindowsPath):
        return folder.drive.startswith("\\\\") or _drive_type(folder.anchor) == _REMOTE_DRIVE
    return _system_of(_first_there(folder), mounts) in NETWORK_SYSTEMS


def _first_there(folder: Path) -> Path:
    """The folder itself, or the nearest above it that exists: a link in the way may lead to another disk."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.resolve()


def _system_of(folder: Path, mounts: str) -> str:
    """Find the kind of file system in Linux's list of mounts: the one mounted nearest above the folder."""
    found, system = "", ""
    for line in mounts.splitlines():
        words = line.split()
        if len(words) < 3:
            continue
        place = words[1].replace("\\040", " ")
        if _within(folder, place) or place == "/":
            found, system = max((found, system), (place, words[2]), key=lambda each: len(each[0]))
    return system


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""  # not Linux: macOS has no such list, and Windows is asked by drive


if sys.platform == "win32":
    import ctypes

    def _drive_type(root: str) -> int:
        return int(ctypes.windll.kernel32.GetDriveTypeW(root))
else:

    def _drive_type(_root: str) -> int:
        return 0
