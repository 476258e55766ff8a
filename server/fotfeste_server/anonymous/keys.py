"""The keys of the anonymous world, each a file of its own that only the service's user may read.

A window's private key lives until its seal and is then destroyed: after that, nobody can open a box that a
backup still holds. Losing it before means losing the answers, so an offline copy is worth its trouble.
"""

import os
import re
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from fotfeste_shared.files import changing, sync_folder

SAFE_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


class KeyLost(Exception):
    """A key that should be there is not; what it closes stays closed until the copy is put back."""


class Unreadable(ValueError):
    """A box that this key does not open."""


class Keys:
    """The folder of keys: makes them once, closes and opens boxes with them, destroys them for good."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # --- a window's pair ------------------------------------------------------------------------------

    def new_window(self, window: str) -> bytes:
        """Make a window's pair of keys, durably, and give the public one; the same again when it is there."""
        return bytes(PrivateKey(self._once(_window(window), secrets.token_bytes(32))).public_key)

    def has_window(self, window: str) -> bool:
        """Tell whether the window's private key is still here."""
        return self._path(_window(window)).exists()

    def open_answer(self, window: str, box: bytes) -> bytes:
        """Open one answer of a window."""
        return self.opening(window)(box)

    def opening(self, window: str) -> Callable[[bytes], bytes]:
        """Give what opens a window's answers, for many at a time: the key is read once."""
        return partial(_opened, SealedBox(PrivateKey(self._read(_window(window)))))

    def destroy_window(self, window: str) -> None:
        """Overwrite and remove a window's private key, so that its boxes are closed for ever."""
        self._destroy(_window(window))

    def destroy_waiting(self, network: str) -> None:
        """Destroy the key of what waits, when a programme has ended."""
        self._destroy(_waiting(network))

    def _destroy(self, name: str) -> None:
        path = self._path(name)
        if not path.exists():
            return
        with changing(path) as file:
            file.write(secrets.token_bytes(32))
        path.unlink(missing_ok=True)  # another process may be destroying it too
        sync_folder(self._folder)

    # --- answers that wait, and links -----------------------------------------------------------------

    def close_waiting(self, network: str, text: bytes) -> bytes:
        """Close what waits for more answers."""
        return self.closing_waiting(network)(text)

    def closing_waiting(self, network: str) -> Callable[[bytes], bytes]:
        """Give what closes what waits, for many at a time: the key is read once."""
        box = SecretBox(self._once(_waiting(network), secrets.token_bytes(32)))
        return lambda text: bytes(box.encrypt(text))

    def open_waiting(self, network: str, box: bytes) -> bytes:
        """Open what waits."""
        return self.opening_waiting(network)(box)

    def opening_waiting(self, network: str) -> Callable[[bytes], bytes]:
        """Give what opens what waits, for many at a time: the key is read once."""
        return partial(_opened, SecretBox(self._read(_waiting(network))))

    def close_link(self, token: str) -> bytes:
        """Close an invitation's token to the one who sends reminders."""
        mail = PrivateKey(self._once("mail.key", secrets.token_bytes(32)))
        return close_to(bytes(mail.public_key), token.encode())

    def open_link(self, link: bytes) -> str:
        """Open an invitation's token; only the mail job has a reason to."""
        return _opened(SealedBox(PrivateKey(self._read("mail.key"))), link).decode()

    # --- the signing of form tokens -------------------------------------------------------------------

    def secret(self, name: str) -> bytes:
        """Give a secret of the service, made durably at the first start and the same ever after."""
        kept = self._once(name, secrets.token_bytes(32))
        if len(kept) != 32:
            raise KeyLost(name)  # a torn file: a new secret would turn every device and session away in silence
        return kept

    # --- files ----------------------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        if not SAFE_NAME.fullmatch(name.removesuffix(".key")):
            raise KeyLost(name)
        return self._folder / name

    def _read(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as missing:
            raise KeyLost(name) from missing

    def _once(self, name: str, fresh: bytes) -> bytes:
        """Keep a fresh key under a name unless one is there; whoever comes first wins, in any process."""
        path = self._path(name)
        if not path.exists():
            draft = path.with_name(f"{name}.{secrets.token_hex(8)}")
            with changing(draft) as file:
                file.write(fresh)
            try:
                os.link(draft, path)  # unlike a rename, this never takes the place of a key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            sync_folder(self._folder)
        return self._read(name)


def close_to(public_key: bytes, text: bytes) -> bytes:
    """Close a text so that only the holder of the private key can open it; the writer can not."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(text))


def _opened(key: "SealedBox[PrivateKey] | SecretBox", box: bytes) -> bytes:
    try:
        return bytes(key.decrypt(box))
    except (CryptoError, ValueError) as fault:
        raise Unreadable from fault


def _window(window: str) -> str:
    return f"window-{window}.key"


def _waiting(network: str) -> str:
    return f"waiting-{network}.key"
