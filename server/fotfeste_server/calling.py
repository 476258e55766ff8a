"""Calls people to gatherings: when sign-up opens, when somebody has not answered, when days or place are changed.

Letters go as jobs, in the language of whoever gets them. What is told is noted in the same transaction, so nobody is
told twice and nobody is forgotten.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from fotfeste_shared.clock import CIVIL, today
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Problem
from fotfeste_shared.revisions import derived_id
from fotfeste_shared.web.pages import day, days
from fotfeste_shared.wording import Language, Value, as_language, say

from .jobs import enqueue
from .named.access import SIGN_UP
from .named.agenda import gathering_name
from .named.attending import (
    Attendee,
    arrangement,
    attendees,
    deadline_of,
    invite_guest,
    is_open,
    open_sign_up,
    standing,
    substitutes,
)
from .named.gathering_models import Arrangement
from .named.models import Gathering, Person
from .named.publishing import published

AT_SIX = time(6)
GRACE = timedelta(days=4)  # a reminder that was not sent on its day, because nothing ran, goes within these


def next_round(on: date) -> tuple[str, datetime]:
    """Name the round of a day and tell when it is due, so that several workers agree on one."""
    return f"gatherings:{on.isoformat()}", datetime.combine(on, AT_SIX, CIVIL)


def go_round(db: Database, base_url: str, on: date) -> None:
    """Do the day's round: changes that nobody has been told of, substitutes, new members, reminders."""
    for gathering in Gathering.select().where(Gathering.ends >= on):
        tell_changes(db, gathering, base_url)
        if is_open(gathering):
            welcome_substitutes(db, gathering, base_url)
            call_the_rest(db, gathering, base_url)
            remind(db, gathering, base_url, on)


# --- calling -------------------------------------------------------------------------------------------


def open_and_call(db: Database, gathering: Gathering, closes: date, base_url: str) -> None:
    """Open sign-up and tell everybody in the teams, once; opened again it changes the last day only."""
    with writing(db):
        open_sign_up(db, gathering, closes)
        for each in attendees(Gathering.get_by_id(gathering.id)):
            _call(each.person, each.record, gathering, closes, base_url)


def call_the_rest(db: Database, gathering: Gathering, base_url: str) -> None:
    """Tell those who have come into a team since sign-up was opened; whoever has their letter gets no other."""
    with writing(db):
        for each in attendees(gathering):
            if each.state == "unanswered":
                _call(each.person, each.record, gathering, deadline_of(gathering), base_url)


def call_guest(db: Database, gathering: Gathering, name: str, address: str, base_url: str) -> None:
    """Let a guest sign up, and tell them so."""
    _let_in(db, gathering, (name, address), base_url)


def welcome_substitutes(db: Database, gathering: Gathering, base_url: str) -> None:
    """Let those sign up who are to come in somebody's place; an address that is none waits for a person to mend it."""
    for member, name, address in list(substitutes(gathering)):
        try:
            _let_in(db, gathering, (name, address), base_url, instead_of=member)
        except Problem:
            continue  # it stands on the organizer's list as it was written


def _let_in(
    db: Database, gathering: Gathering, who: tuple[str, str], base_url: str, *, instead_of: Person | None = None
) -> None:
    with writing(db):
        guest = invite_guest(db, gathering, *who, instead_of=instead_of)
        record = next(each.record for each in attendees(gathering) if each.person.id == guest.id)
        _call(guest, record, gathering, deadline_of(gathering), base_url)


def _call(person: Person, record: str, gathering: Gathering, closes: date, base_url: str) -> None:
    """Write the letter that asks somebody to sign up; it has one name, so it goes once."""
    language = as_language(person.language)
    told = _facts(gathering, language) | {"closes": day(closes, language), "link": f"{base_url}/records/{record}"}
    subject = say(language, "Meld deg på samling {name}", **told)
    lines = (
        say(language, "Hei {name}", name=person.name),
        say(language, "Samling {name} er {days}. {where}", **told),
        say(language, "Meld deg på innen {closes}. Det tar to minutter:", **told),
        str(told["link"]),
        say(language, "Du logger inn med denne e-postadressen og en kode. Kan du ikke komme, si fra samme sted."),
    )
    _send(person, subject, lines, derived_id("called", record))


