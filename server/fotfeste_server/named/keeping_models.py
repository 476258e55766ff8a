"""The tables of what is kept for how long: what went by itself, and the sums that stay when single talks go."""

from peewee import ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, KeyField, Table

from .models import Network, Participation


class Gone(Table):
    """On a day, so many filled forms of one kind went because their time was over."""

    id = KeyField()
    network = ForeignKeyField(Network, null=True, on_delete="CASCADE", backref="gone")
    network_id: str | None
    form = TextField()
    day = DayField()
    count = IntegerField()


class Passed(Table):
    """A record whose time is over has been counted in `gone` and in the sums, and will not be again."""

    record = KeyField()


class TalkSum(Table):
    """How many talks a municipality's pairings had in a quarter, of those whose single lines have gone."""

    id = KeyField()
    participation = ForeignKeyField(Participation, on_delete="CASCADE", backref="talk_sums")
    participation_id: str
    quarter = TextField()
    talks = IntegerField()

    class Meta:
        """One sum for each quarter."""

        indexes = ((("participation", "quarter"), True),)


KEEPING: tuple[type[Table], ...] = (Gone, Passed, TalkSum)
