"""What is held is seen by an organizer with its reason, and settled by a person, once."""

import pytest
from making_house import REPORT, House, report, session_log
from msgspec.structs import replace

from fotfeste_server.named.access import scope
from fotfeste_server.named.devices import turn_away
from fotfeste_server.named.history import leaves_of
from fotfeste_server.named.ledger import Ledger, current
from fotfeste_server.named.models import Device, Record, Revision, Ruling
from fotfeste_server.named.proving import prove
from fotfeste_server.named.publishing import publish, published
from fotfeste_server.named.pulling import pull
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.rejudging import rejudge
from fotfeste_server.named.settling import held, look_into, settle
from fotfeste_shared.forms import digest
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Closed, Conflicting, NotFound
from fotfeste_shared.revisions import Written, leaves, new_id, read_revision, write_revision
from fotfeste_shared.sync import ItemReply, Pull, PullReply


def deliver(house: House, who: str, *written: Written) -> list[ItemReply]:
    push = house.push(who, *written)
    device = Device.get_by_id(house.devices[who].device.id)
    return house.service.writer.do(lambda: push_items(house.db, device, push)).items


def fetch(house: House, who: str, cursor: str | None = None) -> PullReply:
    device = house.device(who).device
    return pull(scope(house.people[who]), Pull(batch=new_id(), device=device.id, install=device.install, cursor=cursor))


def from_a_turned_away_device(house: House) -> Written:
    turn_away(house.db, house.device("contact").device, "drain_only")
    written = report(house)
    [reply] = deliver(house, "contact", written)
    assert "drain_only" == reply.held
    return written


def test_what_is_held_waits_with_its_reason_and_what_the_judge_says(house: House):
    deliver(house, "contact", report(house), report(house, framdrift=7))
    mine = house.scope("organizer")

    [line] = held(mine, house.network)
    inside = look_into(line.rev, "nb")

    assert ("invalid", True) == (line.why, line.counts)
    assert inside.readable
    assert 1 == len(inside.complaints)
    assert "Vi skal lære opp to mentorer til." in dict(inside.answers).values()


def test_what_came_from_a_turned_away_device_counts_when_an_organizer_says_so(house: House):
    had = fetch(house, "advisor")
    written = from_a_turned_away_device(house)
    passed = fetch(house, "advisor", had.cursor)
    assert (None, []) == (current(house.report().id), passed.rows)

    settle(house.db, house.scope("organizer"), house.network, written.rev, "accepted")

    assert written.rev == current(house.report().id).rev
    assert [written.rev] == leaves_of(house.report().id)
    assert [] == held(house.scope("organizer"), house.network)
    told = fetch(house, "advisor", passed.cursor)
    assert (True, [written.rev]) == (told.reset, [row.rev for row in told.rows])
    assert () == prove(house.db).faults


def test_what_is_set_aside_does_not_count_and_is_not_lost(house: House):
    good, bad = report(house), report(house, framdrift=7)
    deliver(house, "contact", good)
    bad = write_revision(replace(read_revision(bad.text), parents=(good.rev,)))
    deliver(house, "contact", bad)
    assert bad.rev == current(house.report().id).rev

    settle(house.db, house.scope("organizer"), house.network, bad.rev, "set_aside", note="Feil tall")

    assert good.rev == current(house.report().id).rev
    assert "Feil tall" == Ruling.get().note
    assert bad.text == Revision.get(Revision.rev == bad.rev).text
    [again] = deliver(house, "contact", bad)
    assert ("duplicate", "invalid") == (again.outcome, again.held)


def test_it_is_settled_once_and_within_ones_own_network(two_houses: House):
    written = from_a_turned_away_device(two_houses)
    stranger = two_houses.elsewhere.scope("organizer")

    with pytest.raises(NotFound):
        settle(two_houses.db, stranger, two_houses.elsewhere.network, written.rev, "accepted")
    settle(two_houses.db, two_houses.scope("organizer"), two_houses.network, written.rev, "set_aside")
    with pytest.raises(Conflicting):
        settle(two_houses.db, two_houses.scope("organizer"), two_houses.network, written.rev, "accepted")


