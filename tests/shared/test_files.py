"""A file that is written is whole under its name, or what stood there before; nobody else may read it."""

import sys
from contextlib import suppress

import pytest

from fotfeste_shared.files import changing, whole_file

NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")


class Broken(Exception):
    """What goes wrong in the middle of writing."""


def test_a_file_takes_its_name_with_all_that_was_written(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("den gamle")
    with whole_file(path) as file:
        file.write(b"den nye")
        file.flush()
        assert "den gamle" == path.read_text()

    assert "den nye" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_what_stood_there_stays_when_writing_fails_midway(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("den gamle")
    with suppress(Broken), whole_file(path) as file:
        file.write(b"halv")
        raise Broken

    assert "den gamle" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_what_an_earlier_crash_left_is_no_part_of_the_file(tmp_path):
    path = tmp_path / "a.txt"
    (tmp_path / "a.txt.unfinished").write_bytes(b"x" * 100)
    with whole_file(path) as file:
        file.write(b"ny")

    assert b"ny" == path.read_bytes()


def test_a_file_is_changed_where_it_stands_and_made_if_it_is_not_there(tmp_path):
    path = tmp_path / "log"
    for line in (b"en\n", b"to\n"):
        with changing(path) as file:
            file.seek(0, 2)
            file.write(line)

    assert b"en\nto\n" == path.read_bytes()


@NOT_ON_WINDOWS
@pytest.mark.parametrize("way", [whole_file, changing])
def test_nobody_else_may_read_it_even_while_it_is_written(tmp_path, way):
    with way(tmp_path / "nokkel") as file:
        file.write(b"hemmelig")
        modes = [each.stat().st_mode & 0o077 for each in tmp_path.iterdir()]

    assert [0] == modes
    assert 0 == (tmp_path / "nokkel").stat().st_mode & 0o077
