"""What is told of answers, and by which rule: the promise, tables asked for beforehand, texts to read, and the end."""

from flask import Blueprint, flash, redirect, render_template, request

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.web.pages import current_language, translated

from .. import opening
from ..anonymous import crossing, texts
from ..anonymous.ending import leftovers
from ..named.models import Network
from ..named.publishing import published
from ..promising import CHOICES, Promise, agree, has_begun, promise_of
from . import service, within
from .asking import Ask, box, pick
from .organizers import Page
from .windows import survey_name, tools

pages = Blueprint("disclosing", __name__)


class NewPromise(Ask):
    """How many may know each other's answers."""

    colluders = pick("Hvor mange kan fortelle hverandre alt?")


class NewSurvey(Ask):
    """The survey and wave that a table is about."""

    survey = pick("Undersøkelse")


class NewTable(Ask):
    """Two questions, and how much noise."""

    row = pick("Spørsmål i radene")
    column = pick("Spørsmål i kolonnene")
    halves = pick("Støy")


class TheEnd(Ask):
    """The last word of an organizer."""

    sure = box("Ja, avslutt undersøkelsene for godt")
    unread = box("Slett tekstene som ikke er lest")


# --- the promise ------------------------------------------------------------------------------------------


@pages.route("/networks/<network_id>/promise", methods=["GET", "POST"])
@within("network", "plan")
def promise(network: Network) -> Page:
    """Show what is promised those who answer, and agree on more; on less only before the first window."""
    form, now, begun = NewPromise(), promise_of(network.id), has_begun(network.id)
    offered = [Promise(number) for number in CHOICES if not begun or number >= now.colluders]
    form.colluders.choices = [(str(each.colluders), _offer(each)) for each in offered]
    if request.method == "GET":
        form.colluders.data = str(now.colluders)

    def keep() -> None:
        agree(service().db, network, int(form.colluders.data))

    if form.done(keep):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/promise.html", network=network, form=form, now=now, begun=begun
    ), form.status


def _offer(each: Promise) -> str:
    return translated("{n} i gruppen: minst {k} svar bak hvert tall", n=each.colluders, k=each.smallest)


# --- tables of two questions ------------------------------------------------------------------------------


@pages.route("/networks/<network_id>/tables", methods=["GET", "POST"])
@within("network", "plan")
def tables(network: Network) -> Page:
    """List the tables that were asked for beforehand, and ask for one more; first the survey, then its questions."""
    if "take_back" in request.form:
        return _take_back(network, request.form["take_back"])
    choosing, asking = NewSurvey(formdata=request.args), NewTable()
    surveys = {f"{form.code}.{wave}": (form, wave) for form, wave in _crossable()}
    choosing.survey.choices = [(code, survey_name(form.code, wave)) for code, (form, wave) in surveys.items()]
    chosen = surveys.get(request.args.get("survey", "")) or next(iter(surveys.values()))
    choosing.survey.data = f"{chosen[0].code}.{chosen[1]}"
    _offer_questions(asking, *chosen)

    def ask() -> None:
        row, column, halves = asking.row.data, asking.column.data, int(asking.halves.data)
        form, wave = chosen
        crossing.register(service().db, network.id, form, wave=wave, row=row, column=column, halves=halves)

    if asking.done(ask):
        flash(translated("Tabellen er meldt inn. Den gjelder vinduer som åpnes fra nå av."), "success")
        return redirect(request.path, 303)
    known = [(each, survey_name(each.form, each.wave), *_words(each)) for each in crossing.registered(network.id)]
    return render_template(
        "organizers/tables.html", network=network, choosing=choosing, asking=asking, known=known,
        spent=crossing.halved(int(crossing.spent(network.id) * 2)), budget=crossing.halved(crossing.BUDGET),
        halved=crossing.halved,
        most=crossing.MOST,
    ), asking.status  # fmt: skip


def _take_back(network: Network, table: str) -> Page:
    try:
        crossing.take_back(service().db, network.id, table)
        flash(translated("Tabellen er fjernet."), "success")
    except Conflicting as problem:
        flash(translated(problem.sentence_nb), "warning")
    return redirect(request.path, 303)


def _crossable() -> list[tuple[FormDefinition, str]]:
    often = sorted(opening.surveys(), key=lambda form: -len(form.waves))
    return [(form, wave) for form in often if crossing.can_cross(form) for wave in (form.waves or ("",))]


def _offer_questions(asking: NewTable, form: FormDefinition, wave: str) -> None:
    offered = [(each.code, each.text.in_(current_language())) for each in crossing.crossable(form, wave)]
    asking.row.choices, asking.column.choices = offered, offered
    if request.method == "GET":
        asking.column.data = offered[-1][0]  # another one than the first, which stands in the rows
    asking.halves.choices = [
        ("2", translated("Mindre støy (ε = {e})", e="1")), ("1", translated("Mer støy (ε = {e})", e="½")),
    ]  # fmt: skip


