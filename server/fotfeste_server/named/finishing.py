"""What the named world can tell of a whole network at its end: counts of teams, gatherings, reports, goals and talks.

Nothing here names what one team or municipality answered; a barrier that fewer than `FEW` teams met is not told by
its number.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.kinds import Answers

from .advising import contacts
from .ledger import current
from .models import Gathering, Member, Network, Participation, Person, Record, Team
from .networks import FINAL_REPORT, STATUS_REPORT, teams_of
from .report_models import ReportPart
from .reporting import codes_of, how_delivered, rows_of, whole
from .settings import takes_part_on

FEW = 5
OWN_PARTS = ("beginning", "lessons", "end")
LONGEST = 8_000
NOT_TOLD = ("tillitsvalgt",)


@dataclass(frozen=True, slots=True)
class Round:
    """One gathering and the reports before it, all teams together."""

    gathering: Gathering
    teams: int
    handed_in: int
    in_time: int
    step: int | None
    goals: int
    reached: int
    attained: tuple[tuple[int, int], ...]
    barriers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """What the teams' final reports say together: how many, and how many of them chose each answer."""

    reports: int
    programme: tuple[tuple[str, int], ...]
    spread: tuple[tuple[str, int], ...]
    owner: tuple[tuple[str, int], ...]
    goals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that is counted of a network."""

    municipalities: tuple[str, ...]
    teams: int
    members: int
    seats: tuple[tuple[str, int], ...]
    rounds: tuple[Round, ...]
    talks: int
    minutes: int
    ending: Ending


def whole_of(network: Network) -> Whole:
    """Count a network."""
    teams = list(teams_of(network))
    members = list(Member.select().where(Member.team.in_([team.id for team in teams]) & Member.left.is_null()))
    places = Participation.select().where(Participation.network == network.id)
    log = [contact for team in teams for contact in contacts(team) if contact.form != "bare_lest"]
    held = Gathering.select().where(
        (Gathering.network == network.id) & (Gathering.starts <= today()) & Gathering.cancelled_on.is_null()
    )
    return Whole(
        tuple(sorted(each.municipality for each in places)),
        len(teams),
        len({each.person_id for each in members}),
        _counted(each.seat for each in members if each.seat not in NOT_TOLD),
        tuple(_round(each) for each in held.order_by(Gathering.number)),
        len(log),
        sum(each.minutes or 0 for each in log),
        _ending(teams),
    )


def _counted(codes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(codes).items(), key=lambda each: (-each[1], each[0])))


def _round(gathering: Gathering) -> Round:
    opened = list(Record.select().where((Record.form == STATUS_REPORT) & (Record.gathering == gathering.id)))
    handed_in = [(record, content.answers) for record in opened if (content := current(record.id))]
    told_of = {record.id for record, _ in handed_in}
    asked = [each for each in opened if each.id in told_of or _was_asked(each, gathering)]
    told = [answers for _, answers in handed_in]
    goals = [goal for answers in told for goal in rows_of(answers, "delmal")]
    attained = Counter(goal["oppnaelse"] for goal in goals if isinstance(goal.get("oppnaelse"), int))
    steps = [step for answers in told if (step := whole(answers, "framdrift")) is not None]
    late = sum(how_delivered(record, gathering.reports_due)[0] == "late" for record, _ in handed_in)
    return Round(
        gathering, len(asked), len(told), len(told) - late, median_low(steps) if steps else None, len(goals),
        sum(goal.get("status") == "nadd" for goal in goals), tuple((point, attained[point]) for point in range(-2, 3)),
        _counted(code for answers in told for code in codes_of(answers, "hindringer") if code != "ingen"),
    )  # fmt: skip


def _was_asked(record: Record, gathering: Gathering) -> bool:
    """Tell whether a report was waited for: nobody asks a team whose municipality had left by then."""
    return record.team is not None and takes_part_on(record.team.participation, gathering.reports_due)


def _ending(teams: list[Team]) -> Ending:
    rows = Record.select().where((Record.form == FINAL_REPORT) & Record.team.in_([team.id for team in teams]))
    told: list[Answers] = [content.answers for row in rows if (content := current(row.id))]
    return Ending(
        len(told),
        _counted(code for answers in told for code in codes_of(answers, "program")),
        _counted(str(answers["spredning"]) for answers in told if "spredning" in answers),
        _counted(str(answers["eier"]) for answers in told if "eier" in answers),
        _counted(str(goal.get("status")) for answers in told for goal in rows_of(answers, "mal") if goal.get("status")),
    )


# --- what an organizer writes --------------------------------------------------------------------------------


def own_parts(network: Network) -> dict[str, str]:
    """Give what organizers have written themselves, part by part."""
    return {row.part: row.text for row in ReportPart.select().where(ReportPart.network == network.id)}


def write_part(db: Database, network: Network, person: Person, part: str, text: str) -> None:
    """Keep an organizer's own words in one part of the report; an empty text takes them away."""
    here = (ReportPart.network == network.id) & (ReportPart.part == part)
    with writing(db):
        ReportPart.delete().where(here).execute()
        if text:
            kept = {"network": network.id, "part": part, "text": text, "person": person.id, "at": now()}
            insert_once(ReportPart, ReportPart.network, ReportPart.part, **kept)