def remind(db: Database, gathering: Gathering, base_url: str, on: date) -> None:
    """Remind those who have not answered, on the days that the form says; each reminder goes once."""
    due = published(SIGN_UP).due
    for before in due.remind if due else ():
        turn = gathering.starts - timedelta(before)
        if turn <= on <= turn + GRACE and on <= deadline_of(gathering) and _opened_before(gathering, turn):
            with writing(db):
                for each in attendees(gathering):
                    if each.state == "unanswered":
                        _remind(each, gathering, base_url, before)


def _opened_before(gathering: Gathering, turn: date) -> bool:
    """Tell whether people have known of it for a while: nobody is called and reminded on the same day."""
    known = arrangement(gathering)
    return known is not None and known.opened is not None and known.opened.astimezone(CIVIL).date() < turn


def _remind(each: Attendee, gathering: Gathering, base_url: str, before: int) -> None:
    language = as_language(each.person.language)
    closes = day(deadline_of(gathering), language)
    told = _facts(gathering, language) | {"closes": closes, "link": f"{base_url}/records/{each.record}"}
    lines = (
        say(language, "Hei {name}", name=each.person.name),
        say(language, "Vi vet ikke ennå om du kommer til samling {name}, {days}. Svar innen {closes}:", **told),
        str(told["link"]),
    )
    subject = say(language, "Påminnelse: samling {name}", **told)
    _send(each.person, subject, lines, derived_id(f"reminded {before}", each.record))


# --- changes -------------------------------------------------------------------------------------------


def tell_changes(db: Database, gathering: Gathering, base_url: str) -> int:
    """Tell everybody on the list that days or place are changed, or that it is cancelled; tells how many letters."""
    with writing(db):
        planned: Gathering | None = Gathering.get_or_none(Gathering.id == gathering.id)
        known = arrangement(planned) if planned else None
        if planned is None or known is None or known.told == standing(planned):
            return 0
        before: dict[str, str | bool] = known.told
        Arrangement.update(told=standing(planned)).where(Arrangement.gathering == planned.id).execute()
        if known.opened is None or planned.ends < today():
            return 0
        listed = attendees(planned)
        for each in listed:
            _tell(each, planned, before, base_url)
    return len(listed)


def _tell(each: Attendee, gathering: Gathering, before: dict[str, str | bool], base_url: str) -> None:
    language = as_language(each.person.language)
    told = _facts(gathering, language) | {"link": f"{base_url}/records/{each.record}"}
    told["before"] = days(
        date.fromisoformat(str(before["starts"])), date.fromisoformat(str(before["ends"])), language
    )
    if gathering.cancelled_on:
        subject = say(language, "Avlyst: samling {name}", **told)
        news: tuple[str, ...] = (
            say(language, "Samling {name}, som skulle være {before}, er avlyst.", **told),
            say(language, "Svaret ditt er tatt vare på. Du trenger ikke gjøre noe."),
        )
    elif before["cancelled"]:
        subject = say(language, "Holdes likevel: samling {name}", **told)
        news = (
            say(language, "Samling {name} holdes likevel, {days}. {where}", **told),
            say(language, "Svaret ditt står fortsatt. Passer det ikke lenger, endrer du det her:"),
            str(told["link"]),
        )
    else:
        subject = say(language, "Endret: samling {name}", **told)
        news = (
            say(language, "Samling {name} er endret. Før var det {before}. Nå er det {days}. {where}", **told),
            say(language, "Svaret ditt står fortsatt. Passer det ikke lenger, endrer du det her:"),
            str(told["link"]),
        )
    _send(each.person, subject, (say(language, "Hei {name}", name=each.person.name), *news))


def _facts(gathering: Gathering, language: Language) -> dict[str, Value]:
    if gathering.digital:
        where = say(language, "Vi møtes digitalt.")
    elif gathering.place:
        where = say(language, "Sted: {place}.", place=gathering.place)
    else:
        where = ""
    return {
        "name": gathering_name(gathering), "days": days(gathering.starts, gathering.ends, language), "where": where,
    }  # fmt: skip


def _send(person: Person, subject: str, lines: Iterable[str], job_id: str | None = None) -> None:
    text = "\n\n".join(line.strip() for line in lines if line) + "\n"
    enqueue("letter", {"to": person.email, "subject": subject, "text": text}, job_id=job_id)

