"""The table of people's wishes to be forgotten: asked for, and done or answered within a month."""

from peewee import Check, ForeignKeyField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

from .models import Person

STATES = ("waiting", "erased", "refused", "taken_back")


class ErasureWish(Table):
    """A person asks to be forgotten; `networks` are those they had a part in then, whose organizers see to it.

    `open_for` holds the person while the wish waits, so that nobody has two that do.
    """

    id = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="erasure_wishes")
    person_id: str
    networks = JsonField(default=list)
    asked = MomentField()
    due = DayField()
    state = TextField(default="waiting", constraints=[Check("state IN ('" + "', '".join(STATES) + "')")])
    open_for = TextField(null=True, unique=True)
    reason = TextField(default="")
    decided = MomentField(null=True)
    decided_by = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="wishes_decided")
    decided_by_id: str | None


WISHES: tuple[type[Table], ...] = (ErasureWish,)
