"""What was shown as saved is there after any crash, once, and without a word of the private notes."""

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine

from fotfeste_desktop.models import Draft, Note, Revision
from fotfeste_desktop.outbox import apart_of
from fotfeste_shared.clock import now
from fotfeste_shared.forms import digest, shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import About, leaves, new_id, read_revision


def rows(db, model):
    return list(model.select().bind(db))


def test_a_handed_in_session_waits_and_its_draft_is_gone(db, mentor):
    record = new_id()
    rev = mentor.save(record)

    [row] = rows(db, Revision)
    assert (row.rev, row.record, row.state, row.mine) == (rev, record, "queued", True)
    assert row.digest == digest(row.text)
    assert rows(db, Draft) == []


def test_the_text_that_will_leave_holds_the_session_but_no_private_note(db, mentor, session):
    mentor.save(new_id())

    [row] = rows(db, Revision)
    content = read_revision(row.text)
    assert content.about == About("pairing", session["kobling"])
    assert content.answers == {k: v for k, v in session.items() if k not in ("steg", "langt")}
    assert session["steg"] not in row.text
    [note] = rows(db, Note)
    assert note.answers == {"steg": session["steg"], "langt": session["langt"]}


def test_handing_in_the_same_sheet_twice_is_handing_in_once(db, outbox, mentor, mentor_log, session):
    draft = mentor.draft(new_id())
    filled = Filled("mentorlogg", 1, session, draft.rev)

    outcomes = [outbox.receive(filled, mentor_log).outcome for _ in range(3)]

    assert outcomes == ["kept", "known", "known"]
    assert len(rows(db, Revision)) == 1


def test_what_was_just_saved_can_be_taken_back_whole_until_it_leaves(db, outbox, mentor, mentor_log, session):
    draft = mentor.draft(new_id())
    filled = Filled("mentorlogg", 1, session, draft.rev)
    outbox.receive(filled, mentor_log, hold=timedelta(seconds=10))
    again = outbox.take_back(filled)

    assert (again.record, again.answers) == (draft.record, session)
    assert again.rev != draft.rev  # a new sheet: the old name may never mean two contents
    assert rows(db, Revision) == []
    assert outbox.take_back(filled) is None


def test_what_may_have_left_is_never_taken_back(db, outbox, exchange, mentor, mentor_log, session):
    draft = mentor.draft(new_id())
    filled = Filled("mentorlogg", 1, session, draft.rev)
    outbox.receive(filled, mentor_log, hold=timedelta(seconds=10))
    assert exchange.next_push() is None
    exchange.retry_all()
    assert [item.rev for item in exchange.next_push().items] == [draft.rev]

    assert outbox.take_back(filled) is None
    assert [row.rev for row in rows(db, Revision)] == [draft.rev]


def test_the_moment_to_regret_ends_by_itself_also_after_a_restart(outbox, exchange, mentor, mentor_log, session):
    draft = mentor.draft(new_id())
    outbox.receive(Filled("mentorlogg", 1, session, draft.rev), mentor_log, hold=timedelta(seconds=10))
    with time_machine.travel(now() + timedelta(seconds=11)):
        assert outbox.regret_left(draft.rev) == timedelta(0)
        assert [item.rev for item in exchange.next_push().items] == [draft.rev]


def test_a_sheet_that_was_never_opened_here_is_refused(db, outbox, mentor_log, session):
    with pytest.raises(NotFound):
        outbox.receive(Filled("mentorlogg", 1, session, new_id()), mentor_log)
    assert rows(db, Revision) == []


def test_a_change_names_what_it_changes_as_its_parent(db, mentor):
    record = new_id()
    first = mentor.save(record)
    second = mentor.save(record, minutter=60)

    texts = {row.rev: read_revision(row.text) for row in rows(db, Revision)}
    assert texts[first].parents == ()
    assert texts[second].parents == (first,)
    assert texts[first].answers["minutter"] == 45


def test_what_is_withdrawn_waits_as_a_revision_of_its_own_once(db, outbox, mentor):
    record = new_id()
    first = mentor.save(record)

    outbox.withdraw(record)
    outbox.withdraw(record)

    [away] = [content for row in rows(db, Revision) if (content := read_revision(row.text)).rev != first]
    assert (away.withdrawn, away.parents, away.answers) == (True, (first,), {})
    assert mentor.draft(record).parents == [away.rev]
    with pytest.raises(NotFound):
        outbox.withdraw(new_id())


