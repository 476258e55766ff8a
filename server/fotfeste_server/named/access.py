"""Who may see and do what: the only way to a row that belongs to someone. Outside one's scope a row is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal, TypeAlias, TypeVar

from peewee import ModelSelect

from fotfeste_shared.database import Table
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import Forbidden, NotFound
from fotfeste_shared.revisions import About, is_id

from .models import Gathering, Member, Network, Pairing, Participation, Person, Record, Revision, Role, Team

Action = Literal["plan", "enrol", "read_reports", "read_results"]
Rows: TypeAlias = "ModelSelect[Any]"
Row = TypeVar("Row", bound=Table)

SESSION_LOG = "mentorlogg"  # a talk is between mentor and new hire: its rows are for the mentor alone
ADVISOR_NOTE = "veiledernotat"  # written by the working group for itself; the team gets the feedback
BINDING = "pamelding_nettverk"  # names what each member is in a team, which may show who is in a trade union
SIGN_UP = "pamelding_samling"  # a person's own, which the contact of their team may fill in for them
ADMINISTRATOR = "municipality_administrator"
WORKING_GROUP = ("organizer", "advisor")
MAY: dict[Action, tuple[str, ...]] = {
    "plan": ("organizer",),
    "enrol": ("organizer", ADMINISTRATOR),
    "read_reports": ("organizer", "advisor"),
    "read_results": ("organizer", "advisor", ADMINISTRATOR),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One role that a person holds, and where; None is everywhere."""

    role: str
    network: str | None
    municipality: str | None
    team: str | None


