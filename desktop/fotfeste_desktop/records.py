"""The pages of one record: fill it in with autosave, hand it in, read it again, change it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.goals import rows_for_final_report
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.judging import Context
from fotfeste_shared.kinds import Reference
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import About, new_id
from fotfeste_shared.web.carrying import carried, unchanged
from fotfeste_shared.web.filling import Sheet, draw, fill_in, left_to_answer
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.pages import translated as _
from fotfeste_shared.web.reading import read_answers

from .desk import Desk
from .drafts import add_drafts, form_of, names_of
from .earlier import put_in_place, versions
from .following import note_about, report_of
from .models import Draft
from .overview import PAIRING, REPORT, SESSION, Overview
from .reading import add_reading, may_change, read_page

Page = Reply | str | tuple[str, int]
FINAL_REPORT = "sluttrapport_team"
NOTE = "veiledernotat"
REGRET = timedelta(seconds=10)  # so long may a person take back what was just saved


class Door:
    """The Outbox as the one sheet's intake: it knows the version of the form that the draft was begun on."""

    def __init__(self, desk: Desk, form: FormDefinition) -> None:
        self._desk = desk
        self._form = form

    def receive(self, filled: Filled) -> Receipt:
        """Keep it, and let syncing take it when the person has had a moment to regret it."""
        receipt = self._desk.outbox().receive(filled, self._form, hold=REGRET)
        self._desk.just_saved, self._desk.just_dropped = filled, None
        self._desk.syncing.wake_in(REGRET.total_seconds() + 0.5)
        return receipt


def records(desk: Desk) -> Blueprint:
    """The pages of one desk's records."""
    blueprint = Blueprint("records", __name__)

    def overview() -> Overview:
        return Overview(desk.db, today(), current_language())

    @blueprint.route("/records/<record>", methods=["GET", "POST"])
    def one_record(record: str) -> Page:
        try:
            draft = desk.outbox().draft(record)
        except NotFound:
            if request.method == "POST":  # the same sheet again, from a window that was left open
                return redirect(f"/records/{record}", 303)
            return read_page(overview(), record)
        return _fill_page(desk, overview(), draft)

    @blueprint.post("/records/<record>/edit")
    def edit(record: str) -> Page:
        entry = overview().entry(record)
        line = next((each for each in overview().open_records() if each.id == record), None)
        if entry and may_change(overview(), record):
            form = form_of(overview(), entry.content.form)
            versions = {content.rev: content for content in (entry.content, *entry.others)}
            chosen = versions.get(request.form.get("from", ""), entry.content)
            answers = {**chosen.answers, **overview().apart(record), **overview().notes(record)}
            desk.outbox().open(form, record, entry.content.about, answers)
        elif line:
            about = About(line.about_kind, line.about_id)
            form = form_of(overview(), line.form)
            desk.outbox().open(form, record, about, carried(form, overview().last_before(record, form.code, about)))
        else:
            raise NotFound
        return redirect(f"/records/{record}", 303)

    @blueprint.post("/records/<record>/withdraw")
    def withdraw(record: str) -> Page:
        if not may_change(overview(), record):
            raise NotFound
        desk.outbox().withdraw(record)
        desk.syncing.wake()
        flash(_("Det er trukket tilbake. Du kan levere på nytt."), "success")
        return redirect(f"/records/{record}", 303)

    _add_sessions(blueprint, desk, overview)
    _add_last_time(blueprint, desk, overview)
    add_reading(blueprint, desk, overview)
    add_drafts(blueprint, desk, overview)
    return blueprint


def _add_sessions(blueprint: Blueprint, desk: Desk, overview: Callable[[], Overview]) -> None:
    @blueprint.post("/pairings/<pairing>/sessions")
    def begin_session(pairing: str) -> Page:
        if overview().pair(pairing) is None:
            raise NotFound
        answers = overview().preset(pairing)
        blank = overview().blank_session(pairing)
        record = str(blank.record) if blank else new_id()
        if blank:
            desk.outbox().save_draft(record, answers)
        else:
            desk.outbox().open(form_of(overview(), SESSION), record, About("pairing", pairing), answers)
        return redirect(f"/records/{record}", 303)

    @blueprint.post("/teams/<team>/forms/<code>")
    def begin_about_team(team: str, code: str) -> Page:
        roster = overview().roster
        line = next((each for each in roster.teams if each.id == team), None) if roster else None
        if line is None or code not in line.begins:
            raise NotFound
        record, form = new_id(), form_of(overview(), code)
        # a new hire's registration is about a pairing that it makes itself
        about = About("pairing", new_id()) if form.subject == "pairing" else About("team", team)
        report = report_of(overview(), request.form.get("report", ""))
        begun = note_about(report) if report and report.team == team and code == NOTE else {}
        desk.outbox().open(form, record, about, {"team": team, **begun})
        return redirect(f"/records/{record}", 303)


