"""The one who helps learns how a computer is set up, and nothing of what was written on it."""

from keyring.backends import fail
from making_desk import PASSPHRASE, Browser

from fotfeste_desktop.__main__ import main
from fotfeste_desktop.desk import Desk
from fotfeste_desktop.diagnosing import diagnosis
from fotfeste_desktop.keys import KeyStore


def test_tells_the_ways_to_the_key_the_sizes_and_the_last_words_of_the_log(home):
    store = KeyStore(fail.Keyring())
    assert "ways to the key         none" in diagnosis(home, store)
    desk = Desk(home, store)
    desk.begin()
    browser = Browser(desk)
    browser.get("/")
    browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    desk.close()
    home.log.write_text("2026-08-24 INFO fotfeste: sync: offline\n")
    told = diagnosis(home, store)

    assert "ways to the key         passphrase, recovery" in told
    assert "sync: offline" in told
    assert "folder is safe          yes" in told
    assert PASSPHRASE not in told


def test_a_database_whose_key_file_is_gone_stands_out(home):
    home.database.write_bytes(b"x" * 4096)

    assert "NONE, but there is a database" in diagnosis(home, KeyStore(fail.Keyring()))


def test_the_command_leaves_what_it_told_beside_the_log_and_opens_no_window(home, capsys):
    assert main(["--data", str(home.folder), "--diagnose"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("Fotfeste")
    assert home.log.with_name("diagnosis.txt").read_text("utf-8") == told
