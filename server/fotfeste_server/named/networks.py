"""Networks and the municipalities in them."""

from collections.abc import Iterator
from datetime import date

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.municipalities import find
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .models import Gathering, Network, Participation, Person, Record, Team
from .people import assign, one_line, person_by_email, wanted
from .publishing import published

AGREEMENT = "avtale"
BINDING = "pamelding_nettverk"
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
    with writing(db):
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


def appoint_administrator(db: Database, participation: Participation, name: str, address: str) -> None:
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


# --- records that the server opens ----------------------------------------------------------------------


def open_reports(network: Network) -> None:
    """Open a status report for every team before every gathering, and a final report for every team.

    Called whenever a team or a gathering is added, in its transaction; what is open already stays as it is.
    """
    report, final = published(STATUS_REPORT), published(FINAL_REPORT)
    gatherings = list(Gathering.select().where(Gathering.network == network.id))
    for team in teams_of(network):
        _open(final, network, team.id, about=("team", team.id), team=team)
        for gathering in gatherings:
            key = f"{team.id}:{gathering.id}"
            _open(report, network, key, about=("team", team.id), team=team, gathering=gathering)


def teams_of(network: Network) -> Iterator[Team]:
    """Give the teams of a network."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
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