def scope(person: Person) -> "Scope":
    """Give a person's scope as it is right now."""
    roles = Role.select().where(Role.person == person.id)
    held = {Held(each.role, each.network_id, each.municipality, each.team_id) for each in roles}
    return Scope(person, frozenset(held))


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see and do."""

    person: Person
    roles: frozenset[Held]

    # --- rows that may be seen ----------------------------------------------------------------------

    def networks(self) -> Rows:
        """The networks in which the person has any part."""
        reached = [Network.id.in_(self._participations().select(Participation.network))]
        reached += [_in_network(Network.id, held) for held in self.roles if held.role in WORKING_GROUP]
        return Network.select().where(_any(reached))

    def participations(self) -> Rows:
        """The municipalities in networks: all of one's network for the working group, else one's own."""
        reached = [Participation.id.in_(self._participations().select(Participation.id))]
        reached += [_in_network(Participation.network, held) for held in self.roles if held.role in WORKING_GROUP]
        return Participation.select().where(_any(reached))

    def _participations(self) -> Rows:
        """The participations that the person has a part in, rather than looks after."""
        mine = Pairing.select(Pairing.participation).where(Pairing.mentor == self.person.id)
        own = self._own_side().select(Participation.id)
        seated = Team.select(Team.participation).where(Team.id.in_(self._seats()))
        return Participation.select().where(
            Participation.id.in_(own) | Participation.id.in_(mine) | Participation.id.in_(seated)
        )

    def _own_side(self) -> Rows:
        """The participations whose own people the person is one of: its administrator, or in one of its teams."""
        reached = [_in_municipality(held) for held in self.roles if held.role == ADMINISTRATOR]
        teams = [held.team for held in self.roles if held.team]
        reached.append(Participation.id.in_(Team.select(Team.participation).where(Team.id.in_(teams))))
        return Participation.select().where(_any(reached))

    def _administered(self) -> Rows:
        """The participations that the person sees to for their municipality."""
        held = [_in_municipality(each) for each in self.roles if each.role == ADMINISTRATOR]
        return Participation.select(Participation.id).where(_any(held))

    def teams(self) -> Rows:
        """The teams whose reports the person may read."""
        reached = [self._teams(role) for role in ("organizer", "advisor", *OWN_TEAM)]
        return Team.select().where(_any([*reached, Team.id.in_(self._seats())]))

    def _seats(self) -> Rows:
        """The teams in which the person has a seat now."""
        return Member.select(Member.team).where((Member.person == self.person.id) & Member.left.is_null())

    def _teams(self, role: str) -> Any:  # noqa: ANN401 (a condition of peewee)
        """The teams that a person reaches by one role."""
        held = [each for each in self.roles if each.role == role]
        if role == "organizer":
            inside = [_in_network(Participation.network, each) for each in held]
            return Team.participation.in_(Participation.select(Participation.id).where(_any(inside)))
        if role == "advisor":
            return (Team.advisor == self.person.id) if held else Team.id.in_([])
        if role == ADMINISTRATOR:
            inside = [_in_municipality(each) for each in held]
            return Team.participation.in_(Participation.select(Participation.id).where(_any(inside)))
        return Team.id.in_([each.team for each in held if each.team])

    def gatherings(self) -> Rows:
        """The gatherings of one's networks, of one's teams, and those that one may sign up for as a guest."""
        asked = Record.select(Record.gathering).where((Record.form == SIGN_UP) & (Record.about_id == self.person.id))
        seated = Member.select(Member.team).where((Member.person == self.person.id) & Member.left.is_null())
        own = Participation.select(Participation.network).join(Team).where(Team.id.in_(seated))
        inside = Gathering.network.in_(self.networks().select(Network.id)) | Gathering.network.in_(own)
        return Gathering.select().where(inside | Gathering.id.in_(asked))

    def pairings(self) -> Rows:
        """The pairings: a mentor's own, a team's, a municipality's, or a network's for its organizers."""
        reached = [Pairing.mentor == self.person.id]
        for held in self.roles:
            if held.role == "organizer":
                inside = Participation.select(Participation.id).where(_in_network(Participation.network, held))
                reached.append(Pairing.participation.in_(inside))
            elif held.role == ADMINISTRATOR:
                inside = Participation.select(Participation.id).where(_in_municipality(held))
                reached.append(Pairing.participation.in_(inside))
            elif held.team:
                reached.append(Pairing.team == held.team)
        return Pairing.select().where(_any(reached))

    def records(self) -> Rows:
        """The records whose content the person may read; a kept-apart part is for its author only."""
        teams = self.teams().select(Team.id)
        for_teams = Record.team.in_(teams) & Record.form.not_in([SESSION_LOG, ADVISOR_NOTE])
        notes = _any(_in_network(Record.network, held) for held in self.roles if held.role in WORKING_GROUP)
        planned = _any(_in_network(Record.network, held) for held in self.roles if held.role == "organizer")
        own_places = self._own_side().select(Participation.id)
        reached = [
            for_teams,
            (Record.form == ADVISOR_NOTE) & notes,
            planned & Record.form.not_in([SESSION_LOG]),
            (Record.about_kind == "municipality") & Record.about_id.in_(own_places) & (Record.form != BINDING),
            (Record.form == BINDING) & Record.about_id.in_(self._administered()),
            (Record.form == SESSION_LOG) & Record.about_id.in_(_own(self.person.id)),
            (Record.about_kind == "person") & (Record.about_id == self.person.id),
            *self._sign_ups_of_own_teams(),
        ]
        # What is held, such as a revision of somebody else's record, opens nothing to its author.
        mine = (Revision.author == self.person.id) & Revision.held.is_null()
        about_me = (Record.about_kind == "person") & (Record.about_id == self.person.id)
        written = Record.id.in_(Revision.select(Revision.record).where(mine))
        apart = Record.apart_of.is_null(False) & (written | about_me)
        return Record.select().where((_any(reached) & Record.apart_of.is_null()) | apart)

    def _sign_ups_of_own_teams(self) -> Iterable[Any]:
        """The sign-ups of those in the teams whose contact one is, for the gatherings of that team's network."""
        for team in [held.team for held in self.roles if held.role == "team_contact" and held.team]:
            here = Participation.select(Participation.network).join(Team).where(Team.id == team)
            yield (Record.form == SIGN_UP) & Record.network.in_(here) & Record.about_id.in_(_seated([team]))

    # --- one row, or 404 ----------------------------------------------------------------------------

    def network(self, id_: str) -> Network:
        """One network of the person's."""
        return _one(self.networks(), Network, id_)

    def participation(self, id_: str) -> Participation:
        """One participation of the person's."""
        return _one(self.participations(), Participation, id_)

    def team(self, id_: str) -> Team:
        """One team of the person's."""
        return _one(self.teams(), Team, id_)

    def gathering(self, id_: str) -> Gathering:
        """One gathering of the person's."""
        return _one(self.gatherings(), Gathering, id_)

    def pairing(self, id_: str) -> Pairing:
        """One pairing of the person's."""
        return _one(self.pairings(), Pairing, id_)

    def record(self, id_: str) -> Record:
        """One record of the person's."""
        return _one(self.records(), Record, id_)

    # --- acts ---------------------------------------------------------------------------------------

    def may(self, action: Action, network: Network | None = None) -> bool:
        """Tell whether the person may do something, in a network or at all."""
        roles = MAY[action]
        return any(held.role in roles and self._holds_in(held, network) for held in self.roles)

    def must(self, action: Action, network: Network | None = None) -> None:
        """Refuse what the person may not do."""
        if not self.may(action, network):
            raise Forbidden

    def _holds_in(self, held: Held, network: Network | None) -> bool:
        if network is None or (held.role != ADMINISTRATOR and held.network in (None, network.id)):
            return True
        if held.role != ADMINISTRATOR:
            return False
        where = _in_municipality(held) & (Participation.network == network.id)
        return bool(Participation.select().where(where).exists())

    def may_hand_in(self, form: FormDefinition, about: About) -> bool:
        """Tell whether the person may hand in this form about this thing; checked for every revision."""
        if about.kind != form.subject:
            return False
        return any(self._may_as(role, about) for role in form.filled_in_by)

    def may_write(self, form: FormDefinition, about: About) -> bool:
        """Tell whether the person may write on a draft: whoever hands it in, and all of a team on the team's own."""
        shared = form.subject == about.kind == "team" and bool(form.natural_key)
        seated = shared and _has(Team.select().where(Team.id.in_(self._seats())), Team, about.id)
        return self.may_hand_in(form, about) or seated

    def _may_as(self, role: str, about: About) -> bool:
        """Tell whether one of a form's roles is the person's towards this thing."""
        match role, about.kind:
            case "mentor", "pairing":
                return _has(Pairing.select().where(Pairing.mentor == self.person.id), Pairing, about.id)
            case "department_head", "pairing":
                teams = [held.team for held in self.roles if held.role == role]
                return _has(Pairing.select().where(Pairing.team.in_(teams)), Pairing, about.id)
            case ("advisor" | "team_contact" | "department_head", "team"):
                return _has(Team.select().where(self._teams(role)), Team, about.id)
            case "municipality_administrator", "municipality":
                held = [_in_municipality(each) for each in self.roles if each.role == role]
                return _has(Participation.select().where(_any(held)), Participation, about.id)
            case "participant", "person":
                return bool(about.id == self.person.id)
            case "team_contact", "person":
                mine = [held.team for held in self.roles if held.role == role]
                return _has(Person.select().where(Person.id.in_(_seated(mine))), Person, about.id)
            case _:
                return False