def test_a_form_that_nobody_knows_cannot_be_let_count(house: House):
    written = report(house)
    text = written.text.replace('"form_version":1', '"form_version":99')
    deliver(house, "contact", Written(written.rev, digest(text), text))

    assert look_into(written.rev, "nb").readable
    with pytest.raises(Conflicting):
        settle(house.db, house.scope("organizer"), house.network, written.rev, "accepted")
    assert 0 == Ruling.select().count()


def of_tomorrow(house: House, **change: object) -> Written:
    """A report on a version of its form that this server has not heard of, but for its number as the last one."""
    written = report(house, **change)
    text = written.text.replace('"form_version":1', f'"form_version":{published("statusrapport").version + 1}')
    return Written(written.rev, digest(text), text)


def publish_tomorrows(house: House) -> None:
    form = published("statusrapport")
    publish(house.db, replace(form, version=form.version + 1))


@pytest.mark.parametrize(("framdrift", "held_then"), [(30, None), (7, "invalid")])
def test_what_waited_for_its_form_is_judged_by_itself_when_the_form_is_known_and_its_writer_hears(
    house: House, framdrift: int, held_then: str | None
):
    written = of_tomorrow(house, framdrift=framdrift)
    [reply] = deliver(house, "contact", written)
    cursor = fetch(house, "contact").cursor
    assert ("unknown_form_version", 0) == (reply.held, rejudge(house.db))

    publish_tomorrows(house)

    assert (1, 0) == (rejudge(house.db), rejudge(house.db))
    assert held_then == Revision.get(Revision.rev == written.rev).held
    assert written.rev == current(house.report().id).rev
    told = fetch(house, "contact", cursor)
    assert (True, [(written.rev, held_then)]) == (told.reset, [(row.rev, row.held) for row in told.rows])
    assert () == prove(house.db).faults


def test_what_an_organizer_has_settled_is_not_judged_again(house: House):
    written = of_tomorrow(house)
    deliver(house, "contact", written)
    settle(house.db, house.scope("organizer"), house.network, written.rev, "set_aside")

    publish_tomorrows(house)

    assert 0 == rejudge(house.db)
    assert "unknown_form_version" == Revision.get(Revision.rev == written.rev).held


@pytest.mark.parametrize("comes_first", ["parent", "child"])
def test_who_builds_on_what_came_from_their_own_turned_away_computer_makes_no_conflict(
    house: House, comes_first: str
):
    first = report(house)
    deliver(house, "contact", first)
    away = report(house, parents=(first.rev,), framdrift=25)
    back = report(house, parents=(away.rev,), framdrift=30)
    device, seen = house.device("contact").device, fetch(house, "advisor").cursor

    def from_it(state: str, written: Written) -> ItemReply:
        turn_away(house.db, device, state)
        return deliver(house, "contact", written)[0]

    order = [("drain_only", away), ("active", back)]
    if comes_first == "child":
        order.reverse()
    for state, written in order:
        from_it(state, written)

    assert [back.rev] == leaves_of(house.report().id)
    assert [] == held(house.scope("organizer"), house.network)
    theirs = [read_revision(row.text) for row in fetch(house, "advisor", seen).rows]
    assert {back.rev} == leaves([read_revision(first.text), *theirs])
    assert () == prove(house.db).faults


@pytest.mark.parametrize("comes_first", ["parent", "child"])
def test_what_one_vouches_for_is_judged_all_the_same(house: House, comes_first: str):
    away = report(house, framdrift=7)
    back = report(house, parents=(away.rev,))
    device = house.device("contact").device
    order = [("drain_only", away), ("active", back)]
    if comes_first == "child":
        order.reverse()
    for state, written in order:
        turn_away(house.db, device, state)
        deliver(house, "contact", written)

    assert "invalid" == Revision.get(Revision.rev == away.rev).held
    assert [back.rev] == leaves_of(house.report().id)


