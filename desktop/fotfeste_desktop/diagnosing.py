"""What the one who helps must know about a computer, without opening anything: no answer and no name is in it."""

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import keyring

from fotfeste_shared.sync import APP

from .home import Home
from .keys import KeyFile, KeyMissing, KeyStore
from .people import People
from .places import why_unsafe

PACKAGES = ("pywebview", "flask", "sqlcipher3", "keyring", "PySide6", "pythonnet")
LAST_LINES = 20


def diagnosis(home: Home, store: KeyStore | None = None) -> str:
    """Tell how the program is set up on this computer, line by line."""
    return "\n".join(f"{what:<24}{told}" for what, told in _lines(home, store or KeyStore())) + "\n"


def _lines(home: Home, store: KeyStore) -> Iterator[tuple[str, object]]:
    yield "Fotfeste", APP + (" (packaged)" if getattr(sys, "frozen", False) else " (from source)")
    yield "system", platform.platform()
    yield "Python", platform.python_version()
    yield from ((name, _version(name)) for name in PACKAGES)
    yield "web engine", _engine()
    yield "folder", home.folder
    yield "folder is safe", why_unsafe(home.folder) or "yes"
    yield "free on its disk", f"{shutil.disk_usage(_existing(home.folder)).free // 1_000_000} MB"
    yield "key store", f"{type(keyring.get_keyring()).__module__}, {'works' if store.works() else 'does not work'}"
    yield "people here", max(1, len(People(home).all()))
    yield "database", _size(home.database)
    yield "its log", _size(home.database.with_name(home.database.name + "-wal"))
    yield "ways to the key", _ways(home, store)
    yield from (("log", line) for line in _last_words(home.log))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not here"


def _engine() -> str:
    if sys.platform == "win32":
        return _webview2() or "WebView2 is missing: ask IT for the Microsoft Edge WebView2 Runtime"
    return "WebKit of macOS" if sys.platform == "darwin" else "QtWebEngine"


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _size(path: Path) -> str:
    return f"{path.stat().st_size:,} bytes" if path.exists() else "none"


def _ways(home: Home, store: KeyStore) -> str:
    keys = KeyFile(home, store)
    try:
        ways = [way for way in ("keyring", "passphrase", "recovery") if keys.has(way)]
    except KeyMissing:
        return "none" if not home.database.exists() else "NONE, but there is a database"
    return ", ".join(ways)


def _last_words(log: Path) -> list[str]:
    try:
        return log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
    except OSError:
        return ["none"]


if sys.platform == "win32":
    import winreg

    # the runtime's own id, the same for every version: where Microsoft says to look for it
    _CLIENT = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

    def _webview2() -> str | None:
        for root, path in (
            (winreg.HKEY_LOCAL_MACHINE, rf"SOFTWARE\WOW6432Node\{_CLIENT}"),
            (winreg.HKEY_CURRENT_USER, rf"Software\{_CLIENT}"),
        ):
            try:
                with winreg.OpenKey(root, path) as key:
                    return f"WebView2 {winreg.QueryValueEx(key, 'pv')[0]}"
            except OSError:
                continue  # not installed for everybody, or not for this person
        return None
else:

    def _webview2() -> str | None:
        return None
