"""The page of a record that was handed in, and the step that an advisor gives before a report is shown."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.kinds import Answers, Question, Reference
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import is_id
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.pages import translated as _

from .desk import Desk
from .drafts import form_of, names_of
from .following import PROGRESS, changes, report_of, steps
from .overview import REPORT, Overview
from .own_steps import give_step
from .telling import told

Page = Reply | str | tuple[str, int]


def add_reading(blueprint: Blueprint, desk: Desk, overview: Callable[[], Overview]) -> None:
    """Add to the pages of records that on which an advisor says first."""

    @blueprint.post("/records/<record>/step")
    def say_step(record: str) -> Page:
        report = report_of(overview(), record)
        if report is None:
            raise NotFound
        offered, wish = steps(form_of(overview(), REPORT), current_language()), request.form.get("step", "")
        if report.step is None and wish not in map(str, offered):
            fault = _("Velg ett av svarene i listen.")
            return render_template("own_step.html", report=report, steps=offered, fault=fault), 422
        if report.step is None:
            give_step(desk.db, record, int(wish))
            desk.syncing.wake()
        return redirect(f"/records/{record}", 303)


def may_change(overview: Overview, record: str) -> bool:
    """Tell whether a record is the person's to change: a team's report is not its advisor's, who reads it."""
    opened = overview.roster.records if overview.roster else []
    return report_of(overview, record) is None or any(line.id == record for line in opened)


def read_page(overview: Overview, record: str) -> Page:
    """Show a record as it counts; a report that an advisor follows up waits for the advisor's own step."""
    entry = overview.entry(record) if is_id(record) else None
    if entry is None:
        raise NotFound
    form = form_of(overview, entry.content.form, entry.content.form_version)
    report, language = report_of(overview, record), current_language()
    if report and report.step is None:
        return render_template("own_step.html", report=report, steps=steps(form, language))
    names = {
        id_: name
        for question in form.questions()
        if isinstance(question, Reference)
        for id_, name in names_of(overview, question.to, entry.content.about.id)
    }
    sheets = [{**entry.content.answers, **overview.apart(record)}, *(other.answers for other in entry.others)]
    notes = overview.notes(record)

    def say(question: Question, answers: Answers) -> str:
        return told(question, answers.get(question.code), names=names, language=language, whole=answers)

    lines = [(each.text.in_(language), [say(each, sheet) for sheet in sheets]) for each in form.questions()]
    about = entry.content.about
    return render_template(
        "record.html",
        entry=entry,
        form=form,
        lines=[(text, answers) for text, answers in lines if any(answers)],
        versions=[entry.content, *entry.others],
        notes=[(q.text.in_(language), say(q, notes)) for q in form.questions() if q.code in notes],
        pair=overview.pair(about.id) if about.kind == "pairing" else None,
        may_change=may_change(overview, record),
        report=report,
        steps=steps(form, language) if report else {},
        said=entry.content.answers.get(PROGRESS),
        changes=changes(overview, report, form, language) if report else None,
    )
