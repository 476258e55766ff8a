"""What a team reports before each gathering: sub-goals that follow it from report to report, and what it tried."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from fotfeste_shared.answering import add_months
from fotfeste_shared.kinds import YES, Answers
from fotfeste_shared.revisions import new_id

from .days import MONTHS_BETWEEN, Meeting
from .people import Crew
from .plan import Hire, Plan
from .words import Voice, goals, in_language

BEGUN_BEFORE = (1, 1, 2, 3, 4, 5, 6)  # the gatherings before which a team takes up a sub-goal
MONTHS_FOR_A_GOAL = 8
STEPS = (10, 15, 20, 27, 33, 37)  # framdrift of an average team before each gathering
LEAD = 9  # how far the fastest is ahead of the average, and the slowest behind
BARRIERS = ("tid", "turnus", "sykefravar", "forankring", "rekruttere_mentor", "mentorkompetanse", "fa_nyansatte",
            "okonomi", "utskifting", "omorganisering", "kjennskap", "maling")  # fmt: skip
EARLY_HELP = ("mal", "forankring", "midler", "mentor")
LATE_HELP = ("program", "mentor", "utdanning", "spredning", "mal")
AGES = {0: "ikke_startet", 1: "i_gang", 2: "delvis", 3: "nadd"}
WITH_LESSONS = ("vurderes", "innfort", "justert", "forkastet")


@dataclass
class Goal:
    """One sub-goal of a team: what it says, when it was begun and how well it goes."""

    id: str
    words: dict[str, Any]
    begun: int
    drive: float
    measures: list[str]

    def status(self, number: int) -> str:
        """Tell how far it is before a gathering."""
        age = number - self.begun + self.drive
        return AGES[max(0, min(3, int(age)))]

    def attainment(self, number: int) -> int | str:
        """Judge it against the plan, on the scale from -2 to 2; too early to say for a fresh one."""
        match self.status(number):
            case "i_gang":
                return "for_tidlig" if self.drive < 0.7 and number == self.begun else -2 if self.drive < 1.0 else -1
            case "delvis":
                return -1 if self.drive < 0.9 else 0
            case _:
                return 0 if self.drive < 0.9 else 2 if self.drive > 1.5 else 1


class Journey:
    """One team's way from gathering to gathering."""

    def __init__(self, plan: Plan, crew: Crew, chance: Random) -> None:
        self._plan = plan
        self._crew = crew
        self._chance = chance
        self._voice = Voice(chance, crew.home.language)
        chosen = chance.sample(goals(), len(BEGUN_BEFORE))
        self._goals = [
            Goal(new_id(), words, begun, _drive(crew, chance), [new_id() for _ in words["tiltak"]])
            for words, begun in zip(chosen, BEGUN_BEFORE, strict=True)
        ]

    def report(self, meeting: Meeting) -> Answers:
        """Write the report before one gathering."""
        number = meeting.number
        active = [goal for goal in self._goals if self._is_told(goal, number)]
        barriers = self._barriers()
        answers: Answers = {
            "framdrift": self.step(number),
            "kort": self._voice.say(f"kort.{_stage(self.step(number))}"),
            "delmal": [self._goal_row(goal, number) for goal in active],
            "tiltak": [row for goal in active for row in self._measure_rows(goal, number)],
            "tall": [self._numbers(meeting)],
            "hindringer": barriers,
            "neste": self._voice.say("neste"),
            "deltatt": [seat.code for seat in self._crew.seats if seat.contact or self._chance.random() < 0.8],
        }
        if "annet" in barriers:
            answers["hindring_annet"] = self._voice.say("hindring")
        if self._chance.random() < 0.55:
            answers["hjelp"] = self._chance.sample(EARLY_HELP if number < 4 else LATE_HELP, self._chance.randint(1, 2))
            answers["hjelp_tekst"] = self._voice.say("hjelp")
        if self._chance.random() < 0.18:
            answers["veileder_kontakt"] = YES
        return answers

    def step(self, number: int) -> int:
        """Tell how far the team has come, on the scale of half steps."""
        lead = (self._crew.pace - 0.5) * 2 * LEAD * min(1.0, number / 4)
        return max(5, min(50, 5 * round((STEPS[number - 1] + lead) / 5)))

    def _is_told(self, goal: Goal, number: int) -> bool:
        """A sub-goal is in the reports from its beginning up to the first that says it is reached."""
        begun = goal.begun <= number
        return begun and (number == goal.begun or goal.status(number - 1) != "nadd")

    def _goal_row(self, goal: Goal, number: int) -> Answers:
        language = self._crew.home.language
        begun = self._plan.days.meetings[goal.begun - 1].starts
        row: Answers = {
            "id": goal.id,
            "tekst": in_language(goal.words["tekst"], language),
            "maltall": in_language(goal.words["maltall"], language),
            "frist": add_months(begun, MONTHS_FOR_A_GOAL).isoformat(),
            "status": goal.status(number),
        }
        if row["status"] != "ikke_startet":
            row["oppnaelse"] = goal.attainment(number)
        if row["status"] in ("delvis", "nadd"):
            row["belegg"] = in_language(goal.words["belegg"], language)
        return row

    def _measure_rows(self, goal: Goal, number: int) -> list[Answers]:
        return [
            self._measure_row(goal, which, id_, number - goal.begun + goal.drive - which * 0.5)
            for which, id_ in enumerate(goal.measures)
        ]

    def _measure_row(self, goal: Goal, which: int, id_: str, age: float) -> Answers:
        words, language = goal.words["tiltak"][which], self._crew.home.language
        row: Answers = {
            "id": id_,
            "delmal_id": goal.id,
            "tekst": in_language(words["tekst"], language),
            "ansvar": words["ansvar"],
            "status": self._state(age),
        }
        if row["status"] in WITH_LESSONS:
            row["erfaring"] = in_language(words["erfaring"], language)
            if self._chance.random() < 0.6:
                row["kan_deles"] = YES
        return row

    def _state(self, age: float) -> str:
        if age < 0.8:
            return "planlagt"
        if age < 1.7:
            return "proves"
        if age < 2.4:
            return self._chance.choice(("vurderes", "justert"))
        return "innfort" if self._chance.random() < 0.9 else "forkastet"

    def _barriers(self) -> list[str]:
        if self._crew.pace > 0.85 and self._chance.random() < 0.5:
            return ["ingen"]
        weights = [9, 10, 8, 4, 4, 4, 5, 3, 4, 3, 5, 5]
        drawn = set(self._chance.choices(BARRIERS, weights, k=self._chance.randint(1, 3)))
        if self._chance.random() < 0.06:
            drawn.add("annet")
        return [code for code in (*BARRIERS, "annet") if code in drawn]

    def _numbers(self, meeting: Meeting) -> Answers:
        """Count the team's own new colleagues since the report before; the numbers agree with the pairings."""
        until = meeting.reports_due
        since = add_months(until, -MONTHS_BETWEEN)
        mine = self._plan.hires_of(self._crew)
        new = [hire for hire in mine if since < hire.started <= until]
        at_work = {hire.mentor.email for hire in mine if hire.mentor and _is_followed(hire, meeting)}
        trained = round(len(at_work) * min(1.0, 0.3 + 0.12 * meeting.number))
        return {
            "nye_ansatte": len(new),
            "med_mentor": sum(hire.mentor is not None for hire in new),
            "mentorer": len(at_work),
            "mentorer_opplart": min(trained, len(at_work)),
            "sluttet": sum(hire.left is not None and since < hire.left <= until for hire in mine),
        }


def _drive(crew: Crew, chance: Random) -> float:
    """Say how well a sub-goal goes: as fast as its team, give or take."""
    return 0.4 + crew.pace * 0.8 + chance.random() * 0.4


def _is_followed(hire: Hire, meeting: Meeting) -> bool:
    day = meeting.reports_due
    return hire.started <= day < hire.started + timedelta(days=365) and hire.is_here(day)


def _stage(step: int) -> str:
    return "tidlig" if step <= 15 else "midt" if step <= 27 else "sent"
