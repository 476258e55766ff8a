"""What both databases stand on, at work: migrations, saves alone and in groups, changes, a copy, an erasure."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from faults.trying import Found, Session, Step

from fotfeste_shared.database import (
    Database,
    Writer,
    backup_copy,
    close_database,
    erase_freed_pages,
    open_database,
    writing,
)
from fotfeste_shared.migrating import SchemaMigrator, migrate
from fotfeste_shared.problems import NotFound

CHECKPOINT = "wal_autocheckpoint=12"  # pages: many checkpoints in a short run


def step_sheets(db: Database, _change: SchemaMigrator) -> None:
    db.execute_sql("CREATE TABLE sheet (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    db.execute_sql("CREATE TABLE stamp (id TEXT PRIMARY KEY, state TEXT NOT NULL)")


def step_places(db: Database, _change: SchemaMigrator) -> None:
    db.execute_sql("ALTER TABLE sheet ADD COLUMN place TEXT")
    db.execute_sql("UPDATE sheet SET place = 'here'")
    db.execute_sql("CREATE TABLE place (id TEXT PRIMARY KEY)")


STEPS = [step_sheets, step_places]


class HeartWorld:
    """A sheet and its stamp are always written together; every sheet is one save."""

    def __init__(self, sheets: int, key: bytes | None = None, journalling: tuple[str, ...] = ()) -> None:
        self.sheets = sheets
        self.key = key
        self.journalling = journalling

    def prepare(self, folder: Path) -> None:
        """Begin with an empty disk."""

    def open(self, folder: Path) -> Session:
        db = open_database(f"sqlite:///{folder / 'heart.db'}", key=self.key)
        db.journalling = (*(self.journalling or db.journalling), CHECKPOINT)
        db.close()  # what is set is heard by the next connection
        migrate(db, STEPS[:1])
        return HeartSession(db, folder, self.sheets)

    def found(self, folder: Path) -> Found:
        db = open_database(f"sqlite:///{folder / 'heart.db'}", key=self.key)
        try:
            facts, faults = _read(db)
        finally:
            close_database(db)
        copy = folder / "copy.db"
        if copy.exists():
            db = open_database(f"sqlite:///{copy}", key=self.key, read_only=True)
            copied, more = _read(db)
            db.close()
            facts |= {f"copied {fact}" for fact in copied}
            faults |= {f"copy {fault}" for fault in more}
        return Found(frozenset(facts), tuple(sorted(faults)))


def _read(db: Database) -> tuple[set[str], set[str]]:
    faults: set[str] = set()
    if db.execute_sql("PRAGMA integrity_check").fetchone()[0] != "ok":
        faults.add("corrupt")
    facts: set[str] = set()
    if "applied_step" in _tables(db):
        facts = {row[0] for row in db.execute_sql("SELECT name FROM applied_step")}
    if _tables(db) - {"applied_step"} != {name for step, names in SHAPE.items() if step in facts for name in names}:
        faults.add("half migration")
    if "step_sheets" in facts:
        bodies = dict(db.execute_sql("SELECT id, body FROM sheet").fetchall())
        stamps = dict(db.execute_sql("SELECT id, state FROM stamp").fetchall())
        if bodies.keys() != stamps.keys() or any(len(set(body)) != 1 for body in bodies.values()):
            faults.add("half")
        facts |= set(bodies) | {f"{id_} {state}" for id_, state in stamps.items()}
        facts |= {"erased"} if "leaflet" not in bodies else set()
    return facts, faults


SHAPE = {"step_sheets": ["sheet", "stamp"], "step_places": ["place"]}


def _tables(db: Database) -> set[str]:
    return {row[0] for row in db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}


class HeartSession:
    def __init__(self, db: Database, folder: Path, sheets: int) -> None:
        self.db = db
        self.folder = folder
        self.sheets = sheets
        self.writer = Writer(db)

    def steps(self) -> Iterator[Step]:
        for n in range(self.sheets):
            if n == self.sheets // 2:
                yield "step_places", lambda: migrate(self.db, STEPS)
            names = [f"sheet {n}"] if n % 3 else [f"sheet {n}", f"sheet {n}b", f"sheet {n}c"]
            act = self.alone if n % 3 == 1 else self.together
            yield names[0], partial(act, names)
            if n % 3 == 2:
                yield f"sheet {n} delivered", partial(self.deliver, f"sheet {n}")
        yield "copied sheet 0", self.copy
        yield "erased", self.erase

    def alone(self, names: list[str]) -> None:
        with writing(self.db):
            for name in names:
                self.write(name)

    def together(self, names: list[str]) -> None:
        """Save as requests do, at once: whoever comes while another writes shares the next commit."""
        failures: list[BaseException] = []
        threads = [threading.Thread(target=self._one, args=(name, failures)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _one(self, name: str, failures: list[BaseException]) -> None:
        try:
            self.writer.do(lambda: self.write(name))
        except BaseException as failure:  # noqa: BLE001 (told in the thread that waits)
            failures.append(failure)

    def write(self, name: str) -> None:
        body = name[-1] * (200 + 3000 * (len(name) % 3))
        self.db.execute_sql("INSERT INTO sheet (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", (name, body))
        self.db.execute_sql("INSERT INTO stamp (id, state) VALUES (?, 'waits') ON CONFLICT (id) DO NOTHING", (name,))

    def deliver(self, name: str) -> None:
        with writing(self.db):
            cursor = self.db.execute_sql("UPDATE stamp SET state = 'delivered' WHERE id = ?", (name,))
            if not cursor.rowcount:
                raise NotFound

    def copy(self) -> None:
        if not self.db.execute_sql("SELECT count(*) FROM sheet WHERE id = 'sheet 0'").fetchone()[0]:
            raise NotFound
        backup_copy(self.db, self.folder / "copy.db")

    def erase(self) -> None:
        self.alone(["leaflet"])
        with writing(self.db):
            self.db.execute_sql("DELETE FROM sheet WHERE id = 'leaflet'")
            self.db.execute_sql("DELETE FROM stamp WHERE id = 'leaflet'")
        erase_freed_pages(self.db)

    def close(self) -> None:
        self.writer.close()
        close_database(self.db)
