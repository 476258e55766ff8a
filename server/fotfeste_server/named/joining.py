"""A municipality's binding sign-up by the public page: kept as it came, and changed by whoever sent it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fotfeste_shared.clock import CIVIL, now
from fotfeste_shared.database import Database, Writer, writing
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.kinds import Answers
from fotfeste_shared.municipalities import same_line
from fotfeste_shared.problems import Closed, Conflicting, Invalid, NotFound
from fotfeste_shared.revisions import is_id
from fotfeste_shared.wording import Language

from .models import Network, Participation, Person
from .people import email
from .public_pages import page_of
from .registration_models import Registration
from .secret import grouped, short_code

GRACE = timedelta(hours=3)  # whoever opened the page before midnight may still send it
KEPT_ASIDE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Registering:
    """Takes a municipality's sign-up in from the public page; `replaces` is the one that its sender is changing."""

    db: Database
    writer: Writer
    network: Network
    language: Language
    replaces: str | None = None

    def receive(self, filled: Filled) -> Receipt:
        """Keep the form; the same form again is `known`."""
        return self.writer.do(lambda: self._receive(filled))

    def _receive(self, filled: Filled) -> Receipt:
        known = Registration.get_or_none(Registration.id == filled.id)
        if known is not None and known.state != "draft":
            if known.network_id != self.network.id or known.answers not in (None, filled.answers):
                raise Conflicting(code="id_reused")
            return Receipt("known", receipt_of(filled.id))
        if not takes_registrations(self.network, now()):
            raise Closed("Påmeldingen er stengt. Ta kontakt med arrangøren.")
        if self.replaces is not None:
            self._replace()
        self._keep(filled.id, filled.version, filled.answers, "waiting")
        return Receipt("kept", receipt_of(filled.id))

    def _replace(self) -> None:
        open_still = (Registration.id == self.replaces) & Registration.state.in_(["draft", "waiting"])
        if Registration.update(state="replaced").where(open_still).execute() != 1:
            raise Conflicting("Påmeldingen er allerede endret eller godtatt. Åpne lenken på nytt.")

    def _keep(self, id_: str, version: int, answers: Answers, state: str) -> None:
        Registration.delete().where((Registration.id == id_) & (Registration.state == "draft")).execute()
        Registration.create(
            id=id_, network=self.network.id, municipality=str(answers.get("kommune", "")), language=self.language,
            version=version, answers=answers, received=now(), state=state, replaces=self.replaces,
        )  # fmt: skip

    def lay_aside(self, filled: Filled) -> None:
        """Keep what is written so far, to be gone on with by the link; nothing is sent in by this."""
        self.writer.do(lambda: self._lay_aside(filled))

    def _lay_aside(self, filled: Filled) -> None:
        known = Registration.get_or_none(Registration.id == (self.replaces or filled.id))
        if known is None:
            self._keep(filled.id, filled.version, filled.answers, "draft")
        elif known.state == "draft":
            changed = {"answers": filled.answers, "version": filled.version, "received": now()}
            Registration.update(**changed).where(Registration.id == known.id).execute()
        else:
            raise Conflicting("Påmeldingen er sendt inn. Send den på nytt når du er ferdig med å endre den.")


def receipt_of(id_: str) -> str:
    """Give the code that the sender may refer to."""
    return grouped(short_code("registration", id_))


def takes_registrations(network: Network, moment: datetime) -> bool:
    """Tell whether a sign-up that arrives at a moment counts: until the end of the last day in Norway, and a little."""
    page = page_of(network)
    if page is None or not page.taking_in or not page.shown:
        return False
    return page.register_by is None or moment < end_of(page.register_by) + GRACE


def end_of(day: Any) -> datetime:  # noqa: ANN401 (a column of peewee)
    """Give the moment at which a day ends in Norway; a night of changing clocks is as long as it is."""
    return datetime.combine(day + timedelta(1), time(), CIVIL).astimezone(UTC)


def newest(network: Network, id_: str) -> Registration:
    """Find the version of a sign-up that counts, from the link to any of its versions."""
    here = Registration.network == network.id
    found = Registration.get_or_none((Registration.id == id_) & here) if is_id(id_) else None
    while found is not None and found.state == "replaced":
        found = Registration.get_or_none((Registration.replaces == found.id) & here)
    if found is None:
        raise NotFound
    return found


# --- what has come in ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CameIn:
    """One sign-up on the organizer's list; `again` when its municipality is there already or has sent another."""

    row: Registration
    again: bool
    versions: int

    @property
    def unfinished(self) -> bool:
        """Tell whether it was accepted and the ledger has not got it, because the machine stopped in between."""
        return self.row.state == "accepted" and self.row.answers is not None

    @property
    def teams(self) -> list[dict[str, Any]]:
        """Give the teams as they were written."""
        rows = (self.row.answers or {}).get("team")
        return rows if isinstance(rows, list) else []


