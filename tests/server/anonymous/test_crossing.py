"""A table of two questions is asked for before anybody answers, counted once with noise, and never drawn again."""

import json
from fractions import Fraction
from random import Random

import pytest
from server.anonymous.makers import LEAVER, NEW_HIRE, World

from fotfeste_server.anonymous.crossing import BUDGET, can_cross, register, registered, spent, take_back
from fotfeste_server.anonymous.models import MODELS
from fotfeste_server.anonymous.release_models import RELEASING, CrossTable, Noised
from fotfeste_server.anonymous.releases import read_seals, replay
from fotfeste_server.anonymous.sealing import seal
from fotfeste_shared.forms import shipped
from fotfeste_shared.problems import Conflicting, Invalid, NotFound

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on both: test_release_lines


def ask_for(world, row="trygg", column="valg", wave="m3", halves=2, form=NEW_HIRE):
    register(world.db, world.network, form, wave=wave, row=row, column=column, halves=halves)


def tables(world):
    return [table for seal in read_seals(world.folder / f"{world.network}.jsonl") for table in seal.tables]


def test_whole_answers_are_counted_in_their_cell(world: World, monkeypatch):
    monkeypatch.setattr("fotfeste_server.anonymous.crossing.discrete_laplace", lambda _epsilon, _below: 0)
    ask_for(world)
    window = world.window()
    half = [{"trygg": 5}, {"trygg": "vet_ikke", "valg": "a"}]
    world.answered(window, [{"trygg": 5, "valg": "a"}] * 3 + [{"trygg": 1, "valg": "c"}, *half], place="5001")
    world.answered(window, [{"trygg": 5, "valg": "a"}], place="5006")
    world.seal(window)

    told = tables(world)[0]
    assert (told.row, told.column, told.halves, told.wave) == ("trygg", "valg", 2, "m3")
    assert (told.rows, told.columns) == ((1, 2, 3, 4, 5), ("a", "b", "c"))
    assert told.cells == ((0, 0, 1), (0, 0, 0), (0, 0, 0), (0, 0, 0), (4, 0, 0))


def test_every_cell_gets_its_own_noise_the_empty_ones_too(world: World):
    ask_for(world)
    window = world.window()
    world.seal(window)

    cells = [cell for row in tables(world)[0].cells for cell in row]
    assert len(cells) == 15
    assert len(set(cells)) > 1


def test_sealing_again_and_restoring_draw_nothing_anew(world: World):
    ask_for(world)
    window = world.window()
    world.answered(window, [{"trygg": 4, "valg": "b"}] * 6)
    world.seal(window)
    whole = world.release()
    world.seal(window)
    for model in reversed([*MODELS, *RELEASING]):
        model.delete().execute()
    replay(world.db, world.folder / f"{world.network}.jsonl")
    (world.folder / f"{world.network}.jsonl").unlink()
    world.seal(window)

    assert world.release() == whole
    assert b'"tables"' in whole


def test_a_table_counts_only_windows_that_were_opened_after_it_was_asked_for(world: World):
    early = world.window("2026Q3")
    ask_for(world)
    late = world.window("2026Q4")
    for window in (early, late):
        world.answered(window, [{"trygg": 4, "valg": "b"}] * 6)
        world.seal(window)

    seals = read_seals(world.folder / f"{world.network}.jsonl")
    assert [len(seal.tables) for seal in seals] == [0, 1]


def test_a_table_may_be_taken_back_until_a_window_is_opened(world: World):
    ask_for(world)
    known = registered(world.network)[0]
    take_back(world.db, world.network, known.id)
    gone = registered(world.network)
    ask_for(world)
    world.window()

    assert gone == []
    with pytest.raises(Conflicting):
        take_back(world.db, world.network, registered(world.network)[0].id)
    with pytest.raises(NotFound):
        take_back(world.db, "another", registered(world.network)[0].id)


def test_what_one_person_can_lose_is_bounded(world: World):
    ask_for(world, "trygg", "valg")
    ask_for(world, "trygg", "valg", wave="start")
    with pytest.raises(Conflicting):
        ask_for(world, "valg", "trygg", halves=1, form=LEAVER)

    assert spent(world.network) == Fraction(BUDGET, 2)
    assert CrossTable.select().count() == 2


def test_the_same_two_questions_are_not_asked_for_twice(world: World):
    ask_for(world, halves=1)
    with pytest.raises(Conflicting):
        ask_for(world, "valg", "trygg", halves=1)


@pytest.mark.parametrize(
    "wrong", [{"row": "fritt"}, {"column": "flere"}, {"wave": "m6"}, {"halves": 3}, {"column": "trygg"}]
)
def test_only_questions_with_one_answer_each_can_be_crossed(world: World, wrong):
    with pytest.raises(Invalid):
        ask_for(world, **wrong)


def test_what_a_whole_hall_answers_by_one_link_is_never_crossed(world: World):
    """There a person may answer more than once, and what one person can lose is not bounded."""
    assert not can_cross(shipped()["evaluering_samling"])
    assert can_cross(shipped()["nyansatt"])


def test_a_line_without_tables_is_written_as_it_always_was(world: World):
    window = world.window()
    world.answered(window, [{"valg": "a"}] * 5)
    world.seal(window)

    assert "tables" not in json.loads(world.release())
    assert Noised.select().count() == 0


def test_the_noise_is_drawn_by_the_given_chance(world: World):
    told = []
    for network in ("n-1", "n-2"):
        world.network = network
        ask_for(world)
        window = world.window()
        world.answered(window, [{"trygg": 4, "valg": "b"}] * 6)
        seal(world.db, world.keys, world.folder, window, 1, below=Random(5).randrange, find_form=lambda *_: NEW_HIRE)
        told.append(tables(world)[-1].cells)

    assert told[0] == told[1]
