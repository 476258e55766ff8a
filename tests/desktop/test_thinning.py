"""Old versions are let go when a newer one is delivered and the server's backups hold them; nothing else is."""

from datetime import timedelta

import time_machine

from fotfeste_desktop.models import Revision
from fotfeste_desktop.overview import Overview
from fotfeste_desktop.thinning import thin
from fotfeste_shared.clock import now, today
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, leaves, new_id, read_revision, winner

LATER = timedelta(days=91)


def row_of(db, rev):
    return Revision.select().where(Revision.rev == rev).get(db)


def deliver(exchange, server, backed_up_to=0):
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, backed_up_to=backed_up_to))


def two_versions(mentor, exchange, server, backed_up_to=2):
    record = new_id()
    first, second = mentor.save(record), mentor.save(record, minutter=50)
    deliver(exchange, server, backed_up_to)
    return record, first, second


def later():
    return time_machine.travel(now() + LATER, tick=True)


def test_an_old_version_that_backups_hold_is_let_go_and_what_counts_stays(db, mentor, exchange, server):
    _, first, second = two_versions(mentor, exchange, server)
    with later():
        assert 1 == thin(db)
        assert 0 == thin(db)

    old, new = row_of(db, first), row_of(db, second)
    contents = [read_revision(row.text) for row in (old, new)]
    assert ({}, True, "backed_up") == (contents[0].answers, old.thin, old.state)
    assert (50, False) == (contents[1].answers["minutter"], new.thin)
    assert ({second}, second) == (leaves(contents), winner(contents))


def test_neither_young_nor_unsaved_nor_last_words_are_let_go(db, mentor, exchange, server):
    two_versions(mentor, exchange, server)
    assert 0 == thin(db)  # three months have not gone by

    _, first, _ = two_versions(mentor, exchange, server, backed_up_to=2)
    with later():
        assert 1 == thin(db)  # of the second pair no backup is told
    assert not row_of(db, first).thin


def test_an_old_version_stays_while_the_newer_one_waits(db, mentor, exchange, server):
    record = new_id()
    first = mentor.save(record)
    deliver(exchange, server, backed_up_to=1)
    mentor.save(record, minutter=50)

    with later():
        assert 0 == thin(db)
    assert not row_of(db, first).thin


def test_what_was_let_go_is_never_sent_in_its_place(db, mentor, exchange, server):
    _, first, second = two_versions(mentor, exchange, server)
    with later():
        thin(db)

    exchange._start_over()

    assert [second] == [item.rev for item in exchange.next_push().items]
    assert "backed_up" == row_of(db, first).state


def test_the_daily_look_at_the_server_lets_old_versions_go(db, mentor, syncing, loopback):
    record = new_id()
    first = mentor.save(record)
    mentor.save(record, minutter=50)
    syncing.round()
    Revision.update(state="backed_up").execute(db)

    with later():
        syncing.round()

    assert row_of(db, first).thin


def test_a_server_that_was_wiped_since_gets_the_old_versions_before_anything_is_let_go(
    db, mentor, syncing, loopback
):
    record = new_id()
    revs = {mentor.save(record), mentor.save(record, minutter=50)}
    syncing.round()
    Revision.update(state="backed_up").execute(db)
    loopback.forget()

    with later():
        syncing.round()

    assert revs == {row["rev"] for row in loopback.rows}
    assert not any(row.thin for row in Revision.select().bind(db))


def test_goals_of_long_ago_are_in_the_final_report_when_old_words_were_let_go(db, outbox, exchange, server):
    form, team, reports = shipped()["statusrapport"], About("team", new_id()), [new_id(), new_id()]
    reached = {"id": new_id(), "tekst": "Mentorer er valgt", "status": "nadd", "oppnaelse": 1}
    open_one = {"id": new_id(), "tekst": "Alle nye får mentor", "status": "i_gang", "oppnaelse": 0}
    for record, goals in zip(reports, ([reached, open_one], [open_one]), strict=True):
        for words in ("Først skrevet slik.", "Så rettet til dette."):
            told = {"kort": words, "delmal": goals}
            draft = outbox.open(form, record, team, told)
            outbox.receive(Filled(form.code, form.version, told, str(draft.rev)), form)
    deliver(exchange, server, backed_up_to=4)

    with later():
        assert 2 == thin(db)
        goals = Overview(db, today()).goals(team.id)

    assert [reached["id"], open_one["id"]] == [goal.id for goal in goals]
    assert [[1], [0, 0]] == [[each.attained for each in goal.history] for goal in goals]
