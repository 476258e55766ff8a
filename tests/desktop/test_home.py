"""The folder is one person's, and one program's at a time."""

import subprocess
import sys

import pytest
from keyring.backends import fail

from fotfeste_desktop.desk import Desk, Stage
from fotfeste_desktop.home import AlreadyRunning, find_home, replace_file
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.window import DEFAULT_SIZE, Window

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


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xff\x00\xfe", b"[1, 2", b"null", b'{"width": "bred", "language": 7, "host": 3}']
)
def test_small_files_that_a_crash_has_spoilt_are_as_if_they_were_not_there(home, rubbish):
    for name in ("window.json", "instance.json", "people.json", "lock"):
        (home.folder / name).write_bytes(rubbish)

    assert (home.recall().get("width"), home.knock()) in [(None, False), ("bred", False)]
    assert Window(home, "Fotfeste")._size == DEFAULT_SIZE
    home.remember(language="nn")
    assert home.recall()["language"] == "nn"
    home.take()
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.begin()
    assert desk.stage is Stage.CHOOSING


def test_what_a_crash_left_amid_saving_is_thrown_away_when_the_desk_opens(home):
    (home.folder / "saving-x1").mkdir()
    (home.folder / "saving-x1" / "fotfeste-copy.json").write_text("lesbart")
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.begin()
    desk.choose("fire rolige grønne fjell")
    desk.close()

    assert list(home.folder.glob("saving-*")) == []
