"""What advisors note after reading a report, and what municipalities count each January."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fotfeste_shared.kinds import Answers

from .people import Crew, Home
from .words import Voice

LEFT_BEFORE, LEFT_AFTER = 0.24, 0.15  # of those who started the year before, without and with a mentor scheme
UNITS_IN_ALL = 3  # a municipality hires about so many times what its units in the network do
FORMS = ("video", "telefon", "epost", "bare_lest", "mote")
FORMS_WEIGHTS = (30, 25, 15, 25, 5)
MINUTES = {
    "video": (30, 45, 60), "telefon": (10, 15, 20), "epost": (10, 15), "bare_lest": (10, 15, 20), "mote": (60, 90),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """An advisor's note: the answers, the report's record aside, and the day it was written."""

    day: date
    answers: Answers


def note(crew: Crew, step: int, day: date, voice: Voice) -> Note:
    """Write what an advisor answers a team whose report they have read."""
    chance = voice.chance
    colour = "gronn" if crew.pace > 0.55 else "gul" if crew.pace > 0.15 else "rod"
    form = chance.choices(FORMS, FORMS_WEIGHTS)[0]
    answers: Answers = {
        "dato": day.isoformat(),
        "form": form,
        "minutter": chance.choice(MINUTES[form]),
        "trinn": max(5, min(50, step + chance.choice((-5, 0, 0, 0, 5)))),
        "tilbakemelding": voice.say(f"tilbakemelding.{colour}"),
        "oppfolging": colour,
    }
    if chance.random() < 0.5:
        answers["internt"] = voice.say(f"internt.{colour}")
    if form != "bare_lest":
        answers["avtalt"] = voice.say("avtalt")
        answers["neste_dato"] = (day + timedelta(days=chance.randint(10, 40))).isoformat()
    return Note(day, answers)


def yearly(home: Home, began: int, chance: Random) -> Iterator[Answers]:
    """Count three years in a municipality: two before the network began, and its first, with mentors."""
    hired = _hired(home, chance)
    for year in (began - 2, began - 1, began):
        answers = _one_year(home, year, hired, with_scheme=year == began, chance=chance)
        hired = _hired(home, chance)
        answers |= {"nye": hired, "nye_nyutdannet": _some(hired, 0.45, chance)}
        yield answers


def _hired(home: Home, chance: Random) -> int:
    return home.hires * UNITS_IN_ALL + chance.randint(0, 3)


def _one_year(home: Home, year: int, before: int, *, with_scheme: bool, chance: Random) -> Answers:
    """Count everything but the year's own hires; `before` is how many were hired the year before."""
    staff = home.hires * 26 + chance.randint(5, 20)
    advertised = round(home.hires * UNITS_IN_ALL * 1.3)
    named = round(advertised * (0.55 + chance.random() * 0.3)) if with_scheme else round(advertised * 0.05)
    with_mentor = round(named * 2.6)
    gone = _some(before, LEFT_AFTER if with_scheme else LEFT_BEFORE, chance)
    answers: Answers = {
        "ar": year,
        "omfang": "hele",
        "ansatte": staff,
        "arsverk": round(staff * 8.1),
        "ledige": round(staff * (0.6 if with_scheme else 0.9)),
        "utlysninger": advertised,
        "utlysninger_mentor": named,
        "sokere": with_mentor + round((advertised - named) * 1.7),
        "ikke_besatt": round(advertised * (0.14 if with_scheme else 0.22)),
        "sluttet_12": gone,
        "sluttet_prove": _some(gone, 0.4, chance),
        "sluttet_alle": _some(staff, 0.1 if with_scheme else 0.12, chance),
        "sluttsamtale": chance.choice(("ja", "noen", "noen", "nei")),
        "opplaring": ["sjekkliste", "vakter", "mentor" if with_scheme else "fadder", "elaring"],
        "opplaringsvakter": chance.choice((3, 4, 5, 6, 8)),
        "vikarbyra": staff * chance.randint(6, 14),
    }
    if named:
        answers["sokere_mentor"] = with_mentor
    return answers


def _some(whole: int, share: float, chance: Random) -> int:
    """Draw how many of them it was: each by themselves, so that small places vary most."""
    return sum(chance.random() < share for _ in range(whole))
