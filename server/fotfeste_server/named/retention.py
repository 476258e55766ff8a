"""How long each filled form is kept, as its definition says; what is past its time goes by itself, every morning.

A form without a length of its own is kept: it is the municipality's record, and goes to its archive as PDF/A. Whatever
goes has stood on the organizers' page for a month, also what other rounds let go: needs of those who came, and how new
hires are reached. Of a talk a sum stays, without whose it was.
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
from .access import SESSION_LOG, SIGN_UP
from .erasing import Erasures, erase_all
from .gathering_models import Arrangement
from .keeping_models import Gone, Passed, TalkSum
from .ledger import current
from .models import Contact, Gathering, Network, Pairing, Participation, Record, Tombstone
from .needs import forget_on
from .new_hires import REGISTRATION
from .publishing import published
from .waves import KEPT_FOR

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


@dataclass(frozen=True, slots=True)
class Went:
    """What has gone of one form on a day; `apart` when it was only what is kept apart of it."""

    form: str
    apart: bool
    day: date
    count: int


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
            found = _gathering_of(record)
            return found.ends if found else None
        case "network_end":
            network = Network.get_or_none(Network.id == record.network_id)
            return network.ends if network else None
        case "start":
            pairing = Pairing.get_or_none(Pairing.id == record.about_id)
            return pairing.started if pairing else None
        case _:
            return None  # answers of the anonymous world, and letters of a meeting, have their own


def _gathering_of(record: Record) -> Gathering | None:
    """Find a record's gathering; what is kept apart has that of the record that it is apart of."""
    whole = Record.get_or_none(Record.id == record.apart_of) if record.apart_of else record
    found: Gathering | None = Gathering.get_or_none(Gathering.id == whole.gathering_id) if whole else None
    return found


def _is_needs(record: Record) -> bool:
    """Tell whether a record holds what somebody needs at a gathering: `needs` lets it go, and notes it there."""
    return record.form == SIGN_UP and record.apart_of is not None


def day_it_goes(record: Record) -> date | None:
    """Tell on which morning a record goes: the one after its last day, but needs on the day that was promised."""
    if _is_needs(record):
        gathering = _gathering_of(record)
        return forget_on(gathering) if gathering else None
    ends = last_day(record)
    return ends + timedelta(1) if ends else None


def _kept(network: Network | None = None) -> Iterator[Record]:
    """Give the records that hold something: opened ones that nobody has filled in keep nobody's words."""
    erased = Tombstone.select(Tombstone.record)
    chosen = Record.id.not_in(erased)
    if network is not None:
        inside = Record.select(Record.id).where(Record.network == network.id)
        chosen &= (Record.network == network.id) | Record.apart_of.in_(inside)  # a person's own is of no network
    yield from (each for each in Record.select().where(chosen).order_by(Record.id) if current(each.id) is not None)


def past(day: date) -> list[Going]:
    """Give every record whose time is over on a day."""
    known = ((each, last_day(each)) for each in _kept() if not _is_needs(each))
    return [Going(record, ends) for record, ends in known if ends is not None and ends < day]


def outlook(network: Network, today: date) -> list[Outlook]:
    """Preview what goes in a network, form by form, and on which morning the next one does."""
    days: dict[tuple[str, bool], list[date | None]] = defaultdict(list)
    for each in _kept(network):
        days[each.form, each.apart_of is not None].append(day_it_goes(each))
    days[REGISTRATION, True] += [each.pairing.started + KEPT_FOR for each in _addresses(network)]
    return [
        Outlook(
            form, apart, len(goes), sum(day is not None and day <= today + SOON for day in goes),
            min((day for day in goes if day is not None), default=None),
        )
        for (form, apart), goes in sorted(days.items()) if goes
    ]  # fmt: skip


def _addresses(network: Network) -> list[Contact]:
    """Give what organizers have written of how new hires are reached."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    here = Pairing.select(Pairing.id).where(Pairing.participation.in_(inside))
    return list(Contact.select().where(Contact.pairing.in_(here)))


def gone(network: Network) -> list[Went]:
    """Tell what has gone in a network by itself, the newest first."""
    whole = Gone.select().where(Gone.network == network.id)
    here = Gathering.select(Gathering.id).where(Gathering.network == network.id)
    needs = Arrangement.select().where(Arrangement.gathering.in_(here) & Arrangement.forgotten_on.is_null(False))
    told = [Went(each.form, apart=False, day=each.day, count=each.count) for each in whole]
    told += [Went(SIGN_UP, apart=True, day=each.forgotten_on, count=each.forgotten or 0) for each in needs]
    return sorted(told, key=lambda each: (-each.day.toordinal(), each.form, each.apart))


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
