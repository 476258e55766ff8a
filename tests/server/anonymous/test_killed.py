"""kill -9 before every statement: a submission is there once or not at all, a seal ends with the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
ROOTS = [str(PROJECT / root) for root in ("shared", "server", "tests")]


def rounds(verb, url, folder):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing.py")), verb, url, str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(ROOTS)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *killed, end = map(json.loads, done.stdout.splitlines())
    return killed, end["statements"]


@pytest.mark.slow
def test_a_submission_killed_anywhere_is_kept_once_by_its_repeat(database_url, tmp_path):
    """In the last round nobody was killed and only the reply was lost."""
    killed, statements = rounds("submit", database_url, tmp_path)

    assert statements >= 4
    assert {(each["before"], each["outcome"], each["rows"]) for each in killed} == {(0, "kept", 1), (1, "known", 1)}


@pytest.mark.slow
def test_a_seal_killed_anywhere_ends_with_one_draw_and_the_same_bytes(database_url, tmp_path):
    killed, statements = rounds("seal", database_url, tmp_path)

    assert statements > 20
    assert {(each["closed"], each["had_bytes"]) for each in killed} == {(False, False), (True, False), (True, True)}
    for each in killed:
        assert each["bytes_kept"], each
        assert each["draws_kept"], each
        assert (each["answers"], each["left"], each["key_left"]) == (6, 0, False), each
