"""The key of the encrypted file: random, and kept only in wrapped copies.

Three ways lead to it: the system's own key store, a passphrase, and a recovery code on paper. A lost key
would lose answers that are not delivered yet, so no new one is made while a database waits for the old.
"""

import base64
import binascii
import hashlib
import json
import secrets
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from fotfeste_shared.revisions import CROCKFORD, typed_code

from .home import Home, replace_file

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SHORTEST_PASSPHRASE = 12
_SERVICE = "Fotfeste"
# backends that keep nothing, or keep it readable: worse than none, because they look like safety
_REFUSED_BACKENDS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")

Way = Literal["keyring", "passphrase", "recovery"]


class KeyMissing(Exception):
    """The database is here but no way to its key is: somebody must type the recovery code."""


class WrongSecret(Exception):
    """The passphrase or recovery code does not open this file."""


class KeyStore:
    """The system's key store, trusted only after it has kept, given back and forgotten a probe.

    It is loaded when it is asked: who opens with a passphrase need not wait for it.
    """

    def __init__(self, backend: "KeyringBackend | None" = None) -> None:
        self._given = backend

    @cached_property
    def _backend(self) -> "KeyringBackend":
        from keyring import get_keyring

        return self._given or get_keyring()

    def works(self) -> bool:
        """Write, read and delete once; every backend that fails in any of these is as good as none."""
        module = type(self._backend).__module__
        if module.startswith(_REFUSED_BACKENDS) or getattr(self._backend, "file_path", None):
            return False
        name, probe = f"probe-{secrets.token_hex(8)}", secrets.token_hex(16)
        try:
            self._backend.set_password(_SERVICE, name, probe)
            same = self._backend.get_password(_SERVICE, name) == probe
            self._backend.delete_password(_SERVICE, name)
        except _faults():
            return False
        return same

    def keep(self, name: str, secret: bytes) -> None:
        """Put a secret into the store."""
        self._backend.set_password(_SERVICE, name, base64.b64encode(secret).decode())

    def find(self, name: str) -> bytes | None:
        """Take a secret out again; None when the store is locked, empty or gone."""
        try:
            kept = self._backend.get_password(_SERVICE, name)
        except _faults():
            return None
        return base64.b64decode(kept) if kept else None


def _faults() -> tuple[type[Exception], ...]:
    """Name what a key store may raise."""
    from keyring.errors import KeyringError

    return KeyringError, RuntimeError, OSError


class KeyFile:
    """`key.json`: the wrapped copies of the data key, useless without one of the three ways."""

    def __init__(self, home: Home, store: KeyStore) -> None:
        self._home = home
        self._store = store

    def is_new(self) -> bool:
        """Tell whether this is a fresh home, where a key may be made."""
        if self._home.key.exists():
            return False
        if self._home.database.exists():
            raise KeyMissing
        return True

    def make(self, passphrase: str | None) -> tuple[bytes, str]:
        """Make the data key and wrap it; gives the key and the recovery code, which is shown once."""
        if not self.is_new():
            raise KeyMissing
        key, code = secrets.token_bytes(32), new_recovery_code()
        ways: dict[Way, dict[str, str]] = {"recovery": _wrap(key, typed_code(code))}
        ways |= {"passphrase": _wrap(key, passphrase)} if passphrase else {"keyring": self._to_store(key)}
        self._write(ways)
        return key, code

    def from_store(self) -> bytes | None:
        """The data key by the system's key store, with nobody asked; None when that way is closed."""
        way = self._read().get("keyring")
        kept = self._store.find(way["name"]) if way else None
        return SecretBox(kept).decrypt(base64.b64decode(way["box"])) if way and kept else None

    def from_secret(self, typed: str) -> bytes:
        """The data key by what a person types, a passphrase or the recovery code; raises WrongSecret."""
        ways = self._read()
        tries: list[tuple[Way, str]] = [("passphrase", typed), ("recovery", typed_code(typed))]
        for way, secret in tries:
            key = _unwrap(ways[way], secret) if way in ways else None
            if key:
                return key
        raise WrongSecret

    def has(self, way: Way) -> bool:
        """Tell whether this way leads to the key."""
        return way in self._read()

    def renew_recovery(self, key: bytes) -> str:
        """Replace the recovery code by a fresh one, for a person who has lost the paper."""
        code = new_recovery_code()
        self._write(self._read() | {"recovery": _wrap(key, typed_code(code))})
        return code

    def renew_way(self, key: bytes, passphrase: str | None) -> None:
        """After recovery: a new passphrase, or the key store where there is one."""
        kept: dict[Way, dict[str, str]] = {"recovery": self._read()["recovery"]}
        way: dict[Way, dict[str, str]] = (
            {"passphrase": _wrap(key, passphrase)} if passphrase else {"keyring": self._to_store(key)}
        )
        self._write(kept | way)

    def _to_store(self, key: bytes) -> dict[str, str]:
        wrapping, name = secrets.token_bytes(32), f"data-key-{secrets.token_hex(8)}"
        self._store.keep(name, wrapping)
        return {"name": name, "box": base64.b64encode(SecretBox(wrapping).encrypt(key)).decode()}

    def _read(self) -> dict[Way, dict[str, str]]:
        try:
            ways: dict[Way, dict[str, str]] = json.loads(self._home.key.read_text("utf-8"))["ways"]
        except (OSError, ValueError, KeyError) as fault:
            raise KeyMissing from fault
        return ways

    def _write(self, ways: dict[Way, dict[str, str]]) -> None:
        replace_file(self._home.key, json.dumps({"format": 1, "ways": ways}, indent=1))


def new_recovery_code() -> str:
    """A code of 130 random bits that can be read aloud and written by hand: `7KQ2M-9XDA0-…`, six groups."""
    signs = "".join(secrets.choice(CROCKFORD) for _ in range(26))
    return "-".join(signs[i : i + 5] for i in range(0, 26, 5))


def _stretched(secret: str, salt: bytes) -> bytes:
    typed = unicodedata.normalize("NFC", secret)  # keyboards differ in how they write é and å
    return hashlib.scrypt(typed.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)


def _wrap(key: bytes, secret: str) -> dict[str, str]:
    salt = secrets.token_bytes(16)
    box = SecretBox(_stretched(secret, salt)).encrypt(key)
    return {"salt": base64.b64encode(salt).decode(), "box": base64.b64encode(box).decode()}


def _unwrap(way: dict[str, str], secret: str) -> bytes | None:
    try:
        stretched = _stretched(secret, base64.b64decode(way["salt"]))
        return SecretBox(stretched).decrypt(base64.b64decode(way["box"]))
    except (CryptoError, binascii.Error, KeyError):
        return None
