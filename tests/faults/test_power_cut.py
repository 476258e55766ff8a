"""The power goes after any write: whatever was acknowledged is there, nothing is half, and the program starts again.

The same work with settings that we do not use must be caught losing things, or these tests would prove nothing.
"""

from random import Random

import pytest
from faults.cutting import Disk
from faults.desktop_world import DesktopWorld
from faults.envelope_world import EnvelopeWorld
from faults.heart_world import HeartWorld
from faults.ledger_world import LedgerWorld
from faults.start_world import StartWorld
from faults.tapping import Change
from faults.trying import cut_everywhere

KEY = bytes(range(32))
OLD_SQLITE = ("journal_mode=TRUNCATE", "synchronous=EXTRA")  # what we fall back to where a WAL is not safe

WORLDS = {
    "heart": (HeartWorld, 6, 2),
    "heart encrypted": (lambda n: HeartWorld(n, KEY), 6, 2),
    "heart on an old SQLite": (lambda n: HeartWorld(n, None, OLD_SQLITE), 6, 5),
    "outbox": (DesktopWorld, 4, 3),
    "envelopes": (EnvelopeWorld, 6, 3),
    "ledger": (LedgerWorld, 2, 9),
}
TOO_WEAK = {
    "WAL and NORMAL": (("synchronous=NORMAL",), "lost"),
    "WAL and OFF": (("synchronous=OFF",), "half"),
    "DELETE and FULL": (("journal_mode=DELETE", "synchronous=FULL"), "lost"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_a_power_cut_anywhere_loses_nothing_that_was_acknowledged(name, tmp_path, length, figures):
    make, size, every = WORLDS[name]

    tally = cut_everywhere(
        make(length(size, 3 * size)), tmp_path / "disk", every=length(every, 1), torn=length(1, 4)
    )  # fmt: skip

    figures(tally)
    assert tally.first == {}
    assert tally.different > 20


@pytest.mark.parametrize("name", TOO_WEAK)
def test_weaker_settings_are_caught_losing(name, tmp_path, length, figures):
    journalling, fault = TOO_WEAK[name]

    tally = cut_everywhere(
        HeartWorld(length(6, 18), None, journalling), tmp_path / "disk", every=length(4, 1), torn=length(1, 4)
    )  # fmt: skip

    figures(tally)
    assert tally.faults["lost"] > 10
    assert fault in tally.faults


def test_the_first_start_keeps_its_secret_or_makes_it_anew(tmp_path, figures):
    """Device tokens are made with it: a secret that is lost or empty would lock every device out."""

    def among(change: Change) -> bool:
        return "session.key" in change.path

    tally = cut_everywhere(StartWorld(), tmp_path / "disk", among=among)

    figures(tally)
    assert tally.first == {}


def test_the_pretended_disk_is_a_harsh_one():
    disk, seen = Disk({"old": b"old"}), set()
    for change in (
        Change("write", "old", 0, b"a" * 1024),
        Change("folder", "elsewhere"),
        Change("create", "new"),
        Change("write", "new", 0, b"new"),
        Change("sync", "new"),
        Change("delete", "old"),
    ):
        disk.take(change)
    chance = Random(1)
    for _ in range(50):
        for state in disk.after_a_cut(chance, 1):
            seen.add((state.get("old"), state.get("new")))

    assert (b"old", None) in seen  # a file that was synced, but whose folder was not
    assert (None, b"new") in seen
    assert (b"a" * 1024, b"new") in seen
    assert (b"a" * 512, None) in seen  # torn
    assert (b"old" + bytes(509) + b"a" * 512, None) in seen  # torn the other way
    assert {new for _, new in seen} == {None, b"new"}  # what was synced is never torn
