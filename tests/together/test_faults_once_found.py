"""Faults that the simulation found in our own code, each as the shortest story that shows it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from together.promises import check, rest
from together.world import CAST, World

from fotfeste_desktop.syncing import Line
from fotfeste_server.named.erasing import Erasures, erase
from fotfeste_server.named.models import Record, Revision
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, new_id, read_revision
from fotfeste_shared.sync import HaveReply


@contextmanager
def calm(*names: str) -> Iterator[World]:
    """A world without faults but those of the story, which ends well."""
    with World(1, rate=0) as world:
        while world.clients:
            world.clients.pop().cut()
        for name in names:
            world.add_client(name, CAST[name], world.begin.clients[name])
        yield world
        rest(world)


def say(world: World, client, **answers):
    """One person writes one thing and hands it in; gives the name of what was saved."""
    filled, form = draft(client, **answers)
    world.actor = client
    client.outbox().receive(filled, form)
    world.note_saved(client)
    return filled.id


def draft(client, **answers):
    roster, overview = client.overview().roster, client.overview()
    kind = {"mentor": "mentorlogg", "head": "kobling", "advisor": "veiledernotat"}[client.who]
    about = About("team", roster.teams[0].id) if kind == "veiledernotat" else About("pairing", roster.pairings[0].id)
    form = overview.form(kind)
    opened = client.outbox().open(form, new_id(), about, answers)
    return Filled(kind, form.version, answers, opened.rev), form


def test_a_server_that_is_put_back_just_before_the_audit_is_noticed():
    with calm("mentor-1", "mentor-2") as world:
        one, two = world.clients
        first = say(world, one, minutter=30)
        world.act("syncs", one)
        early = world.server.take()
        say(world, two, minutter=31)
        world.act("syncs", two)
        world.act("syncs", one)
        world.time += 2 * 86_400
        with world.as_client(one):
            have = one.exchange.next_audit()
            world._replace_server(lambda: world.server.put(early))
            reply = one.syncing._courier.ask(HaveReply, one.exchange.identity(), "have", have)
            one.exchange.take_audit(have, reply)

        assert one.exchange.fact("cursor") is None
        assert [first] == [row.rev for row in Revision.select()]


@pytest.mark.parametrize("status", [400, 413, 500, 502])
def test_one_revision_that_a_machine_on_the_way_stumbles_over_stops_no_other(status: int):
    with calm("mentor-1") as world:
        [one] = world.clients
        revs = [say(world, one, minutter=30 + n) for n in range(5)]
        world.storms[revs[0]] = status
        for _ in range(3):
            world.act("syncs", one)

        assert set(revs[1:]) == {row.rev for row in Revision.select()}


def test_two_that_are_poisoned_in_different_ways_do_not_starve_the_third():
    with calm("mentor-1") as world:
        [one] = world.clients
        judged, stopped, good = (say(world, one, minutter=30 + n) for n in range(3))
        world.stumbles.add(judged)
        world.storms[stopped] = 500
        for _ in range(4):
            world.act("syncs", one)

        assert [good] == [row.rev for row in Revision.select()]


def test_a_wait_that_was_noted_by_a_clock_ten_years_ahead_is_over_when_it_is_right_again():
    with calm("mentor-1") as world:
        [one] = world.clients
        rev = say(world, one, minutter=30)
        world.storms[rev] = 500
        one.skew = 10 * 365 * 86_400.0
        world.act("syncs", one)
        world.storms.clear()
        one.skew = 0.0
        world.act("syncs", one)

        assert [rev] == [row.rev for row in Revision.select()]


def test_a_draft_that_two_copies_of_a_computer_hand_in_differently_is_a_conflict():
    with calm("mentor-1") as world:
        [one] = world.clients
        filled, form = draft(one, minutter=30)
        world.act("is imaged", one)
        world.act("is cloned", one)
        twin = world.clients[1]
        for client, minutes in ((one, 30), (twin, 45)):
            client.outbox().receive(Filled(filled.form, filled.version, {"minutter": minutes}, filled.id), form)
            world.note_saved(client)
            world.act("syncs", client)
            world.act("syncs", client)

        assert {30, 45} == {read_revision(row.text).answers["minutter"] for row in Revision.select()}


def test_what_was_kept_apart_is_forgotten_even_if_it_was_erased_before_it_was_delivered():
    with calm("leder") as world:
        [head] = world.clients
        rev = say(world, head, yrke="sykepleier", kontakt="ny@eksempel.no")
        apart = next(row.rev for row in head.rows().values() if "ny@eksempel.no" in row.text)
        world.stumbles.add(apart)
        world.act("syncs", head)
        record = head.rows()[rev].record
        world.erased |= {record, head.rows()[apart].record}
        head.must_hold.clear()
        erase(world.server.db, Erasures(world.server.config.erasures), record)
        world.act("syncs", head)

        assert [""] == sorted({row.text for row in head.rows().values()})


def test_whoever_may_read_a_note_brings_it_back_to_a_server_that_has_lost_it():
    with calm("veileder", "arrangor") as world:
        advisor, organizer = world.clients
        before = world.server.take()
        rev = say(world, advisor, team=advisor.overview().roster.teams[0].id, tilbakemelding="Godt i gang.")
        world.act("syncs", advisor)
        world.act("syncs", organizer)
        world._replace_server(lambda: world.server.put(before))
        world.act("syncs", organizer)
        world.act("syncs", organizer)

        assert organizer.syncing.status.line is Line.ONLINE
        assert [rev] == [row.rev for row in Revision.select()]
        check(world, organizer)


def test_erasures_are_told_in_their_order_after_a_restore():
    with calm("mentor-1") as world:
        [one] = world.clients
        revs = sorted((say(world, one, minutter=30 + n) for n in range(2)), key=lambda rev: one.rows()[rev].record)
        world.act("syncs", one)
        early = world.server.take()
        erasures = Erasures(world.server.config.erasures)
        late_first = [one.rows()[rev].record for rev in reversed(revs)]
        world.erased |= set(late_first)
        one.must_hold.clear()
        erase(world.server.db, erasures, late_first[0])
        world.act("syncs", one)
        erase(world.server.db, erasures, late_first[1])
        world._replace_server(lambda: world.server.put(early))
        world.act("syncs", one)

        assert 2 == Record.select().where(Record.id.in_(late_first)).count()
        assert {""} == {row.text for row in one.rows().values()}
