"""Both databases keep what they say they keep, and say so in words when they cannot."""

import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import sqlcipher3.dbapi2 as sqlite
from peewee import Check, IntegerField, IntegrityError, TextField

from fotfeste_shared.database import (
    Database,
    DayField,
    JsonField,
    KeyField,
    MomentField,
    OutcomeUnknown,
    Table,
    WrongKey,
    alone,
    backup_copy,
    can_write,
    close_database,
    erase_freed_pages,
    insert_once,
    let_go,
    locked,
    open_database,
    reading,
    require_safe_sqlite,
    sqlite_is_safe,
    storage,
    writing,
)
from fotfeste_shared.problems import Busy, DiskFull, Problem

KEY = bytes(range(32))


class Note(Table):
    """A row with every kind of column."""

    id = KeyField()
    name = TextField(null=True, unique=True)
    size = IntegerField(default=1, constraints=[Check("size > 0")])
    at = MomentField(null=True)
    day = DayField(null=True)
    box = JsonField(null=True)

    class Meta:
        without_rowid = True


WRITE_AND_DIE = """
import os, signal, sys
from fotfeste_shared.database import open_database, writing
db = open_database(sys.argv[1])
left = int(sys.argv[2])
def die(sql):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
db.on_statement = die
n = 0
while True:
    with writing(db):
        for half in "ab":
            db.execute_sql(f"INSERT INTO note (id, size) VALUES ('{n}{half}', 1)")
    print(n, flush=True)
    n += 1
"""


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


# --- columns --------------------------------------------------------------------------------------


def test_columns_come_back_as_they_were_kept(db: Database) -> None:
    oslo = timezone(timedelta(hours=2))
    moment = datetime(2026, 8, 31, 10, 0, 0, 123_000, tzinfo=oslo)
    Note.create(id="a", at=moment, day=date(2026, 8, 31), box={"æ": [1, {"b": None}]})

    note = Note.get_by_id("a")

    assert note.at == moment
    assert note.at.tzinfo is UTC
    assert note.day == date(2026, 8, 31)
    assert note.box == {"æ": [1, {"b": None}]}
    assert Note.select().where(Note.at <= moment, Note.day < date(2026, 9, 1)).count() == 1


def test_json_has_one_spelling(db: Database) -> None:
    Note.create(id="a", box={"ø": 1, "a": "å"})

    assert db.execute_sql("SELECT box FROM note").fetchone() == ('{"a":"å","ø":1}',)


