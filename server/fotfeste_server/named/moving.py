"""A gathering that gets other days, another place or another number, or is called off after people were told of it."""

from dataclasses import dataclass
from datetime import date

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Conflicting, Invalid

from .access import SIGN_UP
from .gatherings import in_order, web_address
from .models import Gathering, Leaf, Network, Record, Revision
from .networks import STATUS_REPORT
from .people import one_line
from .settings import deadlines


@dataclass(frozen=True, slots=True)
class Days:
    """What a gathering is to become."""

    number: int
    theme: str
    starts: date
    ends: date
    place: str
    digital: bool
    link: str
    reports_due: date
    sign_up_by: date


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change means for others, told before it is made."""

    signed_up: int
    reported: int
    changed: tuple[str, ...]
    new_deadlines: tuple[str, ...]

    @property
    def matter(self) -> bool:
        """Tell whether somebody has planned their days by what is about to change."""
        return bool(self.changed) and bool(self.signed_up or self.reported)


def days_of(gathering: Gathering) -> Days:
    """Give a gathering as it stands."""
    by = gathering.sign_up_by or deadlines(gathering.network, gathering.starts)[1]
    return Days(
        gathering.number, gathering.theme, gathering.starts, gathering.ends, gathering.place, gathering.digital,
        gathering.link, gathering.reports_due, by,
    )  # fmt: skip


def follow_along(gathering: Gathering, wish: Days) -> Days:
    """Let deadlines that nobody touched keep their distance when the gathering gets another first day."""
    before = days_of(gathering)
    moved = wish.starts - before.starts
    due = wish.reports_due + moved if wish.reports_due == before.reports_due else wish.reports_due
    by = wish.sign_up_by + moved if wish.sign_up_by == before.sign_up_by else wish.sign_up_by
    return Days(
        wish.number, wish.theme, wish.starts, wish.ends, wish.place, wish.digital, wish.link, due, by
    )  # fmt: skip


def consequences(gathering: Gathering, wish: Days) -> Consequences:
    """Tell what a change would mean; nothing is changed by asking."""
    before = days_of(gathering)
    plain = ("starts", "ends", "place", "digital", "link")
    return Consequences(
        _filled(gathering, SIGN_UP), _filled(gathering, STATUS_REPORT),
        tuple(name for name in plain if getattr(before, name) != getattr(wish, name)),
        tuple(name for name in ("reports_due", "sign_up_by") if getattr(before, name) != getattr(wish, name)),
    )  # fmt: skip


def _filled(gathering: Gathering, form: str) -> int:
    """Count the records of a form for a gathering that somebody has handed in."""
    full = Leaf.select(Leaf.record).distinct()
    rows = Record.select().where((Record.gathering == gathering.id) & (Record.form == form) & Record.id.in_(full))
    return int(rows.count())


def change_gathering(db: Database, gathering: Gathering, wish: Days) -> None:
    """Give a gathering other days or another place; sign-ups and reports stay with it."""
    in_order(wish.starts, wish.ends, wish.reports_due, wish.sign_up_by)
    link = web_address(wish.link)
    if wish.number < 1:
        raise Invalid(questions={"number": "Skriv et tall fra 1 og oppover."})
    with writing(db):
        others = (Gathering.network == gathering.network_id) & (Gathering.id != gathering.id)
        if Gathering.select().where(others & (Gathering.number == wish.number)).exists():
            raise Invalid(questions={"number": "Nettverket har en samling med dette nummeret allerede."})
        moved = bool(consequences(gathering, wish).changed)
        Gathering.update(
            number=wish.number, theme=one_line(wish.theme, 200), starts=wish.starts, ends=wish.ends,
            place=one_line(wish.place, 200), digital=wish.digital, link=link, reports_due=wish.reports_due,
            sign_up_by=wish.sign_up_by, changes=Gathering.changes + int(moved),
        ).where(Gathering.id == gathering.id).execute()  # fmt: skip


def number_by_day(db: Database, network: Network) -> None:
    """Number the gatherings of a network in the order of their days."""
    with writing(db):
        mine = Gathering.select().where(Gathering.network == network.id)
        rows = list(mine.order_by(Gathering.starts, Gathering.number))
        for place, each in enumerate(rows):  # first out of the way: a number may stand once only
            Gathering.update(number=-1 - place).where(Gathering.id == each.id).execute()
        for place, each in enumerate(rows):
            Gathering.update(number=1 + place).where(Gathering.id == each.id).execute()


def cancel_gathering(db: Database, gathering: Gathering) -> None:
    """Call a gathering off; it stays in the list with what was written for it."""
    with writing(db):
        called_off = Gathering.update(cancelled_on=today(), changes=Gathering.changes + 1)
        called_off.where((Gathering.id == gathering.id) & Gathering.cancelled_on.is_null()).execute()


def hold_after_all(db: Database, gathering: Gathering) -> None:
    """Let a gathering that was called off take place."""
    with writing(db):
        held = Gathering.update(cancelled_on=None, changes=Gathering.changes + 1)
        held.where((Gathering.id == gathering.id) & Gathering.cancelled_on.is_null(False)).execute()


def strike_out(db: Database, gathering: Gathering) -> None:
    """Take away a gathering for which nothing was written yet; otherwise it can only be called off."""
    with writing(db):
        written = Record.id.in_(Revision.select(Revision.record))
        if Record.select().where((Record.gathering == gathering.id) & written).exists():
            raise Conflicting("Noen har alt skrevet noe til denne samlingen. Avlys den i stedet.")
        Record.delete().where(Record.gathering == gathering.id).execute()
        Gathering.delete().where(Gathering.id == gathering.id).execute()
