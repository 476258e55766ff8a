"""The working group's board before a gathering: one table of all teams, reminders, and themes for the programme."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from fotfeste_shared.clock import today
from fotfeste_shared.database import writing
from fotfeste_shared.web.pages import current_language, day, translated
from fotfeste_shared.wording import Value, as_language, say

from ..jobs import enqueue
from ..named.models import Gathering, Network
from ..named.reminding import Missing, missing, note_reminders
from ..named.reporting import Told, reports
from ..named.themes import themes_of
from . import my_scope, service, within
from .organizers import Page, choices_of, municipality_name

pages = Blueprint("board", __name__)
STATES = ("missing", "late", "written_in_time", "waiting", "handed_in")
# What the table can be sorted by; by the team's name unless somebody asks. No line ever has a rank.
SORTS: dict[str, Callable[[Told], Any]] = {
    "team": lambda told: told.team.name,
    "state": lambda told: STATES.index(told.state),
    "step": lambda told: _seen(told, told.step, 99),
    "gap": lambda told: -abs(_seen(told, told.gap, 0)),
    "behind": lambda told: -told.behind,
    "help": lambda told: not told.help_wanted,
    "contact": lambda told: not told.contact_wanted,
    "shared": lambda told: -len(told.shared),
}


def _seen(told: Told, value: int | None, otherwise: int) -> int:
    """Give a value as far as this reader may see it: the order of lines must not tell what the cells do not."""
    return otherwise if told.hidden or value is None else value


@pages.get("/networks/<network_id>/reports")
@within("network", "read_reports")
def table(network: Network) -> Page:
    """Show, for one gathering, which team has handed in and what it says."""
    planned, chosen = _gatherings(network)
    sort = request.args.get("sort", "team")
    sort = sort if sort in SORTS else "team"
    told = sorted(reports(my_scope(), chosen), key=SORTS[sort]) if chosen else []
    return render_template(
        "board/reports.html", network=network, gatherings=planned, chosen=chosen, reports=told, sort=sort,
        helps=dict(choices_of("statusrapport", "hjelp")), barriers=dict(choices_of("statusrapport", "hindringer")),
        may_remind=my_scope().may("plan", network),
    ), 200  # fmt: skip


def _gatherings(network: Network) -> tuple[list[Gathering], Gathering | None]:
    """Give the planned gatherings, and the one that was asked for, else the next one, else the last."""
    planned = list(my_scope().gatherings().where(Gathering.network == network.id).order_by(Gathering.number))
    coming = [each for each in planned if each.ends >= today()]
    otherwise = coming[0] if coming else planned[-1] if planned else None
    return planned, next((each for each in planned if each.id == request.args.get("gathering")), otherwise)


@pages.get("/networks/<network_id>/themes")
@within("network", "read_reports")
def themes(network: Network) -> Page:
    """Gather what the teams want help with, what is in the way and what they have learnt, for the programme."""
    planned, chosen = _gatherings(network)
    told = list(reports(my_scope(), chosen)) if chosen else []
    return render_template(
        "board/themes.html", network=network, gatherings=planned, chosen=chosen, themes=themes_of(told),
        asked=len(told), helps=dict(choices_of("statusrapport", "hjelp")), place_name=municipality_name,
        barriers=dict(choices_of("statusrapport", "hindringer")),
    ), 200  # fmt: skip


@pages.route("/networks/<network_id>/reports/remind", methods=["GET", "POST"])
@within("network", "plan")
def remind(network: Network) -> Page:
    """Show who would be reminded, then remind exactly those."""
    planned, chosen = _gatherings(network)
    if request.method == "POST" and chosen:
        with writing(service().db):
            sent = note_reminders(service().db, my_scope(), chosen)
            for each in sent:
                _leave_letter(each, chosen)
        flash(translated("{n} påminnelser er sendt.", n=len(sent)), "success")
        return redirect(f"{request.path}?gathering={chosen.id}", 303)
    lacking = list(missing(my_scope(), chosen)) if chosen else []
    example = _letter(lacking[0], chosen, current_language()) if chosen and lacking else None
    return render_template(
        "board/remind.html", network=network, gatherings=planned, chosen=chosen, missing=lacking, example=example
    ), 200


def _leave_letter(each: Missing, gathering: Gathering) -> None:
    if each.to is not None:
        subject, text = _letter(each, gathering, each.to.language)
        letter = {"to": each.to.email, "subject": subject, "text": text}
        enqueue("letter", letter, job_id=f"report-reminder:{each.record}:{each.to.id}:{today().isoformat()}")


def _letter(each: Missing, gathering: Gathering, wish: str) -> tuple[str, str]:
    """Write a reminder: what is missing, by when, and where; nothing of what anybody has written."""
    language = as_language(wish)
    due_day = day(gathering.reports_due, language)
    told: dict[str, Value] = {"team": each.team.name, "n": gathering.number, "day": due_day}
    over = today() > gathering.reports_due
    due = "Fristen var {day}. Dere kan fortsatt levere." if over else "Fristen er {day} klokka 23.59."
    offer = "Er det lite nytt, kan dere begynne med svarene fra sist. Er det noe vi kan hjelpe med, så si fra."
    lines = (
        say(language, "Vi har ikke fått statusrapporten fra {team} før samling {n} ennå.", **told),
        say(language, due, **told),
        f"{service().config.base_url}/records/{each.record}",
        say(language, offer),
    )
    return say(language, "Statusrapporten før samling {n} mangler", **told), "\n\n".join(lines) + "\n"
