"""The folder is one person's, and one program's at a time."""

import subprocess
import sys

import pytest

from fotfeste_desktop.home import AlreadyRunning, find_home, replace_file

HOLD = """
import sys, time
from pathlib import Path
from fotfeste_desktop.home import Home
home = Home(Path(sys.argv[1]))
home.prepare(); home.take(); print("held", flush=True); time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
def test_nobody_else_can_read_what_lies_there(home):
    replace_file(home.window, "{}")

    assert home.folder.stat().st_mode & 0o077 == 0
    assert home.window.stat().st_mode & 0o077 == 0


def test_a_second_program_finds_the_folder_taken_until_the_first_is_killed(home, environment):
    command = [sys.executable, "-c", HOLD, str(home.folder)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    with first:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning):
            home.take()
        first.kill()
        first.wait()

    home.take()


def test_knocking_where_nobody_lives_is_answered_with_no(home):
    assert home.knock() is False
    home.tell_instance("127.0.0.1:9", "secret")
    assert home.knock() is False


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("FOTFESTE_HOME", str(tmp_path / "told"))

    assert find_home().folder == tmp_path / "told"
    assert find_home(tmp_path / "chosen").folder == tmp_path / "chosen"
    monkeypatch.delenv("FOTFESTE_HOME")
    assert "otfeste" in str(find_home().folder)
