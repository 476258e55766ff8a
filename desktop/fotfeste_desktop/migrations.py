"""The steps that lead every older file of the client to today's shape; a released step is never changed."""

from peewee import BooleanField, CompositeKey, ForeignKeyField, IntegerField, SchemaManager, TextField
from playhouse.migrate import SchemaMigrator  # type: ignore[import-untyped]

from fotfeste_shared.database import Database, JsonField, KeyField, MomentField, Table


def step_1_the_first_tables(db: Database, _change: SchemaMigrator) -> None:
    """Drafts, revisions, private notes, forms and single facts."""

    class Draft(Table):
        record = KeyField()
        rev = TextField(unique=True)
        form = TextField()
        version = IntegerField()
        about = JsonField(null=True)
        parents = JsonField()
        answers = JsonField()
        touched = MomentField()

    class Revision(Table):
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

    class Note(Table):
        record = KeyField()
        answers = JsonField()
        touched = MomentField()

    class Label(Table):
        pairing = KeyField()
        text = TextField()

    class Form(Table):
        digest = KeyField()
        code = TextField(index=True)
        version = IntegerField()
        text = TextField()
        current = BooleanField()

    class Meta(Table):
        key = KeyField()
        value = JsonField()

    for model in (Draft, Revision, Note, Label, Form, Meta):
        SchemaManager(model, db).create_all()


def step_2_old_versions_may_be_thin(_db: Database, change: SchemaMigrator) -> None:
    """Old versions whose answers lie on the server alone are marked."""
    change.migrate(change.add_column("revision", "thin", BooleanField(default=False)))


def step_3_what_drafts_said_before(db: Database, _change: SchemaMigrator) -> None:
    """Earlier contents of drafts, which go when their draft goes."""

    class Draft(Table):
        record = KeyField()

    class Earlier(Table):
        draft = ForeignKeyField(Draft, column_name="record", on_delete="CASCADE")
        until = MomentField()
        answers = JsonField()

        class Meta:
            primary_key = CompositeKey("draft", "until")

    SchemaManager(Earlier, db).create_all()


def step_4_an_advisors_own_steps(db: Database, _change: SchemaMigrator) -> None:
    """How far an advisor says that teams have come, said before their reports are shown."""

    class OwnStep(Table):
        record = KeyField()
        step = IntegerField()

    SchemaManager(OwnStep, db).create_all()


STEPS = [
    step_1_the_first_tables,
    step_2_old_versions_may_be_thin,
    step_3_what_drafts_said_before,
    step_4_an_advisors_own_steps,
]
