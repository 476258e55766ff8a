"""A file lands whole where the person said, or nothing lands there and the person is told."""

import os
import sys
from pathlib import Path

import pytest

from fotfeste_desktop.saving import NotSaved, in_downloads, save_all_where_asked, save_where_asked


def parcel(folder: Path) -> Path:
    path = folder / "fotfeste-ulevert.fotfeste"
    path.write_bytes(b"lukket")
    return path


def test_it_lands_where_the_person_said_and_nowhere_else(tmp_path):
    own, stick = tmp_path / "own", tmp_path / "stick"
    own.mkdir()
    asked = []

    def ask(name):
        asked.append(name)
        return stick / "til arrangøren.fotfeste"

    assert save_where_asked(parcel, ask, own) == stick / "til arrangøren.fotfeste"
    assert asked == ["fotfeste-ulevert.fotfeste"]
    assert [path.name for path in stick.iterdir()] == ["til arrangøren.fotfeste"]
    assert (stick / "til arrangøren.fotfeste").read_bytes() == b"lukket"
    assert list(own.iterdir()) == []


def test_a_person_who_thinks_better_of_it_leaves_no_file(tmp_path):
    assert save_where_asked(parcel, lambda _name: None, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_is_replaced_by_the_whole_file(tmp_path):
    wanted = tmp_path / "a.fotfeste"
    wanted.write_bytes(b"gammel og mye lengre enn den nye")
    save_where_asked(parcel, lambda _name: wanted, tmp_path)

    assert wanted.read_bytes() == b"lukket"


@pytest.mark.skipif(sys.platform == "win32", reason="links and a full device are made as on Linux")
def test_a_place_that_takes_nothing_says_so_and_leaves_what_stood_there(tmp_path):
    wanted = tmp_path / "a.fotfeste"
    wanted.write_bytes(b"gammel")
    (tmp_path / "a.fotfeste.unfinished").symlink_to("/dev/full")

    with pytest.raises(NotSaved):
        save_where_asked(parcel, lambda _name: wanted, tmp_path)
    with pytest.raises(NotSaved):
        save_where_asked(parcel, lambda _name: Path(os.devnull) / "a.fotfeste", tmp_path)
    assert wanted.read_bytes() == b"gammel"


def test_without_a_window_it_goes_to_the_downloads():
    assert in_downloads("a.json").name == "a.json"


def two_files(folder):
    """What is saved in two pieces."""
    paths = [folder / f"arbeid-{number}.txt" for number in (1, 2)]
    for path in paths:
        path.write_text(path.name)
    return paths


def test_files_that_belong_together_lie_together_and_write_over_nothing_unasked(home, tmp_path):
    wanted = tmp_path / "minnepinne" / "mitt.txt"
    places = save_all_where_asked(two_files, lambda _name: wanted, home.folder)
    (tmp_path / "minnepinne" / "arbeid-2.txt").write_text("en annens")

    assert [wanted, wanted.with_name("arbeid-2.txt")] == places
    with pytest.raises(NotSaved):
        save_all_where_asked(two_files, lambda _name: wanted, home.folder)
    assert "en annens" == (tmp_path / "minnepinne" / "arbeid-2.txt").read_text()
