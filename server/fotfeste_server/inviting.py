"""Sends invitations and reminders by themselves: what the named world knows of days, told to the anonymous one.

Over the wall go a place, a wave, dates and an address that is closed with the link; no id of a person or a pairing.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta

from fotfeste_shared.clock import CIVIL, today
from fotfeste_shared.database import writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.wording import Value, say

from . import opening
from .anonymous.invitations import Addressee, has_ended, invite
from .anonymous.letters import (
    Due,
    due_letters,
    forget_address,
    mark_sent,
    take_back,
    take_back_all,
    waiting_for_reminder,
)
from .mail import Letter, Mail, Refused, Sms
from .named.house import note, noted
from .named.models import Network
from .named.publishing import published
from .named.waves import (
    THE_WHOLE,
    Wave,
    erase_old_contacts,
    inviting_networks,
    note_invited,
    note_refusal,
    readable_address,
    waves,
)
from .opening import Tools

log = logging.getLogger(__name__)

FOUR_WEEKS = 28
LATEST = timedelta(days=14)  # a wave that was not asked within two weeks of its day is not asked at all
AHEAD = timedelta(days=28)
AT_EIGHT = time(8)


class NotAllSent(Exception):
    """Some letters could not be sent now; what was sent is noted, so trying again sends the rest only."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out."""

    mail: Mail
    sms: Sms


@dataclass(frozen=True, slots=True)
class Told:
    """What one round did."""

    day: str
    invited: int = 0
    reminded: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def on(self) -> date:
        """Give the day as a date."""
        return date.fromisoformat(self.day)


@dataclass(frozen=True, slots=True)
class Line:
    """One survey and wave on the page that is looked at before anything is sent."""

    form: str
    wave: str
    now: int
    lacking: int
    refused: int
    coming: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the next round would do; nothing is sent or made by looking."""

    lines: tuple[Line, ...]
    lacking: tuple[Wave, ...]
    reminders: int

    @property
    def now(self) -> int:
        """How many get an invitation."""
        return sum(line.now for line in self.lines)

    @property
    def refused(self) -> int:
        """How many of those who lack an address have one that took nothing."""
        return sum(line.refused for line in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Codes on paper for one place and wave, told once."""

    form: str
    wave: str
    place: str
    closes: date
    links: tuple[str, ...] = field(repr=False)


# --- days -------------------------------------------------------------------------------------------


def link_days(form: FormDefinition, day: date) -> tuple[date, date]:
    """Give the days of a link: four weeks from its wave's day within that quarter, else from the next one's first."""
    length = form.due.open_days if form.due and form.due.open_days else FOUR_WEEKS
    last = opening.quarter_days(opening.quarter_of(day))[1]
    if day + timedelta(min(length, FOUR_WEEKS) - 1) > last:
        day = last + timedelta(1)
        last = opening.quarter_days(opening.quarter_of(day))[1]
    return day, min(day + timedelta(length - 1), last)


def _is_due(turn: Wave, day: date) -> bool:
    opens, _ = link_days(published(turn.form), turn.day)
    return opens <= day <= opens + LATEST


def _turns(network: Network, day: date) -> list[Wave]:
    """Give those whose turn it is; when the network is over, all are only asked what it gave them.

    After its last seal it is nobody's turn.
    """
    if has_ended(network.id):
        return []
    due = (turn for turn in waves(network) if _is_due(turn, day))
    return [turn for turn in due if day <= network.ends or turn.form == THE_WHOLE]


# --- before sending ---------------------------------------------------------------------------------


def outlook(network: Network, day: date) -> Outlook:
    """Tell what a round on this day would do."""
    due, counts = _turns(network, day), defaultdict[tuple[str, str], Counter[str]](Counter)
    for turn in due:
        state = "now" if turn.reachable else "refused" if turn.refused else "lacking"
        counts[turn.form, turn.wave][state] += 1
    for turn in [] if has_ended(network.id) else waves(network):
        if day < link_days(published(turn.form), turn.day)[0] <= min(day + AHEAD, network.ends):
            counts[turn.form, turn.wave]["coming"] += 1
    lines = tuple(
        Line(form, wave, *(count[state] for state in ("now", "lacking", "refused", "coming")))
        for (form, wave), count in sorted(counts.items())
    )
    lacking = tuple(turn for turn in due if not turn.reachable)
    return Outlook(lines, lacking, waiting_for_reminder(network.id, day))


