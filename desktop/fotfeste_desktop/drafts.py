"""What may be done with a draft: kept while one types, thrown away and picked up, brought back as it was before."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Answers, Reference
from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.pages import translated as _
from fotfeste_shared.web.reading import read_answers

from .desk import Desk
from .earlier import Version, bring_back, versions
from .models import Draft
from .overview import Overview
from .telling import told

Page = Reply | str | tuple[str, int]
Difference = tuple[str, str, str]  # the question, what was said then, and what is said now


def add_drafts(blueprint: Blueprint, desk: Desk, overview: Callable[[], Overview]) -> None:
    """Add the pages and acts of drafts to those of records."""

    @blueprint.post("/drafts/<record>")
    def autosave(record: str) -> Page:
        draft = desk.outbox().draft(record)
        form = form_of(overview(), str(draft.form), draft.version)
        desk.outbox().save_draft(record, read_answers(form, request.form))
        return "", 204

    @blueprint.post("/undo")
    def undo() -> Page:
        if desk.just_dropped:
            draft: Draft | None = desk.outbox().pick_up(desk.just_dropped.draft)
        else:
            draft = desk.outbox().take_back(desk.just_saved) if desk.just_saved else None
        desk.just_saved = desk.just_dropped = None
        if draft is None:
            flash(_("Det er for sent å angre. Åpne skjemaet, og velg «Endre»."), "warning")
            return redirect("/", 303)
        flash(_("Angret. Skjemaet er en kladd igjen."), "info")
        return redirect(f"/records/{draft.record}", 303)

    @blueprint.post("/drafts/<record>/drop")
    def drop(record: str) -> Page:
        desk.drop(desk.outbox().drop_draft(record))
        flash(_("Kladden er kastet."), "info")
        return redirect("/", 303)

    @blueprint.route("/drafts/<record>/earlier", methods=["GET", "POST"])
    def earlier(record: str) -> Page:
        draft = desk.outbox().draft(record)
        if request.method == "POST":
            bring_back(desk.db, record, _moment(request.form.get("until", "")))
            flash(_("Kladden er slik den var. Det som sto her nå, ligger blant de tidligere utgavene."), "success")
            return redirect(f"/records/{record}", 303)
        return _earlier_page(overview(), draft, versions(desk.db, record))


def form_of(overview: Overview, code: str, version: int | None = None) -> FormDefinition:
    """Find a form; the version in use, or a certain one."""
    form = overview.form(code, version)
    if form is None:
        raise NotFound
    return form


def names_of(overview: Overview, to: str, only: str | None) -> list[tuple[str, str]]:
    """What a reference may be: what was chosen already, or everything of its kind in the roster."""
    match to:
        case "pairing":
            return [(pair.line.id, pair.name) for pair in overview.pairs() if only in (None, pair.line.id)]
        case "team" if overview.roster:
            teams = [team for team in overview.roster.teams if team.id == only]
            return [(team.id, team.name) for team in teams or overview.registers()]
        case "mentor" if overview.roster:
            return [(each.id, each.name) for each in overview.roster.mentors]
        case "report" if only:
            return overview.reports(only)
        case _:
            return []


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as fault:
        raise NotFound from fault
    if moment.tzinfo is None:
        raise NotFound
    return moment


def _earlier_page(overview: Overview, draft: Draft, known: list[Version]) -> Page:
    """Show what a draft said before, each with what is different now."""
    form = form_of(overview, str(draft.form), draft.version)
    names = {
        id_: name
        for question in form.questions()
        if isinstance(question, Reference)
        for id_, name in names_of(overview, question.to, draft.about[1] if draft.about else None)
    }
    told_now = _said(form, dict(draft.answers), names)
    found: list[tuple[Version, list[Difference]]] = []
    for version in known:
        differing = _differences(_said(form, version.answers, names), told_now)
        if differing and (not found or found[-1][1] != differing):
            found.append((version, differing))
    return render_template("earlier.html", draft=draft, form=form, found=found, overview=overview)


def _said(form: FormDefinition, answers: Answers, names: dict[str, str]) -> dict[str, str]:
    """Say every answer by the text of its question; what is half typed is said as it stands."""
    language, said = current_language(), {}
    for question in form.questions():
        answer = answers.get(question.code)
        try:
            words = told(question, answer, names=names, language=language, whole=answers)
        except ValueError:  # a day, half typed
            words = str(answer)
        said[question.text.in_(language)] = words
    return said


def _differences(then: dict[str, str], now_: dict[str, str]) -> list[Difference]:
    return [(text, then[text], now_[text]) for text in then if then[text] != now_[text]]
