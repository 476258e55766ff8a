"""What a column keeps comes back as it was, alike on both databases, and once only."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from peewee import Check, IntegerField, IntegrityError, TextField

from fotfeste_shared.database import (
    Database,
    DayField,
    JsonField,
    KeyField,
    MomentField,
    Table,
    insert_once,
)


class Note(Table):
    """A row with every kind of column."""

    id = KeyField()
    name = TextField(null=True, unique=True)
    size = IntegerField(default=1, constraints=[Check("size > 0")])
    at = MomentField(null=True)
    day = DayField(null=True)
    box = JsonField(null=True)

    class Meta:
        without_rowid = True


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    with database.bind_ctx([Note]):
        database.create_tables([Note])
        yield database


def names() -> list[str]:
    return [note.id for note in Note.select().order_by(Note.id)]


def test_columns_come_back_as_they_were_kept(db: Database) -> None:
    oslo = timezone(timedelta(hours=2))
    moment = datetime(2026, 8, 31, 10, 0, 0, 123_000, tzinfo=oslo)
    Note.create(id="a", at=moment, day=date(2026, 8, 31), box={"æ": [1, {"b": None}]})

    note = Note.get_by_id("a")

    assert note.at == moment
    assert note.at.tzinfo is UTC
    assert note.day == date(2026, 8, 31)
    assert note.box == {"æ": [1, {"b": None}]}
    assert Note.select().where(Note.at <= moment, Note.day < date(2026, 9, 1)).count() == 1


def test_json_has_one_spelling(db: Database) -> None:
    Note.create(id="a", box={"ø": 1, "a": "å"})

    assert db.execute_sql("SELECT box FROM note").fetchone() == ('{"a":"å","ø":1}',)


@pytest.mark.parametrize(
    "wrong",
    [{"at": datetime(2026, 8, 31)}, {"day": datetime(2026, 8, 31, tzinfo=UTC)}],  # noqa: DTZ001
)
def test_a_time_without_a_zone_and_a_day_with_a_time_are_refused(db: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Note.create(id="a", **wrong)


def test_keeps_a_row_once_and_tells_whether_it_was_new(db: Database) -> None:
    assert insert_once(Note, id="a", name="first")
    assert not insert_once(Note, id="a", name="second")

    assert Note.get_by_id("a").name == "first"


def test_a_broken_rule_is_told_and_not_taken_for_a_known_row(db: Database) -> None:
    insert_once(Note, id="a", name="taken")

    with pytest.raises(IntegrityError):
        insert_once(Note, id="b", size=0)
    with pytest.raises(IntegrityError):
        insert_once(Note, id="b", size=None)
    with pytest.raises(IntegrityError):
        insert_once(Note, Note.id, id="b", name="taken")

    assert not insert_once(Note, id="b", name="taken")
    assert names() == ["a"]