def test_what_an_organizer_has_set_aside_nobody_else_vouches_for(house: House):
    away = from_a_turned_away_device(house)
    settle(house.db, house.scope("organizer"), house.network, away.rev, "set_aside")
    turn_away(house.db, house.device("contact").device, "active")

    deliver(house, "contact", report(house, parents=(away.rev,)))

    assert "drain_only" == Revision.get(Revision.rev == away.rev).held


def test_another_person_does_not_vouch_for_what_came_from_a_turned_away_computer(house: House):
    away = from_a_turned_away_device(house)

    deliver(house, "head", report(house, "head", parents=(away.rev,)))

    assert "drain_only" == Revision.get(Revision.rev == away.rev).held


def test_a_held_talk_is_not_read_by_an_organizer(house: House):
    written = session_log(house, minutter=-4)
    deliver(house, "mentor", written)

    inside = look_into(written.rev, "nb")

    assert [written.rev] == [line.rev for line in held(house.scope("organizer"), house.network)]
    assert (False, [], []) == (inside.readable, inside.answers, inside.complaints)


def test_what_is_withdrawn_counts_no_more_and_can_be_handed_in_again(house: House):
    first = report(house)
    deliver(house, "contact", first)
    record, rev = house.report(), new_id()
    ledger = Ledger(house.db, house.service.writer, house.scope("contact"), record, (first.rev,))

    assert ("kept", "known") == (ledger.withdraw(rev).outcome, ledger.withdraw(rev).outcome)

    assert current(record.id) is None
    assert [rev] == leaves_of(record.id)
    again = report(house, parents=(rev,))
    assert [("stored", None)] == [(each.outcome, each.held) for each in deliver(house, "contact", again)]
    assert again.rev == current(record.id).rev


def test_a_device_withdraws_too_and_the_judge_does_not_ask_for_answers(house: House):
    first = report(house)
    away = replace(read_revision(first.text), rev=new_id(), parents=(first.rev,), answers={}, withdrawn=True)

    replies = deliver(house, "contact", first, write_revision(away))

    assert [("stored", None)] * 2 == [(each.outcome, each.held) for each in replies]
    assert current(house.report().id) is None


# --- the pages -----------------------------------------------------------------------------------------


def test_an_organizer_settles_on_a_page(house: House):
    deliver(house, "contact", report(house, framdrift=7))
    browser, address = house.browser("organizer"), f"/networks/{house.network.id}/held"
    house.app.config["WTF_CSRF_ENABLED"] = False

    page = browser.get(address).text
    rev = Revision.get().rev
    reply = browser.post(f"{address}/{rev}", data={"outcome": "accepted", "note": "Stemmer"})

    assert "Noen av svarene følger ikke reglene" in page
    assert 303 == reply.status_code
    assert "Stemmer" in browser.get(address).text
    assert Revision.get().held is None
    assert 403 == house.browser("contact").get(address).status_code


def test_a_report_is_withdrawn_and_erased_by_plain_pages(house: House):
    deliver(house, "contact", report(house))
    house.app.config["WTF_CSRF_ENABLED"] = False
    contact, organizer, address = house.browser("contact"), house.browser("organizer"), f"/records/{house.report().id}"

    page = contact.get(f"{address}/withdraw").text
    fields = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("seen", "id")}
    assert 303 == contact.post(f"{address}/withdraw", data=fields).status_code
    assert current(house.report().id) is None
    assert 403 == organizer.get(f"{address}/withdraw").status_code

    assert 403 == contact.get(f"{address}/erase").status_code
    assert "Slett for alltid" in organizer.get(f"{address}/erase").text
    assert 303 == organizer.post(f"{address}/erase").status_code
    assert [None, None] == [row.text for row in Revision.select()]
    erased = Record.get_by_id(Revision.get().record_id)
    with pytest.raises(Closed):
        Ledger(house.db, house.service.writer, house.scope("contact"), erased).receive(
            Filled(id=new_id(), form="statusrapport", version=1, answers=REPORT)
        )
