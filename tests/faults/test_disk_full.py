"""A full disk: a save says that it was not saved, nothing earlier is lost, and after room is made all goes on."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from faults.desktop_world import DesktopWorld, answers
from faults.envelope_world import EnvelopeWorld
from faults.heart_world import HeartWorld
from faults.ledger_world import LedgerWorld
from faults.tapping import FULL, Change
from faults.trying import unheard, work_on

from fotfeste_shared.problems import DiskFull

WORLDS = {
    "heart": lambda _file: HeartWorld(9),
    "outbox": lambda file: DesktopWorld(9, key_file=file),
    "envelopes": lambda _file: EnvelopeWorld(9),
    "ledger": lambda _file: LedgerWorld(2),
}


@dataclass
class SmallDisk:
    """Lets files grow by so many bytes together, until it is mended."""

    room: int
    mended: bool = False
    refused: int = 0
    _ends: dict[str, int] = field(default_factory=dict)

    def __call__(self, change: Change) -> int:
        if change.kind == "delete":
            self.room += self._ends.pop(change.path, 0)
        if change.kind not in {"write", "truncate"}:
            return 0
        path = Path(change.path)
        before = self._ends.setdefault(change.path, path.stat().st_size if path.exists() else 0)
        end = change.at if change.kind == "truncate" else max(before, change.at + len(change.data))
        if end - before > self.room and not self.mended:
            self.refused += 1
            return FULL
        self.room -= end - before
        self._ends[change.path] = end
        return 0


@pytest.mark.parametrize("name", WORLDS)
def test_on_a_full_disk_what_was_saved_stays_and_the_rest_is_saved_when_there_is_room(
    name, key_file, tmp_path, length, figures
):  # fmt: skip
    world = WORLDS[name](key_file)
    (tmp_path / "start").mkdir()
    with unheard():
        world.prepare(tmp_path / "start")
    told, refusals = set(), 0

    for room in range(length(50_000, 20_000), 200_000, length(60_000, 5_000)):
        folder = tmp_path / str(room)
        shutil.copytree(tmp_path / "start", folder)
        disk = SmallDisk(room)
        trial, found = work_on(world, folder, disk)
        told |= set(trial.raised)
        refusals += disk.refused

        assert found.faults == ()
        assert trial.acknowledged <= found.facts

    figures(f"{refusals} writes refused, told as {sorted(told)}, lost 0")
    assert "DiskFull" in told or "start: DiskFull" in told


def test_a_sheet_that_finds_no_room_stays_a_draft(key_file, tmp_path):
    world = DesktopWorld(1, key_file=key_file)
    with unheard():
        world.prepare(tmp_path)
        session = world.open(tmp_path)
        record = "0b9f7c1e-5555-4a4a-8a8a-000000000001"
        session.type(record, 7)
        pages = session.db.execute_sql("PRAGMA page_count").fetchone()[0]
        session.db.execute_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(DiskFull):
            session.outbox.save_draft(record, answers(8) | {"langt": "x" * 50_000})
        kept = session.outbox.draft(record).answers
        session.db.execute_sql("PRAGMA max_page_count=100000")
        session.hand_in(record)
        session.close()

    assert kept == answers(7)
    assert f"{record} handed in" in world.found(tmp_path).facts


class RealDisk:
    """A file system of one megabyte, filled up but for a corner."""

    SIZE = 1_000_000

    def __init__(self, folder: Path, corner: int) -> None:
        self._ballast = folder / "ballast"
        self._ballast.write_bytes(bytes(self.SIZE - corner))

    def __call__(self, _change: Change) -> int:
        return 0

    @property
    def mended(self) -> bool:
        return not self._ballast.exists()

    @mended.setter
    def mended(self, _yes: bool) -> None:
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def megabyte(tmp_path):
    """A real small disk, for which one must be allowed to mount."""
    folder = tmp_path / "megabyte"
    folder.mkdir()
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    mount = [*rights, "mount", "-t", "tmpfs", "-o", f"size={RealDisk.SIZE},mode=777", "tmpfs", str(folder)]
    if not shutil.which(mount[0]) or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("not run: a small disk can be mounted by root only")
    yield folder
    subprocess.run([*rights, "umount", "--lazy", str(folder)], check=True)


if sys.platform == "linux":

    @pytest.mark.parametrize("name", ["heart", "outbox"])
    def test_a_real_disk_of_one_megabyte_runs_full(name, key_file, megabyte):
        world = HeartWorld(20) if name == "heart" else DesktopWorld(20, key_file=key_file)
        world.prepare(megabyte)
        disk = RealDisk(megabyte, 160_000 if name == "heart" else 320_000)

        trial, found = work_on(world, megabyte, disk)

        assert found.faults == ()
        assert trial.acknowledged <= found.facts
        assert len(trial.acknowledged) > len(trial.refused) >= trial.raised["DiskFull"] > 0
