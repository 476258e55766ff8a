"""What a draft said before: kept while one types, thinned, and brought back at the person's wish.

An autosave writes over the one before it, so a text that was deleted by mistake would be gone within a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import NotFound

from .models import Draft, Earlier

STEP = timedelta(minutes=2)  # between two that are kept, unless much was taken away at once
RECENT = timedelta(hours=1)
MOST = 40


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier content of a draft, by the moment at which it was replaced."""

    until: datetime
    answers: Answers


def note_earlier(db: Database, draft: Draft, fresh: Answers) -> None:
    """Keep what a draft says now, if that is worth it, before `fresh` takes its place; in the caller's transaction."""
    if draft.answers in ({}, fresh):
        return
    moment = now()
    kept = versions(db, str(draft.record))
    if kept and moment - kept[0].until < STEP and not _loses_much(draft.answers, fresh):
        return
    _keep(db, draft, moment)
    _thin(db, str(draft.record), moment)


def versions(db: Database, record: str) -> list[Version]:
    """Give what a draft said before, the latest first."""
    rows = Earlier.select().where(Earlier.draft == record).order_by(Earlier.until.desc()).bind(db)
    return [Version(row.until, dict(row.answers)) for row in rows]


def bring_back(db: Database, record: str, until: datetime) -> None:
    """Let a draft say again what it said before; what it says now is kept, so that this can be undone as well."""
    with writing(db):
        wanted = next((each for each in versions(db, record) if each.until == until), None)
        if wanted is None:
            raise NotFound
        put_in_place(db, record, wanted.answers)


def put_in_place(db: Database, record: str, answers: Answers) -> None:
    """Let a draft say something else altogether, at the person's wish; what it says now is kept in any case."""
    with writing(db):
        draft = Draft.select().where(Draft.record == record).first(db)
        if draft is None:
            raise NotFound
        moment = now()
        if draft.answers != answers:
            _keep(db, draft, moment)
        Draft.update(answers=answers, touched=moment).where(Draft.record == record).execute(db)


def _keep(db: Database, draft: Draft, moment: datetime) -> None:
    row = {"draft": draft.record, "until": moment, "answers": draft.answers}
    Earlier.insert(row).on_conflict("REPLACE").execute(db)


def _thin(db: Database, record: str, moment: datetime) -> None:
    """Let go of what stands close to another: the last hour whole, before that one for each hour."""
    times = [each.until for each in versions(db, record)]
    away = [time for time in times if time not in _worth(times, moment)]
    Earlier.delete().where((Earlier.draft == record) & Earlier.until.in_(away)).execute(db)


def _worth(times: Sequence[datetime], moment: datetime) -> list[datetime]:
    """Choose from moments, the latest first: an hour of the clock stands for itself, whatever else has gone by then."""
    chosen, hours = [], set()
    for time in times:
        hour = time.replace(minute=0, second=0, microsecond=0)
        if moment - time < RECENT or hour not in hours:
            chosen.append(time)
        if moment - time >= RECENT:
            hours.add(hour)
    return chosen[:MOST]


def _loses_much(before: Answers, after: Answers) -> bool:
    """Tell whether a text was emptied, or lost more than half of what stood there."""
    return any(
        isinstance(text, str) and len(text) > 20 and len(str(after.get(code) or "")) < len(text) / 2
        for code, text in before.items()
    ) or any(isinstance(rows, list) and len(rows) > len(_list(after.get(code))) for code, rows in before.items())


def _list(answer: object) -> list[object]:
    return answer if isinstance(answer, list) else []
