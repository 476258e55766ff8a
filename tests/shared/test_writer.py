"""Group commit: many answers share an fsync, each gets its own reply, and none can harm its neighbour."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from peewee import IntegrityError, TextField

from fotfeste_shared.database import (
    Database,
    KeyField,
    OutcomeUnknown,
    Table,
    Writer,
    close_database,
    insert_once,
    open_database,
    say_along,
    to_be_said,
    writing,
)
from fotfeste_shared.problems import Busy


class Parent(Table):
    id = KeyField()


class Child(Table):
    id = KeyField()
    parent = TextField(null=True)


WRITE_UNTIL_KILLED = """
import sys, threading
from fotfeste_shared.database import Writer, open_database
db = open_database(sys.argv[1])
writer = Writer(db)
out = threading.Lock()
def write(who):
    for n in range(10_000):
        key = f"{who}-{n}"
        writer.do(lambda: db.execute_sql(f"INSERT INTO parent (id) VALUES ('{key}')"))
        with out:
            print(key, flush=True)
for who in range(8):
    threading.Thread(target=write, args=(who,)).start()
"""


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    with database.bind_ctx([Parent, Child]):
        database.create_tables([Parent])
        # Broken only at COMMIT: the one way in which a row fails a whole group.
        database.execute_sql(
            "CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        yield database


@pytest.fixture
def writer(db: Database) -> Iterator[Writer]:
    writer = Writer(db)
    yield writer
    writer.close()


def together(writer: Writer, acts: list[Callable[[], object]]) -> list[Future[object]]:
    """Hand over acts so that they make one group: they gather while the writer is held up by another."""
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go.wait(10)

    pool = ThreadPoolExecutor(len(acts) + 1)
    pool.submit(writer.do, hold)
    held.wait(10)
    futures = [pool.submit(writer.do, act) for act in acts]
    while writer._waiting.qsize() < len(acts):
        pass
    go.set()
    pool.shutdown()
    return futures


def keep(key: str) -> Callable[[], bool]:
    return lambda: insert_once(Parent, id=key)


def keep_orphan(key: str) -> Callable[[], bool]:
    return lambda: insert_once(Child, id=key, parent="nobody")


def kept() -> set[str]:
    return {row.id for row in Parent.select()}


def test_those_who_come_together_share_one_commit_and_get_their_own_answers(db: Database, writer: Writer) -> None:
    commits: list[str] = []
    db.on_statement = lambda sql: commits.append(sql) if sql == "COMMIT" else None

    answers = together(writer, [keep("a"), keep("b"), keep("a"), keep("c")])

    assert sorted(bool(answer.result()) for answer in answers) == [False, True, True, True]
    assert kept() == {"a", "b", "c"}
    assert len(commits) == 2  # the one that held the writer up, and theirs


def test_a_bad_row_fails_alone(writer: Writer) -> None:
    def fail() -> None:
        Parent.create(id="half")
        raise ValueError("planned")

    def break_rule() -> None:
        Parent.create(id="twice")
        Parent.create(id="twice")

    first, bad, worse, last = together(writer, [keep("a"), fail, break_rule, keep("b")])

    assert first.result()
    assert last.result()
    with pytest.raises(ValueError, match="planned"):
        bad.result()
    with pytest.raises(IntegrityError):
        worse.result()
    assert kept() == {"a", "b"}


def test_a_row_that_breaks_the_commit_does_not_take_its_neighbours_with_it(writer: Writer) -> None:
    first, bad, last = together(writer, [keep("a"), keep_orphan("x"), keep("b")])

    assert first.result()
    assert last.result()
    with pytest.raises(IntegrityError):
        bad.result()
    assert kept() == {"a", "b"}
    assert Child.select().count() == 0


def test_an_act_that_ends_the_transaction_does_not_take_its_neighbours_with_it(db: Database, writer: Writer) -> None:
    def end() -> None:
        Parent.create(id="half")
        db.connection().execute("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise ValueError("planned")

    first, bad, last = together(writer, [keep("a"), end, keep("b")])

    assert first.result()
    assert last.result()
    with pytest.raises(ValueError, match="planned"):
        bad.result()
    assert kept() == {"a", "b"}


def test_an_unknown_outcome_is_told_to_all_and_nothing_is_done_twice(postgres: str) -> None:
    db = open_database(postgres)
    writer = Writer(db)
    runs: list[str] = []

    def cut() -> None:
        runs.append("cut")
        pid = db.execute_sql("SELECT pg_backend_pid()").fetchone()[0]

        def now(sql: str) -> None:
            if sql == "COMMIT":
                db.on_statement = None
                with psycopg.connect(postgres, autocommit=True) as admin:
                    admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

        db.on_statement = now

    answers = together(writer, [lambda: runs.append("a"), cut, lambda: runs.append("b")])

    for answer in answers:
        with pytest.raises(OutcomeUnknown):
            answer.result()
    assert sorted(runs) == ["a", "b", "cut"]
    assert writer.do(lambda: db.execute_sql("SELECT 1").fetchone()) == (1,)
    writer.close()
    close_database(db)


def test_when_no_transaction_can_begin_all_are_told_at_once(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    db, other = open_database(url), open_database(url)
    begins: list[str] = []
    writer = Writer(db)
    writer.do(lambda: db.execute_sql("PRAGMA busy_timeout=20"))
    db.on_statement = lambda sql: begins.append(sql) if sql == "BEGIN" else None

    with writing(other):
        answers = together_after(writer, 3)

    for answer in answers:
        with pytest.raises(Busy):
            answer.result()
    assert len(begins) <= 3
    writer.close()
    close_database(db)
    close_database(other)


def together_after(writer: Writer, many: int) -> list[Future[object]]:
    with ThreadPoolExecutor(many) as pool:
        return [pool.submit(writer.do, lambda: None) for _ in range(many)]


def test_closing_finishes_what_waits_and_takes_no_more(db: Database) -> None:
    writer = Writer(db)
    answers = together(writer, [keep(str(n)) for n in range(5)])

    writer.close()

    assert all(answer.result() for answer in answers)
    with pytest.raises(Busy):
        writer.do(keep("late"))
    assert kept() == {"0", "1", "2", "3", "4"}


def test_a_write_within_a_write_is_a_mistake_that_is_told(db: Database, writer: Writer) -> None:
    with writing(db), pytest.raises(RuntimeError):
        writer.do(keep("a"))
    with pytest.raises(RuntimeError):
        writer.do(lambda: writer.do(keep("a")))

    assert kept() == set()


def test_killed_in_full_flight_every_confirmed_row_is_there(db: Database, database_url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITE_UNTIL_KILLED, database_url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    confirmed = [process.stdout.readline().decode().strip() for _ in range(200)]
    process.kill()
    confirmed += [line.decode().strip() for line in process.stdout if line.endswith(b"\n")]

    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    assert set(confirmed) <= kept()
    assert len(kept()) - len(confirmed) <= 8  # at most what each thread had not yet heard of


def test_the_writer_says_along_what_its_caller_wants_said_and_neither_is_kept_alone(
    db: Database, writer: Writer
) -> None:
    def say(_db: Database) -> None:
        Parent.create(id="said")

    say_along(say)
    writer.do(lambda: Parent.create(id="act"))
    assert ({"act", "said"}, None) == ({each.id for each in Parent.select()}, to_be_said())

    say_along(say)  # what it says is there already
    with pytest.raises(IntegrityError):
        writer.do(lambda: Parent.create(id="another act"))
    say_along(None)
    assert 2 == Parent.select().count()
