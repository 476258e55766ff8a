"""A person's calendar of a network: gatherings and own deadlines, under an address that only they have."""

import hmac
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar as Sheet
from icalendar import Event

from fotfeste_shared.clock import CIVIL, now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id
from fotfeste_shared.wording import Language, say

from .access import Scope, scope
from .agenda import gathering_name, language_of, opened_for
from .gathering_models import Calendar
from .models import Gathering, Network

MADE_BY = "-//Fotfeste//Fotfeste//NO"
LETTERS = 32  # 128 bits of the code that nobody can make but us
HOUR = timedelta(hours=1)


def calendar_of(db: Database, mine: Scope, network: Network) -> Calendar:
    """Give a person's calendar of a network; it is made when it is first asked for."""
    with writing(db):
        insert_once(
            Calendar, Calendar.person, Calendar.network, id=new_id(), person=mine.person.id, network=network.id, issue=1
        )
        return Calendar.get((Calendar.person == mine.person.id) & (Calendar.network == network.id))


def renew(db: Database, mine: Scope, network: Network) -> None:
    """Give a calendar another address: the one that was out there leads nowhere from now on."""
    known = calendar_of(db, mine, network)
    with writing(db):
        Calendar.update(issue=Calendar.issue + 1).where(Calendar.id == known.id).execute()


def address_of(secret: bytes, calendar: Calendar) -> str:
    """Write the secret part of a calendar's address; it is worked out each time, so that no table holds it."""
    named = f"calendar|{calendar.id}|{calendar.issue}"
    return str(calendar.id).replace("-", "") + hmac.digest(secret, named.encode(), "sha256").hex()[:LETTERS]


def calendar_behind(secret: bytes, address: str) -> Calendar:
    """Find the calendar of an address; a wrong one and an old one look the same."""
    id_ = address[:32]
    named = "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))
    found = Calendar.get_or_none(Calendar.id == named)
    if found is None or not hmac.compare_digest(address_of(secret, found).encode(), address.encode()):
        raise NotFound
    return found


# --- what stands in it ---------------------------------------------------------------------------------


def written(calendar: Calendar, base_url: str) -> bytes:
    """Write a calendar as a file, as its person may see the network now; who is out of it has none."""
    mine = scope(calendar.person)
    planned = list(mine.gatherings().where(Gathering.network == calendar.network_id).order_by(Gathering.number))
    if not planned:
        raise NotFound
    network, sheet = Network.get_by_id(calendar.network_id), _sheet()
    sheet.add("x-wr-calname", network.name)
    for gathering in planned:
        sheet.add_component(meeting(gathering, language_of(mine), base_url))
    for deadline in _deadlines(mine, network, planned, base_url):
        sheet.add_component(deadline)
    return bytes(sheet.to_ical())


def alone(gathering: Gathering, language: Language, base_url: str) -> bytes:
    """Write one gathering as a file, to be put into a calendar by hand."""
    sheet = _sheet()
    sheet.add_component(meeting(gathering, language, base_url))
    return bytes(sheet.to_ical())


def _sheet() -> Sheet:
    sheet = Sheet()
    sheet.add("prodid", MADE_BY)
    sheet.add("version", "2.0")
    sheet.add("method", "PUBLISH")
    return sheet


def meeting(gathering: Gathering, language: Language, base_url: str) -> Event:
    """Write a gathering: whole days, under the same name for ever; a higher number each time that it is changed."""
    event = _event(f"gathering-{gathering.id}", gathering.changes, f"{base_url}/gatherings/{gathering.id}")
    event.add("summary", say(language, "Samling {name}", name=gathering_name(gathering)))
    event.add("dtstart", gathering.starts)
    event.add("dtend", gathering.ends + timedelta(1))  # the day after the last, as calendars count
    place = say(language, "Digitalt") if gathering.digital else gathering.place
    if place:
        event.add("location", place)
    if gathering.link:
        event.add("description", say(language, "Lenke til møtet: {link}", link=gathering.link))
    event.add("status", "CANCELLED" if gathering.cancelled_on else "CONFIRMED")
    return event


def _deadlines(mine: Scope, network: Network, planned: list[Gathering], base_url: str) -> Iterator[Event]:
    """Write what the person is to hand in, and for those who read the reports, when these are due."""
    language = language_of(mine)
    for task in opened_for(mine, "web", language):
        if task.record.network_id == network.id and task.due and not task.handed_in:
            changes = task.record.gathering.changes if task.record.gathering else 0
            where = f"{base_url}/records/{task.record.id}"
            summary = say(language, "Frist: {title}", title=task.title)
            yield _deadline(f"record-{task.record.id}", changes, task.due, where, summary)
    if mine.may("read_reports", network):
        for gathering in planned:
            if gathering.cancelled_on is None:
                where = f"{base_url}/networks/{network.id}/reports?gathering={gathering.id}"
                summary = say(language, "Frist for teamene: statusrapport før samling {n}", n=gathering.number)
                yield _deadline(f"reports-{gathering.id}", gathering.changes, gathering.reports_due, where, summary)


def _deadline(name: str, changes: int, due: date, where: str, summary: str) -> Event:
    """Write the last hour of a day in Norway, in UTC: that needs no table of time zones in anybody's calendar."""
    midnight = datetime.combine(due + timedelta(1), time(), CIVIL).astimezone(UTC)
    event = _event(name, changes, where)
    event.add("summary", summary)
    event.add("dtstart", midnight - HOUR)
    event.add("dtend", midnight)
    event.add("transp", "TRANSPARENT")
    return event


def _event(name: str, changes: int, where: str) -> Event:
    event = Event()
    event.add("uid", f"{name}@fotfeste")
    event.add("dtstamp", now())
    event.add("sequence", changes)
    event.add("url", where)
    return event
