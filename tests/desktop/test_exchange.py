"""Only a proven answer changes anything; nothing is lost when the server forgets."""

from datetime import timedelta

import pytest
import time_machine
from msgspec.structs import replace

from fotfeste_desktop.exchange import Exchange, NotOurServer
from fotfeste_desktop.models import Note, Revision
from fotfeste_shared import sync
from fotfeste_shared.clock import now
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import About, derived_id, new_id, read_revision, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content


def states(db):
    return {row.rev: row.state for row in Revision.select().bind(db)}


def pulled(pull, server, rows, **more):
    whole = {"service": sync.SERVICE, "protocol": 1, "batch": pull.batch, "server": server.id, "now": timestamp(now())}
    whole |= {"history": sync.History(seq=server.seq, link="link"), "rows": rows, "forms": [], "cursor": "c1"}
    whole |= {"roster": sync.Roster(person=sync.PersonLine(id=new_id(), name="Ola"))}
    return sync.PullReply(**whole | more)


def of_another(record=None):
    """A revision that somebody else wrote, as the server's log holds it."""
    content = Content(
        rev=new_id(),
        record=record or new_id(),
        form="mentorlogg",
        form_version=1,
        about=About("pairing", new_id()),
        author=new_id(),
        saved_at=timestamp(now()),
        answers={"minutter": 30},
    )
    return write_revision(content)


def test_a_proven_answer_delivers_and_gives_the_receipt(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    push = exchange.next_push()

    assert exchange.take_push_reply(push, server.reply(push)) == 1
    row = Revision.select().where(Revision.rev == rev).get(db)
    assert (row.state, row.seq, row.receipt) == ("delivered", 1, "7KQ2-0001")
    assert exchange.next_push() is None


@pytest.mark.parametrize(
    "lie",
    [
        {"service": "portal"},
        {"batch": "0b9f7c1e-9999-4a4a-8a8a-000000000009"},
        {"server": "another server"},
        {"protocol": 2},
        {"items": []},
        {"item": {"digest": "sha256:" + "0" * 64}},
        {"item": {"rev": "0b9f7c1e-9999-4a4a-8a8a-000000000009"}},
        {"item": {"seq": None}},
    ],
)
def test_no_lie_delivers_anything(db, mentor, exchange, server, lie):
    rev = mentor.save(new_id())
    push = exchange.next_push()
    try:
        delivered = exchange.take_push_reply(push, server.reply(push, **lie))
    except NotOurServer:
        delivered = 0

    assert delivered == 0
    assert states(db) == {rev: "queued"}


def test_a_refusal_needs_a_person_and_loses_nothing(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, item={"outcome": "refused", "reason": "not_yours"}))

    row = Revision.select().where(Revision.rev == rev).get(db)
    assert (row.state, row.problem) == ("attention", "not_yours")
    assert digest(row.text) == row.digest


def reused(exchange, server):
    """The server knows another content under the name of what is sent to it."""
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, item={"outcome": "refused", "reason": "id_reused"}))


def test_what_bears_a_taken_name_goes_on_under_one_that_follows_from_its_content(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    before = Revision.select().get(db)
    reused(exchange, server)

    row = Revision.select().get(db)
    assert row.rev == derived_id("another content", before.digest) != rev
    assert (row.state, row.problem, row.mine) == ("queued", None, True)
    assert [row.rev] == [item.rev for item in exchange.next_push().items]


def test_anothers_words_under_a_taken_name_trouble_nobody_and_get_the_name_that_their_author_gives_them(
    db, exchange, server
):
    theirs = of_another()
    pull = exchange.next_pull()
    row = sync.Row(seq=5, rev=theirs.rev, digest=theirs.digest, text=theirs.text)
    exchange.take_pull_reply(pull, pulled(pull, server, [row]))
    exchange._start_over()
    reused(exchange, server)

    name = derived_id("another content", theirs.digest)
    assert states(db) == {name: "queued"}
    named = exchange.next_push().items[0]
    exchange.take_push_reply(push := exchange.next_push(), server.reply(push))
    assert states(db) == {name: "delivered"}
    again = write_revision(replace(read_revision(theirs.text), rev=name))
    assert (again.digest, again.text) == (named.digest, named.text)


def test_what_another_computer_has_named_anew_already_is_not_kept_twice(db, exchange, server):
    theirs = of_another()
    again = write_revision(replace(read_revision(theirs.text), rev=derived_id("another content", theirs.digest)))
    rows = [sync.Row(seq=n, rev=w.rev, digest=w.digest, text=w.text) for n, w in enumerate((theirs, again), start=5)]
    pull = exchange.next_pull()
    exchange.take_pull_reply(pull, pulled(pull, server, rows))
    Revision.update(state="queued").where(Revision.rev == theirs.rev).execute(db)
    reused(exchange, server)

    assert states(db) == {again.rev: "delivered"}


def test_a_verified_backup_on_the_server_is_told(db, mentor, exchange, server):
    first, second = mentor.save(new_id()), mentor.save(new_id())
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, backed_up_to=1))

    assert states(db) == {first: "backed_up", second: "delivered"}


