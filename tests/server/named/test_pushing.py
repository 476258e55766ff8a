"""What a desktop client delivers is kept once, in order, and within its person's scope."""

from datetime import timedelta

import pytest
from making_house import REPORT, House, report, session_log
from peewee import DatabaseError

from fotfeste_server.named.access import scope
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.history import history, leaves_of
from fotfeste_server.named.ledger import current, open_record, revisions_of
from fotfeste_server.named.models import Leaf, Record, Revision
from fotfeste_server.named.people import assign
from fotfeste_server.named.pulling import pull
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.reporting import reports
from fotfeste_shared.clock import now, today
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import About, Written, chain, in_conflict, new_id, read_revision, receipt_code
from fotfeste_shared.sync import ItemReply, Place, Pull, PullReply


def deliver(house: House, who: str, *written: Written, known: Place | None = None) -> list[ItemReply]:
    push = house.push(who, *written, known=known)
    return house.service.writer.do(lambda: push_items(house.db, house.devices[who].device, push)).items


def fetch(house: House, who: str, cursor: str | None = None, limit: int = 500) -> PullReply:
    device = house.device(who).device
    wish = Pull(batch=new_id(), device=device.id, install=device.install, cursor=cursor, limit=limit)
    return pull(scope(house.people[who]), wish)


def test_a_report_is_kept_once_however_often_it_is_delivered(house: House):
    written = report(house)

    [first] = deliver(house, "contact", written)
    [again] = deliver(house, "contact", written)

    assert ("stored", None) == (first.outcome, first.held)
    assert ("duplicate", first.receipt, first.seq) == (again.outcome, again.receipt, again.seq)
    assert 1 == Revision.select().count()
    assert REPORT == current(house.report().id).answers


def test_the_same_report_twice_in_one_delivery_is_kept_once(house: House):
    written = report(house)

    told = deliver(house, "contact", written, written)

    assert ["stored", "duplicate"] == [each.outcome for each in told]
    assert told[0].receipt == told[1].receipt
    assert 1 == Revision.select().count()


def test_another_content_under_the_same_id_is_refused(house: House):
    written = report(house)
    deliver(house, "contact", written)
    other = report(house, neste="Vi skal gjøre noe helt annet nå.")
    text = other.text.replace(other.rev, written.rev)

    [refused] = deliver(house, "contact", Written(written.rev, digest(text), text))
    [wrong_digest] = deliver(house, "contact", Written(written.rev, written.digest, text))

    assert ("refused", "id_reused") == (refused.outcome, refused.reason)
    assert ("refused", "digest") == (wrong_digest.outcome, wrong_digest.reason)
    assert written.text == Revision.get().text


def test_two_edits_of_the_same_report_are_a_conflict_that_a_third_settles(house: House):
    first = report(house)
    deliver(house, "contact", first)
    mine = report(house, parents=(first.rev,), neste="Vi skal ansette en mentor til.")
    theirs = report(house, parents=(first.rev,), neste="Vi skal kurse alle lederne.")
    deliver(house, "contact", mine, theirs)
    record = house.report().id

    assert {mine.rev, theirs.rev} == set(leaves_of(record))
    assert in_conflict(revisions_of(record))

    settled = report(house, parents=(mine.rev, theirs.rev))
    deliver(house, "contact", settled)

    assert [settled.rev] == leaves_of(record)
    assert 4 == Revision.select().count()


def test_a_parent_that_comes_late_is_no_leaf(house: House):
    parent = report(house)
    child = report(house, parents=(parent.rev,))

    deliver(house, "contact", child)
    deliver(house, "contact", parent)

    assert [child.rev] == leaves_of(house.report().id)


