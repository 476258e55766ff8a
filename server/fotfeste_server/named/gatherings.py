"""Gatherings, and how far the teams have come with their reports before each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fotfeste_shared.clock import civil, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .access import Scope
from .history import leaves_of
from .ledger import current
from .models import Gathering, Network, Record, Revision, Team
from .networks import STATUS_REPORT, open_reports
from .people import one_line
from .settings import deadlines, takes_part_on

WEB = re.compile(r"https://[^\s/@\\<>\"']+\.[^\s<>\"']+")


def plan_gathering(
    db: Database,
    network: Network,
    *,
    starts: date,
    ends: date | None = None,
    theme: str = "",
    place: str = "",
    digital: bool = False,
    reports_due: date | None = None,
    number: int | None = None,
    link: str = "",
    sign_up_by: date | None = None,
) -> Gathering:
    """Plan a gathering and open the teams' reports before it; deadlines follow from the network's settings."""
    due, by = deadlines(network, starts)
    due, by = reports_due or due, sign_up_by or by
    ends = ends or starts
    in_order(starts, ends, due, by)
    with writing(db):
        last = Gathering.select().where(Gathering.network == network.id).order_by(Gathering.number.desc()).first()
        number = number or (last.number + 1 if last else 1)
        new = insert_once(
            Gathering, Gathering.network, Gathering.number,
            id=new_id(), network=network.id, number=number, theme=one_line(theme, 200), starts=starts,
            ends=ends, place=one_line(place, 200), digital=digital, reports_due=due, sign_up_by=by,
            link=web_address(link),
        )  # fmt: skip
        if not new:
            raise Conflicting("Nettverket har en samling med dette nummeret allerede.")
        open_reports(network)
        return Gathering.get((Gathering.network == network.id) & (Gathering.number == number))


def in_order(starts: date, ends: date, due: date, sign_up_by: date) -> None:
    """Refuse days that cannot follow each other."""
    faults = {}
    if ends < starts:
        faults["ends"] = "Sluttdatoen kan ikke være før startdatoen."
    if due > starts:
        faults["reports_due"] = "Fristen må være før samlingen."
    if sign_up_by > starts:
        faults["sign_up_by"] = "Fristen må være før samlingen."
    if faults:
        raise Invalid(questions=faults)


def web_address(typed: str, field: str = "link") -> str:
    """Read the address of a digital meeting; it becomes a link, so it must be one that a browser opens."""
    address = one_line(typed, 500)
    if address and not WEB.fullmatch(address):
        raise Invalid(questions={field: "Skriv en nettadresse som begynner med https://."})
    return address


# --- what has been handed in ----------------------------------------------------------------------------

State = Literal["handed_in", "late", "missing", "waiting"]


@dataclass(frozen=True, slots=True)
class Told:
    """One team's report before one gathering, as the working group reads it in a table."""

    record: str
    team: Team
    state: State
    handed_in: datetime | None = None
    answers: Answers | None = None
    before: Answers | None = None
    in_conflict: bool = False

    @property
    def step(self) -> int | None:
        """How far the team has come, in halves times ten."""
        return _whole(self.answers, "framdrift")

    @property
    def change(self) -> int | None:
        """How far it has moved since the report before."""
        before = _whole(self.before, "framdrift")
        return None if self.step is None or before is None else self.step - before

    @property
    def goals(self) -> tuple[int, int]:
        """How many sub-goals are reached, of how many."""
        rows = (self.answers or {}).get("delmal")
        goals = rows if isinstance(rows, list) else []
        return sum(row.get("status") == "nadd" for row in goals), len(goals)

    @property
    def help_wanted(self) -> list[str]:
        """What the team wants help with, as codes of the form."""
        codes = (self.answers or {}).get("hjelp")
        return list(codes) if isinstance(codes, list) else []

    @property
    def contact_wanted(self) -> bool:
        """Whether the advisor should get in touch before the gathering."""
        return (self.answers or {}).get("veileder_kontakt") == "ja"


def _whole(answers: Answers | None, code: str) -> int | None:
    value = (answers or {}).get(code)
    return value if isinstance(value, int) else None


def reports(scope: Scope, gathering: Gathering) -> Iterator[Told]:
    """Tell of every team's report before a gathering, within one's scope.

    Nothing is missing from a team whose municipality had left by then.
    """
    opened = scope.records().where((Record.form == STATUS_REPORT) & (Record.gathering == gathering.id))
    told = [
        each for record in opened if record.team and (each := _told(record, record.team, gathering))
        if each.answers is not None or takes_part_on(record.team.participation, gathering.reports_due)
    ]  # fmt: skip
    yield from sorted(told, key=lambda each: (each.team.name, each.record))


def _told(record: Record, team: Team, gathering: Gathering) -> Told:
    content = current(record.id)
    if content is None:
        state: State = "waiting" if today() <= gathering.reports_due else "missing"
        return Told(record.id, team, state)
    first = Revision.select(Revision.received_at).where(Revision.record == record.id).order_by(Revision.seq).first()
    late = civil(first.received_at).date() > gathering.reports_due
    return Told(
        record.id,
        team,
        "late" if late else "handed_in",
        first.received_at,
        content.answers,
        before(record),
        len(leaves_of(record.id)) > 1,
    )


def before(record: Record) -> Answers:
    """Give what the same team handed in last before this report's gathering; nothing when it is the first."""
    here = record.gathering
    if here is None:
        return {}
    earlier = (
        Record.select()
        .join(Gathering)
        .where(
            (Record.form == record.form)
            & (Record.team == record.team_id)
            & (Gathering.network == here.network_id)
            & (Gathering.number < here.number)
        )
        .order_by(Gathering.number.desc())
    )
    found = (content for each in earlier if (content := current(each.id)))
    last = next(found, None)
    return last.answers if last else {}
