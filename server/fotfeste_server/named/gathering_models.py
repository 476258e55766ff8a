"""The tables of what is arranged around a gathering: sign-up and its last day, who was there, calendars."""

from peewee import BooleanField, CompositeKey, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

from .models import Gathering, Network, Person


class Arrangement(Table):
    """What is arranged around a gathering, from the first time that something is.

    Sign-up is open from `opened`. `wall` is the secret of the QR code on the wall. `told` is what people were last told
    of days and place. What was kept apart is forgotten after a while: how much, and when.
    """

    gathering = ForeignKeyField(Gathering, primary_key=True, on_delete="CASCADE")
    gathering_id: str
    opened = MomentField(null=True)
    wall = TextField(unique=True)
    told = JsonField()
    forgotten = IntegerField(null=True)
    forgotten_on = DayField(null=True)


class Guest(Table):
    """Somebody outside of the teams who may come: one who comes in a member's place, or whom an organizer asked."""

    gathering = ForeignKeyField(Gathering, on_delete="CASCADE", backref="guests")
    gathering_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="visits")
    person_id: str
    instead_of = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="substitutes")
    instead_of_id: str | None

    class Meta:
        """Once for each gathering."""

        primary_key = CompositeKey("gathering", "person")


class Tick(Table):
    """Somebody was ticked off as present, or the tick was taken away; the last one of a person counts.

    The id is made where the tick was, so a list without network may send it any number of times.
    """

    id = KeyField()
    gathering = ForeignKeyField(Gathering, on_delete="CASCADE", backref="ticks")
    gathering_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="ticks")
    person_id: str
    here = BooleanField()
    at = MomentField()
    by = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="ticked")
    by_id: str | None


class Calendar(Table):
    """A person's own address of a network's calendar; `issue` grows when the address is made anew."""

    id = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="calendars")
    person_id: str
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="calendars")
    network_id: str
    issue = IntegerField(default=1)

    class Meta:
        """One for each network."""

        indexes = ((("person", "network"), True),)


GATHERINGS: tuple[type[Table], ...] = (Arrangement, Guest, Tick, Calendar)
