"""An example of another version is put aside whole; one's own, and a database of one's choosing, are left alone."""

import pytest

from fotfeste_server.config import Config
from fotfeste_server.demo import put_aside_if_outgrown


@pytest.fixture
def config(tmp_path):
    config = Config(data=tmp_path / "demo", demo=True)
    assert put_aside_if_outgrown(config) is None
    for name in ("fotfeste.db", "fotfeste.db-wal", "in-use"):
        (config.data / name).write_text(name)
    (config.data / "keys").mkdir()
    return config


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_an_example_of_this_version_stays_where_it_is(config):
    assert put_aside_if_outgrown(config) is None
    assert "fotfeste.db" in names(config.data)


def test_an_example_of_another_version_is_put_aside_whole_and_each_has_a_place_of_its_own(config):
    for number in ("1", "2"):
        (config.data / "made-by").write_text("another")

        assert config.data / "older" / number == put_aside_if_outgrown(config)
        assert "fotfeste.db" in names(config.data / "older" / number)
        (config.data / "fotfeste.db").write_text("the next one")

    assert ["fotfeste.db", "fotfeste.db-wal", "keys"] == names(config.data / "older" / "1")
    assert ["fotfeste.db", "in-use", "made-by", "older"] == names(config.data)
    assert put_aside_if_outgrown(config) is None


def test_one_made_before_examples_were_marked_is_put_aside_too(config):
    (config.data / "made-by").unlink()

    assert config.data / "older" / "1" == put_aside_if_outgrown(config)


def test_a_database_of_ones_own_choosing_is_never_put_aside(config):
    (config.data / "made-by").write_text("another")

    assert put_aside_if_outgrown(Config(data=config.data, demo=True, database="postgresql://localhost/a")) is None
    assert "fotfeste.db" in names(config.data)
