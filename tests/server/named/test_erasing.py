"""What is erased is gone from every place that we reach, and stays gone."""

from pathlib import Path

import pytest
from making_house import House, report, session_log
from msgspec.structs import replace
from peewee import DatabaseError

from fotfeste_server.named.access import scope
from fotfeste_server.named.erasing import Erasures, ListBroken, erase, replay
from fotfeste_server.named.house import fact
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Revision, Tombstone
from fotfeste_server.named.proving import prove
from fotfeste_server.named.pulling import pull
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.reporting import reports
from fotfeste_shared.database import writing
from fotfeste_shared.revisions import Written, derived_id, new_id, read_revision, write_revision
from fotfeste_shared.sync import ItemReply, Pull, PullReply

SECRET = "Dette skal ingen finne igjen."


@pytest.fixture
def erasures(house: House) -> Erasures:
    return Erasures(house.service.config.erasures)


def deliver(house: House, who: str, *written: Written) -> list[ItemReply]:
    push = house.push(who, *written)
    return house.service.writer.do(lambda: push_items(house.db, house.devices[who].device, push)).items


def fetch(house: House, who: str, cursor: str | None = None) -> PullReply:
    device = house.device(who).device
    return pull(scope(house.people[who]), Pull(batch=new_id(), device=device.id, install=device.install, cursor=cursor))


def files_holding(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.parent.rglob("*.db*") if text.encode() in path.read_bytes()]


def test_the_text_goes_and_the_log_still_holds(house: House, erasures: Erasures):
    deliver(house, "contact", report(house, neste=SECRET), report(house))
    deliver(house, "mentor", session_log(house))
    before, record = prove(house.db), house.report().id

    assert 1 == erase(house.db, erasures, record)

    assert [None, None] == [row.text for row in Revision.select().where(Revision.record == record)]
    assert (before, ()) == (prove(house.db), before.faults)
    assert current(record) is None
    assert [] == files_holding(house.service.config.data, SECRET)


def test_every_device_is_told_once_and_a_new_one_gets_no_text(house: House, erasures: Erasures):
    written = report(house)
    deliver(house, "contact", written)
    had, record = fetch(house, "advisor"), house.report().id
    erase(house.db, erasures, record)

    told = fetch(house, "advisor", had.cursor)
    again = fetch(house, "advisor", told.cursor)
    fresh = fetch(house, "organizer")

    assert written.rev in {row.rev for row in had.rows}
    assert [record] == [row.tombstone.record for row in told.rows if row.tombstone]
    assert [] == again.rows
    assert [None] == [row.text for row in fresh.rows]


def test_what_was_erased_is_refused_when_it_comes_back(house: House, erasures: Erasures):
    written, later = report(house), report(house)
    deliver(house, "contact", written)
    erase(house.db, erasures, house.report().id)

    replies = deliver(house, "contact", written, later)

    assert [("refused", "erased")] * 2 == [(each.outcome, each.reason) for each in replies]
    assert 1 == Revision.select().count()


def test_a_part_that_was_kept_apart_goes_with_its_record(house: House, erasures: Erasures):
    log = session_log(house)
    part = replace(read_revision(log.text), rev=new_id(), record=new_id(), apart_of=read_revision(log.text).record)
    late = replace(part, rev=new_id(), record=new_id())
    deliver(house, "mentor", log, write_revision(part))

    assert 2 == erase(house.db, erasures, read_revision(log.text).record)

    [refused] = deliver(house, "mentor", write_revision(late))
    assert ("refused", "erased") == (refused.outcome, refused.reason)
    assert 0 == Revision.select().where(Revision.text.is_null(False)).count()


def test_a_list_that_the_database_has_forgotten_is_replayed(house: House, erasures: Erasures):
    deliver(house, "contact", report(house))
    with writing(house.db):
        erasures.add([house.report().id, new_id()])  # what an older database, or a crash before the commit, leaves

    assert 2 == replay(house.db, erasures)
    assert 0 == replay(house.db, erasures)
    assert Revision.get().text is None
    assert [1, 2] == [row.number for row in Tombstone.select().order_by(Tombstone.number)]


