"""Reminds exactly those whose report is missing: first shown, then sent, at most once a day to each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, insert_once, writing

from .access import Scope
from .models import Gathering, Member, Person, Team
from .report_models import ReportReminder
from .reporting import reports


@dataclass(frozen=True, slots=True)
class Missing:
    """One report that is not handed in: who would be reminded, and when that was done last."""

    record: str
    team: Team
    to: Person | None
    reminded: date | None

    @property
    def can_be_reminded(self) -> bool:
        """Tell whether a reminder would go out now."""
        return self.to is not None and self.reminded != today()


def missing(scope: Scope, gathering: Gathering) -> Iterator[Missing]:
    """List the reports that are not handed in; nothing is sent by looking."""
    for told in reports(scope, gathering):
        if told.answers is None:
            last = ReportReminder.select().where(ReportReminder.record == told.record)
            newest = last.order_by(ReportReminder.day.desc()).first()
            yield Missing(told.record, told.team, contact_of(told.team), newest.day if newest else None)


def contact_of(team: Team) -> Person | None:
    """Find who hands in for a team."""
    contact = Member.team == team.id, Member.contact, Member.left.is_null()
    found = Member.select().where(*contact).first()
    return found.person if found else None


def note_reminders(db: Database, scope: Scope, gathering: Gathering) -> list[Missing]:
    """Note a reminder for everybody who is to have one now, and tell whom; who has handed in meanwhile gets none.

    To be called in the transaction in which the letters are left, so that a repeat finds them noted.
    """
    with writing(db):
        return [
            each for each in missing(scope, gathering)
            if each.to is not None and each.can_be_reminded and insert_once(
                ReportReminder, ReportReminder.record, ReportReminder.person, ReportReminder.day,
                record=each.record, person=each.to.id, day=today(), by=scope.person.id,
            )
        ]  # fmt: skip
