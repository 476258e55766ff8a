"""The table of what desktop clients remember of the audit log."""

from peewee import ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, Table

from .models import Device


class Witness(Table):
    """The head of the audit log that a device remembers, as it last told it: line and hash, and on which day."""

    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE", backref="witnesses")
    device_id: str
    number = IntegerField()
    hash = TextField()
    day = DayField()


WITNESSES: tuple[type[Table], ...] = (Witness,)
