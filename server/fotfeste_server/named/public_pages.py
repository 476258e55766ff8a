"""A network's public page: its address, what stands on it, and the information meeting that it asks people to."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fotfeste_shared.answering import add_months
from fotfeste_shared.clock import CIVIL, now, today
from fotfeste_shared.database import Database, Writer, insert_once, writing
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.problems import Closed, Conflicting, Invalid, NotFound
from fotfeste_shared.revisions import CROCKFORD
from fotfeste_shared.wording import Language

from .gatherings import web_address
from .models import Network
from .people import email, one_line
from .registration_models import LATE, Meeting, PublicPage, SignUp
from .secret import grouped, short_code

SIGN_UP = "pamelding_infomote"
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")
LETTERS = 16
KEPT_MONTHS = 3
LONGEST_WORDS = 2_000


# --- the page ------------------------------------------------------------------------------------------------


def page_of(network: Network) -> PublicPage | None:
    """Give a network's public page, None when there is none."""
    found: PublicPage | None = PublicPage.get_or_none(PublicPage.network == network.id)
    return found


def find_page(code: str) -> PublicPage:
    """Find the page behind an address; one that is not shown is not there."""
    found = PublicPage.get_or_none(PublicPage.code == code.upper()) if len(code) <= 64 else None
    if found is None or not found.shown:
        raise NotFound
    return found


def publish_page(
    db: Database, network: Network, words: str, *, shown: bool, taking_in: bool, register_by: date | None
) -> PublicPage:
    """Say what stands on the page, and whether municipalities may sign up there; the address is made once."""
    if len(words) > LONGEST_WORDS:
        raise Invalid(questions={"words": "Dette er for langt."})
    told = {"words": words.strip(), "shown": shown, "taking_in": taking_in, "register_by": register_by}
    with writing(db):
        insert_once(PublicPage, PublicPage.network, network=network.id, code=_new_address(), **told)
        PublicPage.update(**told).where(PublicPage.network == network.id).execute()
        return PublicPage.get(PublicPage.network == network.id)


def change_address(db: Database, network: Network) -> None:
    """Give the page another address; the old one leads nowhere from now on."""
    with writing(db):
        PublicPage.update(code=_new_address()).where(PublicPage.network == network.id).execute()


def _new_address() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(LETTERS))


# --- the information meeting ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """An information meeting as somebody has typed it."""

    day: date
    begins: str
    ends: str
    place: str = ""
    link: str = ""
    sign_up_by: date | None = None
    late: str = "waiting"


def meeting_of(network: Network) -> Meeting | None:
    """Give a network's information meeting, None when none is planned."""
    found: Meeting | None = Meeting.get_or_none(Meeting.network == network.id)
    return found


def plan_meeting(db: Database, network: Network, plan: Plan) -> None:
    """Plan the information meeting, or change it."""
    begins, ends = _clock(plan.begins, "begins"), _clock(plan.ends, "ends")
    if ends <= begins:
        raise Invalid(questions={"ends": "Møtet må slutte etter at det begynner."})
    if plan.sign_up_by and plan.sign_up_by > plan.day:
        raise Invalid(questions={"sign_up_by": "Fristen kan ikke være etter møtet."})
    if plan.late not in LATE:
        raise Invalid(questions={"late": "Velg ett av svarene i listen."})
    told = {
        "day": plan.day, "begins": begins, "ends": ends, "place": one_line(plan.place, 200),
        "link": web_address(plan.link), "sign_up_by": plan.sign_up_by, "late": plan.late,
    }  # fmt: skip
    with writing(db):
        if not insert_once(Meeting, Meeting.network, network=network.id, **told):
            changed = Meeting.update(changes=Meeting.changes + 1, **told)
            changed.where(Meeting.network == network.id).execute()


def drop_meeting(db: Database, network: Network) -> None:
    """Hold no information meeting after all; with signed-up people it must be told to them first."""
    with writing(db):
        if SignUp.select().where(SignUp.network == network.id).exists():
            raise Conflicting("Noen har meldt seg på. Si fra til dem, og slett påmeldingene først.")
        Meeting.delete().where(Meeting.network == network.id).execute()