def test_the_log_is_dense_and_chained_and_receipts_recompute(house: House):
    link = history(None).link
    deliver(house, "contact", report(house))
    deliver(house, "mentor", session_log(house), session_log(house))
    replies = deliver(house, "mentor", session_log(house))
    link0 = link

    for number, row in enumerate(Revision.select().order_by(Revision.seq), start=1):
        link = chain(link, row.rev, row.digest)
        assert (number, link) == (row.seq, row.link)
    last = Revision.select().order_by(Revision.seq.desc()).first()
    assert receipt_code(last.rev, last.digest, 4, link0) == replies[0].receipt
    assert Place(seq=4, link=link) == Place(seq=history(None).seq, link=history(None).link)


def test_another_history_is_told(house: House):
    deliver(house, "contact", report(house))
    here = history(None)

    assert history(Place(seq=1, link=here.link)).same
    assert not history(Place(seq=1, link="0" * 64)).same
    assert not history(Place(seq=7, link=here.link)).same


def test_what_was_handed_in_can_not_be_changed_or_deleted(house: House):
    deliver(house, "contact", report(house))

    with pytest.raises(DatabaseError, match="never rewritten"):
        Revision.update(text="{}").execute()
    with pytest.raises(DatabaseError, match="never rewritten"):
        Revision.delete().execute()
    assert 1 == Revision.update(held=None).execute()


def test_a_bad_report_is_stored_and_held_and_its_neighbours_are_not(house: House):
    replies = deliver(house, "contact", report(house, framdrift=7), report(house))

    assert [("stored", "invalid"), ("stored", None)] == [(each.outcome, each.held) for each in replies]


def test_a_revision_that_the_database_refuses_is_left_out_and_its_neighbours_are_kept(house: House):
    first, refused, last = session_log(house), session_log(house), session_log(house)
    names = f"'{first.rev}', '{refused.rev}'"
    house.db.execute_sql(f"CREATE UNIQUE INDEX one_of_them ON revision (form) WHERE rev IN ({names})")

    told = {each.rev: (each.outcome, each.seq) for each in deliver(house, "mentor", first, refused, last)}

    assert {first.rev: ("stored", 1), last.rev: ("stored", 2)} == told
    assert {first.rev, last.rev} == {leaf.rev for leaf in Leaf.select()}
    assert read_revision(refused.text).record not in {record.id for record in Record.select()}


def test_a_version_from_the_future_is_stored_and_held(house: House):
    written = report(house)
    text = written.text.replace('"form_version":1', '"form_version":99')

    [reply] = deliver(house, "contact", Written(written.rev, digest(text), text))

    assert ("stored", "unknown_form_version") == (reply.outcome, reply.held)


def test_a_report_about_another_team_counts_for_nothing(two_houses: House):
    other = two_houses.elsewhere
    there = other.report()
    good = report(other)
    deliver(other, "contact", good)
    crossing = report(two_houses, record=there.id, about=About("team", other.team.id), parents=(good.rev,))
    stolen = report(two_houses, record=there.id)

    [held] = deliver(two_houses, "contact", crossing)
    [refused] = deliver(two_houses, "contact", stolen)

    assert ("stored", "outside_scope") == (held.outcome, held.held)
    assert ("refused", "not_yours") == (refused.outcome, refused.reason)
    assert [good.rev] == leaves_of(there.id)
    assert good.rev == current(there.id).rev
    assert good.rev not in {row.rev for row in fetch(two_houses, "contact").rows}


def test_nobody_brings_what_another_person_wrote_unless_they_may_read_it(two_houses: House):
    theirs, own = report(two_houses.elsewhere), report(two_houses)

    [foreign] = deliver(two_houses, "contact", theirs)
    [colleague] = deliver(two_houses, "advisor", own)

    assert ("refused", "not_yours") == (foreign.outcome, foreign.reason)
    assert ("stored", None) == (colleague.outcome, colleague.held)


def test_a_mentors_sessions_are_for_that_mentor_alone(house: House):
    written = session_log(house)
    [reply] = deliver(house, "mentor", written)

    seen = {who: written.rev in {row.rev for row in fetch(house, who).rows} for who in house.people}

    assert reply.held is None
    assert {who for who, sees in seen.items() if sees} == {"mentor"}


