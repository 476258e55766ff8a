"""Files that anybody may close and only the holder of a private key may open: backups, and work carried by hand.

A fresh key is sealed to the public key, and the content follows in pieces that can neither be changed, cut off
nor put in another order without being noticed. Where no key is at hand, a passphrase makes one.
"""

import hashlib
import secrets
import unicodedata
from typing import BinaryIO

from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

MARK = b"FOTFESTE CLOSED FILE 1\n"
LOCKED = b"FOTFESTE LOCKED FILE 1\n"
SALT = 16
SHORTEST_PASSPHRASE = 12
PIECE = 65_536
SEALED_KEY = 32 + sodium.crypto_box_SEALBYTES
HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
EXTRA = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
MORE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class NotOpened(ValueError):
    """The file is damaged, cut off, or closed to another key."""


def new_key() -> bytes:
    """Make a private key."""
    return secrets.token_bytes(32)


def public_part(private_key: bytes) -> bytes:
    """Give the public key of a private one."""
    return bytes(PrivateKey(private_key).public_key)


def is_closed(start: bytes) -> bool:
    """Tell by its first bytes whether a file is one of ours."""
    return start.startswith(MARK)


def close_file(source: BinaryIO, target: BinaryIO, public_key: bytes) -> None:
    """Write what `source` holds so that only the holder of the private key can read it."""
    key, state = secrets.token_bytes(32), sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    target.write(MARK + bytes(SealedBox(PublicKey(public_key)).encrypt(key)) + header)
    piece = source.read(PIECE)
    while True:
        following = source.read(PIECE)
        tag = MORE if following else LAST
        target.write(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, None, tag))
        if not following:
            return
        piece = following


def open_file(source: BinaryIO, target: BinaryIO, private_key: bytes) -> None:
    """Write the content to `target`; what was written before NotOpened is raised is not to be used."""
    try:
        if source.read(len(MARK)) != MARK:
            raise NotOpened("not a closed file")
        key = SealedBox(PrivateKey(private_key)).decrypt(source.read(SEALED_KEY))
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, source.read(HEADER), key)
        tag = MORE
        while tag != LAST:
            piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, source.read(PIECE + EXTRA))
            target.write(piece)
        if source.read(1):
            raise NotOpened("something follows the end")
    except (CryptoError, ValueError) as fault:
        raise NotOpened(str(fault)) from fault


def is_locked(start: bytes) -> bool:
    """Tell by its first bytes whether a file needs a passphrase."""
    return start.startswith(LOCKED)


def lock_file(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Write what `source` holds so that only those who know the passphrase can read it."""
    salt = secrets.token_bytes(SALT)
    target.write(LOCKED + salt)
    close_file(source, target, public_part(stretched(passphrase, salt)))


def unlock_file(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Write the content to `target`, as `open_file` does."""
    if source.read(len(LOCKED)) != LOCKED:
        raise NotOpened("not a locked file")
    open_file(source, target, stretched(passphrase, source.read(SALT)))


def stretched(passphrase: str, salt: bytes) -> bytes:
    """Make a key of a passphrase, slowly, so that guessing is slow too."""
    typed = unicodedata.normalize("NFC", passphrase)  # keyboards differ in how they write é and å
    return hashlib.scrypt(typed.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
