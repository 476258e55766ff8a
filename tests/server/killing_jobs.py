"""Run as a program: a morning's work of every kind, whose worker is killed before a statement, then taken up again.

`python killing_jobs.py FOLDER TRIES` prints what an undisturbed morning leaves, then one JSON line for each kill.
"""

import json
import os
import re
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import time_machine
from making_house import close_app, furnish, open_app, session_log
from making_registration import meeting, public_page, send, signing_up

from fotfeste_server import jobs
from fotfeste_server.anonymous.models import Invitation
from fotfeste_server.jobs import Job
from fotfeste_server.migrations import TABLES
from fotfeste_server.named.attending import open_sign_up
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Pairing, Person, Tombstone
from fotfeste_server.named.people import assign
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.waves import keep_contact, let_invite
from fotfeste_server.running import call_round, handlers
from fotfeste_shared.clock import CIVIL, today

NOON = datetime(2026, 10, 5, 12, tzinfo=CIVIL)
CHANCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4})+|/s/\S+|\d+:[0-9a-f]{64}|[0-9a-f-]{36}")


def prepare(data: Path) -> None:
    """A house in which something is due of every kind."""
    app = open_app(data, "")
    app.config["WTF_CSRF_ENABLED"] = False
    house = furnish(app)
    db = house.db
    assign(db, house.people["organizer"], "organizer")  # gets the head of the audit log
    page = public_page(house)
    meeting(house, day=today() + timedelta(1))
    assert send(house.browser(), f"/n/{page.code}/meeting", signing_up()).status_code == 303
    open_sign_up(db, house.gathering, house.gathering.starts - timedelta(1))  # nobody has been called yet
    let_invite(db, house.network, on=True)
    hired = pair(
        db, house.participation, unit="Sykehjemmet", profession="sykepleier", started=today() - timedelta(14),
        mentor_name="Mentor", mentor_email="mentor@eksempel.no",
    )  # fmt: skip
    keep_contact(db, hired, "ny@eksempel.no", "nb")
    push, device = house.push("mentor", session_log(house)), house.devices["mentor"].device
    house.service.writer.do(lambda: push_items(db, device, push))
    Pairing.update(started=today() - timedelta(5 * 366)).where(Pairing.id == house.pairing.id).execute()
    call_round(db, today())
    close_app(app)


def work(data: Path, kill_at: int = 0) -> int:
    """Do all that is due; tells how many statements that took, if one lives to tell."""
    app = open_app(data, "")
    service, heard = app.extensions["fotfeste"], 0

    def count(_statement: str) -> None:
        nonlocal heard
        heard += 1
        if heard == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    service.db.on_statement = count
    jobs.LEASE = timedelta(0)  # who comes after the dead need not wait for them to be given up
    while jobs.run_due(service.db, handlers(service)):
        pass
    service.db.on_statement = None
    return heard


def left_by(data: Path) -> dict[str, object]:
    """What the morning has left, without what is chance: letters, rows, jobs that are not done."""
    mails = Counter()
    for each in (data / "mail").glob("*.eml"):
        text = each.read_text("utf-8")
        to, subject = (re.search(rf"^{name}: (.*)$", text, re.MULTILINE)[1] for name in ("To", "Subject"))
        mails[f"{to} {CHANCE.sub('*', subject)}"] += 1
    return {
        "letters": dict(sorted(mails.items())),
        "rows": {table.__name__: table.select().count() for table in TABLES},
        "open": sorted(job.kind for job in Job.select().where(Job.done.is_null())),
        "kinds": sorted({job.kind for job in Job.select()}),
        "erased": Tombstone.select().count(), "people": Person.select().count(),
        "invited": Invitation.select().count(),
    }  # fmt: skip


def child(act: Callable[[], object]) -> bool:
    """Run in a process of its own; tells whether it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 (a child must never come back as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit(1)
    return os.WIFSIGNALED(status)


def main() -> None:
    """Kill at evenly spread statements."""
    folder, tries = Path(sys.argv[1]), int(sys.argv[2])
    with time_machine.travel(NOON, tick=False):
        child(lambda: prepare(folder / "whole"))
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):

        def tell(data: Path, **more: object) -> None:
            statements = work(data)
            (folder / "statements").write_text(str(statements))
            print(json.dumps({"statements": statements, "left": left_by(data), **more}), flush=True)

        shutil.copytree(folder / "whole", folder / "quiet")
        child(lambda: tell(folder / "quiet"))
        statements = int((folder / "statements").read_text())
        for number in range(tries):
            data, at = folder / f"killed-{number}", 1 + statements * (number + 1) // (tries + 1)
            shutil.copytree(folder / "whole", data)
            killed = child(lambda data=data, at=at: work(data, at))
            child(lambda data=data, at=at, killed=killed: tell(data, at=at, killed=killed))


if __name__ == "__main__":
    main()
