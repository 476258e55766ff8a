"""How many answered is told when a window is sealed, where at least five were asked."""

from datetime import date

import pytest
from server.anonymous.makers import CLOSES, OPENS, World

from fotfeste_server.anonymous.doors import come_in, open_door
from fotfeste_server.anonymous.ending import end_network
from fotfeste_server.anonymous.models import Block, Window
from fotfeste_server.anonymous.release_models import SealRule, Turnout
from fotfeste_server.anonymous.releases import read_seals, replay
from fotfeste_shared.forms import shipped

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on both: test_release_lines


def told(world):
    seals = read_seals(world.folder / f"{world.network}.jsonl")
    return sorted((seal.number, t.form, t.place, t.invited, t.answered) for seal in seals for t in seal.turnout)


def asked(world, window, place, invited, answered):
    for token in world.links(window, invited, place)[:answered]:
        assert world.answer(token, {"valg": "a"}).outcome == "kept"


def test_a_place_where_five_were_asked_is_told_with_its_window(world: World):
    window = world.window()
    asked(world, window, "5001", 6, 4)
    asked(world, window, "5006", 5, 0)
    world.seal(window)

    assert told(world) == [(1, "nyansatt", "5001", 6, 4), (1, "nyansatt", "5006", 5, 0)]


def test_fewer_than_five_wait_until_five_have_been_asked(world: World):
    """And no sum holds them before: beside its other parts it would tell them."""
    first, second = world.window("2026Q3"), world.window("2026Q4")
    asked(world, first, "5001", 3, 3)
    world.seal(first)
    early = told(world)
    asked(world, second, "5001", 3, 1)
    world.seal(second)

    assert early == []
    assert told(world) == [(2, "nyansatt", "5001", 6, 4)]
    assert Turnout.select().where(Turnout.window.is_null()).count() == 0


def test_what_is_too_little_anywhere_is_put_together_at_the_end_or_dropped(world: World):
    window = world.window()
    asked(world, window, "5001", 3, 2)
    asked(world, window, "5006", 4, 1)
    world.seal(window)
    end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 1, 1))

    assert told(world) == [(2, "nyansatt", "*", 7, 3)]
    assert Turnout.select().where(Turnout.window.is_null()).count() == 0


def test_an_answer_that_was_withdrawn_is_no_answer(world: World):
    window = world.window()
    tokens = world.links(window, 5)
    code = world.answer(tokens[0], {"valg": "a"}).code
    world.answer(tokens[1], {"valg": "a"})
    world.envelope(tokens[0]).withdraw(code)
    world.seal(window)

    assert told(world) == [(1, "nyansatt", "5001", 5, 1)]


def test_behind_a_door_the_people_in_the_hall_are_counted_not_the_links(world: World):
    """A link may be taken twice, by a phone that was changed."""
    window, form = world.window(), shipped()["evaluering_samling"]
    door = open_door(world.db, window, form, "samling1", opens=OPENS, closes=CLOSES, most=40, people=12)
    tokens = [come_in(world.db, door.id, OPENS) for _ in range(20)]
    for token in tokens[:8]:
        assert world.answer(token, {"alt": 4}, form="evaluering_samling").outcome == "kept"
    world.seal_shipped(window)

    assert told(world) == [(1, "evaluering_samling", "*", 12, 8)]


def test_after_a_restore_nobody_is_counted_twice(world: World):
    first, second = world.window("2026Q3"), world.window("2026Q4")
    asked(world, first, "5001", 3, 3)
    world.seal(first)
    waiting = list(Turnout.select().dicts())
    asked(world, second, "5001", 3, 1)
    world.seal(second)
    whole = world.release()
    Turnout.delete().execute()
    Turnout.insert_many(waiting).execute()
    _forget_second_seal(world, second)
    replay(world.db, world.folder / f"{world.network}.jsonl")
    (world.folder / f"{world.network}.jsonl").unlink()
    world.seal(second)

    assert world.release() == whole
    assert Turnout.select().where(Turnout.window.is_null()).count() == 0


def _forget_second_seal(world, second):
    Block.delete().where(Block.window == second).execute()
    SealRule.delete().where(SealRule.window == second).execute()
    Window.update(sealed=None).where(Window.id == second).execute()
