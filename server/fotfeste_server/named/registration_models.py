"""The tables of how a network begins: its settings, working group, public page, and what came in by that page."""

from peewee import BooleanField, Check, ForeignKeyField, IntegerField, TextField

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

from .models import Network, Participation, Person

LATE = ("waiting", "open", "closed")  # what becomes of a sign-up after the last day
STATES = ("draft", "waiting", "accepted", "set_aside", "replaced")


class Settings(Table):
    """What differs from network to network; without a row the usual holds."""

    network = ForeignKeyField(Network, primary_key=True, on_delete="CASCADE")
    network_id: str
    professions = JsonField(default=list)
    fewest = IntegerField(default=3)
    most = IntegerField(default=7)
    report_days = IntegerField(default=14)
    sign_up_days = IntegerField(default=21)


class Duty(Table):
    """What somebody in the working group does, and how they are reached; their rights are roles."""

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="duties")
    network_id: str
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="duties")
    person_id: str
    words = TextField(default="")
    phone = TextField(default="")

    class Meta:
        """Told once for each person."""

        indexes = ((("network", "person"), True),)


class PublicPage(Table):
    """A network's page for everybody who has its address; the code in it can be exchanged for another."""

    network = ForeignKeyField(Network, primary_key=True, on_delete="CASCADE")
    network_id: str
    code = TextField(unique=True)
    words = TextField(default="")
    shown = BooleanField(default=True)
    register_by = DayField(null=True)
    taking_in = BooleanField(default=False)


class Meeting(Table):
    """The information meeting, by the clock on the wall in Norway."""

    network = ForeignKeyField(Network, primary_key=True, on_delete="CASCADE")
    network_id: str
    day = DayField()
    begins = TextField()
    ends = TextField()
    place = TextField(default="")
    link = TextField(default="")
    sign_up_by = DayField(null=True)
    late = TextField(default="waiting", constraints=[Check("late IN ('" + "', '".join(LATE) + "')")])
    changes = IntegerField(default=0)


class SignUp(Table):
    """Somebody who comes to the information meeting; signing up again with the same address replaces it."""

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="sign_ups")
    network_id: str
    email = TextField()
    language = TextField(default="nb")
    answers = JsonField()
    at = MomentField()
    waiting = BooleanField(default=False)

    class Meta:
        """Once for each address."""

        indexes = ((("network", "email"), True),)


class Registration(Table):
    """A municipality's binding sign-up as it came in by the public page; its id is that of the filled form.

    A changed one is a row of its own that `replaces` the one before; a draft is one that nobody has sent yet. When it
    is accepted the ledger takes over, and the answers go from here.
    """

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="CASCADE", backref="registrations")
    network_id: str
    municipality = TextField()
    language = TextField(default="nb")
    version = IntegerField()
    answers = JsonField(null=True)
    received = MomentField()
    state = TextField(constraints=[Check("state IN ('" + "', '".join(STATES) + "')")])
    replaces = TextField(null=True, unique=True)
    decided_by = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="decided")
    decided_by_id: str | None
    decided = MomentField(null=True)


class Bounce(Table):
    """An address that took no letter, so that somebody mends it."""

    address = KeyField()
    at = MomentField()


class Countersigned(Table):
    """The organizer's acceptance of an agreement, exactly as the municipality had accepted it in revision `rev`."""

    id = KeyField()
    participation = ForeignKeyField(Participation, on_delete="CASCADE", backref="countersigned")
    participation_id: str
    rev = TextField(unique=True)
    fingerprint = TextField()
    name = TextField()
    at = MomentField()


REGISTRATION: tuple[type[Table], ...] = (
    Settings, Duty, PublicPage, Meeting, SignUp, Registration, Bounce, Countersigned,
)  # fmt: skip
