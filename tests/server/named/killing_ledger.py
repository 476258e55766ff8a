"""Run by a test: kills a process before each statement of a push and of a web hand-in, and looks what is left.

Every try is a fork of its own that opens the database itself, as a server does after a power cut.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable

from fotfeste_server.anonymous.models import MODELS
from fotfeste_server.jobs import Job
from fotfeste_server.named.access import scope
from fotfeste_server.named.house import fact
from fotfeste_server.named.ledger import Ledger
from fotfeste_server.named.models import NAMED, Device, Leaf, Person, Record, Revision
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, Writer, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, chain, derived_id, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.sync import Push, PushItem

Act = Callable[[Database, Writer], list[str]]


def answers(pairing: str) -> dict[str, object]:
    return {
        "kobling": pairing, "status": "ja", "dato": today().isoformat(), "minutter": 45, "form": "rom",
        "arbeidstid": "ja", "tema": ["oppgaver"], "informert": "ja",
    }  # fmt: skip


def a_push(known: dict[str, str]) -> tuple[Act, list[str]]:
    """A delivery of two sessions."""
    made = [
        write_revision(
            Content(
                rev=new_id(), record=new_id(), form="mentorlogg", form_version=shipped()["mentorlogg"].version,
                about=About("pairing", known["pairing"]), author=known["mentor"], saved_at=timestamp(now()),
                answers=answers(known["pairing"]),
            )
        )
        for _ in range(2)
    ]
    push = Push(
        batch=new_id(), device=known["device"], install=known["install"], push_no=1, app="0.1",
        sent_at=timestamp(now()), items=[PushItem(rev=each.rev, digest=each.digest, text=each.text) for each in made],
    )  # fmt: skip

    def deliver(db: Database, writer: Writer) -> list[str]:
        device = Device.get_by_id(known["device"])
        reply = writer.do(lambda: push_items(db, device, push))
        assert all(each.outcome in ("stored", "duplicate") and each.held is None for each in reply.items)
        return [str(each.receipt) for each in reply.items]

    return deliver, [each.rev for each in made]


def a_hand_in(known: dict[str, str]) -> tuple[Act, list[str]]:
    """A pairing's form on the web, whose way to reach the new hire is kept apart in a revision of its own."""
    rev = new_id()
    sheet: dict[str, object] = {
        "team": known["team"], "enhet": "Sykehjemmet", "yrke": "sykepleier", "startdato": today().isoformat(),
        "mentor": known["mentor"], "mentor_avklart": today().isoformat(), "informert": "ja",
        "kontakt": "ny@eksempel.no",
    }  # fmt: skip

    def hand_in(db: Database, writer: Writer) -> list[str]:
        mine = scope(Person.get_by_id(known["head"]))
        record = Record(id="", form="kobling", about_kind="pairing", about_id=known["pairing"])
        filled = Filled("kobling", published("kobling").version, sheet, rev)
        return [str(Ledger(db, writer, mine, record).receive(filled).code)]

    return hand_in, [rev, derived_id("apart", rev)]


def opened(url: str) -> tuple[Database, Writer]:
    db = open_database(url)
    db.bind([*NAMED, *MODELS, Job], bind_refs=False, bind_backrefs=False)
    return db, Writer(db)


def killed_at(url: str, act: Act, place: int) -> None:
    """Do the act in a process that is killed before its statement number `place`."""
    left = [place]

    def clock(_sql: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    db, writer = opened(url)
    db.on_statement = clock
    act(db, writer)


def looked_at(url: str, act: Act, revs: list[str], *, died: bool) -> None:
    """See all or nothing, do it again, and see it once, with a whole chain behind it."""
    db, writer = opened(url)
    had = Revision.select().where(Revision.rev.in_(revs)).count()
    assert had in ((0, len(revs)) if died else (len(revs),)), f"half of it is there: {had}"
    first, again = act(db, writer), act(db, writer)
    assert first == again
    assert Revision.select().where(Revision.rev.in_(revs)).count() == len(revs)
    link, seq, records = fact("link0"), 0, {}
    for row in Revision.select().order_by(Revision.seq):
        link, seq = chain(link, row.rev, row.digest), seq + 1
        assert (row.seq, row.link) == (seq, link)
        records[row.record_id] = row.rev
    assert records == {leaf.record_id: leaf.rev for leaf in Leaf.select()}
    assert len(records) == seq == Record.select().where(Record.natural_key.is_null()).count()


def apart(work: Callable[[], None]) -> bool:
    """Do the work in a fork; tell whether it came to its end. A fault of its own ends us too."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 (a child must never come back as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status):
        sys.exit(1)
    return True


def main() -> None:
    known = json.loads(sys.argv[1])
    for kind in (a_push, a_hand_in):
        place, whole = 0, False
        while not whole:
            place += 1
            act, revs = kind(known)
            whole = apart(lambda act=act, place=place: killed_at(known["url"], act, place))
            apart(lambda act=act, revs=revs, whole=whole: looked_at(known["url"], act, revs, died=not whole))
        print(kind.__name__, place - 1)


if __name__ == "__main__":
    main()
