"""Deadlines on the clock on the wall in Norway, and what is fair to a report that was written without a network.

No clock but ours decides alone. A report that came late counts as in time when all of this holds: the computer's
word on when it was written, set right by how far its clock was off when it delivered, lies before the deadline; it
came within `GRACE`; and that computer had not been in touch with us after the deadline and kept it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from fotfeste_shared.clock import CIVIL, civil, now
from fotfeste_shared.database import insert_once

from .models import Device, Revision
from .networks import FINAL_REPORT, STATUS_REPORT
from .report_models import WrittenAt

GRACE = timedelta(days=7)
Timing = Literal["in_time", "written_in_time", "late"]


def end_of(due: date) -> datetime:
    """Give the moment at which a deadline's day is over in Norway, also where the clocks are turned that night."""
    return datetime.combine(due + timedelta(1), time(), CIVIL)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One revision as it came: when, and what its computer said about when it was written."""

    received: datetime
    written: datetime | None = None
    spoke: date | None = None


def timing(due: date, delivery: Delivery) -> Timing:
    """Tell whether a report came in time, was at least written in time, or is late."""
    end = end_of(due)
    if delivery.received < end:
        return "in_time"
    if delivery.written is None or delivery.spoke is None:
        return "late"
    fair = delivery.written < end and delivery.received < end + GRACE and delivery.spoke <= due
    return "written_in_time" if fair else "late"


def delivery_of(revision: Revision) -> Delivery:
    """Give what is known of how a revision came; what answers a later text cannot have been written before it."""
    said = WrittenAt.get_or_none(WrittenAt.rev == revision.rev)
    if said is None:
        return Delivery(revision.received_at)
    seen = Revision.select(Revision.received_at).where(Revision.rev.in_(list(revision.parents)))
    written = max([said.moment, *(each.received_at for each in seen)])
    return Delivery(revision.received_at, written, said.spoke)


def note_when_written(device: Device, sent_at: str, revs: Iterable[str]) -> None:
    """Keep a computer's word on when it wrote what it delivers now; to be called before its visit is noted.

    Its clock is set right by what it showed when it sent this, and what it says lies in the future is now.
    """
    moment = now()
    try:
        off = moment - datetime.fromisoformat(sent_at)
    except (ValueError, TypeError):
        return
    known = Device.get_or_none(Device.id == device.id) or device
    spoke = known.last_seen or civil(known.enrolled or moment).date()
    dated = Revision.rev.in_(list(revs)) & Revision.form.in_([STATUS_REPORT, FINAL_REPORT])
    for row in Revision.select(Revision.rev, Revision.saved_at).where(dated):
        try:
            written = min(datetime.fromisoformat(row.saved_at) + off, moment)
        except (ValueError, TypeError, OverflowError):
            continue
        insert_once(WrittenAt, WrittenAt.rev, rev=row.rev, moment=written, spoke=spoke)
