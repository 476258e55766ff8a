"""What the client keeps in its one encrypted file: tables and their rules, nothing else.

The models name no database: each query is handed the one it is for, so that two clients may live in one test.
"""

from peewee import BooleanField, CompositeKey, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import JsonField, KeyField, MomentField, Table


class Draft(Table):
    """A form being filled in, saved while one types; private answers too, since a draft never leaves.

    `rev` is made with the draft: handing it in twice, from whatever window, is handing in one revision.
    """

    record = KeyField()
    rev = TextField(unique=True)
    form = TextField()
    version = IntegerField()
    about = JsonField(null=True)
    parents = JsonField()
    answers = JsonField()
    touched = MomentField()


class Earlier(Table):
    """What a draft said until a moment; gone with the draft, for private notes are in it, too."""

    draft = ForeignKeyField(Draft, column_name="record", on_delete="CASCADE")
    until = MomentField()
    answers = JsonField()

    class Meta:
        """A draft has one content at a time."""

        primary_key = CompositeKey("draft", "until")


class Revision(Table):
    """One immutable content of a record, ours or pulled; only its state and the server's word on it change.

    A `thin` one is an old version whose answers lie on the server alone; its text says only how versions hang together.
    """

    rev = KeyField()
    record = TextField(index=True)
    form = TextField()
    about_kind = TextField()
    about_id = TextField(index=True)
    text = TextField()
    digest = TextField()
    mine = BooleanField()
    state = TextField(index=True)
    saved_at = MomentField()
    seq = IntegerField(null=True)
    receipt = TextField(null=True)
    held = TextField(null=True)
    tries = IntegerField(default=0)
    next_try = MomentField(null=True)
    problem = TextField(null=True)
    thin = BooleanField(default=False)


class Note(Table):
    """A person's own notes on a record; nothing that builds a request ever reads this table."""

    record = KeyField()
    answers = JsonField()
    touched = MomentField()


class Label(Table):
    """What the mentor calls a pairing, usually a first name: known on this machine only, like the notes."""

    pairing = KeyField()
    text = TextField()


class OwnStep(Table):
    """How far an advisor said that a team had come, before its report was shown here; it is said once."""

    record = KeyField()
    step = IntegerField()


class Form(Table):
    """One published version of a form, kept while a draft or a revision may refer to it."""

    digest = KeyField()
    code = TextField(index=True)
    version = IntegerField()
    text = TextField()
    current = BooleanField()


class Meta(Table):
    """Single facts: who and where we are to the server, and how far we have read its history."""

    key = KeyField()
    value = JsonField()


ALL = (Draft, Earlier, Revision, Note, Label, OwnStep, Form, Meta)