def test_a_draft_keeps_anything_typed_and_can_be_thrown_away(db, outbox, mentor):
    record = new_id()
    mentor.draft(record)
    outbox.save_draft(record, {"dato": "ikke en dato", "langt": "uferdig"})

    assert outbox.draft(record).answers == {"dato": "ikke en dato", "langt": "uferdig"}
    outbox.drop_draft(record)
    with pytest.raises(NotFound):
        outbox.draft(record)
    with pytest.raises(NotFound):
        outbox.save_draft(record, {})


def test_opening_a_draft_again_does_not_forget_what_was_typed(outbox, mentor):
    record = new_id()
    first = mentor.draft(record)
    outbox.save_draft(record, {"minutter": 30})

    again = mentor.draft(record)

    assert (again.rev, again.answers) == (first.rev, {"minutter": 30})


def test_answers_that_are_kept_apart_travel_as_a_record_of_their_own(db, outbox):
    form = shipped()["kobling"]
    apart = next(question.code for question in form.questions() if question.kept_apart)
    record = new_id()
    draft = outbox.open(form, record, About("team", new_id()), {})
    outbox.receive(Filled(form.code, form.version, {apart: "kari@example.com"}, draft.rev), form)

    main, sibling = sorted((read_revision(row.text) for row in rows(db, Revision)), key=lambda r: bool(r.apart_of))
    assert main.answers == {}
    assert (sibling.apart_of, sibling.answers) == (record, {apart: "kari@example.com"})
    assert sibling.record != record


def test_what_is_kept_apart_is_written_again_when_it_changes_and_also_when_it_is_taken_away(db, outbox):
    form, record, about = shipped()["pamelding_samling"], new_id(), About("person", new_id())
    comes = {"deltar": "nei"}

    def hand_in(**needs) -> int:
        draft = outbox.open(form, record, about, {})
        outbox.receive(Filled(form.code, form.version, comes | needs, draft.rev), form)
        return sum(read_revision(row.text).apart_of == record for row in rows(db, Revision))

    written = [hand_in(), hand_in(tilrettelegging="Rampe"), hand_in(tilrettelegging="Rampe"), hand_in(), hand_in()]

    assert [0, 1, 1, 2, 2] == written
    assert {} == apart_of(db, record)


def test_who_takes_something_back_takes_back_what_they_have_kept_apart_of_it_once(db, outbox):
    form, record = shipped()["pamelding_samling"], new_id()
    draft = outbox.open(form, record, About("person", new_id()), {})
    answers = {"deltar": "ja", "tilrettelegging": "Rampe"}
    outbox.receive(Filled(form.code, form.version, answers, draft.rev), form)

    outbox.withdraw(record)
    outbox.withdraw(record)

    contents = [read_revision(row.text) for row in rows(db, Revision)]
    apart = [content for content in contents if content.apart_of == record]
    assert [(False, 1), (True, 0)] == sorted((each.withdrawn, len(each.answers)) for each in apart)
    assert {next(each.rev for each in apart if each.withdrawn)} == leaves(apart)
    assert (4, {}) == (len(contents), apart_of(db, record))


# --- kill -9 before each statement ---------------------------------------------------------------

SAVE = """
import json, os, signal, sys
from pathlib import Path
from fotfeste_desktop.outbox import Outbox
from fotfeste_shared.database import open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled

url, key, fatal, rev, answers = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
count = 0

def on_statement(sql):
    global count
    count += armed
    if armed and count == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

armed = False
db = open_database(url, key=key, on_statement=on_statement)
form = shipped()["mentorlogg"]
filled = Filled("mentorlogg", 1, json.loads(answers), rev)
outbox = Outbox(db, "0b9f7c1e-2222-4a4a-8a8a-000000000002")
armed = True
outbox.receive(filled, form)
print("lagret her", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_killed_before_any_statement_it_is_either_a_draft_still_or_saved_whole(
    home, db, key, mentor, session, environment
):
    outcomes = []
    for fatal in range(1, 40):
        record = new_id()
        rev = mentor.draft(record).rev
        told = [f"sqlite:///{home.database}", key.hex(), str(fatal), rev, json.dumps(session)]
        command = [sys.executable, "-c", SAVE, *told]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        shown = "lagret her" in done.stdout
        saved = Revision.select().where(Revision.rev == rev).count(db)
        draft = Draft.select().where(Draft.record == record).count(db)
        noted = Note.select().where(Note.record == record).count(db)
        outcomes.append((shown, saved, draft, noted))
        if shown:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr

    assert outcomes[-1] == (True, 1, 0, 1)
    assert set(outcomes[:-1]) <= {(False, 0, 1, 0), (False, 1, 0, 1)}
    assert len(outcomes) > 5
    assert not any(shown for shown, *_ in outcomes[:-1])