def _add_last_time(blueprint: Blueprint, desk: Desk, overview: Callable[[], Overview]) -> None:
    @blueprint.post("/drafts/<record>/last")
    def begin_with_last(record: str) -> Page:
        """Begin a report of a time when little has happened; what the draft said is among its earlier versions."""
        draft, here = desk.outbox().draft(record), overview()
        form, about = form_of(here, str(draft.form), draft.version), About(*draft.about) if draft.about else None
        last = here.last_before(record, form.code, about) if about and form.code == REPORT else {}
        if not last:
            raise NotFound
        news = _("Ikke noe vesentlig nytt siden forrige rapport.")
        put_in_place(desk.db, record, unchanged(form, last, news))
        return redirect(f"/records/{record}?begun=last", 303)


def _fill_page(desk: Desk, overview: Overview, draft: Draft) -> Page:
    form = form_of(overview, str(draft.form), draft.version)
    sheet = _sheet(overview, form, draft)
    if request.method == "GET":
        begun = request.args.get("begun") == "last"
        offers = {"easy": _is_untouched(sheet, draft), "left": left_to_answer(sheet, sheet.answers) if begun else []}
        return draw(replace(sheet, around={**sheet.around, **offers}), sheet.answers, str(draft.rev))

    def thanks(_receipt: Receipt) -> Reply:
        flash(_("Lagret her. Leveres når du er på nett."), "success")
        return redirect(sheet.back, 303)

    reply = fill_in(sheet, Door(desk, form), thanks)
    if reply.status_code != 303:  # what could not be handed in yet is kept as it was typed
        desk.outbox().save_draft(str(draft.record), read_answers(form, request.form))
    return reply


def _is_untouched(sheet: Sheet, draft: Draft) -> bool:
    """Tell whether a report holds nothing yet but what goes on from the one before it."""
    is_next = sheet.form.code == REPORT and bool(sheet.before) and not draft.parents
    return is_next and sheet.answers == carried(sheet.form, sheet.before)


def _sheet(overview: Overview, form: FormDefinition, draft: Draft) -> Sheet:
    about = About(*draft.about) if draft.about else None
    pair = overview.pair(about.id) if about and about.kind == "pairing" else None
    before = overview.last_before(str(draft.record), form.code, about) if about and form.natural_key else {}
    labels = {
        question.code: names_of(overview, question.to, about.id if about else None)
        for question in form.questions()
        if isinstance(question, Reference)
    }
    earlier = [entry for entry in pair.sessions if entry.record != draft.record] if pair else []
    return Sheet(
        form=form,
        context=Context(
            today=today(),
            facts=_facts(overview, str(draft.record), form, first=not earlier),
            choices=_offered(overview, str(draft.record))
            | {code: frozenset(id_ for id_, _name in names) for code, names in labels.items()},
            rows=rows_for_final_report(overview.goals(about.id)) if about and form.code == FINAL_REPORT else {},
        ),
        answers=dict(draft.answers),
        before=before,
        labels=labels,
        lead=pair.name if pair else _lead(overview, draft),
        back=f"/pairings/{pair.line.id}" if pair else "/pairings" if form.code == PAIRING else "/",
        draft_at=f"/drafts/{draft.record}",
        above="above.html",
        keeps_private=True,
        submit=_("Lagre"),
        around={"earlier_at": f"/drafts/{draft.record}/earlier"} if versions(overview.db, str(draft.record)) else {},
    )


def _facts(overview: Overview, record: str, form: FormDefinition, *, first: bool) -> dict[str, str | int]:
    """What the server's judge will know of this record, as far as it has told us."""
    lines = overview.roster.records if overview.roster else []
    facts = next((dict(line.facts) for line in lines if line.id == record), {})
    return facts | ({"first_log": "ja" if first else "nei"} if form.code == SESSION else {})


def _offered(overview: Overview, record: str) -> dict[str, frozenset[str]]:
    """What can be chosen in this record, where the server has told that not everything is offered."""
    lines = overview.roster.records if overview.roster else []
    return {code: frozenset(codes) for line in lines if line.id == record for code, codes in line.choices.items()}


def _lead(overview: Overview, draft: Draft) -> str:
    """Say what a form is about: what the server called the record, else the team's name."""
    lines = overview.roster.records if overview.roster else []
    title = next((line.title for line in lines if line.id == draft.record), "")
    teams = {team.id: team.name for team in overview.roster.teams} if overview.roster else {}
    return title.partition(" – ")[2] or teams.get(draft.about[1] if draft.about else "", "")