def test_a_status_report_is_read_by_its_team_advisor_organizer_and_administrator(two_houses: House):
    written = report(two_houses)
    deliver(two_houses, "contact", written)

    seen = {who for who in two_houses.people if written.rev in {row.rev for row in fetch(two_houses, who).rows}}

    assert {"contact", "head", "advisor", "organizer", "administrator"} == seen
    for who in two_houses.elsewhere.people:
        assert [] == fetch(two_houses.elsewhere, who).rows


def test_a_turned_away_device_may_still_deliver_but_nothing_counts(house: House):
    device = house.device("contact").device
    device.state = "drain_only"
    device.save()

    [reply] = deliver(house, "contact", report(house))

    assert ("stored", "drain_only") == (reply.outcome, reply.held)
    assert 0 == Leaf.select().count()


def test_a_report_written_offline_is_judged_on_the_day_it_was_written(house: House, time_machine):
    written = session_log(house, neste=(today() + timedelta(2)).isoformat())
    house.device("mentor")
    time_machine.move_to(now() + timedelta(5), tick=True)

    [reply] = deliver(house, "mentor", written)

    assert None is reply.held


def test_pulling_in_small_pieces_gives_every_row_once(house: House):
    for _ in range(3):
        deliver(house, "mentor", session_log(house), session_log(house))

    had, cursor = [], None
    while True:
        reply = fetch(house, "mentor", cursor, limit=4)
        had += [row.seq for row in reply.rows]
        cursor = reply.cursor
        if not reply.more:
            break

    assert [1, 2, 3, 4, 5, 6] == had
    assert [] == fetch(house, "mentor", cursor).rows


def test_a_changed_scope_begins_from_the_beginning(house: House):
    deliver(house, "contact", report(house))
    cursor = fetch(house, "mentor").cursor

    assign(house.db, house.people["mentor"], "team_contact", team=house.team.id)
    reply = fetch(house, "mentor", cursor)

    assert reply.reset
    assert [1] == [row.seq for row in reply.rows]


def test_the_roster_holds_what_is_to_be_filled_in_and_no_name_of_a_new_hire(house: House):
    contact, mentor = fetch(house, "contact").roster, fetch(house, "mentor").roster

    assert {"statusrapport", "sluttrapport_team"} == {each.form for each in contact.records}
    assert house.report().id in {each.id for each in contact.records}
    assert [house.pairing.id] == [each.id for each in mentor.pairings]
    assert [] == mentor.records
    assert "Kristiansand" == mentor.pairings[0].municipality


def test_the_table_of_reports_tells_what_the_working_group_needs(house: House):
    second = plan_gathering(house.db, house.network, starts=today() + timedelta(60))
    deliver(house, "contact", report(house))
    record = Record.get(Record.natural_key == f"statusrapport:{house.team.id}:{second.id}")
    deliver(house, "contact", report(house, record=record.id, framdrift=25))

    [told] = reports(house.scope("organizer"), second)

    assert ("handed_in", 25, 5, (0, 1), ["mal"], False) == (
        told.state, told.step, told.change, told.goals, told.help_wanted, told.contact_wanted,
    )  # fmt: skip


def test_a_late_report_is_taken_and_marked(house: House, time_machine):
    house.device("contact")
    time_machine.move_to(now() + timedelta(20), tick=True)
    [before] = [each.state for each in reports(house.scope("organizer"), house.gathering)]
    deliver(house, "contact", report(house))
    [after] = [each.state for each in reports(house.scope("organizer"), house.gathering)]

    assert ("missing", "late") == (before, after)


def test_a_report_on_a_record_that_a_device_has_made_up_is_held_each_time_and_ours_is_not(house: House):
    made_up = new_id()

    told = [deliver(house, "contact", report(house, record=each))[0].held for each in (made_up, made_up)]
    [ours] = deliver(house, "contact", report(house))

    assert (["invalid", "invalid"], None) == (told, ours.held)


def test_a_record_keeps_the_subject_it_was_opened_with(house: House):
    content = read_revision(session_log(house).text)

    assert open_record(content)
    assert not open_record(content)
