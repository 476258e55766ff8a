"""The tables of reports while they are written, read and followed up; what is handed in lies in the ledger."""

from peewee import CompositeKey, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

from .models import Network, Person, Record


class DraftVersion(Table):
    """One state of a draft that a team shares; its parents are the states that its writer had seen.

    `page` is the opened page that it was written on; `rev` names the revision that it was handed in as.
    """

    id = KeyField()
    record = ForeignKeyField(Record, on_delete="CASCADE", backref="draft_versions")
    record_id: str
    number = IntegerField()
    person = ForeignKeyField(Person, on_delete="RESTRICT", backref="draft_versions")
    person_id: str
    page = TextField(default="")
    parents = JsonField()
    text = TextField()
    begun = MomentField()
    at = MomentField()
    rev = TextField(null=True)

    class Meta:
        """States of a record are told apart by number."""

        indexes = ((("record", "number"), True),)


class WrittenAt(Table):
    """When a revision that a computer brought says it was written, by a clock that was set against ours.

    `spoke` is the day on which that computer had last been in touch before.
    """

    rev = KeyField()
    moment = MomentField()
    spoke = DayField()


class OwnStep(Table):
    """How far an advisor says a team has come, given before the team's own word was shown; it is given once."""

    record = ForeignKeyField(Record, on_delete="CASCADE", backref="own_steps")
    record_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="own_steps")
    person_id: str
    step = IntegerField()
    at = MomentField()

    class Meta:
        """One for each report and advisor."""

        primary_key = CompositeKey("record", "person")


class LastRead(Table):
    """Which revision of a report a person has read last, so that what is new can be told from what is not."""

    record = ForeignKeyField(Record, on_delete="CASCADE", backref="last_reads")
    record_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="last_reads")
    person_id: str
    rev = TextField()
    at = MomentField()

    class Meta:
        """One for each report and reader."""

        primary_key = CompositeKey("record", "person")


class ReportReminder(Table):
    """A reminder of a report that is missing: to whom, asked for by whom, on which day; one a day is enough."""

    record = ForeignKeyField(Record, on_delete="CASCADE", backref="reminders")
    record_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="reminders")
    person_id: str
    day = DayField()
    by = ForeignKeyField(Person, on_delete="RESTRICT", backref="reminders_sent")
    by_id: str

    class Meta:
        """One for each report, person and day."""

        primary_key = CompositeKey("record", "person", "day")


class ReportPart(Table):
    """What an organizer has written themselves in one part of the network's final report."""

    network = ForeignKeyField(Network, on_delete="CASCADE", backref="report_parts")
    network_id: str
    part = TextField()
    text = TextField()
    person = ForeignKeyField(Person, on_delete="RESTRICT", backref="report_parts")
    person_id: str
    at = MomentField()

    class Meta:
        """One text for each part."""

        primary_key = CompositeKey("network", "part")


REPORTS: tuple[type[Table], ...] = (DraftVersion, WrittenAt, OwnStep, LastRead, ReportReminder, ReportPart)
