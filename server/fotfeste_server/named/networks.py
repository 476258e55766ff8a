"""Networks and the municipalities in them."""

from collections.abc import Iterator
from datetime import date

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.municipalities import find, same_line
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .access import BINDING
from .models import Gathering, Network, Participation, Person, Record, Role, Team
from .people import assign, one_line, person_by_email, wanted
from .publishing import published

AGREEMENT = "avtale"
STATUS_REPORT = "statusrapport"
FINAL_REPORT = "sluttrapport_team"
YEARLY = "startmaling"


def found_network(
    db: Database,
    name: str,
    theme: str,
    starts: date,
    ends: date,
    *,
    planned_by: Person | None = None,
    demo: bool = False,
) -> Network:
    """Begin a new learning network; whoever begins it may plan it."""
    name = wanted(name, "name")
    if ends <= starts:
        raise Invalid(questions={"ends": "Sluttdatoen må være etter startdatoen."})
    with writing(db):
        network = Network.create(
            id=new_id(), name=name, theme=one_line(theme, 200), starts=starts, ends=ends, demo=demo
        )
        if planned_by is not None:
            assign(db, planned_by, "organizer", network=network.id)
    return network


def take_in(db: Database, network: Network, number: str) -> Participation:
    """Take a municipality into a network and open what it has to fill in; once is enough."""
    if find(number) is None:
        raise Invalid(questions={"municipality": "Velg en kommune fra listen."})
    lines = (Participation.network == network.id) & Participation.municipality.in_(same_line(number))
    with writing(db):
        if Participation.select().where(lines & (Participation.municipality != number)).exists():
            raise Conflicting("Kommunen er med i nettverket allerede.")
        new = insert_once(
            Participation,
            Participation.network,
            Participation.municipality,
            id=new_id(),
            network=network.id,
            municipality=number,
        )
        if not new:
            raise Conflicting("Kommunen er med i nettverket allerede.")
        joined = Participation.get(
            (Participation.network == network.id) & (Participation.municipality == number)
        )
        for code in (AGREEMENT, BINDING):
            _open(published(code), network, f"{joined.id}", about=("municipality", joined.id))
    return joined


def leave_network(db: Database, place: Participation, day: date) -> None:
    """Let a municipality leave on a day: it is asked for nothing more, and what it has handed in stays."""
    if day < place.network.starts or day > place.network.ends:
        raise Invalid(questions={"left_on": "Datoen må være mens nettverket varer."})
    with writing(db):
        Participation.update(left_on=day).where(Participation.id == place.id).execute()


def come_back(db: Database, place: Participation) -> None:
    """Let a municipality that had left take part again, and open what it has missed."""
    with writing(db):
        Participation.update(left_on=None).where(Participation.id == place.id).execute()
        open_reports(place.network)


def appoint_administrator(db: Database, participation: Participation, name: str, address: str) -> Person:
    """Let a person see to their municipality's part in this network."""
    with writing(db):
        person = person_by_email(db, address, name)
        assign(
            db,
            person,
            "municipality_administrator",
            network=participation.network_id,
            municipality=participation.municipality,
        )
    return person


def administrators(place: Participation) -> list[Person]:
    """Give those who see to a municipality's part, by name."""
    here = (Role.role == "municipality_administrator") & (Role.municipality == place.municipality)
    held = Role.select(Role.person).where(here & (Role.network.is_null() | (Role.network == place.network_id)))
    return list(Person.select().where(Person.id.in_(held)).order_by(Person.name, Person.id))


def relieve_administrator(db: Database, place: Participation, person: Person) -> None:
    """Take a municipality's part in this network out of somebody's hands."""
    with writing(db):
        here = (Role.role == "municipality_administrator") & (Role.municipality == place.municipality)
        Role.delete().where(here & (Role.network == place.network_id) & (Role.person == person.id)).execute()


# --- records that the server opens ----------------------------------------------------------------------


def open_reports(network: Network) -> None:
    """Open a status report for every team before every gathering, and a final report for every team.

    Called whenever a team or a gathering is added, in its transaction; what is open already stays as it is.
    """
    report, final = published(STATUS_REPORT), published(FINAL_REPORT)
    gatherings = list(Gathering.select().where(Gathering.network == network.id))
    for team in teams_of(network, on=today()):
        _open(final, network, team.id, about=("team", team.id), team=team)
        for gathering in gatherings:
            key = f"{team.id}:{gathering.id}"
            _open(report, network, key, about=("team", team.id), team=team, gathering=gathering)


def open_yearly_sheets(db: Database, day: date) -> None:
    """Open this year's numbers for every municipality that takes part, once: the first year's are its baseline.

    Called every morning. A municipality that counts units with and without mentors apart says so in the sheet.
    """
    form = published(YEARLY)
    running = (Network.starts <= day) & (Network.ends >= day)
    here = Participation.left_on.is_null() | (Participation.left_on > day)
    with writing(db):
        for place in Participation.select().join(Network).where(running & here).order_by(Participation.id):
            _open(form, place.network, f"{place.id}:{day.year}", about=("municipality", place.id))


def teams_of(network: Network, on: date | None = None) -> Iterator[Team]:
    """Give the teams of a network; on a day, those whose municipality takes part then."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    if on is not None:
        inside = inside.where(Participation.left_on.is_null() | (Participation.left_on > on))
    yield from Team.select().where(Team.participation.in_(inside)).order_by(Team.name, Team.id)


def _open(
    form: FormDefinition,
    network: Network,
    key: str,
    *,
    about: tuple[str, str],
    team: Team | None = None,
    gathering: Gathering | None = None,
) -> None:
    """Open one record under its natural key: two computers offline then write on the same one."""
    insert_once(
        Record,
        Record.natural_key,
        id=new_id(),
        form=form.code,
        natural_key=f"{form.code}:{key}",
        about_kind=about[0],
        about_id=about[1],
        network=network.id,
        team=team.id if team else None,
        gathering=gathering.id if gathering else None,
        opened=now(),
    )
