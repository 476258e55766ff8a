"""Migrations: all or nothing, one at a time, never backwards."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from peewee import CharField, IntegrityError, TextField

from fotfeste_shared.database import Database, KeyField, Table, close_database, open_database, writing
from fotfeste_shared.migrating import NewerDatabase, SchemaMigrator, migrate, waiting_steps

MIGRATE_AND_TELL = """
import sys
from fotfeste_shared.database import open_database
from fotfeste_shared.migrating import migrate
from test_migrating import STEPS
print(len(migrate(open_database(sys.argv[1]), STEPS)))
"""

MIGRATE_AND_DIE = """
import os, signal, sys
from fotfeste_shared.database import open_database
from fotfeste_shared.migrating import migrate
from test_migrating import STEPS
left = int(sys.argv[2])
def count(sql):
    global left
    left -= 1
    if left < 0 and sql != "ROLLBACK":
        os.kill(os.getpid(), signal.SIGKILL)
db = open_database(sys.argv[1])
db.on_statement = count
migrate(db, STEPS)
"""


def step_1_teams(db: Database, _change: SchemaMigrator) -> None:
    class Team(Table):
        id = KeyField()
        name = CharField()

        class Meta:
            database = db

    db.create_tables([Team])
    Team.create(id="a", name="Eksempel")


def step_2_places(_db: Database, change: SchemaMigrator) -> None:
    change.migrate(change.add_column("team", "place", TextField(default="1199")))


def step_3_fails(_db: Database, change: SchemaMigrator) -> None:
    change.migrate(change.add_column("team", "more", TextField(null=True)))
    raise RuntimeError("planned")


STEPS = [step_1_teams, step_2_places]


def run(program: str, *arguments: str) -> subprocess.Popen[str]:
    here = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {here!r})\n{program}"
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def columns(db: Database) -> set[str]:
    return {column.name for column in db.get_columns("team")}


def test_steps_are_applied_once_and_rows_live_on(database: Database) -> None:
    assert migrate(database, STEPS[:1]) == ["step_1_teams"]
    assert waiting_steps(database, STEPS) == ["step_2_places"]
    assert migrate(database, STEPS) == ["step_2_places"]
    assert migrate(database, STEPS) == []

    assert database.execute_sql("SELECT id, name, place FROM team").fetchall() == [("a", "Eksempel", "1199")]


def test_a_failing_step_leaves_nothing_of_the_whole_upgrade(database: Database) -> None:
    migrate(database, STEPS[:1])

    with pytest.raises(RuntimeError, match="planned"):
        migrate(database, [*STEPS, step_3_fails])

    assert columns(database) == {"id", "name"}
    assert migrate(database, STEPS) == ["step_2_places"]


def test_a_newer_database_is_left_alone(database: Database) -> None:
    migrate(database, STEPS)

    with pytest.raises(NewerDatabase, match="step_2_places"):
        migrate(database, STEPS[:1])

    assert "place" in columns(database)


def test_of_four_processes_one_applies_and_three_find_nothing_to_do(database_url: str) -> None:
    four = [run(MIGRATE_AND_TELL, database_url) for _ in range(4)]

    told = sorted(process.communicate()[0].strip() for process in four)

    assert told == ["0", "0", "0", "2"]
    assert [process.returncode for process in four] == [0, 0, 0, 0]


@pytest.mark.parametrize("statement", [3, 6, 9])
def test_killed_in_the_middle_it_is_as_if_never_begun(database_url: str, statement: int) -> None:
    process = run(MIGRATE_AND_DIE, database_url, str(statement))
    process.communicate()
    db = open_database(database_url)

    assert process.returncode == -signal.SIGKILL
    assert db.get_tables() == []
    assert migrate(db, STEPS) == ["step_1_teams", "step_2_places"]
    close_database(db)


def test_a_step_that_leaves_rows_pointing_at_nothing_is_undone(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(db):
        db.execute_sql("CREATE TABLE parent (id TEXT PRIMARY KEY)")
        db.execute_sql("CREATE TABLE child (parent TEXT REFERENCES parent (id))")
        db.execute_sql("INSERT INTO parent VALUES ('a')")
        db.execute_sql("INSERT INTO child VALUES ('a')")

    def step_orphans(db: Database, _change: SchemaMigrator) -> None:
        db.execute_sql("DELETE FROM parent")

    with pytest.raises(IntegrityError, match="point at nothing"):
        migrate(db, [step_orphans])

    assert db.execute_sql("SELECT count(*) FROM parent").fetchone() == (1,)
    assert db.foreign_keys == 1
    close_database(db)
