"""The agreement between a municipality and the organizer: read, accepted by each, and given to the archive."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting, Forbidden, NotFound
from fotfeste_shared.revisions import About, is_id
from fotfeste_shared.web.filling import Sheet, fill_in
from fotfeste_shared.web.pages import current_language, day, moment, translated

from ..named.agreeing import CHANGED, Agreement, agreement, countersign, fingerprint, for_the_archive, text_of
from ..named.history import leaves_of
from ..named.knowing import context_of
from ..named.ledger import Ledger
from ..named.models import Participation
from ..named.networks import AGREEMENT
from ..named.publishing import published
from ..typesetting import typeset
from . import my_scope, service, within
from .asking import Ask
from .organizers import municipality_name

pages = Blueprint("agreements", __name__)
Page = Reply | tuple[str, int]


@pages.route("/agreements/<participation_id>", methods=["GET", "POST"])
@within("participation")
def show(participation: Participation) -> Page:
    """Show the agreement and how far it has come; the organizer accepts with one press."""
    mine, network, form = my_scope(), participation.network, Ask()
    told = _readable(participation)
    may_plan = mine.may("plan", network)
    if request.method == "POST":
        mine.must("plan", network)

    def accept() -> None:
        given = (request.form.get("rev", ""), request.form.get("text", ""))
        countersign(service().db, participation, mine.person, *given)

    if form.done(accept):
        flash(translated("Avtalen er inngått."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/agreement.html", network=network, told=told, form=form, may_plan=may_plan,
        may_accept=_may_accept(participation), text=text_of(told.form, current_language()),
        name=municipality_name(participation.municipality),
    ), form.status if request.method == "POST" else 200  # fmt: skip


def _readable(place: Participation) -> Agreement:
    """Give the agreement to those who may read it: the working group and the municipality's own people."""
    told = agreement(place)
    my_scope().record(told.record.id)
    return told


def _may_accept(place: Participation) -> bool:
    return my_scope().may_hand_in(published(AGREEMENT), About("municipality", place.id))


@pages.route("/agreements/<participation_id>/accept", methods=["GET", "POST"])
@within("participation")
def accept(participation: Participation) -> Reply:
    """Let the municipality accept; the address carries the text that was read, so that no other is accepted."""
    if not _may_accept(participation):
        raise Forbidden
    told, form = _readable(participation), published(AGREEMENT)
    about = About("municipality", participation.id)
    if "seen" not in request.args and request.method == "GET":
        here = ",".join(leaves_of(told.record.id))
        return redirect(f"{request.path}?seen={here}&text={fingerprint(form)}", 303)
    if request.method == "POST" and request.args.get("text") != fingerprint(form):
        raise Conflicting(CHANGED)
    seen = tuple(each for each in request.args.get("seen", "").split(",") if is_id(each))
    sheet = Sheet(
        form, context_of(my_scope(), form, about, record=told.record.id), answers=_begun(told),
        lead=f"{participation.network.name} – {municipality_name(participation.municipality)}",
        back=f"/agreements/{participation.id}", submit=translated("Godta avtalen"),
        around={"network": participation.network},
    )  # fmt: skip
    ledger = Ledger(service().db, service().writer, my_scope(), told.record, seen)

    def thank(_receipt: object) -> Reply:
        flash(translated("Kommunen har godtatt avtalen. Nå er det arrangøren sin tur."), "success")
        return redirect(f"/agreements/{participation.id}", 303)

    return fill_in(sheet, ledger, thank)


def _begun(told: Agreement) -> Answers:
    """Begin with what was written before, but not with its promises: those are given anew."""
    answers: Answers = dict(told.answers or {})  # type: ignore[arg-type]  # they came from a ledger of such answers
    return {code: answer for code, answer in answers.items() if code != "fullmakt"}


@pages.get("/agreements/<participation_id>/agreement.pdf")
@within("participation")
def document(participation: Participation) -> Reply:
    """Give the agreement that holds to the municipality's archive, as PDF/A."""
    told = _readable(participation)
    if not told.holds or told.municipality is None or told.organizer is None:
        raise NotFound
    language = current_language()
    archived = for_the_archive(told, language)
    facts = [
        (translated("Læringsnettverk"), archived["network"]),
        (translated("Varighet"), f"{day(participation.network.starts)} – {day(participation.network.ends)}"),
        (translated("Kommune"), archived["municipality"]),
        (translated("Organisasjonsnummer"), archived["orgnr"]),
        (translated("Saksnummer"), archived["case"]),
        (translated("Inngått"), day(told.place.agreed_on)),
    ]
    sides = [
        (translated("For kommunen"), told.municipality), (translated("For arrangøren"), told.organizer),
    ]  # fmt: skip
    made = typeset("agreement", {
        "title": told.form.title.in_(language), "language": language,
        "date": list(told.organizer.at.timetuple()[:3]), "facts": [fact for fact in facts if fact[1]],
        "heading": _heading(told.form), "text": archived["text"], "signed": translated("Godtatt av"),
        "sides": [
            {"party": party, "name": side.name, "position": side.position, "moment": moment(side.at)}
            for party, side in sides
        ],
        "words": translated("Avtaletekst, utgave {n}. Fingeravtrykk av teksten (SHA-256):", n=told.form.version),
        "print": told.fingerprint,
    }, kept=True)  # fmt: skip
    reply = Reply(made, mimetype="application/pdf")
    reply.headers["Content-Disposition"] = f'attachment; filename="avtale-{participation.municipality}.pdf"'
    return reply


def _heading(form: FormDefinition) -> str:
    return form.sections[0].title.in_(current_language())
