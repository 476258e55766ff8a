"""What people write is read by a person before anybody else sees it, in batches that point at nobody."""

import json
from datetime import date
from random import Random

import pytest
from server.anonymous.makers import LEAVER, World

from fotfeste_server.anonymous.ending import end_network, leftovers
from fotfeste_server.anonymous.models import MODELS, FreeText
from fotfeste_server.anonymous.release_models import RELEASING, Draft, TextPlaces
from fotfeste_server.anonymous.releases import read_seals, replay
from fotfeste_server.anonymous.sealing import seal
from fotfeste_server.anonymous.texts import (
    ENOUGH,
    gathering,
    judge_text,
    readings,
    release_texts,
    texts_of,
)
from fotfeste_shared.problems import Conflicting, NotFound

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on both: test_release_lines

DAY = date(2027, 1, 4)


def written(world, counts, quarter="2026Q4"):
    """A sealed window in which so many wrote something, by place."""
    window = world.window(quarter)
    number = 0
    for place, count in counts.items():
        given = [{"valg": "a", "fritt": f"Tekst {place} {n} <b>"} for n in range(count)]
        world.answered(window, given, place=place)
        number += count
    world.seal(window)
    return window


def judge_all(world, batch, chance=None):
    for number, each in enumerate(texts_of(world.keys, world.network, batch.id)):
        verdict, said = ("told", f"Mildere {number}") if number % 2 else ("left_out", each.written)
        judge_text(world.db, world.keys, world.network, each.id, verdict=verdict, said=said)


def released(world):
    return [text for line in read_seals(world.folder / f"{world.network}.jsonl") for text in line.texts]


THREE = {"5001": 4, "5006": 3, "5007": 3}


@pytest.mark.parametrize(
    ("counts", "batches"),
    [({"5001": 4, "5006": 3, "5007": 2}, 0), ({"5001": 9, "5006": 9}, 0), (THREE, 1), ({"5001": 30}, 0)],
    ids=["nine texts", "two municipalities", "ten of three", "thirty of one"],
)
def test_texts_are_read_when_there_are_ten_from_three_municipalities(world: World, counts, batches):
    written(world, counts)

    assert len(readings(world.network)) == batches
    assert [n for _, _, n in gathering(world.network)] == ([] if batches else [sum(counts.values())])


def test_texts_wait_for_those_of_later_windows_and_their_places_are_remembered(world: World):
    written(world, {"5001": 4, "5006": 4})
    first = readings(world.network)
    written(world, {"5007": 2}, "2027Q1")

    assert first == []
    assert [each.texts for each in readings(world.network)] == [10]
    assert TextPlaces.select().count() == 0


def test_one_more_text_never_comes_alone(world: World):
    """Else whoever saw ten texts, and then eleven, knows what the last one wrote."""
    written(world, THREE)
    written(world, {"5001": 1}, "2027Q1")

    assert [each.texts for each in readings(world.network)] == [10]
    assert gathering(world.network) == [("nyansatt", "fritt", 1)]


def test_where_a_form_keeps_no_place_the_networks_municipalities_count(world: World):
    for municipalities, batches in ((2, 0), (3, 1)):
        world.network = f"n-{municipalities}"
        window = world.window()
        for token in world.links(window, 10, "5001", LEAVER):
            world.answer(token, {"fritt": "Noe"}, form="slutter")
        seal(world.db, world.keys, world.folder, window, 1, municipalities=municipalities, find_form=lambda *_: LEAVER)

        assert len(readings(world.network)) == batches