def test_what_was_opened_for_a_team_is_opened_anew_and_can_be_handed_in(house: House, erasures: Erasures):
    old = house.report()
    deliver(house, "contact", report(house))

    erase(house.db, erasures, old.id)
    again = house.report()

    assert again.id == derived_id("opened anew", old.id)
    assert (old.natural_key, old.team_id, old.gathering_id) == (again.natural_key, again.team_id, again.gathering_id)
    assert [again.id] == [each.record for each in reports(house.scope("organizer"), house.gathering)]
    listed = {each.id for each in fetch(house, "contact").roster.records}
    assert (True, False) == (again.id in listed, old.id in listed)
    [kept] = deliver(house, "contact", report(house))
    assert ("stored", None) == (kept.outcome, kept.held)
    [late] = deliver(house, "contact", report(house, record=old.id))
    assert ("refused", "erased") == (late.outcome, late.reason)


def test_a_restored_house_opens_the_same_record_anew_so_that_what_came_meanwhile_comes_back(
    house: House, erasures: Erasures
):
    old = house.report()
    with writing(house.db):
        erasures.add([old.id])  # the list knows of it, and the restored database does not

    assert (1, 0) == (replay(house.db, erasures), replay(house.db, erasures))

    assert derived_id("opened anew", old.id) == house.report().id
    erase(house.db, erasures, house.report().id)
    assert derived_id("opened anew", derived_id("opened anew", old.id)) == house.report().id


def test_a_torn_line_of_the_list_is_written_anew_and_a_strange_one_stops_us(house: House, erasures: Erasures):
    first, second = new_id(), new_id()
    erasures.add([first])
    with erasures.path.open("ab") as file:
        file.write(b'{"record":"torn')

    erasures.add([second])
    assert [first, second] == [line.record for line in erasures.read()]

    erasures.path.write_bytes(b"strange\n")
    with pytest.raises(ListBroken):
        replay(house.db, erasures)


class Crash(BaseException):
    """The power is gone."""


def cut_off(house: House, erasures: Erasures, record: str, statements: int) -> bool:
    """Erase, and lose the power before one of the statements; tells whether it came to that."""
    left = [statements]

    def count(_sql: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    house.db.on_statement = count
    try:
        erase(house.db, erasures, record)
    except Crash:
        return True
    finally:
        house.db.on_statement = None
        house.db.connection().rollback()  # the driver's own: what was not committed is gone with the power
    return False


def test_an_erasure_that_is_cut_off_is_made_good_at_the_next_start_or_was_never_begun(
    house: House, erasures: Erasures
):
    seen, cut = set(), 0
    while True:
        written, cut = session_log(house), cut + 1
        deliver(house, "mentor", written)
        record = read_revision(written.text).record
        if not cut_off(house, erasures, record, cut):
            break
        replay(house.db, erasures)  # as the next start does
        listed = record in {line.record for line in erasures.read()}
        assert listed == (Revision.get(Revision.rev == written.rev).text is None)
        seen.add(listed)

    assert {True, False} == seen
    assert () == prove(house.db).faults


def test_no_text_can_go_without_a_tombstone(house: House):
    deliver(house, "contact", report(house))

    with pytest.raises(DatabaseError, match="never rewritten"):
        Revision.update(text=None).execute()


def test_a_log_that_was_tampered_with_does_not_prove(house: House):
    deliver(house, "contact", report(house), report(house))
    server = fact("server")
    assert (server, 2, ()) == (prove(house.db).server, prove(house.db).lines, prove(house.db).faults)

    house.db.execute_sql("DELETE FROM leaf")
    assert ("2 leaves do not follow from the log",) == prove(house.db).faults
