"""What those who come need of food and room: told as counts without names, and forgotten two weeks afterwards.

Such answers can tell of health or belief. They are kept apart from the sign-ups; nobody reads them name by name, and
texts stand in the order of the alphabet, so that no order tells whose they are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from fotfeste_shared.database import Database, writing
from fotfeste_shared.kinds import Answers

from .access import SIGN_UP
from .attending import Attendee, arranged, attendees
from .erasing import Erasures, erase_all
from .gathering_models import Arrangement
from .ledger import newest_apart
from .models import Gathering, Record, Revision
from .publishing import published

NO_NEEDS = "ingen"
NIGHT_BEFORE, BOTH = "kveld_for", ("ja", "kveld_for")  # who comes the evening before stays the next night too


@dataclass(frozen=True, slots=True)
class Counts:
    """What hotel and kitchen are told."""

    asked: int = 0
    states: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    nights: dict[date, int] = field(default_factory=dict)
    dinners: int = 0
    diets: Counter[str] = field(default_factory=Counter)
    kitchen: tuple[str, ...] = ()
    arrangements: tuple[str, ...] = ()
    no_photo: int = 0


def counts(gathering: Gathering) -> Counts:
    """Count what is needed at a gathering; what is kept apart is read here, and leaves as counts and loose texts."""
    everybody = attendees(gathering)
    there = [each for each in everybody if each.state == "coming"]
    apart = [newest_apart(each.record) for each in there]
    from_afar = [newest_apart(each.record) for each in everybody if each.state == "online"]
    return Counts(
        asked=len(everybody),
        states=Counter(each.state for each in everybody),
        days=Counter(code for each in there for code in _codes(each.answers, "dager")),
        nights=_nights(gathering, there),
        dinners=sum(_dines(each) for each in there),
        diets=Counter(code for needs in apart for code in _codes(needs, "mat") if code != NO_NEEDS),
        kitchen=_texts(apart, "mat_annet"),
        arrangements=_texts([*apart, *from_afar], "tilrettelegging"),
        no_photo=sum(each.answers.get("foto") == "nei" for each in there),
    )


def _nights(gathering: Gathering, there: Iterable[Attendee]) -> dict[date, int]:
    """Count the beds of each night, named by the morning on which it ends."""
    stays = [each.answers.get("overnatting") for each in there]
    nights = {gathering.starts: stays.count(NIGHT_BEFORE)}
    if gathering.ends > gathering.starts:
        nights[gathering.starts + timedelta(1)] = sum(stay in BOTH for stay in stays)
    return nights


def _dines(each: Attendee) -> bool:
    return each.answers.get("middag") == "ja"


def _codes(answers: Answers, code: str) -> list[str]:
    found = answers.get(code)
    return [str(each) for each in found] if isinstance(found, list) else []


def _texts(sheets: Iterable[Answers], code: str) -> tuple[str, ...]:
    return tuple(sorted((str(sheet[code]) for sheet in sheets if sheet.get(code)), key=str.casefold))


# --- forgetting ----------------------------------------------------------------------------------------


def forget_on(gathering: Gathering) -> date:
    """Say on which day what is kept apart is erased."""
    rule, ends = published(SIGN_UP).retention, cast("date", gathering.ends)
    days = rule.apart_days if rule and rule.apart_days else 0
    return ends + timedelta(days)


def apart_of(gathering: Gathering) -> list[str]:
    """Name the records that hold what is kept apart and is not erased yet."""
    whole = Record.select(Record.id).where((Record.form == SIGN_UP) & (Record.gathering == gathering.id))
    written = Revision.select(Revision.record).where(Revision.text.is_null(False))
    kept = Record.select(Record.id).where(Record.apart_of.in_(whole) & Record.id.in_(written))
    return [record.id for record in kept]


def to_forget(day: date) -> Iterator[tuple[Gathering, list[str]]]:
    """Give the gatherings whose needs are to be erased by a day, with the records."""
    for gathering in Gathering.select().where(Gathering.ends < day):
        if forget_on(gathering) <= day and (records := apart_of(gathering)):
            yield gathering, records


def forget_needs(db: Database, erasures: Erasures, day: date) -> int:
    """Erase what has been kept long enough, and note how much it was; tells how many records that were."""
    gone = 0
    for gathering, records in list(to_forget(day)):
        erase_all(db, erasures, records)
        with writing(db):
            before = arranged(gathering)
            Arrangement.update(forgotten=(before.forgotten or 0) + len(records), forgotten_on=day).where(
                Arrangement.gathering == gathering.id
            ).execute()
        gone += len(records)
    return gone
