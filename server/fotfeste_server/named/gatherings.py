"""Gatherings, and how far the teams have come with their reports before each."""

import re
from datetime import date

from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .models import Gathering, Network
from .networks import open_reports
from .people import one_line
from .settings import deadlines

WEB = re.compile(r"https://[^\s/@\\<>\"']+\.[^\s<>\"']+")


def plan_gathering(
    db: Database,
    network: Network,
    *,
    starts: date,
    ends: date | None = None,
    theme: str = "",
    place: str = "",
    digital: bool = False,
    reports_due: date | None = None,
    number: int | None = None,
    link: str = "",
    sign_up_by: date | None = None,
) -> Gathering:
    """Plan a gathering and open the teams' reports before it; deadlines follow from the network's settings."""
    due, by = deadlines(network, starts)
    due, by = reports_due or due, sign_up_by or by
    ends = ends or starts
    in_order(starts, ends, due, by)
    with writing(db):
        last = Gathering.select().where(Gathering.network == network.id).order_by(Gathering.number.desc()).first()
        number = number or (last.number + 1 if last else 1)
        new = insert_once(
            Gathering, Gathering.network, Gathering.number,
            id=new_id(), network=network.id, number=number, theme=one_line(theme, 200), starts=starts,
            ends=ends, place=one_line(place, 200), digital=digital, reports_due=due, sign_up_by=by,
            link=web_address(link),
        )  # fmt: skip
        if not new:
            raise Conflicting("Nettverket har en samling med dette nummeret allerede.")
        open_reports(network)
        return Gathering.get((Gathering.network == network.id) & (Gathering.number == number))


def in_order(starts: date, ends: date, due: date, sign_up_by: date) -> None:
    """Refuse days that cannot follow each other."""
    faults = {}
    if ends < starts:
        faults["ends"] = "Sluttdatoen kan ikke være før startdatoen."
    if due > starts:
        faults["reports_due"] = "Fristen må være før samlingen."
    if sign_up_by > starts:
        faults["sign_up_by"] = "Fristen må være før samlingen."
    if faults:
        raise Invalid(questions=faults)


def web_address(typed: str, field: str = "link") -> str:
    """Read the address of a digital meeting; it becomes a link, so it must be one that a browser opens."""
    address = one_line(typed, 500)
    if address and not WEB.fullmatch(address):
        raise Invalid(questions={field: "Skriv en nettadresse som begynner med https://."})
    return address
