"""The first shape of the anonymous tables, frozen: a migration tells a story that later models do not change."""

from peewee import BlobField, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import Database, DayField, JsonField, KeyField, Table


class Window(Table):
    """As of step 1."""

    id = KeyField()
    network = TextField(index=True)
    quarter = TextField()
    opens = DayField()
    closes = DayField()
    public_key = BlobField()
    sealed = IntegerField(null=True)

    class Meta:
        """As of step 1."""

        indexes = ((("network", "sealed"), True),)


class Invitation(Table):
    """As of step 1."""

    id = KeyField()
    window = ForeignKeyField(Window)
    network = TextField()
    form = TextField()
    version = IntegerField()
    wave = TextField()
    place = TextField()
    opens = DayField()
    closes = DayField()
    link = BlobField(null=True)
    sent = IntegerField(default=0)
    remind = DayField(null=True)

    class Meta:
        """As of step 1."""

        without_rowid = True


class Inbox(Table):
    """As of step 1."""

    id = KeyField()
    window = ForeignKeyField(Window, index=False)
    place = TextField()
    wave = TextField()
    form = TextField()
    version = IntegerField()
    receipt_hash = TextField()
    box = BlobField()

    class Meta:
        """As of step 1."""

        without_rowid = True


class Waiting(Table):
    """As of step 1."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    wave = TextField()
    place = TextField()
    shape = JsonField()
    box = BlobField()

    class Meta:
        """As of step 1."""

        without_rowid = True


class FreeText(Table):
    """As of step 1."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    box = BlobField()

    class Meta:
        """As of step 1."""

        without_rowid = True


class Block(Table):
    """As of step 1."""

    id = KeyField()
    network = TextField(index=True)
    window = ForeignKeyField(Window)
    form = TextField()
    question = TextField()
    wave = TextField()
    place = TextField()
    n = IntegerField()
    kind = TextField()
    counts = JsonField()


class Door(Table):
    """As of step 1."""

    id = KeyField()
    window = ForeignKeyField(Window)
    network = TextField()
    form = TextField()
    version = IntegerField()
    wave = TextField()
    opens = DayField()
    closes = DayField()
    most = IntegerField()
    given = IntegerField(default=0)

    class Meta:
        """As of step 1."""

        indexes = ((("network", "form", "wave"), True),)


STEP_1 = (Window, Invitation, Inbox, Waiting, FreeText, Block, Door)


def make_tables(db: Database) -> None:
    """Make the anonymous tables, within the step that calls."""
    with db.bind_ctx(STEP_1, bind_refs=False, bind_backrefs=False):
        db.create_tables(STEP_1, safe=False)
