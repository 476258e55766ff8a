"""What stands on a team's poster: only what is meant for the other teams, and roles instead of names.

A union representative's seat is never shown outside of the team, nor that one is left out: it counts as another role.
What a team writes to its advisor, its barriers and its own numbers are not for the wall either.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from fotfeste_shared.kinds import YES, Answers

from .models import Gathering, Member, Team
from .reporting import reports_of, rows_of, whole

SHOWN_AS = {"tillitsvalgt": "annen"}


@dataclass(frozen=True, slots=True)
class Poster:
    """One team's poster, in codes; the page says them in words."""

    team: Team
    gathering: Gathering | None
    roles: tuple[tuple[str, int], ...]
    news: str
    goals: tuple[Answers, ...]
    measures: tuple[Answers, ...]
    lessons: tuple[tuple[str, str], ...]
    ahead: str
    steps: tuple[tuple[int, int], ...]


def poster_of(team: Team) -> Poster:
    """Make a team's poster out of its last report, and of its steps in all of them."""
    told = reports_of(team)
    gathering, answers = (told[-1][0], told[-1][1].answers) if told else (None, {})
    steps = [(each.number, step) for each, content in told if (step := whole(content.answers, "framdrift")) is not None]
    measures = rows_of(answers, "tiltak")
    shared = [each for each in measures if each.get("kan_deles") == YES and each.get("erfaring")]
    return Poster(
        team, gathering, _roles(team), str(answers.get("kort", "")), _bare(rows_of(answers, "delmal")), _bare(measures),
        tuple((str(each.get("tekst", "")), str(each["erfaring"])) for each in shared), str(answers.get("neste", "")),
        tuple(steps),
    )  # fmt: skip


def _bare(rows: list[Answers]) -> tuple[Answers, ...]:
    """Keep only what a goal or a measure is and how far it has come."""
    return tuple({code: row[code] for code in ("tekst", "status") if code in row} for row in rows)


def _roles(team: Team) -> tuple[tuple[str, int], ...]:
    seats: Any = Member.select(Member.seat).where((Member.team == team.id) & Member.left.is_null())
    counted = Counter(SHOWN_AS.get(each.seat, str(each.seat)) for each in seats)
    return tuple(sorted(counted.items()))
