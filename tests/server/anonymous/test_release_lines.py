"""All that a line of the release file may hold, on both databases: written once, and brought back whole."""

from datetime import date

from server.anonymous.makers import NEW_HIRE, World

from fotfeste_server.anonymous.crossing import register
from fotfeste_server.anonymous.ending import end_network
from fotfeste_server.anonymous.models import MODELS, FreeText, Waiting
from fotfeste_server.anonymous.release_models import RELEASING, Draft, Turnout
from fotfeste_server.anonymous.releases import read_seals, replay
from fotfeste_server.anonymous.texts import judge_text, readings, release_texts, texts_of

DAY = date(2027, 1, 4)


def programme(world: World) -> None:
    """A table is asked for, twelve of three places answer and write, texts are read, and the programme ends."""
    register(world.db, world.network, NEW_HIRE, wave="m3", row="trygg", column="valg", halves=1)
    window = world.window()
    for place in ("5001", "5006", "5007"):
        world.answered(window, [{"trygg": 4, "valg": "a", "fritt": f"Noe {n}"} for n in range(4)], place=place)
    world.answered(window, [{"trygg": 2, "valg": "b"}], place="5001")
    world.seal(window)
    batch = readings(world.network)[0]
    for number, text in enumerate(texts_of(world.keys, world.network, batch.id)):
        verdict = "told" if number < 3 else "left_out"
        judge_text(world.db, world.keys, world.network, text.id, verdict=verdict, said=f"Lest {number}")
    release_texts(world.db, world.keys, world.folder, world.network, batch.id, today=DAY)
    end_network(world.db, world.keys, world.folder, world.network, 2, today=DAY)


def test_a_whole_programme_stands_in_three_lines(world: World):
    programme(world)
    sealed, read, end = read_seals(world.folder / f"{world.network}.jsonl")

    assert ["2026Q4", "texts", "end"] == [sealed.quarter, read.quarter, end.quarter]
    assert (1, None, 2) == (sealed.colluders, read.colluders, end.colluders)
    assert (5, 3) == (len(sealed.tables[0].cells), len(sealed.tables[0].columns))
    assert [("5001", 5, 5)] == [(each.place, each.invited, each.answered) for each in sealed.turnout]
    assert [("*", 8, 8)] == [(each.place, each.invited, each.answered) for each in end.turnout]
    assert {"Lest 0", "Lest 1", "Lest 2"} == {each.text for each in read.texts}
    assert 12 == len(read.read)
    assert {("trygg", 8), ("valg", 8)} == {(b.question, b.n) for b in end.blocks if b.kind != "waiting"}


def test_an_empty_database_gets_all_of_it_back_and_writes_the_same_file(world: World):
    programme(world)
    whole = world.release()
    for model in reversed([*MODELS, *RELEASING]):
        model.delete().execute()
    done = replay(world.db, world.folder / f"{world.network}.jsonl")
    (world.folder / f"{world.network}.jsonl").unlink()
    end_network(world.db, world.keys, world.folder, world.network, 1, today=date(2027, 2, 1))

    assert 3 == done.seals
    assert whole == world.release()
    assert [0, 0, 0] == [model.select().count() for model in (Waiting, FreeText, Draft)]
    assert 0 == Turnout.select().where(Turnout.window.is_null()).count()
