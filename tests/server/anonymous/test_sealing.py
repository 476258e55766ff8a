"""A sealed window leaves protected blocks, written once, and no way back to anybody."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain
from random import Random

import pytest
from server.anonymous.makers import LEAVER, World, some_answers

from fotfeste_server.anonymous.ending import end_network
from fotfeste_server.anonymous.keys import KeyLost, Unreadable
from fotfeste_server.anonymous.models import MODELS, Block, FreeText, Inbox, Invitation, Waiting, Window
from fotfeste_server.anonymous.releases import read_release, read_waiting
from fotfeste_shared.database import close_database
from fotfeste_shared.problems import Busy, Conflicting, NotFound


def people(count, seed=1):
    chance = Random(seed)
    return [some_answers(chance) for _ in range(count)]


def release(world):
    return read_release(world.folder / f"{world.network}.jsonl")


def test_every_kind_of_question_is_told_in_its_way(world: World):
    window = world.window()
    world.answered(window, [{"trygg": 3, "valg": v, "flere": ["a", "b"], "antall": 2} for v in "aaabbbccca"])
    done = world.seal(window)

    told = {block.question: (block.kind, block.n, block.counts) for block in release(world)}
    assert (done.answers, done.blocks) == (10, 4)
    assert told["valg"] == ("nominal", 10, {"counts": {"a": 4, "b": 3, "c": 3}})
    assert told["trygg"] == ("ordinal", 10, {"cumulative": [0, 0, 10, 10], "points": [1, 2, 3, 4, 5]})
    assert told["flere"] == ("multiple", 10, {"counts": {"a": 10, "b": 10}})
    assert told["antall"] == ("binned", 10, {"cumulative": [0, 10, 10], "points": [0, 1, 3, 6]})


def test_four_wait_until_a_fifth_comes_in_a_later_window(world: World):
    first, second = world.window(), world.window("2027Q1")
    world.answered(first, [{"valg": "a"}] * 4)
    world.seal(first)
    nobody_yet = release(world)
    waits = read_waiting(world.folder / f"{world.network}.jsonl")
    world.answered(second, [{"valg": "b"}] * 4)
    world.seal(second)

    assert (nobody_yet, waits) == ([], {("nyansatt", "m3", "5001"): 4})
    assert [(block.n, block.counts) for block in release(world)] == [(8, {"counts": {"a": 4, "b": 4, "c": 0}})]
    assert Waiting.select().count() == 0
    assert read_waiting(world.folder / f"{world.network}.jsonl") == {}


def test_not_applicable_and_unanswered_are_not_counted(world: World):
    window = world.window()
    world.answered(window, [{"trygg": 4, "valg": "a"}] * 4 + [{"trygg": "vet_ikke", "valg": "b"}])
    world.seal(window)

    assert [block.question for block in release(world)] == ["valg"]
    assert Waiting.select().count() == 4


def test_places_are_told_apart_only_where_the_form_says_so(world: World):
    window = world.window()
    world.answered(window, [{"valg": "a"}] * 5, place="5001")
    world.answered(window, [{"valg": "b"}] * 4, place="5006")
    for place in ("5001", "5006", "5007", "5014", "5020"):
        world.answer(world.links(window, 1, place, LEAVER)[0], {"valg": "c"}, form="slutter")
    world.seal(window)

    assert sorted((block.form, block.place, block.n) for block in release(world)) == [
        ("nyansatt", "5001", 5),
        ("slutter", "*", 5),
    ]


def test_sealing_again_changes_no_byte(world: World):
    window = world.window()
    world.answered(window, people(9))
    world.seal(window, seed=1)
    before = world.release()
    again = world.seal(window, seed=2)

    assert (again.answers, again.blocks) == (0, 0)
    assert world.release() == before
    assert Block.select().count() == before.count(b'"kind"')


def test_two_windows_of_a_network_lie_in_one_chain(world: World):
    for number, quarter in enumerate(("2026Q4", "2027Q1")):
        window = world.window(quarter)
        world.answered(window, people(12, seed=number))
        world.seal(window)

    lines = [json.loads(line) for line in world.release().splitlines()]
    assert [(line["number"], line["quarter"]) for line in lines] == [(1, "2026Q4"), (2, "2027Q1")]
    assert len(release(world)) == 8


def test_a_sealed_window_leaves_no_answer_no_link_and_no_key(world: World):
    window = world.window()
    token = world.answered(window, people(6))[0]
    world.seal(window)

    assert (Inbox.select().count(), Invitation.select().where(Invitation.link.is_null(False)).count()) == (0, 0)
    assert not world.keys.has_window(window)
    assert FreeText.select().count() == 6
    assert {field.name for field in FreeText._meta.sorted_fields} == {"id", "network", "form", "question", "box"}
    assert world.answer(token, {"valg": "a"}).outcome == "closed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thief_of_the_files_finds_no_token_receipt_or_text(world: World, tmp_path):
    """The database, its log and every other file, after a seal; the control finds what is meant to be there."""
    window = world.window()
    tokens = world.links(window, 6)
    receipts = [world.answer(token, answers).code for token, answers in zip(tokens, people(6), strict=True)]
    hashes = [row.id for row in Inbox.select()] + [row.receipt_hash for row in Inbox.select()]
    boxes = [bytes(row.box) for row in Inbox.select()]
    links = [bytes(row.link) for row in Invitation.select()]
    everything = lambda: b"".join(path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file())  # noqa: E731
    secrets = [text.encode() for text in (*tokens, *receipts, "Fritekst nummer")]
    before = everything()
    world.seal(window)
    after = everything()

    assert [secret for secret in secrets if secret in before] == []
    assert all(mark.encode() in before for mark in hashes)
    gone = [*secrets, *(mark.encode() for mark in hashes), *boxes, *links]
    assert [mark for mark in gone if mark in after] == []
    close_database(world.db)
    assert [mark for mark in gone if mark in everything()] == []


def test_no_row_of_a_sealed_window_holds_anything_of_a_token_or_an_answer(world: World):
    """On both databases: what is left of a token is the hash that says "may answer", and nothing to join it to."""
    window = world.window()
    tokens = world.answered(window, [{"valg": "a", "fritt": "Fritekst nummer 1"}] * 4)
    hashes = [row.id for row in Inbox.select()] + [row.receipt_hash for row in Inbox.select()]
    world.seal(window)
    rows = {model: [repr(row) for row in model.select().tuples()] for model in MODELS}
    everything = "".join(chain.from_iterable(rows.values()))

    assert [mark for mark in (*tokens, *hashes, "Fritekst") if mark in everything] == []
    answered = {row.id for row in Invitation.select()}
    elsewhere = "".join(chain.from_iterable(rows[model] for model in MODELS if model is not Invitation))
    assert [key for key in answered if key in elsewhere] == []


def test_seals_at_the_same_time_make_one_chain_and_one_draw_each(world: World):
    windows = [world.window(f"2026Q{number}") for number in (1, 2)]
    for window in windows:
        world.answered(window, [{"valg": v} for v in "aabbc"] + [{"antall": 1}] * 3)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda window: sealed_at_last(world, window), [*windows, windows[0]]))

    assert sorted(block.n for block in release(world)) == [5, 5, 6]
    assert len(world.release().splitlines()) == 2


def sealed_at_last(world, window):
    """Cleaning the files needs them alone for a moment; whoever is told «busy» comes again, as the job does."""
    while True:
        try:
            return world.seal(window)
        except Busy:
            continue


def test_who_gave_which_answer_changes_no_byte_of_the_release(world: World):
    """The same answers, question by question exchanged between the same people, under the same draws."""
    given = people(9)
    exchanged = [
        {question: given[n - step][question] for step, question in enumerate(("trygg", "valg", "flere", "antall"))}
        for n in range(9)
    ]
    told = []
    for network, answers in (("n-1", given), ("n-2", exchanged)):
        world.network = network
        window = world.window()
        world.answered(window, answers)
        world.seal(window, seed=7)
        told.append(world.release().replace(network.encode(), b"").replace(window.encode(), b""))

    assert told[0] == told[1]


def test_a_lost_key_stops_the_seal_and_nothing_is_lost(world: World):
    window = world.window()
    world.answered(window, people(5))
    path = world.keys._path(f"window-{window}.key")
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(KeyLost):
        world.seal(window)
    path.write_bytes(b"\x01" * 32)
    with pytest.raises(Unreadable):
        world.seal(window)
    path.write_bytes(kept)

    assert world.seal(window).answers == 5


def test_one_spoilt_box_does_not_stop_the_others(world: World):
    window = world.window()
    world.answered(window, people(6))
    Inbox.update(box=b"rubbish").where(Inbox.id == Inbox.get().id).execute()
    done = world.seal(window)

    assert (done.answers, done.unreadable) == (5, 1)


def test_at_the_end_of_a_programme_what_waits_everywhere_becomes_one_block(world: World):
    window = world.window()
    for place in ("5001", "5006", "5007"):
        world.answered(window, [{"valg": "a", "antall": 1}, {"valg": "b"}], place=place)
    world.seal(window)
    end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 1, 1))
    before = world.release()
    end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 1, 2))

    assert [(b.place, b.question, b.n, b.counts) for b in release(world)] == [
        ("*", "valg", 6, {"counts": {"a": 3, "b": 3, "c": 0}})
    ]
    assert Waiting.select().count() == 0
    assert world.release() == before
    assert Window.select().where(Window.sealed.is_null()).count() == 0


def test_a_programme_with_an_open_window_cannot_be_ended(world: World):
    window = world.window()
    world.answered(window, [{"valg": "a"}] * 4)
    with pytest.raises(Conflicting):
        end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 1, 1))
    world.seal(window)

    assert end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 1, 1)).blocks == 0
    assert Waiting.select().count() == 0


def test_an_unknown_window_cannot_be_sealed(world: World):
    with pytest.raises(NotFound):
        world.seal("ukjent")
