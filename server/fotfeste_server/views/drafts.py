"""A report that a team writes together: its page, autosave, history, and two who wrote in the same place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.changes import Clash, put
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.goals import goals_of, rows_for_final_report
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.judging import Context
from fotfeste_shared.kinds import Answers, Text
from fotfeste_shared.problems import Forbidden
from fotfeste_shared.revisions import About, is_id
from fotfeste_shared.web.carrying import carried, unchanged
from fotfeste_shared.web.comparing import Place, Telling
from fotfeste_shared.web.filling import Sheet, fill_in, left_to_answer
from fotfeste_shared.web.pages import current_language, translated
from fotfeste_shared.web.reading import read_answers

from ..named.agenda import due_of, title_of
from ..named.drafting import Draft, Meeting, Saved, SharedDraft, Version, meeting_of
from ..named.history import leaves_of
from ..named.knowing import context_of, labels
from ..named.ledger import Ledger, current
from ..named.models import Record, Revision
from ..named.networks import FINAL_REPORT, STATUS_REPORT
from ..named.publishing import published
from ..named.reporting import before, reports_of
from . import my_scope, service, within
from .organizers import Page

pages = Blueprint("drafts", __name__)
NOTHING_NEW = "Ikke noe vesentlig nytt siden forrige rapport."


def is_shared(form: FormDefinition) -> bool:
    """Tell whether a team writes this form together."""
    return form.subject == "team" and bool(form.natural_key)


# --- the page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """The ledger as the sheet's intake; what was handed in becomes a state that later writing builds on."""

    ledger: Ledger
    shared: SharedDraft
    version: str

    def receive(self, filled: Filled) -> Receipt:
        """Keep the form, then note it in the draft."""
        receipt = self.ledger.receive(filled)
        content = current(self.ledger.record.id)
        if receipt.taken and content is not None and content.rev == filled.id:
            self.shared.note_handed_in(content, self.version)
        return receipt


def write_together(record: Record, form: FormDefinition) -> Reply:
    """Fill in a record whose draft is the team's; each save meets what others have written since."""
    shared, last = _shared(record, form), before(record)
    if request.method == "POST":
        return _posted(record, form, shared, last)
    draft = shared.read()
    if meeting_of(draft):
        return redirect(f"/records/{record.id}/meeting", 303)
    if "seen" not in request.args:
        begin = "&begin=last" if request.args.get("begin") == "last" else ""
        return redirect(f"{request.path}?seen={','.join(leaves_of(record.id))}{begin}", 303)
    easy = bool(last) and draft.last is None and form.code == STATUS_REPORT
    begun = draft.last.answers if draft.last else shared.begun
    if easy and request.args.get("begin") == "last":
        begun = unchanged(form, last, translated(NOTHING_NEW))
        left = left_to_answer(Sheet(form, _context(record, form)), begun)
        return _page(record, form, begun, last, draft=draft, known="", left=left)
    return _page(record, form, begun, last, draft=draft, known=draft.last.id if draft.last else "", easy=easy)


def _shared(record: Record, form: FormDefinition) -> SharedDraft:
    return SharedDraft(service().db, record, carried(form, before(record)))


def _posted(record: Record, form: FormDefinition, shared: SharedDraft, last: Answers) -> Reply:
    """Keep what was written before anything else is done with it; then hand it in, if that is what was wished."""
    rev = request.form.get("id", "")
    if Revision.select().where(Revision.rev == rev).exists():  # the same page once more: it has its receipt
        return _page(record, form, {}, last, draft=shared.read(), known="")
    may_hand_in = my_scope().may_hand_in(form, About(record.about_kind, record.about_id))
    saved = _save(form, shared)
    changing_rows = "add" in request.form or "remove" in request.form
    if not changing_rows and ("keep" in request.form or not may_hand_in):
        kind, words = ("success" if saved.state == "kept" else "warning"), _words(saved)
        flash(words, kind)
        return redirect(f"/records/{record.id}", 303)
    if not changing_rows and saved.state != "kept":
        sentence = "{names} har skrevet her samtidig. Se over, og lever på nytt."
        flash(translated(sentence, names=_names(saved)), "warning")
        return redirect(f"/records/{record.id}", 303)
    return _page(record, form, {}, last, draft=shared.read(), known=saved.version, shared=shared)


def _save(form: FormDefinition, shared: SharedDraft) -> Saved:
    answers = read_answers(form, request.form)
    seen, page = request.form.get("draft", ""), request.form.get("id", "")
    return shared.save(my_scope().person, seen, answers, page=page if is_id(page) else "")


def _words(saved: Saved) -> str:
    match saved.state:
        case "clashing":
            sentence = "{names} har skrevet på samme sted samtidig. Begge tekstene er tatt vare på."
            return translated(sentence, names=_names(saved))
        case "merged":
            sentence = "Kladden er lagret. {names} har også skrevet her. Last siden på nytt for å se det."
            return translated(sentence, names=_names(saved))
        case _:
            return translated("Kladden er lagret. Hele teamet kan se den.")


def _names(saved: Saved) -> str:
    return ", ".join(saved.others) or translated("Noen")


