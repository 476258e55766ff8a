# ruff: noqa: ANN401 (the border to peewee)
"""The columns of our tables that both databases keep alike: moments, dates, JSON and keys."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from peewee import BigIntegerField, Model, SchemaManager, SqliteDatabase, TextField

if TYPE_CHECKING:  # peewee's fields are generic in its stubs only
    _Whole = BigIntegerField[Any]
    _Text = TextField[Any]
else:
    _Whole = BigIntegerField
    _Text = TextField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class MomentField(_Whole):
    """A moment, kept as whole milliseconds since 1970 in UTC; a time without a zone is refused."""

    def db_value(self, value: datetime | None) -> int | None:
        """Turn an aware time into milliseconds."""
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        return (value - EPOCH) // MILLISECOND

    def python_value(self, value: int | None) -> datetime | None:
        """Turn milliseconds into an aware time in UTC."""
        return None if value is None else EPOCH + value * MILLISECOND


class DayField(_Text):
    """A civil date, kept as `2026-08-31`, which sorts as it should."""

    def db_value(self, value: date | None) -> str | None:
        """Write the date; a moment is no date."""
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise TypeError("a day is a date without a time")
        return value.isoformat()

    def python_value(self, value: str | None) -> date | None:
        """Read the date."""
        return None if value is None else date.fromisoformat(value)


class JsonField(_Text):
    """A closed box of JSON in one spelling (sorted, no spaces, letters as they are); nothing asks inside it."""

    def db_value(self, value: object) -> str | None:
        """Write it canonically."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def python_value(self, value: str | None) -> Any:
        """Read it back."""
        return None if value is None else json.loads(value)


class KeyField(_Text):
    """A primary key that is a text made by us: an id, a hash."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"primary_key": True} | options))


class _Layout(SchemaManager):
    """Makes `without_rowid` a wish that only SQLite hears; PostgreSQL has no such tables."""

    def _create_table(self, safe: bool = True, **options: Any) -> Any:  # noqa: FBT001, FBT002 (peewee's signature)
        meta = self.model._meta  # noqa: SLF001 (peewee's public way to a model's facts)
        wish = meta.without_rowid
        meta.without_rowid = wish and isinstance(self.database, SqliteDatabase)
        try:
            return super()._create_table(safe, **options)  # type: ignore[misc]
        finally:
            meta.without_rowid = wish


class Table(Model):
    """What every table of ours descends from; the app ties them to its database with `db.bind([…])`."""

    class Meta:
        """Plain names: `EnrolmentCode` is `enrolment_code`."""

        legacy_table_names = False
        schema_manager_class = _Layout
