"""Work that must be done later, kept in a table: nothing is lost when a worker is killed, and several may work.

A job may be begun again after a crash, so a handler does its work so that a second time changes nothing; the
job's id is the natural key for that.
"""

import logging
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import IntegerField, TextField

from fotfeste_shared.clock import now
from fotfeste_shared.database import (
    Database,
    JsonField,
    KeyField,
    MomentField,
    Table,
    insert_once,
    let_go,
    writing,
)
from fotfeste_shared.problems import Problem

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than any handler takes: after it the worker counts as dead
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
NO_LETTER = "no letter"  # what costs the same as a letter and is none: who asked for it is to see no difference


class Job(Table):
    """One piece of work; `tries` grows with each claim, so it also tells whose claim is the newest."""

    id = KeyField()
    kind = TextField()
    payload = JsonField()
    due = MomentField()
    tries = IntegerField(default=0)
    claimed_until = MomentField(null=True)
    done = MomentField(null=True)
    problem = TextField(null=True)

    class Meta:
        """Workers look for what is due and not done."""

        indexes = ((("done", "due"), False),)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker."""

    id: str
    kind: str
    payload: Any
    tries: int


Handler = Callable[[Claim], None]


def enqueue(kind: str, payload: Mapping[str, object], due: datetime | None = None, *, job_id: str | None = None) -> str:
    """Leave work for later, inside the caller's transaction; the same `job_id` twice is one job."""
    job_id = job_id or str(uuid.uuid4())
    insert_once(Job, Job.id, id=job_id, kind=kind, payload=payload, due=due or now())
    return job_id


def claim(db: Database, kinds: list[str]) -> Claim | None:
    """Take the job that has waited longest among these kinds, None when there is none to take now."""
    while True:
        moment = now()
        free = Job.claimed_until.is_null() | (Job.claimed_until <= moment)
        ready = Job.done.is_null() & (Job.due <= moment) & Job.kind.in_(kinds) & free
        job = Job.select().where(ready).order_by(Job.due, Job.id).first()
        if job is None:
            return None
        with writing(db):
            mine = Job.update(tries=Job.tries + 1, claimed_until=moment + LEASE).where(
                (Job.id == job.id) & (Job.tries == job.tries) & ready
            )
            if mine.execute() == 1:
                return Claim(job.id, job.kind, job.payload, job.tries + 1)
        # Another worker was quicker; there may be more.


def done(db: Database, claimed: Claim) -> bool:
    """Strike the job off, unless another worker has it by now."""
    with writing(db):
        return _mine(claimed, done=now(), claimed_until=None, problem=None)


def retry_later(db: Database, claimed: Claim, problem: str) -> bool:
    """Put the job back with its problem; the pause doubles with each try up to six hours, and it is never dropped."""
    pause = min(FIRST_PAUSE * 2 ** min(claimed.tries - 1, 20), LONGEST_PAUSE)
    with writing(db):
        return _mine(claimed, due=now() + pause, claimed_until=None, problem=problem)


def run_due(db: Database, handlers: Mapping[str, Handler]) -> int:
    """Do everything that is due and has a handler, and tell how many jobs got done.

    Kinds without a handler are left alone: a newer program may have left them.
    """
    finished = 0
    while claimed := claim(db, list(handlers)):
        try:
            handlers[claimed.kind](claimed)
        except Exception as failure:  # noqa: BLE001 (whatever it is, the job stays and its problem is told)
            # The class and the place only: a message may hold an address or an answer.
            place = traceback.extract_tb(failure.__traceback__)[-1]
            problem = f"{type(failure).__name__} in {place.name}, line {place.lineno}"
            log.warning("job %s (%s) failed at try %d: %s", claimed.id, claimed.kind, claimed.tries, problem)
            retry_later(db, claimed, problem)
        else:
            finished += done(db, claimed)
    return finished


def keep_working(db: Database, handlers: Mapping[str, Handler], stop: threading.Event, pause: float = 2.0) -> None:
    """Do what falls due until told to stop; for a thread of the server."""
    while not stop.is_set():
        try:
            run_due(db, handlers)
        except Problem as problem:
            log.warning("jobs wait for the database: %s", problem.code)
        finally:
            let_go(db)
        stop.wait(pause)


def forget_done(db: Database, before: datetime) -> int:
    """Delete jobs that were done before a moment, with their payloads."""
    with writing(db):
        forgotten: int = Job.delete().where(Job.done < before).execute()
    return forgotten


def _mine(claimed: Claim, **change: object) -> bool:
    """Change the job if the claim is still the newest."""
    changed = Job.update(**change).where((Job.id == claimed.id) & (Job.tries == claimed.tries) & Job.done.is_null())
    return bool(changed.execute() == 1)
