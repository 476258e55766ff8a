"""What is released beside blocks, and what must be kept for it: cross-tables, turnout and texts that were read.

As in the tables of answers nothing here holds a time, a serial number or a way to a person.
"""

from peewee import BlobField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import JsonField, KeyField, Table

from .models import Door, Window


class SealRule(Table):
    """How many colluders a window was sealed against: the number is told with its blocks, and never sinks."""

    window = ForeignKeyField(Window, primary_key=True)
    window_id: str
    colluders = IntegerField(constraints=[Check("colluders >= 1")])


class CrossTable(Table):
    """A table of two questions that was registered before anybody answered; ε is kept in halves.

    The codes are those of the day it was registered: a later version of the form cannot change the table.
    """

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    wave = TextField()
    row = TextField()
    column = TextField()
    rows = JsonField()
    columns = JsonField()
    halves = IntegerField(constraints=[Check("halves IN (1, 2)")])

    class Meta:
        """Two questions meet once in a wave."""

        indexes = ((("network", "form", "wave", "row", "column"), True),)


class Crossing(Table):
    """A window that was opened when a table was registered already, so that its answers belong in it."""

    window = ForeignKeyField(Window)
    window_id: str
    table = ForeignKeyField(CrossTable)
    table_id: str

    class Meta:
        """A table is counted once in a window."""

        primary_key = CompositeKey("window", "table")


class Noised(Table):
    """A cross-table of one window with its noise, drawn once."""

    id = KeyField()
    network = TextField(index=True)
    window = ForeignKeyField(Window)
    form = TextField()
    wave = TextField()
    row = TextField()
    column = TextField()
    halves = IntegerField()
    counts = JsonField()


class Turnout(Table):
    """How many links were given out in a place and wave, and how many answered; without a window not told yet."""

    id = KeyField()
    network = TextField(index=True)
    window = ForeignKeyField(Window, null=True)
    form = TextField()
    wave = TextField()
    place = TextField()
    invited = IntegerField()
    answered = IntegerField()


class TextPlaces(Table):
    """Which municipalities the texts come from that wait to be read: a closed list, apart from the texts."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    box = BlobField()


class Draft(Table):
    """A text that a person is to read before anybody else may: closed, with what is to be told instead, if anything."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    batch = TextField(index=True)
    box = BlobField()
    said = BlobField(null=True)
    verdict = TextField(null=True, constraints=[Check("verdict IN ('told', 'left_out')")])

    class Meta:
        """Lies in the order of its random keys."""

        without_rowid = True


class TextRelease(Table):
    """A reading that was finished: the keys of the texts that were read, so that nobody reads them again."""

    window = ForeignKeyField(Window, primary_key=True)
    window_id: str
    read = JsonField()


class ToldText(Table):
    """A text that was read, perhaps mended, and released."""

    id = KeyField()
    network = TextField(index=True)
    window = ForeignKeyField(Window)
    form = TextField()
    question = TextField()
    text = TextField()


class Hall(Table):
    """How many were there when one link was shown to a whole hall: what its turnout is measured by."""

    door = ForeignKeyField(Door, primary_key=True)
    door_id: str
    people = IntegerField()


RELEASING: tuple[type[Table], ...] = (
    SealRule, CrossTable, Crossing, Noised, Turnout, TextPlaces, Draft, TextRelease, ToldText, Hall,
)  # fmt: skip
