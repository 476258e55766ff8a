"""The table of changed sign-ups that an organizer has let take effect."""

from peewee import ForeignKeyField

from fotfeste_shared.database import KeyField, MomentField, Table

from .models import Participation, Person


class PutThrough(Table):
    """A municipality's teams are as it wrote in revision `rev` of its sign-up; what it changes next begins there."""

    rev = KeyField()
    participation = ForeignKeyField(Participation, on_delete="CASCADE", backref="put_through")
    participation_id: str
    person = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="put_through")
    person_id: str | None
    at = MomentField()


AMENDING: tuple[type[Table], ...] = (PutThrough,)