# --- a round ----------------------------------------------------------------------------------------


def go_round(tools: Tools, ways: Ways, day: date) -> None:
    """Do the day's round in every network that invites by itself."""
    failed = sum(send_out(tools, ways, network, day).failed for network in inviting_networks())
    if failed:
        raise NotAllSent(failed)


def next_round(day: date) -> tuple[str, datetime]:
    """Name the round of a day and tell when it is due, so that several workers agree on one."""
    return f"invitations:{day.isoformat()}", datetime.combine(day, AT_EIGHT, CIVIL)


def send_out(tools: Tools, ways: Ways, network: Network, day: date) -> Told:
    """Invite and remind whoever has their day; again on the same day sends nothing twice."""
    forget(tools, network, erase_old_contacts(tools.db, network, day))
    _invite_all(tools, network, [turn for turn in _turns(network, day) if turn.reachable], day)
    letters = due_letters(tools.db, tools.keys, network.id, day)
    outcome = Counter(_send(tools, ways, network, letter) for letter in letters)
    before = last_round(network)
    earlier = before if before and before.day == day.isoformat() else Told(day.isoformat())
    told = Told(
        day.isoformat(), earlier.invited + outcome["invitation"], earlier.reminded + outcome["reminder"],
        earlier.refused + outcome["refused"], outcome["failed"],
    )  # fmt: skip
    with writing(tools.db):
        note(f"round:{network.id}", json.dumps(asdict(told)))
    return told


def last_round(network: Network) -> Told | None:
    """Tell what the last round did."""
    known = noted(f"round:{network.id}")
    return Told(**json.loads(known)) if known else None


def forget(tools: Tools, network: Network, addresses: Iterable[str]) -> None:
    """Let nothing more go to these addresses."""
    gone = set(addresses)
    if gone:
        forget_address(tools.db, tools.keys, network.id, gone)


def _window(tools: Tools, network: Network, day: date) -> str | None:
    """Find the window of a day, or open it; None when it was counted early, and then nobody is asked in it."""
    quarter = opening.quarter_of(day)
    found = next((each for each in opening.windows(network) if each.quarter == quarter), None)
    if found is not None:
        return None if found.sealed else found.id
    return opening.open_quarter(tools, network, quarter)


def _grouped(turns: Iterable[Wave], day: date) -> dict[tuple[str, str, str, date | None], list[Wave]]:
    """Put those together whose invitations are alike."""
    groups: dict[tuple[str, str, str, date | None], list[Wave]] = defaultdict(list)
    for turn in turns:
        groups[turn.form, turn.wave, turn.place, _remind_on(published(turn.form), day, turn.forget)].append(turn)
    return groups


def _invite_all(tools: Tools, network: Network, turns: list[Wave], day: date) -> None:
    """Make the links of one day in one transaction: an interrupted round has invited all of them or nobody."""
    window = _window(tools, network, day) if turns else None
    if window is None:
        return
    with writing(tools.db):
        for (code, wave, place, remind), group in _grouped(turns, day).items():
            form = published(code)
            taken = [turn for turn in group if note_invited(turn, "letter")]
            to = [Addressee(turn.address or "", turn.language) for turn in taken]
            if to:
                invite(
                    tools.db, tools.keys, window, form, wave=wave, place=place, to=to, opens=day,
                    closes=link_days(form, day)[1], remind=remind,
                )  # fmt: skip


def _remind_on(form: FormDefinition, day: date, forget_on: date | None) -> date | None:
    """Say when those who have not answered are reminded, once; never after their address should be gone."""
    if form.due is None or not form.due.remind:
        return None
    remind = day + timedelta(form.due.remind[0])
    return remind if forget_on is None or remind < forget_on else None


