"""The tables of the named world and the rules that the database itself keeps; nothing else."""

from peewee import (
    BooleanField,
    Check,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from fotfeste_shared.database import DayField, JsonField, KeyField, MomentField, Table

ROLES = ("organizer", "advisor", "municipality_administrator", "department_head", "team_contact", "mentor")


class Person(Table):
    """Someone we can reach; `email` is kept in small letters and is what one signs in with."""

    id = KeyField()
    name = TextField()
    email = TextField(unique=True)
    phone = TextField(null=True)
    language = TextField(default="nb", constraints=[Check("language IN ('nb', 'nn', 'en')")])


class Network(Table):
    """One run of a learning network."""

    id = KeyField()
    name = TextField()
    theme = TextField(default="")
    starts = DayField()
    ends = DayField()
    colluders = IntegerField(default=1, constraints=[Check("colluders >= 1")])
    demo = BooleanField(default=False)


class Participation(Table):
    """One municipality in one network."""

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="RESTRICT", backref="participations")
    network_id: str
    municipality = TextField()
    agreed_on = DayField(null=True)
    left_on = DayField(null=True)

    class Meta:
        """A municipality takes part once."""

        indexes = ((("network", "municipality"), True),)


class Team(Table):
    """People of one municipality who work on the same goals, followed by an advisor."""

    id = KeyField()
    participation = ForeignKeyField(Participation, on_delete="RESTRICT", backref="teams")
    participation_id: str
    name = TextField()
    advisor = ForeignKeyField(Person, null=True, on_delete="RESTRICT", backref="advised")
    advisor_id: str | None

    class Meta:
        """Two teams of a municipality have different names."""

        indexes = ((("participation", "name"), True),)


class Member(Table):
    """A person's seat in a team; the contact is the one who hands in for all.

    Whoever has left keeps the row, with the day, so that it can be told later who was there.
    """

    id = KeyField()
    team = ForeignKeyField(Team, on_delete="RESTRICT", backref="members")
    team_id: str
    person = ForeignKeyField(Person, on_delete="RESTRICT", backref="seats")
    person_id: str
    seat = TextField()
    contact = BooleanField(default=False)
    joined = DayField(null=True)
    left = DayField(null=True)

    class Meta:
        """One seat for each person in a team."""

        indexes = ((("team", "person"), True),)


class Role(Table):
    """What a person may do, and where: everywhere, in a network, for a municipality, or for a team."""

    id = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="roles")
    person_id: str
    role = TextField(constraints=[Check("role IN ('" + "', '".join(ROLES) + "')")])
    network = ForeignKeyField(Network, null=True, on_delete="CASCADE", backref="roles")
    network_id: str | None
    municipality = TextField(null=True)
    team = ForeignKeyField(Team, null=True, on_delete="CASCADE", backref="roles")
    team_id: str | None


class Gathering(Table):
    """One numbered meeting of all teams; reports are due some days before.

    A `link` lets people come from afar, to a digital gathering or beside one in a room. `changes` counts how often
    day or place was changed, for calendars. A cancelled gathering stays, with its day and what was written for it.
    """

    id = KeyField()
    network = ForeignKeyField(Network, on_delete="RESTRICT", backref="gatherings")
    network_id: str
    number = IntegerField()
    theme = TextField(default="")
    starts = DayField()
    ends = DayField()
    place = TextField(default="")
    digital = BooleanField(default=False)
    reports_due = DayField()
    sign_up_by = DayField(null=True)
    link = TextField(default="")
    changes = IntegerField(default=0)
    cancelled_on = DayField(null=True)

    class Meta:
        """Gatherings are told apart by number."""

        indexes = ((("network", "number"), True),)


class Pairing(Table):
    """One mentor with one new hire; the new hire has no name here, only unit, profession and first day."""

    id = KeyField()
    participation = ForeignKeyField(Participation, on_delete="RESTRICT", backref="pairings")
    participation_id: str
    team = ForeignKeyField(Team, null=True, on_delete="RESTRICT", backref="pairings")
    team_id: str | None
    unit = TextField()
    profession = TextField()
    started = DayField()
    ended = DayField(null=True)
    reason = TextField(null=True)
    mentor = ForeignKeyField(Person, on_delete="RESTRICT", backref="pairings")
    mentor_id: str


class ProgrammeItem(Table):
    """One part of a gathering's programme, to be judged by those who were there."""

    id = KeyField()
    gathering = ForeignKeyField(Gathering, on_delete="CASCADE", backref="programme")
    gathering_id: str
    number = IntegerField()
    title = TextField()


class Contact(Table):
    """How a new hire is reached with invitations: optional, apart from the pairing, erased within thirteen months."""

    id = KeyField()
    pairing = ForeignKeyField(Pairing, unique=True, on_delete="CASCADE", backref="contacts")
    pairing_id: str
    address = TextField()
    language = TextField(default="nb", constraints=[Check("language IN ('nb', 'nn', 'en')")])
    refused = BooleanField(default=False)


class Invited(Table):
    """Somebody has been invited to a wave of a survey, so nobody is invited twice; never whether they answered."""

    subject = TextField()
    form = TextField()
    wave = TextField()
    way = TextField(constraints=[Check("way IN ('letter', 'paper')")])

    class Meta:
        """Once for each wave."""

        primary_key = CompositeKey("subject", "form", "wave")


class Inviting(Table):
    """A network whose invitations go out by themselves, since an organizer has said so."""

    network = ForeignKeyField(Network, primary_key=True, on_delete="CASCADE")
    network_id: str


