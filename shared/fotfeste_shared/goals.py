"""A team's sub-goals through all its reports: each under its lasting id, with how it stood before every gathering."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .kinds import Answers


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sub-goal stood in one report."""

    number: int
    status: str
    attained: int | None


@dataclass(frozen=True, slots=True)
class Goal:
    """One sub-goal in its last wording, with all that was reported of it."""

    id: str
    text: str
    measure: str
    due: str
    history: tuple[Standing, ...]


def goals_of(reports: Iterable[tuple[int, Answers]]) -> list[Goal]:
    """Gather the sub-goals of reports, given with the numbers of their gatherings, in the order they were begun."""
    found: dict[str, Goal] = {}
    for number, answers in reports:
        rows: Any = answers.get("delmal")
        for row in rows if isinstance(rows, list) else []:
            id_, attained = str(row.get("id", "")), row.get("oppnaelse")
            standing = Standing(number, str(row.get("status", "")), attained if isinstance(attained, int) else None)
            before = found[id_].history if id_ in found else ()
            text, measure, due = (str(row.get(code, "")) for code in ("tekst", "maltall", "frist"))
            if id_:
                found[id_] = Goal(id_, text, measure, due, (*before, standing))
    return list(found.values())


def rows_for_final_report(goals: Iterable[Goal]) -> dict[str, list[Answers]]:
    """Give the rows of a final report: one for each sub-goal, under its id."""
    rows: list[Answers] = [{"id": goal.id, "tekst": goal.text} for goal in goals]
    return {"mal": rows} if rows else {}