def _words(each: crossing.Registered) -> tuple[str, str]:
    form, language = published(each.form), current_language()
    return form.question(each.row).text.in_(language), form.question(each.column).text.in_(language)


# --- texts ------------------------------------------------------------------------------------------------


@pages.get("/networks/<network_id>/texts")
@within("network", "plan")
def texts_to_read(network: Network) -> Page:
    """List what waits to be read, and what is too little to read yet."""
    waiting = [(each, _asked(each.form, each.question)) for each in texts.readings(network.id)]
    too_few = [(_asked(form, question), n) for form, question, n in texts.gathering(network.id)]
    return render_template(
        "organizers/texts.html", network=network, waiting=waiting, too_few=too_few, enough=texts.ENOUGH,
        places=texts.PLACES,
    ), 200  # fmt: skip


@pages.route("/networks/<network_id>/texts/<batch_id>", methods=["GET", "POST"])
@within("network", "plan")
def reading(network: Network, batch_id: str) -> Page:
    """Read texts one by one: tell, mend or leave out each; nothing is final before it is released."""
    batch = texts.reading_of(network.id, batch_id)
    if request.method == "POST":
        for each in texts.texts_of(service().keys, network.id, batch.id):
            _judge(network, each)
        if "release" in request.form:
            return redirect(f"{request.path}/release", 303)
        flash(translated("Lagret. Ingenting er frigitt ennå."), "success")
        return redirect(request.path, 303)
    found = texts.texts_of(service().keys, network.id, batch.id)
    return render_template(
        "organizers/reading.html", network=network, batch=batch, texts=found, asked=_asked(batch.form, batch.question),
        longest=texts.LONGEST,
    ), 200  # fmt: skip


def _judge(network: Network, text: texts.Text) -> None:
    """Keep what was said of one text; what is not in the form stays as it was."""
    chosen = request.form.get(f"verdict-{text.id}")
    if chosen is None and f"said-{text.id}" not in request.form:
        return
    verdict: texts.Verdict | None = "told" if chosen == "told" else "left_out" if chosen == "left_out" else None
    said = request.form.get(f"said-{text.id}", text.said)
    texts.judge_text(service().db, service().keys, network.id, text.id, verdict=verdict, said=said)


@pages.route("/networks/<network_id>/texts/<batch_id>/release", methods=["GET", "POST"])
@within("network", "plan")
def release(network: Network, batch_id: str) -> Page:
    """Ask once more, then release what was let through and destroy the originals."""
    batch, back = texts.reading_of(network.id, batch_id), f"/networks/{network.id}/texts"
    if not batch.ready:
        flash(translated("Noen tekster er ikke vurdert ennå."), "warning")
        return redirect(f"{back}/{batch.id}", 303)
    if request.method == "POST":
        folder, keys = service().config.releases, service().keys
        n = texts.release_texts(service().db, keys, folder, network.id, batch.id, today=today())
        flash(translated("Frigitte tekster: {n}. Originalene er slettet.", n=n), "success")
        return redirect(back, 303)
    said = [each.said for each in texts.texts_of(service().keys, network.id, batch.id) if each.verdict == "told"]
    return render_template(
        "organizers/release.html", network=network, batch=batch, said=said, asked=_asked(batch.form, batch.question)
    ), 200  # fmt: skip


def _asked(form: str, question: str) -> str:
    """Give the words of a question that may stand in a row of a programme."""
    parts = question.split(".")
    path = f"{parts[0]}.{parts[-1]}" if len(parts) > 2 else question
    try:
        words = published(form).question(path).text.in_(current_language())
    except (KeyError, NotFound):
        words = question
    return f"{survey_name(form, '')}: {words}"


# --- the end ----------------------------------------------------------------------------------------------


@pages.route("/networks/<network_id>/end", methods=["GET", "POST"])
@within("network", "plan")
def end(network: Network) -> Page:
    """Show what the last seal would find, and make it when an organizer says so twice."""
    form, left = TheEnd(), leftovers(network.id)
    if form.validate_on_submit() and not form.sure.data:
        form.sure.errors = ["Kryss av for at du er sikker."]
    elif form.done(lambda: opening.end_surveys(tools(), network, unread=bool(form.unread.data))):
        flash(translated("Undersøkelsene er avsluttet. Nøkkelen til det som ventet, er ødelagt."), "success")
        return redirect(request.path, 303)
    return render_template("organizers/end.html", network=network, form=form, left=left), form.status
