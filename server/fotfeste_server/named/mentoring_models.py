"""The tables of a mentor programme over time: training, times away, changes of mentor, and hires' own word."""

from peewee import Check, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, KeyField, Table

from .models import Network, Pairing, Participation, Person

WHY_AWAY = ("holiday", "leave", "other")


class Training(Table):
    """A mentor has taken a course, and how many new hires they can follow at a time."""

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="training")
    network_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="training")
    person_id: str
    finished = DayField(null=True)
    capacity = IntegerField(default=1, constraints=[Check("capacity BETWEEN 0 AND 9")])

    class Meta:
        """One line for each mentor in a network."""

        indexes = ((("network", "person"), True),)


class Pause(Table):
    """A time in which a pairing's talks are not expected; never why in words: an illness is nobody's business."""

    id = KeyField()
    pairing = ForeignKeyField(Pairing, on_delete="CASCADE", backref="pauses")
    pairing_id: str
    first = DayField()
    last = DayField()
    why = TextField(constraints=[Check("why IN ('" + "', '".join(WHY_AWAY) + "')")])


class Takeover(Table):
    """From a day on, a pairing goes on where another one ended: the same new hire, another mentor."""

    pairing = ForeignKeyField(Pairing, primary_key=True, on_delete="CASCADE")
    pairing_id: str
    after = ForeignKeyField(Pairing, unique=True, on_delete="CASCADE", backref="goes_on")
    after_id: str
    day = DayField()


class MetLink(Table):
    """A link by which somebody new says «we met»; it knows a municipality and the last week, and no pairing."""

    hash = KeyField()
    participation = ForeignKeyField(Participation, on_delete="CASCADE", backref="met_links")
    participation_id: str
    week = TextField(null=True)


class MetSum(Table):
    """How often new hires of a municipality said «we met» in a quarter."""

    id = KeyField()
    participation = ForeignKeyField(Participation, on_delete="CASCADE", backref="met_sums")
    participation_id: str
    quarter = TextField()
    times = IntegerField()

    class Meta:
        """One sum for each quarter."""

        indexes = ((("participation", "quarter"), True),)


MENTORING: tuple[type[Table], ...] = (Training, Pause, Takeover, MetLink, MetSum)
