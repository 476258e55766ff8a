"""The tables of what other programs use: keys made for them, and addresses that hear of news."""

from peewee import ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, KeyField, MomentField, Table

from .models import Network, Person


class ApiToken(Table):
    """A key for a program: it may what its scopes say, in one network, never more than the person who made it."""

    id = KeyField()
    token_hash = TextField(unique=True)
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="api_tokens")
    person_id: str
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="api_tokens")
    network_id: str
    name = TextField()
    scopes = TextField()
    made = MomentField()
    expires = MomentField()
    used = DayField(null=True)


class Webhook(Table):
    """An address that hears when there is news in a network; `results` and `records` are how far it has been told."""

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="webhooks")
    network_id: str
    address = TextField()
    made = MomentField()
    results = TextField(default="")
    records = IntegerField(default=0)
    failing = DayField(null=True)


API_TABLES: tuple[type[Table], ...] = (ApiToken, Webhook)
