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
from faults.trying import Failing, tap, unheard, work_on

from fotfeste_shared.database import KeyField, Table, close_database, open_database, writing
from fotfeste_shared.problems import Busy

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


class Page(Table):
    """Rows that fill a page of the file each, so that a query reads the disk again and again."""

    id = KeyField()


PAGES = 200
WAYS = {
    "a row at a time": lambda rows: [rows.fetchone() for _ in range(PAGES)],
    "all at once": lambda rows: rows.fetchall(),
    "in a loop": list,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_fails_while_rows_are_fetched_is_told_as_a_problem_and_forgotten_when_it_is_mended(way, tmp_path):
    url, broken = f"sqlite:///{tmp_path / 'pages.db'}", []
    with unheard(), tap().opened(lambda change: IOERR.get(change.kind, 0) if broken else 0, reading=True):
        db = open_database(url)
        with db.bind_ctx([Page]):
            db.create_tables([Page])
            with writing(db):
                Page.insert_many([{"id": f"{number:04}" + "x" * 4000} for number in range(PAGES)]).execute()
        close_database(db)
        db = open_database(url)
        rows = db.execute_sql("SELECT id FROM page ORDER BY id")
        broken.append(True)
        with pytest.raises(Busy):
            WAYS[way](rows)
        broken.clear()
        assert PAGES == db.execute_sql("SELECT count(*) FROM page").fetchone()[0]
        close_database(db)