@pytest.mark.parametrize(
    "wrong",
    [{"at": datetime(2026, 8, 31)}, {"day": datetime(2026, 8, 31, tzinfo=UTC)}],  # noqa: DTZ001
)
def test_a_time_without_a_zone_and_a_day_with_a_time_are_refused(db: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Note.create(id="a", **wrong)


# --- keeping once ---------------------------------------------------------------------------------


def test_keeps_a_row_once_and_tells_whether_it_was_new(db: Database) -> None:
    assert insert_once(Note, id="a", name="first")
    assert not insert_once(Note, id="a", name="second")

    assert Note.get_by_id("a").name == "first"


def test_a_broken_rule_is_told_and_not_taken_for_a_known_row(db: Database) -> None:
    insert_once(Note, id="a", name="taken")

    with pytest.raises(IntegrityError):
        insert_once(Note, id="b", size=0)
    with pytest.raises(IntegrityError):
        insert_once(Note, id="b", size=None)
    with pytest.raises(IntegrityError):
        insert_once(Note, Note.id, id="b", name="taken")

    assert not insert_once(Note, id="b", name="taken")
    assert names() == ["a"]


# --- transactions ---------------------------------------------------------------------------------


def test_a_block_is_kept_whole_or_not_at_all(db: Database) -> None:
    def write_and_fail() -> None:
        with writing(db):
            Note.create(id="a")
            raise RuntimeError("planned")

    with pytest.raises(RuntimeError, match="planned"):
        write_and_fail()
    with writing(db):
        Note.create(id="b")

    assert names() == ["b"]


def test_an_inner_block_fails_without_the_outer(db: Database) -> None:
    def fail_within() -> None:
        with writing(db):
            Note.create(id="b")
            Note.create(id="b")

    with writing(db):
        Note.create(id="a")
        with pytest.raises(IntegrityError):
            fail_within()
        with writing(db):
            Note.create(id="c")

    assert names() == ["a", "c"]


def test_a_reader_sees_one_state_while_others_write(db: Database, database_url: str) -> None:
    Note.create(id="a")
    other = open_database(database_url)

    with reading(db):
        before = names()
        with writing(other):
            other.execute_sql("INSERT INTO note (id, size) VALUES ('b', 1)")
        during = names()
    close_database(other)

    assert before == during == ["a"]
    assert names() == ["a", "b"]


def test_readers_that_turn_writers_wait_for_each_other_instead_of_failing(db: Database) -> None:
    """With deferred transactions most of these failed at once with "database is locked"."""
    Note.create(id="sum", size=1)
    failures: list[Problem] = []

    def add() -> None:
        try:
            for _ in range(25):
                with writing(db):
                    total = locked(Note.select().where(Note.id == "sum")).get()
                    Note.update(size=total.size + 1).where(Note.id == "sum").execute()
        except Problem as failure:
            failures.append(failure)
        finally:
            db.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Note.get_by_id("sum").size == 101


def test_even_a_plain_atomic_begins_as_a_writer_on_sqlite(file: Database) -> None:
    statement: list[str] = []
    file.connection().set_trace_callback(statement.append)

    with file.atomic():
        pass

    assert statement[0] == "BEGIN IMMEDIATE"


def test_one_who_waits_too_long_is_told_busy(file: Database) -> None:
    other = open_database(f"sqlite:///{file.path}")
    other.execute_sql("PRAGMA busy_timeout=20")

    with writing(file):
        assert not can_write(other)
        with pytest.raises(Busy):
            other.begin()

    assert can_write(other)
    close_database(other)


def test_while_one_is_alone_nobody_else_changes_the_shape(db: Database, database_url: str) -> None:
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        other = open_database(database_url)
        entered.set()
        with alone(other):
            order.append("second")
        close_database(other)

    thread = threading.Thread(target=second)
    with alone(db):
        thread.start()
        entered.wait(10)
        thread.join(0.2)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


# --- killed, full, broken -------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [10, 11, 12])
def test_killed_before_any_statement_all_that_was_confirmed_is_there_and_no_half(
    db: Database, database_url: str, statement: int
) -> None:
    process = subprocess.run(
        [sys.executable, "-c", WRITE_AND_DIE, database_url, str(statement)], stdout=subprocess.PIPE, check=False
    )
    confirmed = {f"{n}{half}" for n in process.stdout.decode().split() for half in "ab"}

    assert process.returncode == -signal.SIGKILL
    assert len(confirmed) >= 4
    assert set(names()) == confirmed


def test_a_full_disk_is_told_and_nothing_earlier_is_lost(file: Database) -> None:
    Note.create(id="a")
    file.execute_sql(f"PRAGMA max_page_count={file.execute_sql('PRAGMA page_count').fetchone()[0] + 2}")

    def fill() -> None:
        with writing(file):
            Note.create(id="b")
            Note.create(id="c", name="x" * 100_000)

    with pytest.raises(DiskFull):
        fill()
    assert names() == ["a"]

    file.execute_sql("PRAGMA max_page_count=100000")
    fill()
    assert names() == ["a", "b", "c"]


def test_after_the_engine_ended_a_transaction_nothing_is_written_outside_of_it(file: Database) -> None:
    def go_on() -> None:
        with writing(file):
            Note.create(id="a")
            file.connection().execute("ROLLBACK")  # as SQLite does by itself after some failures
            Note.create(id="b")

    with pytest.raises(Busy):
        go_on()

    assert names() == []


def test_a_lost_connection_is_busy_and_the_next_request_works(postgres: str) -> None:
    database = open_database(postgres)

    def lose(when: str) -> None:
        with writing(database):
            pid = database.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
            with psycopg.connect(postgres, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            if when == "before":
                database.execute_sql("SELECT 1")

    with pytest.raises(Busy) as early:
        lose("before")
    with pytest.raises(OutcomeUnknown):
        lose("at commit")

    assert not isinstance(early.value, OutcomeUnknown)
    assert database.execute_sql("SELECT 1").fetchone() == (1,)
    close_database(database)


def test_a_request_gives_its_connection_back(database: Database) -> None:
    storage_engine = storage(database).engine

    let_go(database)

    assert database.is_closed() is (storage_engine == "postgresql")
    assert database.execute_sql("SELECT 1").fetchone() == (1,)


# --- SQLite's file --------------------------------------------------------------------------------


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


# --- copies and erasing ---------------------------------------------------------------------------


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
