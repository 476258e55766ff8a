"""An older file comes up to date whole, and a newer one is left alone."""

import pytest
from keyring.backends import fail
from peewee import SchemaManager

from fotfeste_desktop.desk import Desk, Stage
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.models import ALL
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.migrating import migrate


def shape(db):
    """Tables with their columns and indexes, as the database tells them."""
    tables = [name for name in db.get_tables() if name != "applied_step"]
    return {
        name: (
            sorted(map(str, db.get_columns(name))),
            sorted((i.name, str(i.columns), i.unique) for i in db.get_indexes(name)),
        )
        for name in tables
    }


def test_a_fresh_file_has_the_shape_that_the_models_declare(db, tmp_path):
    declared = open_database(f"sqlite:///{tmp_path}/declared.db")
    for model in ALL:
        SchemaManager(model, declared).create_all()

    assert shape(db) == shape(declared)
    assert len(shape(db)) == len(ALL)
    close_database(declared)


def test_a_file_of_a_newer_program_is_left_alone_and_said_so(home):
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.begin()
    desk.choose("fire rolige grønne fjell")

    def step_of_the_future(db, change):
        pass

    migrate(desk.db, [*STEPS, step_of_the_future])
    desk.close()
    before = home.database.read_bytes()
    again = Desk(home, KeyStore(fail.Keyring()))
    again.begin()
    again.unlock("fire rolige grønne fjell")

    assert again.stage is Stage.NEWER
    assert home.database.read_bytes() == before


@pytest.mark.parametrize("had_data", [True, False])
def test_a_copy_is_taken_before_a_file_with_data_is_changed(home, key, monkeypatch, had_data):
    if had_data:
        db = open_database(f"sqlite:///{home.database}", key=key)
        migrate(db, STEPS)
        close_database(db)

    def step_of_tomorrow(db, change):
        pass

    monkeypatch.setattr("fotfeste_desktop.desk.STEPS", [*STEPS, step_of_tomorrow])
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.begin()
    if not had_data:
        desk.choose("fire rolige grønne fjell")
    else:
        desk.recovery_code = "shown elsewhere"
        desk._open(key)
    desk.close()

    assert (home.folder / "fotfeste.before-update.db").exists() == had_data
