"""The server's address as people type it: HTTPS, or plain HTTP to this very machine."""

import ipaddress
import os
import sys
from urllib.parse import urlsplit


class BadAddress(ValueError):
    """What was typed is no address that answers may be sent to."""


def pasted_link(typed: str) -> tuple[str, str] | None:
    """Read an enrolment link that somebody pasted, `https://address/#kode=7KQ2M9XD`, as address and code."""
    parts = urlsplit(typed.strip())
    told = parts.fragment.partition("kode=")[2]
    if parts.scheme not in ("http", "https") or not parts.netloc or not told:
        return None
    return f"{parts.scheme}://{parts.netloc}", told


def clean_address(typed: str) -> str:
    """Read a server's address as people type it; plain HTTP is for this machine only."""
    address = typed.strip()
    if "://" not in address:
        address = "https://" + address
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise BadAddress(typed)
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise BadAddress(typed)
    return f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def suggested_address(typed: str | None) -> str | None:
    """The server to suggest: the one given at the start, else the one that the computer's keepers have set."""
    return typed or os.environ.get("FOTFESTE_SERVER") or _policy()


if sys.platform == "win32":
    import winreg

    def _policy() -> str | None:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Policies\Fotfeste") as key:
                return str(winreg.QueryValueEx(key, "Server")[0])
        except OSError:
            return None  # nobody has set one
else:

    def _policy() -> str | None:
        return None