def test_a_server_restored_from_last_night_gets_everything_again(db, mentor, exchange, server):
    old = [mentor.save(new_id()) for _ in range(3)]
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, backed_up_to=2))
    new = mentor.save(new_id())
    push = exchange.next_push()
    forgotten = sync.History(seq=1, link="of last night", same=False)
    exchange.take_push_reply(push, server.reply(push, history=forgotten))

    assert states(db) == {**dict.fromkeys(old, "queued"), new: "delivered"}
    assert {item.rev for item in exchange.next_push().items} == set(old)


def test_another_persons_revision_is_pulled_once_and_never_touches_ours(db, mentor, exchange, server):
    record = new_id()
    mine = mentor.save(record)
    theirs = of_another(record)
    row = sync.Row(seq=5, rev=theirs.rev, digest=theirs.digest, text=theirs.text)
    changed = sync.Row(seq=6, rev=mine, digest=theirs.digest, text=theirs.text)
    for _ in range(2):
        pull = exchange.next_pull()
        exchange.take_pull_reply(pull, pulled(pull, server, [row, changed]))

    assert states(db) == {mine: "queued", theirs.rev: "delivered"}
    assert exchange.fact("cursor") == "c1"


def test_a_pulled_text_that_is_not_what_its_digest_says_is_left_alone(db, exchange, server):
    theirs = of_another()
    row = sync.Row(seq=5, rev=theirs.rev, digest=digest("something else"), text=theirs.text)
    pull = exchange.next_pull()
    exchange.take_pull_reply(pull, pulled(pull, server, [row]))

    assert states(db) == {}


def test_an_erased_record_is_forgotten_here_too_with_its_notes(db, mentor, exchange, server):
    record = new_id()
    rev = mentor.save(record)
    gone = sync.Row(seq=7, tombstone=sync.Tombstone(record=record, reason="erased"))
    pull = exchange.next_pull()
    exchange.take_pull_reply(pull, pulled(pull, server, [gone]))

    row = Revision.select().where(Revision.rev == rev).get(db)
    assert (row.state, row.text) == ("erased", "")
    assert Note.select().count(db) == 0
    assert exchange.next_push() is None


def test_what_a_person_has_settled_since_is_told_when_everything_is_read_anew(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push, item={"held": "unknown_form_version"}))
    row = Revision.select().where(Revision.rev == rev).get(db)
    for held in ("invalid", None):
        told = sync.Row(seq=1, rev=rev, digest=row.digest, text=row.text, held=held)
        pull = exchange.next_pull()
        exchange.take_pull_reply(pull, pulled(pull, server, [told]))

        assert held == Revision.select().where(Revision.rev == rev).get(db).held


