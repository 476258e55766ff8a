"""What a report begins with when there was one before it: what goes on, under the ids it had."""

from ..forms import FormDefinition
from ..kinds import Answer, Answers, Rows

SINCE_LAST = ("nye_ansatte", "med_mentor", "sluttet")  # counted anew each time
CLOSED_GOALS = ("nadd", "endret")
CLOSED_MEASURES = ("innfort", "forkastet")


def carried(form: FormDefinition, last: Answers) -> Answers:
    """Bring along what goes on from the report before: open sub-goals and measures under their ids.

    What is to be told anew each time, such as numbers and news, begins empty.
    """
    goals = _rows(last, "delmal", CLOSED_GOALS)
    kept = {str(row.get("id")) for row in goals}
    measures = [row for row in _rows(last, "tiltak", CLOSED_MEASURES) if row.get("delmal_id") in kept]
    going_on: dict[str, Answer] = {"delmal": goals, "tiltak": measures}
    marked = {question.code: question for question in form.questions() if question.carried}
    return {
        code: going_on.get(code, last[code]) if isinstance(question, Rows) else last[code]
        for code, question in marked.items()
        if code in last and code != "neste"
    }


def unchanged(form: FormDefinition, last: Answers, news: str) -> Answers:
    """Begin a report of a time when little has happened: what was told last, with `news` for what is new.

    What is counted since the last report is left to be counted.
    """
    numbers = [{code: n for code, n in row.items() if code not in SINCE_LAST} for row in _rows(last, "tall", ())]
    goes_on = carried(form, last)
    once = {question.code for question in form.questions() if not isinstance(question, Rows)}
    told = {code: answer for code, answer in last.items() if code in once}  # an older form may have asked more
    return {**told, **goes_on, "kort": news, **({"tall": numbers} if numbers else {})}


def _rows(answers: Answers, code: str, closed: tuple[str, ...]) -> list[Answers]:
    rows = answers.get(code)
    return [row for row in rows if row.get("status") not in closed] if isinstance(rows, list) else []
