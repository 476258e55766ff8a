"""A house with an open window of the survey for new employees, links to answer by, and answers to give."""

import random
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from fotfeste_server.anonymous.envelope import PADDED_TO
from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys, close_to
from fotfeste_server.anonymous.models import Inbox, Invitation, Window
from fotfeste_server.app import open_house
from fotfeste_server.config import Config
from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, close_database, writing
from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers, Number, OneOf, Question, Scaled, SomeOf, Text
from fotfeste_shared.revisions import anonymous_receipt
from fotfeste_shared.web.reading import read_answers

FORM, WAVE, PLACE = "nyansatt", "m12", "5025"
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Links:
    """Where a bench may answer: unused links, and the house they belong to."""

    data: Path
    tokens: list[str]


def open_survey(data: Path, links: int, stored: int = 0) -> Links:
    """Make a house with an open window, so many unused links, and so many answers that lie there already."""
    config = Config(data=data)
    db = open_house(config)
    try:
        keys, day = Keys(config.keys), today()
        window = open_window(
            db, keys, "bench", "2026Q4", opens=day - timedelta(days=30), closes=day + timedelta(days=30)
        )
        _store(db, window, stored)
        return Links(data, invite(db, keys, window, shipped()[FORM], wave=WAVE, place=PLACE, count=links))
    finally:
        close_database(db)


def _store(db: Database, window: str, count: int) -> None:
    """Lay answers in the inbox as the envelope would have, many at a time, each with the invitation it used."""
    public_key = bytes(Window.get_by_id(window).public_key)
    day, form = today(), shipped()[FORM]
    box = close_to(public_key, b" " * PADDED_TO * 2)
    shared = {"window": window, "place": PLACE, "wave": WAVE, "form": FORM, "version": form.version}
    days = {"opens": day, "closes": day, "network": "bench", "link": box[:70]}
    for start in range(0, count, AT_ONCE):
        here = range(min(AT_ONCE, count - start))
        with writing(db):
            Invitation.insert_many([{"id": secrets.token_hex(32), **shared, **days} for _ in here]).execute()
            one = {"receipt_hash": secrets.token_hex(32), "box": box, **shared}
            Inbox.insert_many([{"id": secrets.token_hex(32), **one} for _ in here]).execute()


def kept(data: Path) -> int:
    """Count the answers in a house's inbox."""
    db = open_house(Config(data=data))
    try:
        return int(Inbox.select().count())
    finally:
        close_database(db)


def answers(count: int) -> list[bytes]:
    """Fill in the survey this many times as a phone posts it: every question of the wave, a receipt of its own."""
    chance = random.Random(7)
    return [urlencode([*_filled(WAVE, chance), ("receipt", anonymous_receipt())]).encode() for _ in range(count)]


def filled(count: int, wave: str) -> list[Answers]:
    """Fill in the survey this many times, as the judge passes it on."""
    chance, form = random.Random(7), shipped()[FORM]
    given = [read_answers(form, MultiDict(_filled(wave, chance))) for _ in range(count)]
    return [judge(form, each, Context(today(), wave=wave)).answers for each in given]


def _filled(wave: str, chance: random.Random) -> list[tuple[str, str]]:
    asked = [each for each in shipped()[FORM].questions() if not each.waves or wave in each.waves]
    return [(f"a.{question.code}", _answer(question, chance)) for question in asked]


def _answer(question: Question, chance: random.Random) -> str:
    match question:
        case Scaled():
            return str(chance.choice(question.scale.points).value)
        case OneOf() | SomeOf():
            return "ja" if question.code == "m_har" else chance.choice(question.choices).code
        case Number():
            return str(chance.randint(0, 8))
        case Text():
            return "Det var godt å ha noen å spørre de første ukene, og å få tid til det."
        case _:
            raise TypeError(question.code)
