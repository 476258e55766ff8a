"""Room is held back while there is plenty, and given back when the disk is full."""

from fotfeste_server.config import Config
from fotfeste_server.reserve import FULL, MB, PLENTY, tend


def test_room_is_really_held_back_and_given_back_when_the_disk_is_full(tmp_path):
    config = Config(data=tmp_path, reserve=2)

    tend(config, free=PLENTY + 3 * MB)
    taken = config.reserve_file.stat()
    tend(config, free=FULL)
    assert config.reserve_file.exists()
    tend(config, free=FULL - 1)

    assert (2 * MB, True) == (taken.st_size, taken.st_blocks * 512 >= 2 * MB)
    assert not config.reserve_file.exists()


def test_it_comes_back_only_when_there_is_plenty_of_room(tmp_path):
    config = Config(data=tmp_path, reserve=2)

    tend(config, free=PLENTY)
    assert not config.reserve_file.exists()
    tend(config, free=PLENTY + 3 * MB)
    assert config.reserve_file.exists()


def test_who_wants_none_has_none_and_an_old_one_goes(tmp_path):
    tend(Config(data=tmp_path, reserve=1), free=PLENTY * 2)
    tend(none := Config(data=tmp_path), free=PLENTY * 2)

    assert not none.reserve_file.exists()