def test_a_text_before_its_reader_has_no_place_wave_or_order(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    shown = [each.written for each in texts_of(world.keys, world.network, batch.id)]

    assert {field.name for field in Draft._meta.sorted_fields} == {
        "id", "network", "form", "question", "batch", "box", "said", "verdict",
    }  # fmt: skip
    assert len(shown) == ENOUGH
    assert shown != sorted(shown)


def test_only_what_was_let_through_is_released_in_the_words_of_the_reader(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    judge_all(world, batch)
    n = release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)

    assert n == 5
    assert sorted(text.text for text in released(world)) == [f"Mildere {number}" for number in (1, 3, 5, 7, 9)]
    assert (Draft.select().count(), readings(world.network)) == (0, [])
    assert b"Tekst 5001" not in world.release()


def test_a_reader_may_think_again_until_the_release(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    judge_all(world, batch)
    first = texts_of(world.keys, world.network, batch.id)[0]
    judge_text(world.db, world.keys, world.network, first.id, verdict="told", said="Likevel")
    release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)

    assert "Likevel" in [text.text for text in released(world)]


def test_nothing_is_released_before_every_text_has_been_judged(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    judge_all(world, batch)
    last = texts_of(world.keys, world.network, batch.id)[-1]
    judge_text(world.db, world.keys, world.network, last.id, verdict=None, said=last.written)
    with pytest.raises(Conflicting):
        release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)

    assert released(world) == []


def test_a_text_that_was_emptied_is_left_out(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    for each in texts_of(world.keys, world.network, batch.id):
        judge_text(world.db, world.keys, world.network, each.id, verdict="told", said="  ")

    assert readings(world.network)[0].told == 0
    assert release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY) == 0


def test_another_networks_texts_are_not_there(world: World):
    written(world, THREE)
    batch, text = readings(world.network)[0], Draft.get()
    with pytest.raises(NotFound):
        release_texts(world.db, world.keys, world.folder, "another", batch.id, today=DAY)
    with pytest.raises(NotFound):
        judge_text(world.db, world.keys, "another", text.id, verdict="told", said="x")


def test_the_originals_are_nowhere_after_the_release(world: World, tmp_path):
    written(world, THREE)
    batch = readings(world.network)[0]
    boxes = [bytes(row.box) for row in Draft.select()]
    everything = lambda: b"".join(path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file())  # noqa: E731
    before = everything()
    judge_all(world, batch)
    release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)
    after = everything()

    assert all(box in before for box in boxes)
    assert [box for box in boxes if box in after] == []


def test_an_older_backup_gets_the_release_from_the_file_and_reads_nothing_twice(world: World):
    written(world, THREE)
    batch = readings(world.network)[0]
    older = {model: list(model.select().dicts()) for model in (*MODELS, *RELEASING)}
    judge_all(world, batch)
    release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)
    whole = world.release()
    for model in reversed([*MODELS, *RELEASING]):
        model.delete().execute()
    for model, rows in older.items():
        for row in rows:
            model.insert(row).execute()
    replay(world.db, world.folder / f"{world.network}.jsonl")
    (world.folder / f"{world.network}.jsonl").unlink()
    written(world, {"5001": 1}, "2027Q1")

    assert readings(world.network) == []
    assert world.release().startswith(whole)
    assert json.loads(world.release().splitlines()[1])["quarter"] == "texts"


def test_a_programme_is_not_ended_over_unread_texts_unless_somebody_says_so(world: World):
    written(world, {**THREE, "5014": 1})
    written(world, {"5001": 2}, "2027Q1")
    before = leftovers(world.network)
    with pytest.raises(Conflicting):
        end_network(world.db, world.keys, world.folder, world.network, 1, today=DAY)
    end_network(world.db, world.keys, world.folder, world.network, 1, today=DAY, unread=True)

    assert (before.unread, before.too_few) == (11, 2)
    assert (Draft.select().count(), FreeText.select().count(), TextPlaces.select().count()) == (0, 0, 0)
    assert released(world) == []


def test_the_order_of_released_texts_tells_nothing(world: World):
    """The line is sorted by what it says, whatever order the reader met the texts in."""
    written(world, THREE)
    batch = readings(world.network)[0]
    chance = Random(1)
    for each in texts_of(world.keys, world.network, batch.id):
        judge_text(world.db, world.keys, world.network, each.id, verdict="told", said=str(chance.random()))
    release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)
    told = [text.text for text in released(world)]

    assert told == sorted(told)
