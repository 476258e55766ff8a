"""What is written is kept whole or not at all, whoever else writes and whatever breaks."""

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from peewee import IntegerField, IntegrityError, TextField

from fotfeste_shared.database import (
    Database,
    KeyField,
    OutcomeUnknown,
    Table,
    alone,
    can_write,
    close_database,
    let_go,
    locked,
    open_database,
    reading,
    say_along,
    to_be_said,
    writing,
)
from fotfeste_shared.engines import SqliteFile
from fotfeste_shared.problems import Busy, DiskFull, Problem


class Note(Table):
    id = KeyField()
    name = TextField(null=True)
    size = IntegerField(default=1)


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


def test_after_a_disk_error_the_outcome_is_said_to_be_unknown_and_every_handle_is_opened_anew(file: Database) -> None:
    Note.create(id="a")
    before, elsewhere = file.connection(), _Elsewhere(file)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(path.stat().st_size for path in Path(file.path).parent.iterdir())

    def write() -> None:
        with writing(file):
            Note.create(id="b", name="x" * 100_000)

    # The kernel refuses to let a file grow: to SQLite a write that failed, in the middle of the commit.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit[1]))
    try:
        with pytest.raises(OutcomeUnknown):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    assert names() == ["a"]
    assert file.connection() is not before
    assert elsewhere.renewed()
    write()
    assert names() == ["a", "b"]


class _Elsewhere:
    """Another thread with a handle of its own."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.pool = ThreadPoolExecutor(1)
        self.before = self.pool.submit(db.connection).result()

    def renewed(self) -> bool:
        self.pool.submit(names).result()
        after = self.pool.submit(self.db.connection).result()
        self.pool.submit(self.db.close).result()
        self.pool.shutdown()
        return after is not self.before


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
    let_go(database)

    assert database.is_closed()
    assert database.execute_sql("SELECT 1").fetchone() == (1,)


def test_threads_that_come_and_go_hand_on_one_connection_and_free_none(database: Database) -> None:
    used: list[object] = []

    def request() -> None:
        assert database.execute_sql("SELECT 1").fetchone() == (1,)
        used.append(database.connection())
        let_go(database)
        assert database.is_closed()

    let_go(database)
    for _ in range(20):
        thread = threading.Thread(target=request)
        thread.start()
        thread.join()

    assert len(used) == 20
    assert len({id(connection) for connection in used}) == 1


def test_a_connection_from_before_the_disk_failed_is_not_handed_on(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'fotfeste.db'}")
    assert isinstance(database, SqliteFile)
    before = database.connection()
    let_go(database)

    database.doubts += 1

    assert database.connection() is not before
    close_database(database)


def test_what_is_said_along_is_kept_with_the_transaction_or_waits_for_the_next(db: Database) -> None:
    said = []

    def say(there: Database) -> None:
        said.append(Note.select().count())
        Note.create(id="said") if there is db else None

    def fail() -> None:
        with writing(db):
            Note.create(id="act")
            raise ZeroDivisionError

    say_along(say)
    with pytest.raises(ZeroDivisionError):
        fail()
    assert (0, say) == (Note.select().count(), to_be_said())

    with writing(db), writing(db):
        Note.create(id="act")
    assert ({"act", "said"}, None) == ({note.id for note in Note.select()}, to_be_said())

    with writing(db):
        Note.create(id="more")
    assert [1] == said
