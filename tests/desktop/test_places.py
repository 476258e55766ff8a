"""A person's work is kept on a disk of this machine, and nowhere that only looks like one."""

from pathlib import Path

import pytest

from fotfeste_desktop.places import Unsafe, why_unsafe

MOUNTS = "/dev/sda1 / ext4 rw 0 0\n"


@pytest.mark.parametrize(
    "folder",
    [
        "/data/OneDrive - Moss kommune/Fotfeste",
        "/data/ola/Dropbox/Fotfeste",
        "/data/ola/Google Drive/Fotfeste",
        "/data/ola/Library/Mobile Documents/com~apple~CloudDocs/Fotfeste",
        "/data/ola/Library/CloudStorage/Box/Fotfeste",
    ],
)
def test_a_folder_that_a_program_copies_to_the_net_is_refused_by_name(folder):
    assert why_unsafe(Path(folder), {}, MOUNTS) is Unsafe.SYNCED
    assert why_unsafe(Path("/data/ola/Fotfeste om Dropbox"), {}, MOUNTS) is None


def test_a_folder_under_onedrive_is_refused_whatever_it_is_called():
    environment = {"OneDriveCommercial": "/data/ola/Mine dokumenter"}

    assert why_unsafe(Path("/data/ola/mine dokumenter/Fotfeste"), environment, MOUNTS) is Unsafe.SYNCED
    assert why_unsafe(Path("/data/ola/mine dokumenter 2/Fotfeste"), environment, MOUNTS) is None


def test_a_roaming_profile_is_refused_and_the_local_one_beside_it_is_not():
    environment = {"APPDATA": "/data/ola/AppData/Roaming"}

    assert why_unsafe(Path("/data/ola/AppData/Roaming/Fotfeste"), environment, MOUNTS) is Unsafe.ROAMING
    assert why_unsafe(Path("/data/ola/AppData/Local/Fotfeste"), environment, MOUNTS) is None


def test_a_disk_of_another_machine_is_refused_and_one_mounted_inside_it_is_not(tmp_path):
    (tmp_path / "local disk").mkdir()
    inside = str(tmp_path / "local disk").replace(" ", "\\040")
    mounts = f"{MOUNTS}srv:/home {tmp_path} nfs4 rw 0 0\n/dev/sdb1 {inside} ext4 rw 0 0\n"

    assert why_unsafe(tmp_path / "ola" / "Fotfeste", {}, mounts) is Unsafe.NETWORK
    assert why_unsafe(tmp_path / "local disk" / "ola", {}, mounts) is None


def test_a_link_that_leads_to_a_network_disk_is_followed(tmp_path):
    there = tmp_path / "server"
    there.mkdir()
    (tmp_path / "here").symlink_to(there)
    mounts = f"/dev/sda1 / ext4 rw 0 0\nsrv:/x {there} nfs rw 0 0\n"

    assert why_unsafe(tmp_path / "here" / "Fotfeste", {}, mounts) is Unsafe.NETWORK
    assert why_unsafe(tmp_path / "other" / "Fotfeste", {}, mounts) is None


def test_this_very_machines_usual_folder_is_taken(tmp_path):
    assert why_unsafe(tmp_path) is None