def _clock(typed: str, field: str) -> str:
    found = CLOCK.fullmatch(one_line(typed))
    if found is None:
        raise Invalid(questions={field: "Skriv et klokkeslett, for eksempel 12.30."})
    return f"{int(found[1]):02}:{found[2]}"


def hours(meeting: Meeting) -> tuple[datetime, datetime]:
    """Give the meeting's two moments, by the clock on the wall in Norway."""
    first, last = time.fromisoformat(meeting.begins), time.fromisoformat(meeting.ends)
    return datetime.combine(meeting.day, first, CIVIL), datetime.combine(meeting.day, last, CIVIL)


def is_late(meeting: Meeting) -> bool:
    """Tell whether the last day for signing up has passed."""
    return meeting.sign_up_by is not None and today() > meeting.sign_up_by


def takes_sign_ups(meeting: Meeting) -> bool:
    """Tell whether one may still sign up, for a place or for the waiting list."""
    return now() < hours(meeting)[1] and (not is_late(meeting) or meeting.late != "closed")


# --- those who come ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SigningUp:
    """Takes sign-ups for the information meeting in from the public page."""

    db: Database
    writer: Writer
    network: Network
    language: Language

    def receive(self, filled: Filled) -> Receipt:
        """Keep the sign-up; one from the same address before it is replaced."""
        return self.writer.do(lambda: self._receive(filled))

    def _receive(self, filled: Filled) -> Receipt:
        code = grouped(short_code("sign up", filled.id))
        if SignUp.select().where((SignUp.id == filled.id) & (SignUp.network == self.network.id)).exists():
            return Receipt("known", code)
        meeting = meeting_of(self.network)
        if meeting is None or not takes_sign_ups(meeting):
            raise Closed("Påmeldingen er stengt. Ta kontakt med arrangøren.")
        address = email(str(filled.answers.get("epost", "")), "epost")
        mine = (SignUp.network == self.network.id) & (SignUp.email == address)
        before = SignUp.get_or_none(mine)
        waiting = is_late(meeting) and meeting.late == "waiting" and (before is None or before.waiting)
        SignUp.delete().where(mine).execute()
        SignUp.create(
            id=filled.id, network=self.network.id, email=address, language=self.language, answers=filled.answers,
            at=now(), waiting=waiting,
        )  # fmt: skip
        return Receipt("kept", code)


def sign_ups(network: Network) -> list[SignUp]:
    """Give those who have signed up, in the order in which they did, the waiting list last."""
    return list(SignUp.select().where(SignUp.network == network.id).order_by(SignUp.waiting, SignUp.at, SignUp.id))


def sign_up_in(network: Network, id_: str) -> SignUp:
    """Find one sign-up of a network."""
    found: SignUp | None = SignUp.get_or_none((SignUp.id == id_) & (SignUp.network == network.id))
    if found is None:
        raise NotFound
    return found


def heads(rows: list[SignUp]) -> int:
    """Count how many people come: each says how many they are."""
    counts = [row.answers.get("antall") for row in rows if not row.waiting]
    return sum(count if isinstance(count, int) else 1 for count in counts)


def give_place(db: Database, row: SignUp) -> None:
    """Take somebody from the waiting list in."""
    with writing(db):
        SignUp.update(waiting=False).where(SignUp.id == row.id).execute()


def sign_off(db: Database, row: SignUp) -> None:
    """Forget somebody who does not come after all."""
    with writing(db):
        SignUp.delete().where(SignUp.id == row.id).execute()


def forget_sign_ups(db: Database, day: date) -> int:
    """Forget everybody who signed up, three months after the meeting; tells how many that were."""
    over = [each.network_id for each in Meeting.select() if add_months(each.day, KEPT_MONTHS) <= day]
    with writing(db):
        forgotten: int = SignUp.delete().where(SignUp.network.in_(over)).execute()
    return forgotten


def meetings_to_remind_of(day: date) -> list[Meeting]:
    """Give the meetings of tomorrow, and of today when nobody was there to remind yesterday."""
    return list(Meeting.select().where(Meeting.day.in_([day, day + timedelta(1)])).order_by(Meeting.network))
