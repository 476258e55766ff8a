"""P3, P6 and P7 over the real server: every byte of every page and file that any role can ask for.

Exchange answers inside blocks; let one more person answer; restore yesterday's database and seal it again.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pytest
from attacks.outputs import FILES, ask, everything, served, served_again
from attacks.programme import QUESTIONS, WAVES, Person, somebody
from making_house import House

TODAY = date(2026, 2, 1)
SIZES = {"4204": 7, "5001": 9, "0301": 3}


def everybody(chance):
    """So many of each place in each wave that some blocks are made, and some answers wait."""
    wanted = [(place, wave) for place, size in SIZES.items() for wave in WAVES for _ in range(size)]
    return [somebody(chance, number, place, wave, 0.6) for number, (place, wave) in enumerate(wanted)]


def exchanged(chance, people, times):
    """Exchange answers to single questions between people of the same place and wave, and the order of all."""
    given = [dict(person.answers) for person in people]
    for _ in range(times):
        one = chance.choice(people)
        other = chance.choice([each for each in people if (each.place, each.wave) == (one.place, one.wave)])
        question = chance.choice(QUESTIONS)
        if question in given[one.number] and question in given[other.number]:
            mine, theirs = given[one.number], given[other.number]
            mine[question], theirs[question] = theirs[question], mine[question]
    swapped = [Person(each.number, each.place, each.wave, given[each.number]) for each in people]
    return chance.sample(swapped, len(swapped))


def answer_and_seal(programme, people, window, seed):
    for person in people:
        programme.answer(window, person, TODAY)
    programme.seal(window, Random(seed).random)


@dataclass
class Story:
    """A house with one sealed window, the copies made on the way, and everything that was told after the seal."""

    folder: Path
    house: House
    window: str
    told: dict[str, bytes]

    def copy(self, name, to):
        return shutil.copytree(self.folder / name, to / name)

    def differing(self, told):
        assert set(self.told) == set(told)
        return sum(self.told[address] != told[address] for address in told)


@pytest.fixture(scope="module")
def story(tmp_path_factory, long):
    folder = tmp_path_factory.mktemp("story")
    with served(folder / "opened") as (house, programme):
        window = programme.open(0)
    shutil.copytree(folder / "opened", folder / "answered")
    with served_again(folder / "answered", house) as (_, programme):
        for person in everybody(Random(1)):
            programme.answer(window, person, TODAY)
    shutil.copytree(folder / "answered", folder / "sealed")
    with served_again(folder / "sealed", house) as (again, programme):
        programme.seal(window, Random(7).random)
        return Story(folder, house, window, everything(again, [window], thorough=long))


def test_exchanging_answers_inside_blocks_changes_no_byte_for_anybody(story, tmp_path, long, attacked):
    people, chance, differing = everybody(Random(1)), Random(2), 0
    worlds = 3 if long else 1
    for world in range(worlds):
        with served_again(story.copy("opened", tmp_path / str(world)), story.house) as (house, programme):
            answer_and_seal(programme, exchanged(chance, people, 40), story.window, 7)
            differing += story.differing(everything(house, [story.window], thorough=long))

    attacked(
        f"P3 swaps over the real server, {worlds} × 40 exchanges, {len(story.told)} addresses of three roles, "
        f"{'/'.join(FILES)} among them: differing {differing}"
    )
    assert 0 == differing


@pytest.mark.parametrize("kind", FILES)
def test_a_real_change_is_seen_in_every_file(kind, story, tmp_path):
    """The control: the bytes do follow the answers."""
    changed = [Person(each.number, each.place, each.wave, dict.fromkeys(QUESTIONS, 1)) for each in everybody(Random(1))]
    address = f".{kind}?language=nb"
    with served_again(story.copy("opened", tmp_path), story.house) as (house, programme):
        answer_and_seal(programme, changed, story.window, 7)

        assert story.told[f"administrator {address}"] != ask(house, "administrator", address)


def test_one_more_answer_in_an_open_window_changes_no_byte(story, tmp_path, long, attacked):
    with served_again(story.copy("sealed", tmp_path), story.house) as (house, programme):
        still_open = programme.open(1)
        for person in everybody(Random(4))[: 40 if long else 10]:
            programme.answer(still_open, person, date(2026, 5, 1))
        before = everything(house, [story.window], thorough=long)
        programme.answer(still_open, everybody(Random(5))[0], date(2026, 5, 1))
        after = everything(house, [story.window], thorough=long)

    differing = sum(before[address] != after[address] for address in before)
    attacked(f"P6 one more answer in an open window, {len(after)} addresses: bytes changed in {differing}")
    assert set(before) == set(after) == set(story.told)
    assert 0 == differing


def test_yesterdays_database_restored_and_sealed_again_tells_the_same(story, tmp_path, long, attacked):
    """Its answers are counted already: other draws, or other company, would be a second look at the same people."""
    folder = story.copy("sealed", tmp_path)
    for each in folder.glob("fotfeste.db*"):
        each.unlink()
    for each in (story.folder / "answered").glob("fotfeste.db*"):
        shutil.copy(each, folder / each.name)
    with served_again(folder, story.house) as (house, programme):
        programme.seal(story.window, Random(99).random)
        after = everything(house, [story.window], thorough=long)

    differing = story.differing(after)
    attacked(f"P7 an old backup restored and sealed again, {len(after)} addresses: bytes changed in {differing}")
    assert 0 == differing
