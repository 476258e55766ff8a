"""A house that is brought back from a backup breaks no promise that was given before."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app, report, session_log

from fotfeste_server.alone import InUse, alone_in
from fotfeste_server.anonymous.invitations import open_window
from fotfeste_server.anonymous.models import Window
from fotfeste_server.anonymous.sealing import seal
from fotfeste_server.backup import BadBackup, take_backup
from fotfeste_server.config import Config
from fotfeste_server.doctor import drill, moved_aside
from fotfeste_server.named.access import scope
from fotfeste_server.named.erasing import Erasures, erase
from fotfeste_server.named.history import head, history
from fotfeste_server.named.models import Revision, SignIn
from fotfeste_server.named.proving import prove
from fotfeste_server.named.pulling import pull
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.recovering import Recovery, end, recovery, take_word
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.restoring import MARKER, mark, put_back, resume
from fotfeste_shared.revisions import Written, new_id
from fotfeste_shared.sync import Place, Pull

# Opens the house as a start does, and is cut off at the first statement of a kind after the database was opened.
STOPPED_AT = """
import os, sys
from pathlib import Path
from fotfeste_server import app
from fotfeste_server.config import Config

open_database, finish, armed = app.open_database, app.finish, []

def cut(sql):
    if armed and sql.lower().startswith(sys.argv[2]):
        os._exit(9)

def begin(*given):
    armed.append(True)
    return finish(*given)

app.open_database = lambda url: open_database(url, on_statement=cut)
app.finish = begin
app.open_house(Config(data=Path(sys.argv[1])))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def house(data: Path) -> House:
    return furnish(open_app(data, ""))


def deliver(house: House, who: str, *written: Written, known: Place | None = None):
    push = house.push(who, *written, known=known)
    return house.service.writer.do(lambda: push_items(house.db, house.devices[who].device, push))


def backup_of(house: House) -> Path:
    config = house.service.config
    return config.copies / take_backup(config, house.db).manifest.file


def brought_back(house: House, copy: Path) -> House:
    """The same house, started again from a copy."""
    close_app(house.app)
    put_back(house.service.config, copy)
    return House(**{**vars(house), "app": open_app(house.service.config.data, "")})


def test_what_came_after_the_backup_comes_back_from_the_devices(house: House):
    early, late = report(house), session_log(house)
    house.device("mentor")
    deliver(house, "contact", early)
    copy = backup_of(house)
    known = deliver(house, "mentor", late).history

    house = brought_back(house, copy)
    told = deliver(house, "mentor", known=Place(seq=known.seq, link=known.link))
    again = deliver(house, "mentor", late)

    assert (1, False) == (told.history.seq, told.history.same)
    assert ["stored"] == [each.outcome for each in again.items]
    assert (2, ()) == (prove(house.db).lines, prove(house.db).faults)
    close_app(house.app)


def test_the_log_says_from_where_it_was_brought_back(house: House):
    deliver(house, "contact", report(house))
    before = head()
    copy = backup_of(house)

    house = brought_back(house, copy)

    assert before.link != head().link
    assert history(before).same  # who had seen no more than the backup has lost nothing
    deliver(house, "contact", report(house))
    assert (2, ()) == (prove(house.db).lines, prove(house.db).faults)
    close_app(house.app)


def test_what_was_erased_since_the_backup_stays_erased(house: House):
    deliver(house, "contact", report(house))
    copy = backup_of(house)
    erase(house.db, Erasures(house.service.config.erasures), house.report().id)

    house = brought_back(house, copy)

    assert Revision.get().text is None
    close_app(house.app)


def test_what_was_released_since_the_backup_stays_released_and_is_never_drawn_again(house: House):
    config, keys = house.service.config, house.service.keys
    window = open_window(house.db, keys, house.network.id, "2027-Q1", opens=date(2027, 1, 1), closes=date(2027, 3, 31))
    copy = backup_of(house)
    seal(house.db, keys, config.releases, window, 1)
    [release] = config.releases.iterdir()
    whole = release.read_bytes()

    house = brought_back(house, copy)

    assert 1 == Window.get_by_id(window).sealed
    assert 0 == seal(house.db, keys, config.releases, window, 1).blocks
    assert whole == release.read_bytes()
    close_app(house.app)


def test_nobody_is_signed_in_by_an_old_session(house: House):
    begin_session(house.db, house.people["organizer"])
    copy = backup_of(house)

    house = brought_back(house, copy)

    assert 0 == SignIn.select().count()
    close_app(house.app)


