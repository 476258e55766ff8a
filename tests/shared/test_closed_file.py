"""A closed file is read by the holder of its key only, whole or not at all."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fotfeste_shared.closed_file import (
    PIECE,
    NotOpened,
    close_file,
    is_closed,
    is_locked,
    lock_file,
    new_key,
    open_file,
    public_part,
    unlock_file,
)

KEY = new_key()


def closed(content: bytes) -> bytes:
    target = io.BytesIO()
    close_file(io.BytesIO(content), target, public_part(KEY))
    return target.getvalue()


def opened(raw: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    open_file(io.BytesIO(raw), target, key)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_closed_comes_out_again(size: int):
    content = bytes(range(256)) * (size // 256 + 1)

    assert is_closed(closed(content[:size]))
    assert content[:size] == opened(closed(content[:size]))


def test_what_was_locked_comes_out_with_the_passphrase_and_however_the_keyboard_writes_it():
    locked, plain = io.BytesIO(), io.BytesIO()
    lock_file(io.BytesIO(b"Hemmelig"), locked, "kafe\u0301 med fire bord")
    raw = locked.getvalue()
    unlock_file(io.BytesIO(raw), plain, "kaf\u00e9 med fire bord")

    assert (b"Hemmelig", True, False) == (plain.getvalue(), is_locked(raw), is_closed(raw))
    for damaged, passphrase in ((raw, "kafe med fire bord"), (raw[:-1], "kaf\u00e9 med fire bord"), (b"x" + raw, "x")):
        with pytest.raises(NotOpened):
            unlock_file(io.BytesIO(damaged), io.BytesIO(), passphrase)


def test_nobody_else_reads_it():
    raw = closed(b"Hemmelig om en nyansatt")

    assert b"Hemmelig" not in raw
    with pytest.raises(NotOpened):
        opened(raw, new_key())


@given(st.data())
def test_a_changed_or_cut_file_is_refused(data: st.DataObject):
    raw = closed(b"x" * 200)
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = bytearray(raw)
    changed[place] ^= data.draw(st.integers(1, 255))

    for bad in (bytes(changed), raw[:place], raw + b"x"):
        with pytest.raises(NotOpened):
            opened(bad)


def test_pieces_cannot_be_left_out():
    raw = closed(bytes(3 * PIECE))
    start = len(closed(b"")) - 17

    with pytest.raises(NotOpened):
        opened(raw[:start] + raw[start + PIECE + 17 :])
