"""How long each filled form is kept, as its definition says; what is past its time goes by itself, every morning.

A form without a length of its own is kept: it is the municipality's record, and goes to its archive as PDF/A. Whatever
goes has stood on the organizers' page for a month. Of a talk a sum stays, without whose it was.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fotfeste_shared.answering import add_months
from fotfeste_shared.clock import CIVIL
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id
from fotfeste_shared.talks import quarter_of

from .. import audit
from .access import SESSION_LOG
from .erasing import Erasures, erase_all
from .keeping_models import Gone, Passed, TalkSum
from .ledger import current
from .models import Gathering, Network, Pairing, Record, Tombstone
from .publishing import published

SOON = timedelta(days=30)
HELD_TALK = "ja"
EARLY = time(4)


@dataclass(frozen=True, slots=True)
class Going:
    """One record and the day on which it goes."""

    record: Record
    day: date


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the organizers see of one form: how many are kept, how many go soon, and the next day on which one goes."""

    form: str
    apart: bool
    kept: int
    soon: int
    next_day: date | None


def last_day(record: Record) -> date | None:
    """Tell on which day a record's time is over; None when it is kept, or when its end is not known yet."""
    try:
        form = published(record.form)
    except NotFound:
        return None
    begins = _begins(record, form)
    if begins is None:
        return None
    rule = form.retention
    if record.apart_of is not None and rule.apart_days is not None:
        return begins + timedelta(days=rule.apart_days)
    return add_months(begins, rule.months) if rule.months else None


def _begins(record: Record, form: FormDefinition) -> date | None:
    """Find the fact that a form's time is counted from."""
    match form.retention.after:
        case "gathering":
            found = Gathering.get_or_none(Gathering.id == record.gathering_id)
            return found.ends if found else None
        case "network_end":
            network = Network.get_or_none(Network.id == record.network_id)
            return network.ends if network else None
        case "start":
            pairing = Pairing.get_or_none(Pairing.id == record.about_id)
            return pairing.started if pairing else None
        case _:
            return None  # answers of the anonymous world, and letters of a meeting, have their own


def _kept(network: Network | None = None) -> Iterator[Record]:
    """Give the records that hold something: opened ones that nobody has filled in keep nobody's words."""
    erased = Tombstone.select(Tombstone.record)
    chosen = Record.id.not_in(erased)
    if network is not None:
        chosen &= Record.network == network.id
    yield from (each for each in Record.select().where(chosen).order_by(Record.id) if current(each.id) is not None)


def past(day: date) -> list[Going]:
    """Give every record whose time is over on a day."""
    known = ((each, last_day(each)) for each in _kept())
    return [Going(record, ends) for record, ends in known if ends is not None and ends < day]


def outlook(network: Network, today: date) -> list[Outlook]:
    """Preview what goes in a network, form by form."""
    days: dict[tuple[str, bool], list[date | None]] = defaultdict(list)
    for each in _kept(network):
        days[each.form, each.apart_of is not None].append(last_day(each))
    return [
        Outlook(
            form, apart, len(ends), sum(end is not None and end < today + SOON for end in ends),
            min((end for end in ends if end is not None), default=None),
        )
        for (form, apart), ends in sorted(days.items())
    ]  # fmt: skip


def gone(network: Network) -> list[Gone]:
    """Tell what has gone in a network by itself, the newest first."""
    return list(Gone.select().where(Gone.network == network.id).order_by(Gone.day.desc(), Gone.form))


def let_go_of(db: Database, erasures: Erasures, day: date) -> int:
    """Erase everything whose time is over, leave the sums of talks, and note how much it was.

    Sums and notes are written in the transaction that finds the records, before they are erased, so that a crash in
    between repeats the erasing and not the sums.
    """
    going = past(day)
    if not going:
        return 0
    with writing(db):
        fresh = [each for each in going if _noted_once(each)]
        _keep_sums([each.record for each in fresh])
        for (network, form), count in Counter((each.record.network_id, each.record.form) for each in fresh).items():
            Gone.create(id=new_id(), network=network, form=form, day=day, count=count)
            audit.tell(db, "time was over", form, str(count), network or "")
    erase_all(db, erasures, [each.record.id for each in going])
    return len(going)


def next_round(day: date) -> tuple[str, datetime]:
    """Name the morning's round and its hour: before anybody is at work; the same day has the same name."""
    return f"retention:{day.isoformat()}", datetime.combine(day, EARLY, CIVIL)


def _noted_once(going: Going) -> bool:
    return insert_once(Passed, Passed.record, record=going.record.id)


def _keep_sums(records: list[Record]) -> None:
    """Add the talks that go to the sums of their municipality and quarter."""
    sums: Counter[tuple[str, str]] = Counter()
    for record in records:
        content = current(record.id) if record.form == SESSION_LOG else None
        if content is None or content.answers.get("status", HELD_TALK) != HELD_TALK:
            continue
        pairing = Pairing.get_by_id(record.about_id)
        sums[pairing.participation_id, quarter_of(date.fromisoformat(str(content.answers["dato"])))] += 1
    for (participation, quarter), talks in sums.items():
        same = {"participation": participation, "quarter": quarter}
        if not insert_once(TalkSum, TalkSum.participation, TalkSum.quarter, id=new_id(), talks=talks, **same):
            TalkSum.update(talks=TalkSum.talks + talks).where(
                (TalkSum.participation == participation) & (TalkSum.quarter == quarter)
            ).execute()
