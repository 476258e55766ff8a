"""Every setting can be written in three places, is told in one table, and is checked before anybody is served."""

import json
import logging
import sys

import pytest
from click.testing import CliRunner
from project_files import ROOT

from fotfeste_server.cli import main
from fotfeste_server.logs import Discreet
from fotfeste_server.options import SETTINGS, settings_in


def run(*words, **environment):
    return CliRunner().invoke(main, list(words), env=environment)


def test_the_table_tells_every_setting_as_it_is():
    rows = [line.split("|") for line in (ROOT / "server" / "README.md").read_text("utf-8").splitlines()]
    told = {
        row[1].strip(" `"): (row[2].strip(" `"), row[3].strip(" `"), row[4].strip())
        for row in rows if len(row) == 6 and "FOTFESTE_" in row[2]
    }  # fmt: skip

    assert {
        each.name: (each.variable, "" if each.default in (None, "", False) else str(each.default), each.told)
        for each in SETTINGS.values()
    } == told
    assert all(name in run("settings").output for name in told)


def test_a_word_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = tmp_path / "fotfeste.toml"
    file.write_text(f'data = "{tmp_path / "file"}"\n')

    def made_in(*words, **environment):
        assert 0 == run("migrate", "--settings", str(file), *words, **environment).exit_code
        made = [name for name in ("file", "environment", "word") if (tmp_path / name / "fotfeste.db").exists()]
        for name in made:
            (tmp_path / name / "fotfeste.db").unlink()
        return made

    chosen = {"FOTFESTE_DATA": str(tmp_path / "environment")}
    assert ["file"] == made_in()
    assert ["environment"] == made_in(**chosen)
    assert ["word"] == made_in("--data", str(tmp_path / "word"), **chosen)
    assert 0 == run("migrate", FOTFESTE_SETTINGS=str(file)).exit_code
    assert (tmp_path / "file" / "fotfeste.db").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("prot = 8080", "there is no setting «prot», do you mean «port»?"),
        ("banana = 1", "there is no setting «banana»"),
        ('port = "8080"', "port is a whole number"),
        ("proxy = 1", "proxy is true or false"),
        ("host = 127.0", "host is a text in quotes"),
        ("port 8080", "Expected '='"),
    ],
)
def test_a_line_that_is_no_setting_is_told_before_anything_is_opened(tmp_path, line, told):
    file = tmp_path / "fotfeste.toml"
    file.write_text(f'data = "{tmp_path / "made"}"\n{line}\n')

    reply = run("serve", "--settings", str(file))

    assert (1, True) == (reply.exit_code, told in reply.output)
    assert not (tmp_path / "made").exists()


def test_the_same_file_may_hold_what_only_serving_asks_for(tmp_path):
    file = tmp_path / "fotfeste.toml"
    file.write_text(f'data = "{tmp_path}"\nport = 8080\nproxy = true\nlog = "json"\n')

    assert {"data", "port", "proxy", "log"} == set(settings_in(file))
    assert 0 == run("migrate", "--settings", str(file)).exit_code


@pytest.mark.parametrize(
    ("name", "text"), [("smtp.toml", "hots = 1"), ("sms.toml", 'url = "http://x"'), ("openid.toml", "nonsense")]
)
def test_a_fault_in_a_file_among_the_keys_stops_the_start_with_a_sentence(tmp_path, name, text):
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / name).write_text(text)

    reply = run("serve", "--data", str(tmp_path), FOTFESTE_PORT="18765")

    assert (1, True) == (reply.exit_code, name in reply.output)


@pytest.mark.parametrize("kind", ["text", "json"])
def test_the_log_tells_where_and_never_who(kind):
    secret = "kari@eksempel.no"

    def fail():
        raise ValueError(f"Key (email)=({secret}) already exists")

    try:
        fail()
    except ValueError:
        fault = sys.exc_info()
    ours = logging.LogRecord("fotfeste_server.jobs", logging.ERROR, "jobs.py", 1, "job %s failed", ("j-1",), fault)
    theirs = logging.LogRecord("psycopg.pool", logging.WARNING, "pool.py", 1, "lost %s", (secret,), None)

    told, others = (Discreet(kind).format(each) for each in (ours, theirs))

    assert secret not in told + others
    assert "job j-1 failed" in told
    assert "ValueError" in told
    assert "test_settings.py" in told
    assert "lost" in others
    if kind == "json":
        assert {"at", "level", "where", "said", "fault", "through"} == set(json.loads(told))