class PublishedForm(Table):
    """One version of a form as it was published; kept for ever, because answers refer to it."""

    digest = KeyField()
    code = TextField()
    version = IntegerField()
    text = TextField()
    published_at = MomentField()
    retired = BooleanField(default=False)

    class Meta:
        """A version is published once."""

        indexes = ((("code", "version"), True),)


class Record(Table):
    """A thing filled in over time, such as one status report of one team before one gathering.

    Those with a natural key are opened by the server, so that two computers offline make a conflict and never
    two reports. `apart_of` names the record whose kept-apart answers this one holds.
    """

    id = KeyField()
    form = TextField()
    natural_key = TextField(null=True, unique=True)
    about_kind = TextField()
    about_id = TextField(index=True)
    network = ForeignKeyField(Network, null=True, on_delete="RESTRICT", backref="records")
    network_id: str | None
    team = ForeignKeyField(Team, null=True, on_delete="RESTRICT", backref="records")
    team_id: str | None
    gathering = ForeignKeyField(Gathering, null=True, on_delete="RESTRICT", backref="records")
    gathering_id: str | None
    apart_of = TextField(null=True)
    opened = MomentField()


class Device(Table):
    """One enrolled desktop client, the hash of its token, and its own word on what it still holds.

    `made` is how many revisions it has made and `oldest_unsent` the day of the oldest that waits there; `rewound`
    marks one that was copied or set back, and `all_here` one that has delivered everything since a restore.
    """

    id = KeyField()
    person = ForeignKeyField(Person, on_delete="RESTRICT", backref="devices")
    person_id: str
    name = TextField()
    token_hash = TextField(unique=True)
    install = TextField()
    state = TextField(default="active", constraints=[Check("state IN ('active', 'drain_only', 'blocked')")])
    push_no = IntegerField(default=0)
    enrolled = MomentField()
    last_seen = DayField(null=True)
    made = IntegerField(null=True)
    oldest_unsent = DayField(null=True)
    rewound = BooleanField(default=False)
    all_here = BooleanField(default=False)


class Revision(Table):
    """The ledger: one immutable content of a record, numbered and linked in the order of commits.

    Without a text it was erased: the line, its digest and its link stay.
    """

    seq = IntegerField(primary_key=True)
    rev = TextField(unique=True)
    record = ForeignKeyField(Record, on_delete="RESTRICT", backref="revisions")
    record_id: str
    form = TextField()
    form_version = IntegerField()
    about_kind = TextField()
    about_id = TextField()
    parents = JsonField()
    author = ForeignKeyField(Person, on_delete="RESTRICT", backref="revisions")
    author_id: str
    device = ForeignKeyField(Device, null=True, on_delete="RESTRICT", backref="revisions")
    device_id: str | None
    text = TextField(null=True)
    digest = TextField()
    link = TextField()
    saved_at = TextField()
    received_at = MomentField()
    held = TextField(null=True)


class Leaf(Table):
    """The revisions of a record that are nobody's parent; derived, kept in the same transaction."""

    record = ForeignKeyField(Record, on_delete="RESTRICT", backref="leaves")
    record_id: str
    rev = TextField()

    class Meta:
        """A revision is a leaf of its record at most once."""

        primary_key = CompositeKey("record", "rev")


class Ruling(Table):
    """What an organizer decided about a held revision: to let it count as it is, or to set it aside."""

    rev = KeyField()
    outcome = TextField(constraints=[Check("outcome IN ('accepted', 'set_aside')")])
    person = ForeignKeyField(Person, on_delete="RESTRICT", backref="rulings")
    person_id: str
    note = TextField(default="")
    at = MomentField()


class Tombstone(Table):
    """An erased record: every device is told to forget it, for ever; nothing about a person stands here."""

    number = IntegerField(primary_key=True)
    record = TextField(unique=True)
    at = MomentField()


class Restoration(Table):
    """A time at which this database was brought back from a backup; `salt` marks the log from there on."""

    salt = KeyField()
    seq = IntegerField()
    at = MomentField()


class EnrolmentCode(Table):
    """A one-time code that a computer is enrolled with; `given` remembers the answer for a repeat."""

    code_hash = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="enrolment_codes")
    person_id: str
    expires = MomentField()
    tries = IntegerField(default=0)
    install = TextField(null=True)
    used_at = MomentField(null=True)
    device = ForeignKeyField(Device, null=True, on_delete="CASCADE", backref="codes")
    device_id: str | None


class SignInCode(Table):
    """A code sent by mail, good in the browser that asked for it only."""

    browser_hash = KeyField()
    person = ForeignKeyField(Person, null=True, on_delete="CASCADE", backref="sign_in_codes")
    person_id: str | None
    code_hash = TextField()
    expires = MomentField()
    tries = IntegerField(default=0)


class SignIn(Table):
    """A signed-in browser; only the hash of its token is kept."""

    token_hash = KeyField()
    person = ForeignKeyField(Person, on_delete="CASCADE", backref="sign_ins")
    person_id: str
    started = MomentField()
    seen = MomentField()
    ends = MomentField()


class SetupLink(Table):
    """The link by which the first organizer comes in, once."""

    token_hash = KeyField()
    made = MomentField()
    used = MomentField(null=True)


class Meta(Table):
    """Facts about this database: its name and the first link of its history."""

    key = KeyField()
    value = TextField()


NAMED: tuple[type[Table], ...] = (
    Person, Network, Participation, Team, Member, Role, Gathering, Pairing, ProgrammeItem, Contact, Invited, Inviting,
    PublishedForm, Record, Device,
    Revision, Leaf, Ruling, Tombstone, Restoration, EnrolmentCode, SignInCode, SignIn, SetupLink, Meta,
)  # fmt: skip
