"""A disk that refuses: every write, sync, truncation, creation or deletion fails in its turn, once or from then on.

What was acknowledged stays, what was refused is told as a Problem, and repeated with the same id it is there once.
"""

import shutil
from collections import Counter

import pytest
from faults.desktop_world import DesktopWorld
from faults.envelope_world import EnvelopeWorld
from faults.heart_world import HeartWorld
from faults.ledger_world import LedgerWorld
from faults.tapping import FULL, IOERR
from faults.trying import Failing, unheard, work_on

KEY = bytes(range(32))
CODES = {
    "full": lambda change: FULL if change.kind == "write" else 0,
    "broken": lambda change: IOERR.get(change.kind, 0),
}


WORLDS = {
    "heart": (lambda _file: HeartWorld(6), 13, 1),
    "heart encrypted": (lambda _file: HeartWorld(6, KEY), 17, 1),
    "outbox": (lambda file: DesktopWorld(4, key_file=file), 23, 1),
    "envelopes": (lambda _file: EnvelopeWorld(6), 19, 1),
    "ledger": (lambda _file: LedgerWorld(2), 37, 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", WORLDS)
def test_a_failing_disk_loses_nothing_and_doubles_nothing(
    name, code, for_good, key_file, tmp_path, length, figures
):  # fmt: skip
    make, short, long = WORLDS[name]
    world = make(key_file)
    (tmp_path / "start").mkdir()
    with unheard():
        world.prepare(tmp_path / "start")
    faults: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    runs, nth = 0, 1

    while True:
        folder = tmp_path / str(nth)
        shutil.copytree(tmp_path / "start", folder)
        failing = Failing(nth, CODES[code], for_good)
        trial, found = work_on(world, folder, failing)
        shutil.rmtree(folder)
        if not failing.failed:
            break
        faults.update(found.faults)
        faults.update(f"lost at {nth}: {fact}" for fact in trial.acknowledged - found.facts)
        raised.update(trial.raised)
        runs, nth = runs + 1, nth + length(short, long)

    figures(f"{runs} runs, {sum(raised.values())} refusals {dict(raised)}, lost or half {sum(faults.values())}")
    assert faults == {}
    assert runs > 3
    assert raised