def test_a_reset_reads_anew_but_keeps_all_that_is_ours(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    exchange.keep(cursor="old")
    pull = exchange.next_pull()

    assert exchange.take_pull_reply(pull, pulled(pull, server, [], reset=True)) is True
    assert exchange.next_pull().cursor is None
    assert states(db) == {rev: "queued"}


def test_one_revision_that_fells_the_server_lets_the_others_go_first(db, mentor, exchange):
    poison, good = mentor.save(new_id()), mentor.save(new_id())
    for turn in range(3):
        with time_machine.travel(now() + timedelta(hours=turn), tick=False):
            push = exchange.next_push(1)
            assert [item.rev for item in push.items] == [poison]
            exchange.note_failure_alone(push)
            assert [item.rev for item in exchange.next_push().items] == [good]

    row = Revision.select().where(Revision.rev == poison).get(db)
    assert (row.state, row.problem) == ("attention", "server_fault")
    exchange.retry_all()
    assert {item.rev for item in exchange.next_push().items} == {poison, good}


def test_what_the_server_turns_out_to_lack_is_delivered_again(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push))
    have = exchange.next_audit()
    whole = {"service": sync.SERVICE, "protocol": 1, "batch": have.batch, "server": server.id, "now": timestamp(now())}
    reply = sync.HaveReply(**whole, history=sync.History(seq=1, link="link1"), missing=[rev, new_id()])

    assert exchange.take_audit(have, reply) == 1
    assert states(db) == {rev: "queued"}
    assert exchange.next_audit() is None


def test_a_device_of_another_server_delivers_everything_there(db, mentor, exchange, server):
    rev = mentor.save(new_id())
    push = exchange.next_push()
    exchange.take_push_reply(push, server.reply(push))
    person = sync.PersonLine(id=new_id(), name="Ola")
    other = {"service": sync.SERVICE, "device": new_id(), "token": "t2", "server": "another", "person": person}
    exchange.take_enrolment("http://127.0.0.1:9", sync.EnrolReply(**other))

    assert states(db) == {rev: "queued"}


def test_a_push_stays_within_what_the_server_takes(mentor, exchange, session):
    for _ in range(60):
        mentor.save(new_id())

    assert len(exchange.next_push().items) == sync.ITEMS_IN_A_PUSH
    assert exchange.next_push().push_no == 2


def test_nothing_is_sent_before_the_device_belongs_to_somebody(db, mentor):
    mentor.save(new_id())

    assert Exchange(db).next_push() is None
    assert Exchange(db).next_pull() is None


@pytest.mark.parametrize(("newest", "is_old"), [("0.10.0", True), ("0.1.0", False), ("0.0.9", False), (None, False)])
def test_a_newer_program_is_told_of_and_an_older_server_is_not(db, exchange, server, newest, is_old):
    pull = exchange.next_pull()
    exchange.take_pull_reply(pull, pulled(pull, server, [], newest_app=newest))

    assert exchange.is_old() is is_old


def heard(exchange, server, **word):
    """Pull, and hear this of the server's log."""
    pull = exchange.next_pull()
    told = sync.AuditWord(**word) if word else None
    exchange.take_pull_reply(pull, pulled(pull, server, [], audit=told))
    return exchange.next_pull().audit, exchange.fact("audit_lost")


def line(number, letter="a"):
    return f"{number}:{letter * 64}"


def test_the_head_of_the_servers_log_is_remembered_as_it_grows(exchange, server):
    assert (line(7), None) == heard(exchange, server, head=line(7))
    assert (line(9), None) == heard(exchange, server, head=line(9))
    assert (line(9), None) == heard(exchange, server)  # an older server says nothing of it


@pytest.mark.parametrize(
    "word",
    [{"head": line(8, "b"), "holds": False}, {"head": line(5), "holds": False}, {"head": line(5)}],
    ids=["another", "shorter", "shorter and denied"],
)
def test_a_log_that_lost_what_we_remember_is_told_of_and_ours_is_kept_as_evidence(exchange, server, word):
    heard(exchange, server, head=line(7))

    assert (line(7), line(7)) == heard(exchange, server, **word)
    assert (line(7), line(7)) == heard(exchange, server, **word)


def test_a_restore_from_a_backup_explains_it(exchange, server):
    heard(exchange, server, head=line(7))

    back = {"head": line(5, "b"), "holds": False, "brought_back": timestamp(now())}
    assert (line(5, "b"), None) == heard(exchange, server, **back)


def test_another_servers_log_is_another(exchange, server, db):
    heard(exchange, server, head=line(7))
    before = exchange.identity()
    reply = sync.EnrolReply(
        service=sync.SERVICE, device=new_id(), token="t", server=new_id(), person=before.person
    )
    exchange.take_enrolment(before.url, reply)

    assert None is exchange.next_pull().audit
