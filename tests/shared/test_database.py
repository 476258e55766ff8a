"""A database's file is private and safe, its copies are whole, and what is erased is gone."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite
from peewee import IntegerField, TextField

from fotfeste_shared.database import (
    Database,
    KeyField,
    Table,
    WrongKey,
    backup_copy,
    close_database,
    erase_freed_pages,
    open_database,
    require_safe_sqlite,
    sqlite_is_safe,
    storage,
)

KEY = bytes(range(32))


class Note(Table):
    id = KeyField()
    name = TextField(null=True)
    size = IntegerField(default=1)


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    with database.bind_ctx([Note]):
        database.create_tables([Note])
        yield database


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    with opened.bind_ctx([Note]):
        opened.create_tables([Note])
        yield opened
    close_database(opened)


def names() -> list[str]:
    return [note.id for note in Note.select().order_by(Note.id)]


def test_the_file_is_the_owners_only_and_safe_against_power_cuts(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.db"
    db = open_database(f"sqlite:///{path}")
    db.execute_sql("CREATE TABLE t (x)")

    asked = ("foreign_keys", "secure_delete", "fullfsync", "checkpoint_fullfsync", "trusted_schema", "mmap_size")
    values = [db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in asked]
    modes = {stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}

    assert (storage(db).journal, storage(db).synchronous, storage(db).warning) == ("wal", "FULL", None)
    assert values == [1, 1, 1, 1, 0, 0]
    assert len(list(path.parent.iterdir())) == 3
    assert modes == {0o600}
    close_database(db)


def test_an_encrypted_file_tells_nothing_and_opens_with_its_key_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    url = f"sqlite:///{path}"
    db = open_database(url, key=KEY)
    db.execute_sql("CREATE TABLE t (x)")
    db.execute_sql("INSERT INTO t VALUES ('gjenkjennelig')")
    close_database(db)
    before = path.read_bytes()

    for wrong in (None, bytes(32)):
        with pytest.raises(WrongKey):
            open_database(url, key=wrong)

    assert b"gjenkjennelig" not in before
    assert b"SQLite" not in before
    assert path.read_bytes() == before
    db = open_database(url, key=KEY)
    assert db.execute_sql("SELECT x FROM t").fetchone() == ("gjenkjennelig",)
    close_database(db)


def test_only_reading_changes_nothing(file: Database) -> None:
    Note.create(id="a")
    reader = open_database(f"sqlite:///{file.path}", read_only=True)

    assert reader.execute_sql("SELECT id FROM note").fetchall() == [("a",)]
    with pytest.raises(Exception, match="readonly"):
        reader.execute_sql("DELETE FROM note")
    reader.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False),
        ((3, 50, 7), True), ((3, 51, 0), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 4), True),
    ],
)  # fmt: skip
def test_knows_the_versions_that_lose_rows(version: tuple[int, ...], *, safe: bool) -> None:
    assert sqlite_is_safe(version) is safe


def test_the_version_we_ship_with_is_safe() -> None:
    assert sqlite_is_safe(sqlite.sqlite_version_info)


def test_an_unsafe_version_runs_without_the_log_and_says_so(file: Database, caplog: pytest.LogCaptureFixture) -> None:
    told = require_safe_sqlite(file, (3, 40, 1))
    file.close()

    assert (storage(file).journal, storage(file).synchronous) == ("truncate", "EXTRA")
    assert told == storage(file)
    assert "3.40.1" in (told.warning or "")
    assert told.warning in caplog.messages


@pytest.mark.parametrize("key", [None, KEY])
def test_a_copy_is_whole_private_and_as_encrypted_as_its_original(tmp_path: Path, key: bytes | None) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'a.db'}", key=key)
    db.execute_sql("CREATE TABLE t (x)")
    db.execute_sql("INSERT INTO t VALUES ('gjenkjennelig')")
    copy = tmp_path / "copy.db"

    backup_copy(db, copy)
    backup_copy(db, copy)
    close_database(db)

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert (b"gjenkjennelig" in copy.read_bytes()) is (key is None)
    assert not list(tmp_path.glob("*.unfinished"))
    opened = open_database(f"sqlite:///{copy}", key=key)
    assert opened.execute_sql("SELECT x FROM t").fetchone() == ("gjenkjennelig",)
    close_database(opened)


def test_what_is_deleted_can_no_longer_be_read_in_the_files(file: Database) -> None:
    Note.create(id="a", name="gjenkjennelig")
    Note.delete().execute()
    folder = Path(file.path).parent
    before = any(b"gjenkjennelig" in path.read_bytes() for path in folder.iterdir())

    erase_freed_pages(file)

    assert before  # the log still had it
    assert not any(b"gjenkjennelig" in path.read_bytes() for path in folder.iterdir())


def test_erasing_works_on_both(db: Database) -> None:
    Note.create(id="a")

    erase_freed_pages(db)

    assert names() == ["a"]
