"""What runs beside the pages in a serving process: work for later, and leaving when the parent has gone."""

import logging
import os
import signal
import threading
import time
from datetime import date
from multiprocessing.util import Finalize

from flask import Flask

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, let_go, writing

from . import calling, heads, letters, webhooks
from .app import close_app
from .backup import due, take_backup
from .inviting import Ways, go_round, next_round
from .jobs import NO_LETTER, Claim, Handler, enqueue, run_due
from .mail import Letter, Refused
from .named import retention
from .named.bounces import note_arrival, note_bounce
from .named.erasing import Erasures
from .named.needs import forget_needs
from .named.networks import open_yearly_sheets
from .opening import Tools
from .service import Service

log = logging.getLogger(__name__)
PAUSE = 0.5
INVITATIONS, GATHERINGS, RETENTION = "invitations", "gatherings", "retention"  # the kinds of the daily jobs
LOOK_EVERY = 60.0


def leave_with_parent() -> None:
    """End this worker when its parent was killed, so that none goes on serving an old database unseen."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PAUSE)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def handlers(service: Service) -> dict[str, Handler]:
    """Name the work that this program knows how to do later."""
    return _of_letters(service) | _of_every_day(service)


def _of_letters(service: Service) -> dict[str, Handler]:
    def send_letter(claimed: Claim) -> None:
        try:
            service.mail.send(Letter(claimed.id, **claimed.payload))
        except Refused:
            log.warning("job %s: the address takes no letters", claimed.id)  # trying again is no use
            note_bounce(service.db, claimed.payload["to"])
        else:
            note_arrival(service.db, claimed.payload["to"])

    def look_for_news(_claimed: Claim) -> None:
        webhooks.go_round(service)

    def tell_news(claimed: Claim) -> None:
        webhooks.deliver(service, claimed)

    def send_nothing(_claimed: Claim) -> None:
        """Strike it off."""

    return {"letter": send_letter, NO_LETTER: send_nothing, webhooks.ROUND: look_for_news, webhooks.DELIVERY: tell_news}


def _of_every_day(service: Service) -> dict[str, Handler]:
    def send_heads(claimed: Claim) -> None:
        heads.go_round(service.db, claimed.id)

    def send_invitations(_claimed: Claim) -> None:
        tools = Tools(service.config, service.db, service.keys)
        go_round(tools, Ways(service.mail, service.sms), today())

    def look_after_gatherings(_claimed: Claim) -> None:
        calling.go_round(service.db, service.config.base_url, today())
        forget_needs(service.db, Erasures(service.config.erasures), today())
        open_yearly_sheets(service.db, today())

    def remind_of_meetings(_claimed: Claim) -> None:
        letters.keep_house(service.db, now())

    def let_go_of_what_is_past(_claimed: Claim) -> None:
        retention.let_go_of(service.db, Erasures(service.config.erasures), today())

    return {
        heads.KIND: send_heads, INVITATIONS: send_invitations, GATHERINGS: look_after_gatherings,
        letters.REMINDERS: remind_of_meetings, RETENTION: let_go_of_what_is_past,
    }  # fmt: skip


def call_round(db: Database, day: date) -> None:
    """Leave the day's rounds of invitations and gatherings for the morning; however often called, each is one."""
    rounds = (
        (INVITATIONS, next_round(day)), (GATHERINGS, calling.next_round(day)),
        (letters.REMINDERS, letters.next_reminders(day)), (RETENTION, retention.next_round(day)),
    )
    with writing(db):
        heads.call_round(day)
        webhooks.call_round()
        for kind, (job_id, due_at) in rounds:
            enqueue(kind, {}, due_at, job_id=job_id)


def work_off(app: Flask) -> threading.Thread:
    """Do what is due, for as long as the process lives."""
    service: Service = app.extensions["fotfeste"]
    known = handlers(service)

    def work() -> None:
        called = None
        while True:
            try:
                if called != today():
                    call_round(service.db, today())
                    called = today()
                run_due(service.db, known)
            except Exception:
                # A full disk or a lost connection passes; the jobs are still in the table.
                log.exception("jobs could not be done")
            time.sleep(PAUSE)

    thread = threading.Thread(target=work, name="jobs", daemon=True)
    thread.start()
    return thread


def close_at_the_end(app: Flask) -> None:
    """Put the log away when this worker leaves in good order, after its last request; nothing depends on it."""
    Finalize(None, close_app, args=(app,), exitpriority=10)


def keep_backing_up(app: Flask, stop: threading.Event | None = None) -> threading.Thread:
    """Take a copy when the last one is an hour old, until told to stop or for as long as the process lives."""
    service: Service = app.extensions["fotfeste"]
    ending = stop or threading.Event()

    def work() -> None:
        # Waiting comes first, so that a server that was started for a moment leaves no copy behind.
        while not ending.wait(LOOK_EVERY):
            try:
                if not service.config.demo and due(service.config, service.db):
                    take_backup(service.config, service.db)
            except Exception:
                # The next one may go well; until then the doctor and the health page say how old the last one is.
                log.exception("no backup could be taken")
            finally:
                let_go(service.db)

    thread = threading.Thread(target=work, name="backups", daemon=True)
    thread.start()
    return thread
