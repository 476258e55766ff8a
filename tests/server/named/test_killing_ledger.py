"""A power cut at any statement leaves a delivery whole or absent, and the repeat finds it once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from making_house import close_app, furnish, open_app


@pytest.mark.slow
def test_a_delivery_and_a_hand_in_survive_a_kill_before_each_of_their_statements(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "data", database_url)
    house = furnish(app)
    device = house.device("mentor").device
    known = {
        "url": database_url, "mentor": house.people["mentor"].id,
        "head": house.people["head"].id, "team": house.team.id, "pairing": house.pairing.id,
        "device": device.id, "install": device.install,
    }  # fmt: skip
    close_app(app)

    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing_ledger.py")), json.dumps(known)],
        capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    tried = dict(line.split() for line in done.stdout.splitlines())
    assert int(tried["a_push"]) > 20
    assert int(tried["a_hand_in"]) > 10
