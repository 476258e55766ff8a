"""A release file is only added to; what was told once is told for ever, whatever is restored."""

import shutil
from random import Random

import pytest
from server.anonymous.makers import World, some_answers

from fotfeste_server.anonymous.models import MODELS, Block, Inbox, Waiting, Window
from fotfeste_server.anonymous.release_models import RELEASING
from fotfeste_server.anonymous.releases import ReleaseBroken, read_release, read_seals, replay
from fotfeste_shared.database import backup_copy, close_database, open_database


def people(count, seed=1):
    chance = Random(seed)
    return [some_answers(chance) for _ in range(count)]


@pytest.fixture
def sealed(world: World):
    """A network with two sealed windows."""
    for seed in (1, 2):
        window = world.window(f"2026Q{seed}")
        world.answered(window, people(8, seed))
        world.seal(window, seed)
    return world


def path(world):
    return world.folder / f"{world.network}.jsonl"


def spoil(world, change):
    lines = path(world).read_bytes().splitlines(keepends=True)
    path(world).write_bytes(b"".join(change(lines)))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace(b'"n":8', b'"n":9', 1), lines[1]],
        lambda lines: lines[1:],
        lambda lines: [lines[1], lines[0]],
        lambda lines: [lines[0], lines[0]],
        lambda lines: [b"{}\n", *lines],
    ],
    ids=["a changed count", "a missing line", "another order", "a line twice", "a foreign line"],
)
def test_a_file_that_was_tampered_with_is_refused(sealed, change):
    assert len(read_seals(path(sealed))) == 2
    spoil(sealed, change)

    with pytest.raises(ReleaseBroken):
        read_seals(path(sealed))
    with pytest.raises(ReleaseBroken):
        sealed.seal(Window.select().first().id)


@pytest.mark.parametrize("left", [0, 1, 40, -1])
def test_a_line_that_a_crash_cut_is_finished_to_the_same_bytes(sealed, left):
    whole = sealed.release()
    first, second = whole.splitlines(keepends=True)
    path(sealed).write_bytes(first + second[:left])

    assert len(read_seals(path(sealed))) == 1
    sealed.seal(Window.select().first().id, seed=99)
    assert sealed.release() == whole


def test_rubbish_at_the_end_from_a_power_cut_gives_way(sealed):
    whole = sealed.release()
    path(sealed).write_bytes(whole + b"\0" * 300)
    sealed.seal(Window.select().first().id)

    assert sealed.release() == whole


def test_a_lost_file_comes_back_from_the_database(sealed):
    whole = sealed.release()
    path(sealed).unlink()
    sealed.seal(Window.select().first().id, seed=99)

    assert sealed.release() == whole


def test_an_empty_database_gets_its_blocks_from_the_file(sealed):
    whole = sealed.release()
    for model in reversed([*MODELS, *RELEASING]):
        model.delete().execute()
    done = replay(sealed.db, path(sealed))
    path(sealed).unlink()
    sealed.seal(Window.select().first().id, seed=99)

    assert done.seals == 2
    assert sealed.release() == whole
    assert replay(sealed.db, path(sealed)).seals == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_yesterdays_backup_cannot_be_sealed_a_second_time(world: World, tmp_path):
    """Else the same answers would be drawn twice, and the difference would tell."""
    first, second = world.window("2026Q1"), world.window("2026Q2")
    world.answered(first, [{"valg": "a"}] * 4)
    world.seal(first)
    world.answered(second, people(9))
    backup_copy(world.db, tmp_path / "yesterday.db")
    world.seal(second, seed=1)
    whole = world.release()
    world.writer.close()
    close_database(world.db)
    shutil.rmtree(tmp_path / "keys")
    old = open_database(f"sqlite:///{tmp_path / 'yesterday.db'}")
    restored = World.at(old, tmp_path)
    assert (Inbox.select().count(), Waiting.select().count()) == (9, 4)
    done = restored.seal(second, seed=2)
    restored.writer.close()

    assert (done.answers, done.blocks) == (0, 0)
    assert restored.release() == whole
    assert (Inbox.select().count(), Waiting.select().where(Waiting.question == "valg").count()) == (0, 0)
    assert Block.select().where(Block.kind != "waiting").count() == len(read_release(path(restored)))
    close_database(old)


def test_nothing_of_an_open_window_is_in_the_file(sealed):
    whole = sealed.release()
    sealed.answered(sealed.window("2027Q1"), people(9, seed=3))
    sealed.seal(Window.select().where(Window.sealed == 1).get().id)

    assert sealed.release() == whole
