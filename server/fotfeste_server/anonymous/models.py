"""The tables of the anonymous world, laid out so that nothing in them tells who answered, or when, or in what order.

No table keeps a time or a serial number of an answer, and nothing here points into the named world. On SQLite the
rows lie in the order of their random keys (`without_rowid`); a submission writes one row in one table.
"""

from peewee import BlobField, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, Table


class Window(Table):
    """A period in which a network's links are open; `sealed` is the number of its seal in the network."""

    id = KeyField()
    network = TextField(index=True)
    quarter = TextField()
    opens = DayField()
    closes = DayField()
    public_key = BlobField()
    sealed = IntegerField(null=True)

    class Meta:
        """Two seals never share a number, so that their order in the release file is one."""

        indexes = ((("network", "sealed"), True),)


class Invitation(Table):
    """The right to answer once: its key is a hash of the link's token, `link` the token for the mail key only.

    Beside the token may lie an address to write to; `remind` is the day after which both are forgotten.
    """

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
        """Lies in the order of its hashes."""

        without_rowid = True


class Inbox(Table):
    """One answer in a closed box while its window is open; its key is another hash of the same token."""

    id = KeyField()
    window = ForeignKeyField(Window, index=False)
    place = TextField()
    wave = TextField()
    form = TextField()
    version = IntegerField()
    receipt_hash = TextField()
    box = BlobField()

    class Meta:
        """Lies in the order of its hashes."""

        without_rowid = True


class Waiting(Table):
    """One answer to one question that is too lonely to be counted yet, closed to all but the next seal."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    wave = TextField()
    place = TextField()
    shape = JsonField()
    box = BlobField()

    class Meta:
        """Lies in the order of its random keys."""

        without_rowid = True


class FreeText(Table):
    """Something written in a free box, apart from everything else that the person answered."""

    id = KeyField()
    network = TextField(index=True)
    form = TextField()
    question = TextField()
    box = BlobField()

    class Meta:
        """Lies in the order of its random keys."""

        without_rowid = True


class Block(Table):
    """Protected counts of at least five answers, drawn once; kind `waiting` says how many people wait instead."""

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
    """One link for many, such as on the last slide of a gathering: gives each who comes in a link of their own."""

    id = KeyField()
    window = ForeignKeyField(Window)
    window_id: str
    network = TextField()
    form = TextField()
    version = IntegerField()
    wave = TextField()
    opens = DayField()
    closes = DayField()
    most = IntegerField()
    given = IntegerField(default=0)

    class Meta:
        """A wave has one door."""

        indexes = ((("network", "form", "wave"), True),)


MODELS = (Window, Invitation, Inbox, Waiting, FreeText, Block, Door)
