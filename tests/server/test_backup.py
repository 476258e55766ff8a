"""A copy is proved before anybody relies on it, and what it can not hold is never promised."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from making_house import House, furnish, open_app, report, session_log

from fotfeste_server import running
from fotfeste_server.app import close_app
from fotfeste_server.backup import BadBackup, backups, check_copy, due, move_watermark, opened, prove_file, take_backup
from fotfeste_server.backup import report as report_backup
from fotfeste_server.config import Config
from fotfeste_server.named.models import Revision
from fotfeste_server.named.pushing import backed_up_to, push_items
from fotfeste_shared.clock import now
from fotfeste_shared.closed_file import NotOpened, new_key, public_part
from fotfeste_shared.database import close_database, open_database


@pytest.fixture
def house(tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def config(house: House, tmp_path: Path) -> Config:
    """As when the operator has named a folder on another machine."""
    return Config(data=house.service.config.data, backups=tmp_path / "elsewhere")


def deliver(house: House, who: str, *written):
    push = house.push(who, *written)
    return house.service.writer.do(lambda: push_items(house.db, house.devices[who].device, push))


def test_a_copy_holds_everything_and_no_key(house: House, config: Config):
    deliver(house, "contact", report(house))
    deliver(house, "mentor", session_log(house))

    taken = take_backup(config, house.db)

    copy = config.copies / taken.manifest.file
    assert (2, [taken.manifest]) == (taken.manifest.seq, backups(config.copies))
    assert 2 == prove_file(copy).lines
    assert 0o600 == copy.stat().st_mode & 0o777
    raw = copy.read_bytes()
    assert [] == [path.name for path in config.keys.iterdir() if path.read_bytes() in raw]


def test_clients_hear_of_the_second_newest_copy_only(house: House, config: Config):
    heard = []
    for _ in range(3):
        deliver(house, "contact", report(house))
        take_backup(config, house.db)
        heard.append(deliver(house, "contact").backed_up_to)

    assert [0, 1, 2] == heard


def test_copies_on_the_same_disk_promise_nothing(house: House):
    for _ in range(3):
        deliver(house, "contact", report(house))
        take_backup(house.service.config, house.db)

    assert (3, 0) == (len(backups(house.service.config.copies)), backed_up_to())


def test_a_copy_that_does_not_prove_moves_nothing(house: House, config: Config):
    deliver(house, "contact", report(house))
    take_backup(config, house.db)
    house.db.execute_sql("DELETE FROM leaf")

    with pytest.raises(BadBackup, match="leaves"):
        take_backup(config, house.db)

    assert 1 == len(backups(config.copies))
    assert [] == [path.name for path in config.data.glob("backing-up-*")]


@pytest.mark.parametrize("fault", ["torn", "flipped"])
def test_a_damaged_copy_is_found(house: House, config: Config, fault: str):
    deliver(house, "contact", *(report(house) for _ in range(9)))
    taken = take_backup(config, house.db)
    copy = config.copies / taken.manifest.file
    raw = bytearray(copy.read_bytes())
    place = raw.find(b"Vi skal")
    raw[place] ^= 32
    copy.write_bytes(raw[: len(raw) // 2] if fault == "torn" else raw)

    with pytest.raises(BadBackup):
        check_copy(config.copies, taken.manifest)
    with pytest.raises(BadBackup):
        prove_file(copy)


def test_a_closed_copy_opens_with_the_operators_key_only(house: House, config: Config):
    key = new_key()
    (config.keys / "backup.pub").write_text(public_part(key).hex())
    deliver(house, "contact", report(house))
    copy = config.copies / take_backup(config, house.db).manifest.file

    assert b"statusrapport" not in copy.read_bytes()
    with opened(copy, key) as plain:
        assert 1 == prove_file(plain).lines
    with pytest.raises(BadBackup, match="--key"), opened(copy, None):
        pass
    with pytest.raises(NotOpened), opened(copy, new_key()):
        pass


def test_a_mistyped_public_key_stops_the_backup_rather_than_leaving_it_open(house: House, config: Config):
    (config.keys / "backup.pub").write_text("half a key")

    with pytest.raises(BadBackup, match=r"backup\.pub"):
        take_backup(config, house.db)
    assert [] == list(config.copies.glob("*.db*"))


def test_old_copies_go_and_the_last_of_each_day_stays(house: House, config: Config, time_machine):
    start = now()
    for hours in range(0, 24 * 33, 12):
        time_machine.move_to(start + timedelta(hours=hours), tick=False)
        take_backup(config, house.db)

    kept = [each.at for each in backups(config.copies)]
    assert now() - timedelta(days=30) < min(kept)
    assert 48 <= len(kept) <= 48 + 30
    assert {each.date() for each in kept} >= {(now() - timedelta(days=day)).date() for day in range(29)}
    assert 2 * len(kept) == len(list(config.copies.iterdir()))


def test_the_next_copy_is_due_after_an_hour(house: House, config: Config, time_machine):
    assert due(config, house.db)
    take_backup(config, house.db)
    assert not due(config, house.db)
    time_machine.move_to(now() + timedelta(minutes=61), tick=False)
    assert due(config, house.db)


def test_a_copy_of_another_history_does_not_move_the_watermark(house: House, config: Config, tmp_path: Path):
    deliver(house, "contact", report(house))
    for _ in range(2):
        take_backup(config, house.db)
    other = open_app(tmp_path / "other", "")
    strange = furnish(other)
    deliver(strange, "contact", report(strange))

    assert 0 == move_watermark(Config(data=tmp_path / "other", backups=config.backups), strange.db)
    close_app(other)


def test_an_operator_reports_a_backup_of_their_own(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "both", database_url)
    there = furnish(app)
    deliver(there, "contact", report(there))

    assert 1 == report_backup(there.db, 1) == deliver(there, "contact").backed_up_to
    with pytest.raises(BadBackup, match="ends at 1"):
        report_backup(there.db, 2)
    if there.service.config.database_url.startswith("postgresql"):
        with pytest.raises(BadBackup, match="pg_dump"):
            take_backup(there.service.config, there.db)
    close_app(app)


def test_a_copy_is_a_database_that_opens(house: House, config: Config):
    deliver(house, "contact", report(house))
    copy = config.copies / take_backup(config, house.db).manifest.file

    db = open_database(f"sqlite:///{copy}", read_only=True)
    assert 1 == Revision.select().bind(db).count()
    close_database(db)


def test_a_server_takes_its_copies_by_itself(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "LOOK_EVERY", 0.05)
    stop, until = threading.Event(), time.monotonic() + 30
    thread = running.keep_backing_up(house.app, stop)
    while not backups(house.service.config.copies) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    thread.join()

    assert 1 == len(backups(house.service.config.copies))
