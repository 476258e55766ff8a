"""A server that is brought back from a copy gets everything again from a real client, and knows when it has."""

from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app, session_log

from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.models import Revision as Kept
from fotfeste_server.backup import take_backup
from fotfeste_server.named.access import scope
from fotfeste_server.named.erasing import Erasures, erase
from fotfeste_server.named.house import fact
from fotfeste_server.named.models import Device, Revision
from fotfeste_server.named.proving import prove
from fotfeste_server.named.pulling import pull
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.recovering import recovery, take_word
from fotfeste_server.restoring import put_back
from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, close_database, open_database
from fotfeste_shared.migrating import migrate
from fotfeste_shared.revisions import Written, read_revision
from fotfeste_shared.sync import EnrolReply, PersonLine


@pytest.fixture
def mine(tmp_path: Path):
    db = open_database(f"sqlite:///{tmp_path / 'mine.db'}", key=bytes(32))
    migrate(db, STEPS)
    yield db
    close_database(db)


def connect(house: House, db: Database) -> None:
    enrolled, person = house.device("mentor"), house.people["mentor"]
    line = PersonLine(id=person.id, name=person.name)
    reply = EnrolReply(
        service="fotfeste", device=enrolled.device.id, token=enrolled.token, server=fact("server"), person=line
    )
    Exchange(db).take_enrolment("http://here", reply)


def keep(db: Database, written: Written) -> Written:
    content = read_revision(written.text)
    Kept.insert(
        rev=written.rev, record=content.record, form=content.form, about_kind=content.about.kind,
        about_id=content.about.id, text=written.text, digest=written.digest, mine=True, state="queued", saved_at=now(),
    ).execute(db)  # fmt: skip
    return written


def one_round(house: House, db: Database) -> None:
    """Push until nothing waits, pull until nothing is new, and push again, as the program's thread does."""
    exchange, who = Exchange(db), house.people["mentor"]
    for step in ("push", "pull", "push"):
        while True:
            device = Device.get_by_id(house.device("mentor").device.id)
            if step == "pull":
                wish = exchange.next_pull()
                answer = pull(scope(who), wish)
                take_word(house.db, device, wish, same=answer.history.same)
                if not exchange.take_pull_reply(wish, answer):
                    break
            elif (push := exchange.next_push()) is None:
                break
            else:
                answer = house.service.writer.do(lambda device=device, push=push: push_items(house.db, device, push))
                exchange.take_push_reply(push, answer)


def test_what_came_after_the_copy_comes_back_and_what_was_erased_does_not(mine: Database, tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    house = furnish(app)
    connect(house, mine)
    early, unwanted = keep(mine, session_log(house)), keep(mine, session_log(house))
    one_round(house, mine)
    config = house.service.config
    copy = config.copies / take_backup(config, house.db).manifest.file
    late = keep(mine, session_log(house))
    one_round(house, mine)
    erase(house.db, Erasures(config.erasures), read_revision(unwanted.text).record)
    close_app(app)

    put_back(config, copy)
    house.app = open_app(config.data, "")
    assert {early.rev: False, unwanted.rev: True} == {row.rev: row.text is None for row in Revision.select()}
    told = []
    for _ in range(2):
        one_round(house, mine)
        told.append((recovery().heard, recovery().devices))

    assert {early.rev, unwanted.rev, late.rev} == {row.rev for row in Revision.select()}
    assert late.text == Revision.get(Revision.rev == late.rev).text
    assert (1, 1) == told[-1]
    assert {early.rev: "delivered", late.rev: "delivered", unwanted.rev: "erased"} == {
        row.rev: row.state for row in Kept.select().bind(mine)
    }
    assert "" == Kept.select().where(Kept.rev == unwanted.rev).get(mine).text
    assert () == prove(house.db).faults
    close_app(house.app)
