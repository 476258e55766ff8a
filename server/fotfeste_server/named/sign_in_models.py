"""The tables of the ways to sign in besides the code by mail, and of where somebody is signed in."""

from peewee import CompositeKey, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

from .models import Person, SignIn


class SessionNote(Table):
    """What a person is told about one of their sessions: how it began, and in what kind of browser."""

    sign_in = ForeignKeyField(SignIn, primary_key=True, on_delete="CASCADE", backref="notes")
    sign_in_id: str
    way = TextField()
    browser = TextField(default="")


class Handshake(Table):
    """What we asked a browser to bring back within minutes: used once, and in that browser only."""

    browser_hash = KeyField()
    kept = JsonField()
    expires = MomentField()


class Passkey(Table):
    """A key on a person's phone or computer; only its public half is here. `count` tells a copied one."""

    id = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="passkeys")
    person_id: str
    public_key = TextField()
    count = IntegerField()
    name = TextField()
    added = MomentField()
    used = DayField(null=True)


class Identity(Table):
    """Who a person is at a sign-in service elsewhere, such as their municipality's; told apart by its own number."""

    issuer = TextField()
    subject = TextField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="identities")
    person_id: str
    provider = TextField()
    added = MomentField()

    class Meta:
        """A subject is one person."""

        primary_key = CompositeKey("issuer", "subject")


SIGN_IN_TABLES: tuple[type[Table], ...] = (SessionNote, Handshake, Passkey, Identity)
