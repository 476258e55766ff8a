"""An answer is kept once, by link, while its window is open; and the row tells nobody who or when."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from random import Random
from threading import Event, current_thread

import pytest
from server.anonymous.makers import CLOSES, LEAVER, OPENS, World, filled, some_answers

from fotfeste_server.anonymous.invitations import hashed, open_invitation, still_unanswered
from fotfeste_server.anonymous.models import Inbox, Invitation
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.intake import Receipt
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import anonymous_receipt

GOOD = {"trygg": 4, "valg": "a"}


@pytest.fixture
def token(world):
    return world.links(world.window())[0]


def test_keeps_an_answer_and_gives_the_receipt_that_came_with_it(world, token):
    receipt = anonymous_receipt()

    assert world.answer(token, GOOD, receipt) == Receipt("kept", receipt)
    row = Inbox.select().dicts().get()
    assert set(row) == {"id", "window", "place", "wave", "form", "version", "receipt_hash", "box"}
    assert (row["place"], row["wave"], row["form"], row["version"]) == ("5001", "m3", "nyansatt", 1)
    assert row["id"] not in {invitation.id for invitation in Invitation.select()}


def test_a_repeat_is_known_and_another_answer_is_told_that_one_is_there(world, token):
    receipt = anonymous_receipt()
    first = world.answer(token, GOOD, receipt)
    again = world.answer(token, GOOD, receipt)
    other = world.answer(token, {"trygg": 1})

    assert [first.outcome, again.outcome, other.outcome] == ["kept", "known", "already_answered"]
    assert (again.code, other.code) == (receipt, None)
    assert Inbox.select().count() == 1


def test_without_script_the_same_post_is_known_but_its_code_is_not_told_again(world, token):
    first, again = (world.answer(token, GOOD, receipt="") for _ in range(2))

    assert (first.outcome, again.outcome) == ("kept", "known")
    assert len(first.code) == 19
    assert again.code is None


def test_without_script_one_wrong_guess_ends_the_recognising(world, token):
    """Whoever has the link could otherwise try answers until one is recognised."""
    world.answer(token, GOOD, receipt="")
    guess, then_right = world.answer(token, {"trygg": 1}, receipt=""), world.answer(token, GOOD, receipt="")

    assert [guess.outcome, then_right.outcome] == ["already_answered", "already_answered"]


def test_two_hundred_posts_at_once_make_one_answer(world, token):
    receipt = anonymous_receipt()
    with ThreadPoolExecutor(32) as phones:
        outcomes = [r.outcome for r in phones.map(lambda _: world.answer(token, GOOD, receipt), range(200))]

    assert sorted(outcomes) == ["kept"] + ["known"] * 199
    assert Inbox.select().count() == 1


def test_an_empty_post_is_refused_and_stores_nothing(world, token):
    """Mail scanners post empty forms; the rows of a programme are ours, not theirs."""
    outcomes = [world.answer(token, empty).outcome for empty in ({}, {"innslag": [{"id": "1"}, {"id": "2"}]})]

    assert outcomes == ["refused", "refused"]
    assert Inbox.select().count() == 0
    assert world.answer(token, GOOD).outcome == "kept"


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2027, 1, 1)])
def test_before_and_after_its_window_a_link_takes_nothing(world, token, day):
    assert world.envelope(token, day).receive(filled(GOOD)).outcome == "closed"
    assert world.envelope(token, OPENS).receive(filled(GOOD)).outcome == "kept"


def test_a_link_tells_what_it_leads_to(world, token):
    states = [open_invitation(token, day).state for day in (date(2026, 9, 30), OPENS, CLOSES, date(2027, 1, 1))]

    assert states == ["not_yet", "open", "open", "closed"]
    assert (open_invitation(token, OPENS).form, open_invitation(token, OPENS).wave) == ("nyansatt", "m3")


def test_an_unknown_link_and_another_form_are_refused(world, token):
    with pytest.raises(NotFound):
        open_invitation("gjettet", OPENS)
    with pytest.raises(NotFound):
        world.answer("gjettet", GOOD)
    with pytest.raises(Conflicting):
        world.answer(token, GOOD, form="slutter")
    assert Inbox.select().count() == 0


def test_withdrawing_needs_the_link_and_the_receipt_and_lets_one_answer_anew(world, token):
    receipt = anonymous_receipt()
    other = world.links(Invitation.get().window_id)[0]
    world.answer(token, GOOD, receipt)

    assert not world.envelope(token).withdraw(anonymous_receipt())
    assert not world.envelope(other).withdraw(receipt)
    assert world.envelope(token).withdraw(receipt.lower().replace("-", " "))
    assert Inbox.select().count() == 0
    assert world.answer(token, {"trygg": 2}).outcome == "kept"


def test_after_the_close_nothing_can_be_withdrawn(world, token):
    receipt = anonymous_receipt()
    world.answer(token, GOOD, receipt)

    assert not world.envelope(token, date(2027, 1, 1)).withdraw(receipt)
    assert Inbox.select().count() == 1


def test_reminders_go_to_those_who_have_not_answered_and_the_others_are_forgotten(world):
    window = world.window()
    first, second, silent = world.links(window, 3)
    everybody = set(still_unanswered(world.db, world.keys, window))
    for token in (first, second):
        world.answer(token, GOOD)

    assert everybody == {first, second, silent}
    assert still_unanswered(world.db, world.keys, window) == [silent]
    assert Invitation.select().where(Invitation.link.is_null()).count() == 2


def test_a_place_is_not_even_stored_for_a_form_that_is_told_for_the_network(world):
    token = world.links(world.window(), form=LEAVER)[0]
    world.answer(token, GOOD, form="slutter")

    assert Inbox.get().place == "*"


def test_boxes_of_short_and_long_answers_have_the_same_length(world):
    world.answered(world.window(), [{"trygg": 4}, some_answers(Random(1))])

    assert len({len(row.box) for row in Inbox.select()}) == 1


def test_no_answer_slips_in_after_the_seal(world: World):
    """Everything kept before is counted; everything after is told that it is closed."""
    window = world.window()
    tokens = world.links(window, 120)
    started, sealed = Event(), []

    def post(token):
        started.set()
        return world.answer(token, {"valg": "a"}).outcome

    def close():
        started.wait()
        sealed.append(world.seal(window))

    with ThreadPoolExecutor(9) as pool:
        closing = pool.submit(close)
        outcomes = list(pool.map(post, tokens))
        closing.result()

    assert set(outcomes) <= {"kept", "closed"}
    assert sealed[0].answers == outcomes.count("kept")
    assert Inbox.select().count() == 0


@pytest.mark.parametrize("first", ["answer", "seal"])
def test_an_answer_and_a_seal_that_meet_are_told_the_truth(database_url, tmp_path, first):
    """The first has done all but its commit when the other comes; else «kept» could mean a window nobody ever opens."""
    armed, halfway, other_done = Event(), Event(), Event()

    def pause(statement):
        if armed.is_set() and statement == "COMMIT" and current_thread().name.startswith(first):
            armed.clear()
            halfway.set()
            other_done.wait(0.7)

    db = open_database(database_url, on_statement=pause)
    db.turn = nullcontext()  # as between processes, where nothing but the database makes anybody wait
    world = World.at(db, tmp_path)
    world.writer._thread.name = "answer"
    window = world.window()
    token = world.links(window)[0]
    acts = {"answer": lambda: world.answer(token, {"valg": "a"}), "seal": lambda: world.seal(window)}
    armed.set()
    with ThreadPoolExecutor(1, thread_name_prefix="seal") as sealing, ThreadPoolExecutor(1) as posting:
        pools = {"answer": posting, "seal": sealing}
        waiting = {first: pools[first].submit(acts[first])}
        assert halfway.wait(5)
        (second,) = acts.keys() - {first}
        waiting[second] = pools[second].submit(acts[second])
        waiting[second].add_done_callback(lambda _: other_done.set())
        told, done = waiting["answer"].result(), waiting["seal"].result()
    left = Inbox.select().count()
    world.writer.close()
    close_database(db)

    assert (told.outcome, done.answers, left) == (("kept", 1, 0) if first == "answer" else ("closed", 0, 0))


def test_the_hashes_of_a_token_do_not_meet(world, token):
    assert len({hashed("inv", token), hashed("ans", token), hashed("rec", token, "X")}) == 3
