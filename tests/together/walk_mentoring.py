"""The mentor programme beside the gatherings: row 9 of the walk, and what the new hires answer."""

import re
from collections.abc import Iterable
from datetime import date

from together.walk_life import ADA, CATO, MIA, Life, opened, place, words

from fotfeste_server.anonymous.models import Inbox, Window
from fotfeste_server.named.models import Pairing

STARTED = date(2027, 2, 1)
HELD = (date(2027, 2, 8), date(2027, 2, 15))
AWAY = (date(2027, 2, 20), date(2027, 3, 7))
SURVEY = ("5501", "1507")


def recruits_and_pairs(life: Life) -> None:
    """A mentor is recruited and trained, and follows six who begin; the seventh, elsewhere, is too few to be told."""
    organizer = life.as_(ADA)
    organizer.done(f"{life.base}/mentors", name="Cato", email=CATO, finished="2027-01-29", capacity=9)
    for number in range(6):
        _pairs(life, "5501", f"Avdeling {number}", "Cato", CATO)
    _pairs(life, "1507", "Sykehjemmet", "Guri", "guri@kommune.no")
    life.look("mentors", ADA, f"{life.base}/mentors")


def _pairs(life: Life, number: str, unit: str, name: str, email: str) -> None:
    life.as_(ADA).done(
        f"{life.base}/pairings", n__participation=place(number).id, n__unit=unit, n__profession="sykepleier",
        n__started=STARTED, n__name=name, n__email=email, make="ja",
    )  # fmt: skip


def first_pairing() -> Pairing:
    return Pairing.select().order_by(Pairing.started, Pairing.unit).first()


def talks(life: Life) -> None:
    """The mentor notes talks and is away for a while; one new hire gets another mentor, one leaves."""
    for number, day in enumerate(HELD):
        pairing = first_pairing()
        informed = {"a.informert": "ja"} if number == 0 else {}
        life.hand_in(CATO, f"/pairings/{pairing.id}/session", **informed, **{
            "a.kobling": pairing.id, "a.status": "ja", "a.dato": day, "a.minutter": "45", "a.form": "rom",
            "a.arbeidstid": "ja", "a.tema": ["oppgaver"],
        })  # fmt: skip
    address = f"/pairings/{first_pairing().id}"
    life.look("plan", CATO, address)
    life.as_(CATO).done(address, r__first=AWAY[0], r__last=AWAY[1], r__why="holiday", rest="ja")
    life.look("plan with a holiday", CATO, address)
    life.look("talks to the organizer", ADA, address)
    changed, left = Pairing.get(Pairing.unit == "Avdeling 1"), Pairing.get(Pairing.unit == "Avdeling 2")
    organizer, day = life.as_(ADA), date(2027, 4, 12)
    another = {"m__name": "Nina", "m__email": "nina@kommune.no", "m__day": day}
    organizer.done(f"/pairings/{changed.id}", **another, another="ja")
    ended = {"e__pairing": left.id, "e__ended": "2027-04-10", "e__reason": "sluttet_stilling"}
    organizer.done(f"{life.base}/pairings", **ended, end="ja")
    life.look("pairings", ADA, f"{life.base}/pairings")
    _meet(life)
    life.look("coverage", ADA, f"{life.base}/coverage")


def _meet(life: Life) -> None:
    """New hires say «we met» by links of their own, apart from anything the mentor has noted."""
    page = life.as_(ADA).send(f"{life.base}/met", participation=place("5501").id, count="5").text
    phone = life.app.test_client()
    link = min(re.findall(r'href="\S*(/m/[\w-]+)"', page))
    life.keep("we met", [words(phone.post(link).text) for _ in range(2)])


def counts_the_year(life: Life, year: int) -> None:
    """The municipality hands in its yearly numbers: the first are its baseline, later ones tell who left."""
    numbers = {
        "ar": year - 1, "omfang": "hele", "ansatte": 80, "ledige": "4", "utlysninger": 12, "utlysninger_mentor": 6,
        "sokere": 20, "nye": 10, "sluttet_12": 13 - 2 * (year - 2025), "sluttsamtale": "ja", "opplaring": ["mentor"],
    }  # fmt: skip
    record = opened("startmaling", place("5501").id)
    life.hand_in(MIA, f"/records/{record.id}", **{f"a.{code}": value for code, value in numbers.items()})


def hires_answer(life: Life, quarter: str) -> None:
    """New hires of two municipalities answer by their links; nobody can read anything before the seal."""
    organizer = life.as_(ADA)
    organizer.done(f"{life.base}/windows", quarter=quarter)
    links = f"{life.base}/windows/{window(quarter).id}/links"
    phone = life.app.test_client()
    for number in SURVEY:
        page = organizer.send(links, survey="nyansatt.m3", place=place(number).id, count=6).text
        _answer(phone, sorted(set(re.findall(r'href="\S*(/s/[\w-]+)"', page))))
    life.keep("answers in envelopes", Inbox.select().count())


def _answer(phone: object, links: Iterable[str]) -> None:
    for link in links:
        assert 200 == phone.post(link, data={"a.t_faglig": "4", "a.b_bli": "5"}).status_code


def window(quarter: str) -> Window:
    return Window.get(Window.quarter == quarter)


def seals(life: Life, quarter: str) -> None:
    life.as_(ADA).done(f"{life.base}/windows/{window(quarter).id}/seal")
    life.keep("answers after the seal", Inbox.select().count())