def test_it_recovers_until_every_device_has_said_that_it_holds_nothing_more(house: House):
    for who in ("contact", "mentor"):
        house.device(who)
    copy = backup_of(house)
    assert recovery() is None

    house = brought_back(house, copy)
    steps = [(recovery().heard, recovery().devices)]
    for who, unsent in (("contact", 3), ("contact", None), ("mentor", None)):
        device = house.device(who).device
        wish = Pull(batch=new_id(), device=device.id, install=device.install, made=1, unsent_hours=unsent)
        reply = pull(scope(house.people[who]), wish)
        take_word(house.db, device, wish, same=reply.history.same)
        steps.append((recovery().heard, recovery().devices))

    assert [(0, 2), (0, 2), (1, 2), (2, 2)] == steps
    assert isinstance(recovery(), Recovery)
    end(house.db)
    assert recovery() is None
    close_app(house.app)


def test_a_device_that_knows_another_log_has_not_delivered_all(house: House):
    device = house.device("mentor").device
    wish = Pull(batch=new_id(), device=device.id, install=device.install, made=1)

    take_word(house.db, device, wish, same=False)

    assert not house.service.db.execute_sql("SELECT all_here FROM device").fetchone()[0]
    close_app(house.app)


def test_the_present_database_is_moved_aside_and_a_bad_copy_changes_nothing(house: House, data: Path, tmp_path: Path):
    deliver(house, "contact", report(house))
    copy = backup_of(house)
    deliver(house, "mentor", session_log(house))
    bad = tmp_path / "bad.db"
    bad.write_bytes(copy.read_bytes()[:5000])
    close_app(house.app)

    with pytest.raises(BadBackup):
        put_back(house.service.config, bad)
    assert [] == list(data.glob("before-restore-*"))

    put_back(house.service.config, copy)
    assert "may be deleted" in moved_aside(house.service.config).said
    [aside] = data.glob("before-restore-*")
    app = open_app(aside / "house", f"sqlite:///{aside / 'fotfeste.db'}")
    assert 2 == Revision.select().count()
    close_app(app)


@pytest.mark.parametrize("statement", ["insert", "delete", "update", "commit"])
def test_a_restore_that_was_interrupted_is_finished_at_the_next_start(house: House, data: Path, statement: str):
    deliver(house, "contact", report(house))
    erase(house.db, Erasures(house.service.config.erasures), house.report().id)
    copy = backup_of(house)
    close_app(house.app)
    put_back(house.service.config, copy)
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, "-c", STOPPED_AT, str(data), statement]
    done = subprocess.run(arguments, check=False, env=environment)
    assert 9 == done.returncode
    assert (data / MARKER).exists()

    app = open_app(data, "")
    assert recovery() is not None
    assert not (data / MARKER).exists()
    assert 1 == app.extensions["fotfeste"].db.execute_sql("SELECT count(*) FROM restoration").fetchone()[0]
    close_app(app)


def test_a_copy_that_had_not_reached_its_place_is_put_there(house: House, data: Path):
    deliver(house, "contact", report(house))
    copy = backup_of(house)
    close_app(house.app)
    shutil.copy(copy, data / "fotfeste.db.restoring")
    for path in data.glob("fotfeste.db*"):
        if path.suffix != ".restoring":
            path.unlink()

    resume(house.service.config)

    app = open_app(data, "")
    assert 1 == Revision.select().count()
    assert recovery() is not None
    close_app(app)


def test_a_house_has_one_keeper_at_a_time(tmp_path: Path):
    with alone_in(tmp_path), pytest.raises(InUse), alone_in(tmp_path, patience=0.1):
        pass
    with alone_in(tmp_path, patience=0.1):
        pass


def test_the_drill_brings_the_newest_backup_back_or_says_why_not(house: House):
    deliver(house, "contact", report(house))
    config: Config = house.service.config
    assert not drill(config, None).good
    copy = backup_of(house)
    close_app(house.app)

    good = drill(config, None)
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    bad = drill(config, None)

    assert (True, False) == (good.good, bad.good)
    assert "1 lines, 6 people" in good.said


def test_a_database_that_was_brought_back_by_other_means_is_told_so(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "both", database_url)
    there = furnish(app)
    deliver(there, "contact", report(there))
    before = head()
    close_app(app)

    mark(there.service.config)
    app = open_app(tmp_path / "both", database_url)

    assert before.link != head().link
    assert recovery() is not None
    assert (1, ()) == (prove(app.extensions["fotfeste"].db).lines, prove(app.extensions["fotfeste"].db).faults)
    if database_url.startswith("postgresql"):
        with pytest.raises(BadBackup, match="pg_restore"):
            put_back(there.service.config, tmp_path / "copy.db")
    close_app(app)
