"""Keys are made once, readable by their owner only, and gone when destroyed."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from fotfeste_server.anonymous.keys import KeyLost, Keys, Unreadable, close_to


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_only_the_owner_may_read_a_key(keys, tmp_path):
    keys.new_window("w-1")
    keys.close_link("token")
    keys.close_waiting("n-1", b"4")
    folder = tmp_path / "keys"

    assert sorted(path.name for path in folder.iterdir()) == ["mail.key", "waiting-n-1.key", "window-w-1.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_whoever_asks_at_the_same_time_gets_the_same_key(keys):
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: keys.new_window("w-1"), range(64)))

    assert len(made) == 1


def test_a_box_is_opened_by_its_window_and_by_no_other(keys):
    box = close_to(keys.new_window("w-1"), b"4")
    keys.new_window("w-2")

    assert keys.open_answer("w-1", box) == b"4"
    with pytest.raises(Unreadable):
        keys.open_answer("w-2", box)


def test_what_waits_in_one_network_is_closed_to_another(keys):
    box = keys.close_waiting("n-1", b"4")
    keys.close_waiting("n-2", b"5")

    assert keys.open_waiting("n-1", box) == b"4"
    with pytest.raises(Unreadable):
        keys.open_waiting("n-2", box)


def test_a_destroyed_key_is_gone_and_destroying_twice_is_harmless(keys, tmp_path):
    box = close_to(keys.new_window("w-1"), b"4")
    before = (tmp_path / "keys" / "window-w-1.key").read_bytes()
    twin = tmp_path / "twin"
    os.link(tmp_path / "keys" / "window-w-1.key", twin)
    keys.destroy_window("w-1")
    keys.destroy_window("w-1")

    with pytest.raises(KeyLost):
        keys.open_answer("w-1", box)
    assert twin.read_bytes() != before


def test_a_name_cannot_lead_out_of_the_folder(keys):
    with pytest.raises(KeyLost):
        keys.new_window("../../escaped")
