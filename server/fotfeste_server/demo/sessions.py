"""What mentors noted about their talks: by the Trondheim plan, most of them held, some put off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fotfeste_shared.answering import add_months
from fotfeste_shared.kinds import YES, Answers

from .plan import Hire

HELD, PUT_OFF = 0.85, 0.11
LATEST_NEXT = 25  # days ahead; the next talk is agreed on by date when it is near
WHY_NOT = ("sykdom", "travelt", "turnus", "ferie", "glemt")
WHY_NOT_WEIGHTS = (30, 25, 30, 12, 3)
MINUTES = (15, 30, 45, 60, 90)
MINUTES_WEIGHTS = (10, 38, 30, 20, 2)
FORMS = ("rom", "tur", "vakt", "video", "telefon", "gruppe")
FORMS_WEIGHTS = (52, 12, 18, 4, 8, 6)
HOURS = ("ja", "klemt", "nei")
HOURS_WEIGHTS = (62, 30, 8)
EARLY_THEMES = ("oppgaver", "faglig", "legemidler", "sosialt", "rolle", "vakt", "prioritering")
LATE_THEMES = ("faglig", "prioritering", "samarbeid", "uenighet", "parorende", "etikk", "mestring", "utvikling")
METHODS = ("refleksjon", "ovde", "observasjon", "plan", "gjennomgang", "prat")
EARLY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Session:
    """One note about one talk, and the day on which it was written."""

    saved: date
    first: bool
    answers: Answers


def planned(started: date) -> list[date]:
    """The seventeen talks of the first year: weekly, then every other week, then monthly."""
    weeks = [started + timedelta(weeks=week) for week in (1, 2, 3, 4, 6, 8, 10, 12)]
    return weeks + [add_months(started, month) for month in range(4, 13)]


def sessions(hire: Hire, until: date, chance: Random) -> Iterator[Session]:
    """Tell of the talks of one pairing up to a day, each noted on the day itself or shortly after."""
    days = planned(hire.started)
    first = True
    for number, planned_day in enumerate(days):
        day = planned_day + timedelta(days=chance.choice((-1, 0, 0, 0, 0, 1, 2)))
        saved = day + timedelta(days=chance.choice((0, 0, 0, 0, 1, 1, 2, 4)))
        answers = _answers(day, hire, chance)
        following = days[number + 1] if number + 1 < len(days) else None
        if following and saved < following <= saved + timedelta(days=LATEST_NEXT):
            answers["neste"] = following.isoformat()
        if saved > until or not hire.is_here(day):
            return
        if first:
            answers["informert"] = YES
        yield Session(saved, first, answers)
        first = False


def _answers(day: date, hire: Hire, chance: Random) -> Answers:
    luck = chance.random()
    if luck >= HELD:
        status = "utsatt" if luck < HELD + PUT_OFF else "avlyst"
        return {"status": status, "dato": day.isoformat(), "arsak": chance.choices(WHY_NOT, WHY_NOT_WEIGHTS)}
    themes = EARLY_THEMES if day - hire.started < EARLY else LATE_THEMES
    return {
        "status": "ja",
        "dato": day.isoformat(),
        "minutter": chance.choices(MINUTES, MINUTES_WEIGHTS)[0],
        "form": chance.choices(FORMS, FORMS_WEIGHTS)[0],
        "arbeidstid": chance.choices(HOURS, HOURS_WEIGHTS)[0],
        "tema": chance.sample(themes, chance.randint(1, 4)),
        "metode": chance.sample(METHODS, chance.randint(1, 2)),
        "trenger_leder": "ja" if chance.random() < 0.06 else "nei",
    }