OWN_TEAM = (ADMINISTRATOR, "team_contact", "department_head")


def _seated(teams: Iterable[str | None]) -> Rows:
    """The people who sit in some teams now."""
    return Member.select(Member.person).where(Member.team.in_(list(teams)) & Member.left.is_null())


def _own(person: str) -> Rows:
    return Pairing.select(Pairing.id).where(Pairing.mentor == person)


def _in_network(column: Any, held: Held) -> Any:  # noqa: ANN401 (a condition of peewee)
    """A role without a network holds in all of them."""
    return column.is_null(False) if held.network is None else column == held.network


def _in_municipality(held: Held) -> Any:  # noqa: ANN401 (a condition of peewee)
    """A municipality's administrator reaches its participations, in one network or in all."""
    here = Participation.municipality == held.municipality
    return here if held.network is None else here & (Participation.network == held.network)


def _any(conditions: Iterable[Any]) -> Any:  # noqa: ANN401 (a condition of peewee)
    """One of the conditions; none at all reaches nothing."""
    given = list(conditions)
    return reduce(or_, given) if given else Network.id.in_([])


def _one(rows: Rows, model: type[Row], id_: str) -> Row:
    if not is_id(id_):
        raise NotFound
    found: Row | None = rows.where(model.id == id_).first()  # type: ignore[attr-defined]  # every table here has an id
    if found is None:
        raise NotFound
    return found


def _has(rows: Rows, model: type[Table], id_: str) -> bool:
    return bool(rows.where(model.id == id_).exists())  # type: ignore[attr-defined]  # as above
