"""A morning's work of every kind survives kill -9: no letter is lost or sent twice, nothing goes or stays by half."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIES = 60 if os.environ.get("FOTFESTE_TORTURE") == "long" else 2
KINDS = ["audit head", "gatherings", "invitations", "letter", "meeting_reminders", "retention", "webhook round"]


@pytest.mark.slow
def test_whenever_the_worker_is_killed_the_next_one_ends_the_same_morning(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing_jobs.py")), str(tmp_path), str(TRIES)],
        capture_output=True, text=True, timeout=500, check=False, env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    quiet, *killed = map(json.loads, done.stdout.splitlines())
    assert KINDS == quiet["left"]["kinds"]
    assert ["webhook round"] == quiet["left"]["open"]  # the next one, in five minutes
    assert {"ny@eksempel.no", "per@kommune.no", "sorlandet.arrangor@eksempel.no"} <= {
        each.partition(" ")[0] for each in quiet["left"]["letters"]
    }
    assert {1} == set(quiet["left"]["letters"].values())
    assert quiet["left"]["erased"] > 0
    assert TRIES == len(killed)
    for each in killed:
        assert each["killed"], each
        assert quiet["left"] == each["left"], each["at"]
