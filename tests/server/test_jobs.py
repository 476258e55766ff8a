"""Jobs: none lost, none done twice, whatever happens to the workers."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from fotfeste_server.jobs import (
    LEASE,
    LONGEST_PAUSE,
    Claim,
    Job,
    claim,
    done,
    enqueue,
    forget_done,
    keep_working,
    retry_later,
    run_due,
)
from fotfeste_shared.clock import now
from fotfeste_shared.database import (
    Database,
    KeyField,
    Table,
    writing,
)

START = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)


class Effect(Table):
    """What a handler leaves; the job's id is its key, so a second time changes nothing."""

    id = KeyField()


WORKER = """
import os, signal, sys
from datetime import timedelta
from fotfeste_server import jobs
from fotfeste_shared.database import KeyField, Table, insert_once, open_database, writing
class Effect(Table):
    id = KeyField()
url, deadly = sys.argv[1], int(sys.argv[2])
db = open_database(url)
db.bind([jobs.Job, Effect])
jobs.LEASE = timedelta(0)  # the next worker need not wait for ours to be given up
left = deadly
def count(sql):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def leave(claimed):
    with writing(db):
        insert_once(Effect, id=claimed.id)
db.on_statement = count
jobs.run_due(db, {"leave": leave})
"""


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    with database.bind_ctx([Job, Effect]):
        database.create_tables([Job, Effect])
        yield database


def start_worker(url: str, deadly: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER, url, str(deadly)])


def test_a_job_left_in_a_transaction_that_fails_was_never_there(db: Database) -> None:
    def enqueue_and_fail() -> None:
        with writing(db):
            enqueue("leave", {"n": 1})
            raise RuntimeError("planned")

    with pytest.raises(RuntimeError, match="planned"):
        enqueue_and_fail()

    assert run_due(db, {"leave": lambda _: None}) == 0
    assert Job.select().count() == 0


def test_the_same_id_twice_is_one_job(db: Database) -> None:
    with writing(db):
        enqueue("leave", {"n": 1}, job_id="mail-1")
        enqueue("leave", {"n": 2}, job_id="mail-1")
    seen: list[object] = []

    assert run_due(db, {"leave": lambda claimed: seen.append(claimed.payload)}) == 1
    assert seen == [{"n": 1}]


def test_a_job_waits_until_it_is_due(db: Database) -> None:
    with time_machine.travel(START, tick=False) as clock:
        enqueue("leave", {}, START + timedelta(hours=1))

        assert run_due(db, {"leave": lambda _: None}) == 0
        clock.shift(timedelta(hours=1))
        assert run_due(db, {"leave": lambda _: None}) == 1


def test_an_unknown_kind_is_left_for_the_program_that_knows_it(db: Database) -> None:
    enqueue("tomorrow", {})

    assert run_due(db, {"leave": lambda _: None}) == 0
    assert Job.select().where(Job.done.is_null(), Job.tries == 0).count() == 1


def test_a_failing_job_comes_back_later_and_later_and_its_neighbour_is_done(db: Database) -> None:
    pauses: list[timedelta] = []

    def fail(_: Claim) -> None:
        raise ValueError("ola@example.org")

    with time_machine.travel(START, tick=False) as clock:
        enqueue("fail", {})
        enqueue("leave", {})
        assert run_due(db, {"fail": fail, "leave": lambda _: None}) == 1
        for _ in range(12):
            job = Job.get(Job.kind == "fail")
            pauses.append(job.due - now())
            clock.move_to(job.due)
            assert run_due(db, {"fail": fail}) == 0

    assert pauses[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert pauses[-1] == LONGEST_PAUSE
    assert job.problem.startswith("ValueError in fail")
    assert "example.org" not in job.problem


def test_a_dead_worker_s_job_is_taken_again_and_the_dead_can_no_longer_strike_it_off(db: Database) -> None:
    with time_machine.travel(START, tick=False) as clock:
        enqueue("leave", {})
        first = claim(db, ["leave"])
        assert first is not None
        assert claim(db, ["leave"]) is None
        clock.shift(LEASE)
        second = claim(db, ["leave"])

        assert second is not None
        assert second.id == first.id
        assert not done(db, first)
        assert not retry_later(db, first, "late")
        assert done(db, second)
        assert claim(db, ["leave"]) is None


def test_killed_at_any_statement_no_job_is_lost_and_none_done_twice(db: Database, database_url: str) -> None:
    jobs = {enqueue("leave", {"n": n}) for n in range(3)}
    killed = 0

    for deadly in (3, 6, 8, 11):
        worker = start_worker(database_url, deadly)
        killed += worker.wait() == -signal.SIGKILL
    last = start_worker(database_url, 0)

    assert last.wait() == 0
    assert killed == 4
    assert {row.id for row in Effect.select()} == jobs
    assert Job.select().where(Job.done.is_null()).count() == 0


def test_several_workers_share_the_jobs_and_do_each_once(db: Database) -> None:
    jobs = sorted(enqueue("leave", {"n": n}) for n in range(40))
    seen: list[str] = []

    def work() -> None:
        run_due(db, {"leave": lambda claimed: seen.append(claimed.id)})
        db.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(seen) == jobs


def test_a_worker_keeps_working_until_told_to_stop(db: Database) -> None:
    stop, seen = threading.Event(), threading.Event()
    worker = threading.Thread(
        target=keep_working, args=(db, {"leave": lambda _: seen.set()}, stop), kwargs={"pause": 0.01}
    )
    worker.start()

    enqueue("leave", {})

    assert seen.wait(10)
    stop.set()
    worker.join()


def test_done_jobs_are_forgotten_after_their_time_and_open_ones_kept(db: Database) -> None:
    with time_machine.travel(START, tick=False):
        enqueue("leave", {"to": "old"})
        run_due(db, {"leave": lambda _: None})
        enqueue("leave", {"to": "open"})

    assert forget_done(db, START) == 0
    assert forget_done(db, START + timedelta(days=1)) == 1
    assert [row.payload for row in Job.select()] == [{"to": "open"}]
