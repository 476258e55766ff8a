"""Filling in a named questionnaire on a page: draw it, read it, judge it, and hand it to its intake.

The same on the server's pages and in the desktop window; only the intake differs. It works without JavaScript:
rows are added and removed by buttons that come back with everything as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Response, make_response, render_template, request
from werkzeug.wrappers import Response as Reply

from ..forms import FormDefinition, has_row_id
from ..intake import Filled, Intake, Receipt
from ..judging import Complaint, Context, Judgement, judge
from ..kinds import Answers, Rows
from ..revisions import is_id, new_id
from .drawing import Page, with_blank_rows
from .pages import current_language
from .reading import read_answers


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form opened for one person.

    `answers` is what the page begins with (a draft, or what was carried forward), `before` what was handed in
    last time, to stand beside; `labels` the names of things that a reference may be, as `{code: [(id, name)]}`;
    `draft_at` the address that autosaves, if this page keeps drafts, and `draft` the state that it goes on from where
    several people write; `hands_in` is false for those who write but do not hand in. `lead` says what this is about;
    `above` names a template that stands before the form;
    `around` what the frame of the page shows besides.
    Only a page that `keeps_private`, in the desktop window, asks the questions whose answers never leave it.
    """

    form: FormDefinition
    context: Context
    answers: Answers = field(default_factory=dict)
    before: Answers = field(default_factory=dict)
    labels: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    lead: str = ""
    back: str = "/"
    draft_at: str | None = None
    draft: str | None = None
    hands_in: bool = True
    above: str | None = None
    keeps_private: bool = False
    submit: str | None = None
    around: Mapping[str, object] = field(default_factory=dict)


Thanks = Callable[[Receipt], Reply]


def fill_in(sheet: Sheet, intake: Intake, thanks: Thanks) -> Reply:
    """Serve both halves of a questionnaire's page: the blank one, and the one handed in."""
    if request.method != "POST":
        return draw(sheet, sheet.answers, new_id())
    sent = request.form.get("id", "")
    fresh = sent if is_id(sent) else new_id()
    if "add" in request.form or "remove" in request.form:
        answers = read_answers(sheet.form, request.form, blank_rows=True)
        changed = _with_row(sheet.form, answers, request.form.get("add"))
        changed = _without_row(changed, request.form.get("remove"))
        return draw(sheet, changed, fresh)
    answers = read_answers(sheet.form, request.form)
    judgement = judge(sheet.form, answers, sheet.context)
    if not judgement.good:
        return draw(sheet, answers, fresh, judgement)
    return thanks(intake.receive(Filled(sheet.form.code, sheet.form.version, judgement.answers, fresh)))


def draw(sheet: Sheet, answers: Answers, fresh: str, judgement: Judgement | None = None) -> Response:
    """Draw a questionnaire with its answers and, if it was judged, what must be mended (status 422)."""
    language = current_language()
    complaints = judgement.sentences(language) if judgement else {}
    advice: tuple[Complaint, ...] = judgement.advice if judgement else ()
    page = Page(
        sheet.form,
        language,
        sheet.context,
        with_blank_rows(sheet.form, answers),
        complaints,
        sheet.before,
        sheet.labels,
        sheet.keeps_private,
    )
    told = [each.sentence(language) for each in advice]
    html = render_template("questionnaire.html", sheet=sheet, page=page, advice=told, fresh=fresh, **sheet.around)
    return make_response(html, 422 if complaints else 200)


def left_to_answer(sheet: Sheet, answers: Answers) -> list[tuple[str, str]]:
    """Name what a person must still fill in, as (field, question), in the order of the page."""
    page = Page(sheet.form, current_language(), sheet.context, answers)
    missing = [each.path for each in judge(sheet.form, answers, sheet.context).complaints]
    codes = {path: ".".join(part for part in path.split("/") if not part.isdigit()) for path in missing}
    return [(page.field(path), page.say(sheet.form.question(code).text)) for path, code in codes.items()]


def _with_row(form: FormDefinition, answers: Answers, path: str | None) -> Answers:
    """Add an empty row to the repeating part at a dotted path, such as `team.0.medlemmer`."""
    if not path:
        return answers
    *above, code = path.split(".")
    sheet = _row_at(answers, above)
    asked_at = ".".join(part for part in path.split(".") if not part.isdigit())
    try:
        question = form.question(asked_at)
    except KeyError:
        return answers
    if sheet is None or not isinstance(question, Rows):
        return answers
    rows = sheet.setdefault(code, [])
    if isinstance(rows, list) and len(rows) < question.most:
        rows.append({"id": new_id()} if has_row_id(question) else {})
    return answers


def _without_row(answers: Answers, path: str | None) -> Answers:
    """Take away the row at a dotted path, such as `delmal.2`."""
    *above, code, place = (path or "").split(".") if path and path.count(".") else ["", ""]
    sheet = _row_at(answers, above)
    rows = sheet.get(code) if sheet is not None else None
    if isinstance(rows, list) and place.isdigit() and int(place) < len(rows):
        del rows[int(place)]
    return answers


def _row_at(answers: Answers, path: list[str]) -> Answers | None:
    """Find the answer sheet that a path of codes and row numbers leads to."""
    here: object = answers
    for code, place in zip(path[::2], path[1::2], strict=False):
        rows = here.get(code) if isinstance(here, dict) else None
        if not isinstance(rows, list) or not place.isdigit() or int(place) >= len(rows):
            return None
        here = rows[int(place)]
    return here if isinstance(here, dict) else None