def _page(
    record: Record,
    form: FormDefinition,
    answers: Answers,
    last: Answers,
    *,
    draft: Draft,
    known: str,
    shared: SharedDraft | None = None,
    easy: bool = False,
    left: list[tuple[str, str]] | None = None,
) -> Reply:
    mine, about = my_scope(), About(record.about_kind, record.about_id)
    seen = tuple(each for each in request.args.get("seen", "").split(",") if is_id(each))
    title = title_of(record, current_language())
    ledger = Ledger(service().db, service().writer, mine, record, seen)
    sheet = Sheet(
        form,
        _context(record, form),
        answers=answers,
        before=last,
        labels=labels(mine, form, about),
        lead=title.partition(" – ")[2],
        back=f"/teams/{record.team_id}",
        draft_at=f"/records/{record.id}/draft",
        draft=known,
        hands_in=mine.may_hand_in(form, about),
        above="teams/above.html",
        submit=translated("Lever"),
        around={
            "network": record.network, "record": record, "draft": draft, "easy": easy, "left": left or [],
            "due": due_of(record),
        },
    )  # fmt: skip
    return fill_in(sheet, Door(ledger, shared, known) if shared else ledger, lambda receipt: _thank(receipt, title))


def _context(record: Record, form: FormDefinition) -> Context:
    """Give what the form leans on; the rows of a final report are the sub-goals of all status reports."""
    known = context_of(my_scope(), form, About(record.about_kind, record.about_id))
    if form.code != FINAL_REPORT or record.team is None:
        return known
    reported = [(gathering.number, content.answers) for gathering, content in reports_of(record.team)]
    return replace(known, rows=rows_for_final_report(goals_of(reported)))


def _thank(receipt: Receipt, title: str) -> Reply:
    flash(translated("Levert: {title}. Kvittering {code}.", title=title, code=receipt.code or ""), "success")
    return redirect("/", 303)


@pages.post("/records/<record_id>/draft")
@within("record")
def autosave(record: Record) -> Reply | tuple[dict[str, str], int]:
    """Keep a draft while somebody writes, and tell the page which state it is at now."""
    form = _writable(record)
    saved = _save(form, _shared(record, form))
    return {"draft": saved.version, "state": saved.state, "words": _words(saved)}, 200


def _writable(record: Record) -> FormDefinition:
    form = published(record.form)
    if not is_shared(form) or not my_scope().may_write(form, About(record.about_kind, record.about_id)):
        raise Forbidden
    return form


# --- history ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """One state in the history: whose it is, when, and what it changed."""

    version: Version
    changes: list[Place]


@pages.route("/records/<record_id>/history", methods=["GET", "POST"])
@within("record")
def history(record: Record) -> Page:
    """Show every state of a draft with what it changed, the newest first; go on from an earlier one."""
    form = _writable(record)
    shared = _shared(record, form)
    if request.method == "POST":
        shared.bring_back(my_scope().person, request.form.get("version", ""))
        flash(translated("Hentet tilbake. Det som kom etterpå, ligger fortsatt i historikken."), "success")
        return redirect(f"/records/{record.id}", 303)
    draft = shared.read()
    return render_template(
        "teams/history.html", record=record, network=record.network, title=title_of(record, current_language()),
        moments=list(_moments(record, form, draft)), last=draft.last,
    ), 200  # fmt: skip


def _moments(record: Record, form: FormDefinition, draft: Draft) -> Iterator[Moment]:
    telling = _telling(record, form)
    for version in reversed(draft.versions):
        parents = [found for parent in version.parents if (found := draft.find(parent))]
        base = parents[0].answers if parents else draft.begun
        yield Moment(version, telling.changes(base, version.answers))


def _telling(record: Record, form: FormDefinition) -> Telling:
    return Telling(form, current_language(), labels(my_scope(), form, About(record.about_kind, record.about_id)))


# --- two who wrote in the same place ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One place to choose in: what it is called, what each wrote, and whether both can be kept."""

    place: Place
    both: bool


@pages.route("/records/<record_id>/meeting", methods=["GET", "POST"])
@within("record")
def meeting(record: Record) -> Page:
    """Show side by side what two wrote in the same places, and make one draft of it."""
    form = _writable(record)
    shared = _shared(record, form)
    met = meeting_of(shared.read())
    if met is None:
        return redirect(f"/records/{record.id}", 303)
    if request.method == "POST" and request.form.get("seen") == _seen(met):
        answers, unanswered = _chosen(form, met)
        if not unanswered:
            shared.settle(my_scope().person, [met.one.id, met.other.id], answers)
            flash(translated("Kladden er samlet. Begge utgavene ligger i historikken."), "success")
            return redirect(f"/records/{record.id}", 303)
    telling = _telling(record, form)
    choices = [
        Choice(telling.place(each.path, met.one.answers, met.other.answers), _may_keep_both(form, each))
        for each in met.clashes
    ]
    return render_template(
        "teams/meeting.html", record=record, network=record.network, title=title_of(record, current_language()),
        met=met, choices=choices, seen=_seen(met), unfinished=request.method == "POST", chosen=request.form,
    ), 422 if request.method == "POST" else 200  # fmt: skip


def _seen(met: Meeting) -> str:
    return f"{met.one.id},{met.other.id}"


def _may_keep_both(form: FormDefinition, clash: Clash) -> bool:
    codes = [part for place, part in enumerate(clash.path) if place % 2 == 0]
    question = form.question(".".join(codes))
    return len(clash.path) % 2 == 1 and isinstance(question, Text) and bool(clash.mine) and bool(clash.theirs)


def _chosen(form: FormDefinition, met: Meeting) -> tuple[Answers, list[int]]:
    """Read what was chosen in each place; gives the answers, and the places where nothing was."""
    answers, unanswered = met.agreed, []
    for number, clash in enumerate(met.clashes):
        match request.form.get(f"choice-{number}"):
            case "one":
                put(answers, clash.path, clash.mine)
            case "other":
                put(answers, clash.path, clash.theirs)
            case "both" if _may_keep_both(form, clash):
                put(answers, clash.path, f"{clash.mine}\n\n{clash.theirs}")
            case _:
                unanswered.append(number)
    return answers, unanswered
