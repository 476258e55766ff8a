"""An advisor's own word on a report, given before the team's is shown: kept here until the server has it."""

from fotfeste_shared import sync
from fotfeste_shared.database import Database, writing

from .models import OwnStep


def give_step(db: Database, record: str, step: int) -> None:
    """Keep how far the advisor says that the team has come; what was said first stands."""
    with writing(db):
        OwnStep.insert(record=record, step=step).on_conflict_ignore().execute(db)


def steps_given(db: Database) -> dict[str, int]:
    """Give the steps that were given on this computer, by report."""
    return {str(row.record): row.step for row in OwnStep.select().bind(db)}


def untold_steps(db: Database, roster: sync.Roster | None) -> list[sync.StepGiven]:
    """Give those that the server did not know of when it last told us."""
    awaited = {line.record for line in roster.follows if line.step is None} if roster else set()
    return [sync.StepGiven(record=id_, step=step) for id_, step in steps_given(db).items() if id_ in awaited]