def came_in(network: Network) -> list[CameIn]:
    """Give a network's sign-ups, those that wait first, else the newest first."""
    rows = list(Registration.select().where(Registration.network == network.id))
    waiting = [row.municipality for row in rows if row.state == "waiting"]
    here = Participation.select().where(Participation.network == network.id)
    inside = {number for row in here for number in same_line(row.municipality)}
    before = {row.id: row.replaces for row in rows}
    told = [
        CameIn(row, row.state == "waiting" and (row.municipality in inside or waiting.count(row.municipality) > 1),
               len(list(versions_of(row.id, before))))
        for row in rows if row.state in ("waiting", "accepted", "set_aside")
    ]  # fmt: skip
    told.sort(key=lambda each: each.row.received, reverse=True)
    return sorted(told, key=lambda each: each.row.state != "waiting" and not each.unfinished)


def versions_of(id_: str, before: dict[str, str | None]) -> Iterator[str]:
    """Give a sign-up and the ones it replaced, the newest first."""
    here: str | None = id_
    while here is not None:
        yield here
        here = before.get(here)


def waiting_registrations(network: Network) -> int:
    """Count the sign-ups that an organizer has not looked at."""
    waiting = (Registration.network == network.id) & (Registration.state == "waiting")
    return int(Registration.select().where(waiting).count())


def registration_in(network: Network, id_: str) -> Registration:
    """Find a sign-up of this network that was sent in."""
    sent = (Registration.network == network.id) & Registration.state.in_(["waiting", "accepted", "set_aside"])
    found: Registration | None = Registration.get_or_none((Registration.id == id_) & sent)
    if found is None:
        raise NotFound
    return found


# --- before it is accepted -----------------------------------------------------------------------------------


def addresses(answers: Answers) -> list[str]:
    """Give every e-mail address of a sign-up, the contact's first."""
    found = [answers.get("kontakt_epost")]
    for team in rows_in(answers, "team"):
        found += [member.get("epost") for member in rows_in(team, "medlemmer")]
    return list(dict.fromkeys(each for each in found if isinstance(each, str)))


def mend_written(db: Database, registration: Registration, wrong: str, right: str) -> None:
    """Put another address where one was mistyped, everywhere in a sign-up that waits."""
    right = email(right)
    answers: Answers = registration.answers or {}
    if wrong not in addresses(answers):
        raise Invalid(questions={"wrong": "Velg ett av svarene i listen."})
    for team in rows_in(answers, "team"):
        mine = [str(member.get("epost", "")).casefold() for member in rows_in(team, "medlemmer")]
        if wrong.casefold() in mine and right in mine:
            raise Invalid(questions={"email": "Denne adressen er i teamet fra før."})
    with writing(db):
        mended = Registration.update(answers=_with_address(answers, wrong, right))
        mended.where((Registration.id == registration.id) & (Registration.state == "waiting")).execute()


def _with_address(answers: Answers, wrong: str, right: str) -> Answers:
    def mended(sheet: Answers, code: str) -> Answers:
        return {**sheet, code: right} if sheet.get(code) == wrong else sheet

    teams = [
        {**team, "medlemmer": [mended(member, "epost") for member in rows_in(team, "medlemmer")]}
        for team in rows_in(answers, "team")
    ]
    return {**mended(answers, "kontakt_epost"), "team": teams}


def rows_in(sheet: Answers, code: str) -> list[Answers]:
    """Give the rows of a repeating part."""
    rows = sheet.get(code)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def set_aside(db: Database, registration: Registration, by: Person) -> None:
    """Set a sign-up aside; the municipality is told by a person, not by us."""
    with writing(db):
        waiting = (Registration.id == registration.id) & (Registration.state == "waiting")
        Registration.update(state="set_aside", decided_by=by.id, decided=now()).where(waiting).execute()


def take_up_again(db: Database, registration: Registration) -> None:
    """Let a sign-up that was set aside wait again."""
    with writing(db):
        aside = (Registration.id == registration.id) & (Registration.state == "set_aside")
        Registration.update(state="waiting", decided_by=None, decided=None).where(aside).execute()


def forget_old(db: Database, moment: datetime) -> int:
    """Forget drafts that nobody went on with, and what was set aside, after three months; tells how many."""
    with writing(db):
        old = Registration.state.in_(["draft", "set_aside"]) & (Registration.received < moment - KEPT_ASIDE)
        forgotten: int = Registration.delete().where(old).execute()
    return forgotten