def _send(tools: Tools, ways: Ways, network: Network, letter: Due) -> str:
    """Send one letter and note it; gives the word for what became of it."""
    subject, text, short = words_of(letter, f"{tools.config.base_url}/s/{letter.token}")
    try:
        if "@" in letter.to.to:
            ways.mail.send(Letter(letter.id, letter.to.to, subject, text))
        else:
            ways.sms.send(letter.to.to, short)
    except Refused:
        first = letter.kind == "invitation"
        note_refusal(tools.db, network, letter.to.to, (letter.form, letter.wave) if first else None)
        take_back(tools.db, letter) if first else mark_sent(tools.db, letter)
        return "refused"
    except OSError as fault:
        log.warning("a letter waits: %s", type(fault).__name__)  # the message may hold the address
        return "failed"
    mark_sent(tools.db, letter)
    return letter.kind


def came_back(tools: Tools, network: Network, typed: str) -> int:
    """Take in that letters to an address have come back later: their links go, and the turns are open again.

    Gives how many links there were. Whoever answered by such a link has had the letter: that one stays.
    """
    address = readable_address(typed)
    gone = take_back_all(tools.db, tools.keys, network.id, address)
    note_refusal(tools.db, network, address, None)
    for form, wave in gone:
        note_refusal(tools.db, network, address, (form, wave))
    return len(gone)


def words_of(letter: Due, link: str) -> tuple[str, str, str]:
    """Write a letter: subject, text, and the short form for a phone. It names nobody and no workplace."""
    form, language = published(letter.form, letter.version), letter.to.language
    told: dict[str, Value] = {
        "title": form.title.in_(language), "n": form.minutes, "day": f"{letter.closes.day}.{letter.closes.month}.",
        "link": link,
    }  # fmt: skip

    def spoken(sentence: str) -> str:
        return say(language, sentence, **told)

    subject = spoken("{title}: et spørreskjema på {n} minutter")
    if letter.kind == "reminder":
        subject = say(language, "Påminnelse: {subject}", subject=subject)
    lines = (
        spoken("Vi vil gjerne høre hvordan du har det. Svarene er anonyme, og det tar omtrent {n} minutter."),
        link,
        spoken("Lenken er din og kan brukes til {day} Åpne den gjerne på din egen telefon."),
        spoken("Det er frivillig. Du får høyst én påminnelse, og bare hvis du ikke har svart."),
    )
    short = spoken("{title}: {n} minutter, anonymt. Svar innen {day} {link}")
    return subject, "\n\n".join(lines) + "\n", short


# --- on paper ---------------------------------------------------------------------------------------


def print_codes(tools: Tools, network: Network, day: date | None = None) -> list[Sheet]:
    """Make codes on paper for those whose day it is and who cannot be reached otherwise; told here, once."""
    day = day or today()
    turns = [turn for turn in _turns(network, day) if not turn.reachable]
    window = _window(tools, network, day) if turns else None
    if window is None:
        return []
    sheets = []
    with writing(tools.db):
        for (code, wave, place), group in _by_place(turns).items():
            form = published(code)
            taken = [turn for turn in group if note_invited(turn, "paper")]
            if taken:
                closes = link_days(form, day)[1]
                tokens = invite(
                    tools.db, tools.keys, window, form, wave=wave, place=place, count=len(taken), opens=day,
                    closes=closes, typed=True,
                )  # fmt: skip
                links = tuple(f"{tools.config.base_url}/s/{token}" for token in tokens)
                sheets.append(Sheet(code, wave, place, closes, links))
    return sheets


def _by_place(turns: Iterable[Wave]) -> dict[tuple[str, str, str], list[Wave]]:
    groups: dict[tuple[str, str, str], list[Wave]] = defaultdict(list)
    for turn in turns:
        groups[turn.form, turn.wave, turn.place].append(turn)
    return groups
