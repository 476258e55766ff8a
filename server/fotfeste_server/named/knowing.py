"""What is known before a named form is opened: facts that its conditions look at, and what a reference may be."""

from datetime import date
from typing import Any, cast

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.judging import Context
from fotfeste_shared.kinds import Reference
from fotfeste_shared.municipalities import is_now
from fotfeste_shared.revisions import About

from .access import SESSION_LOG, SIGN_UP, Scope
from .candidates import mentors_to_choose
from .models import Gathering, Network, Pairing, Participation, Record, Revision, Team

REPORT = "statusrapport"  # what other forms refer to as a report
Labels = dict[str, list[tuple[str, str]]]


def network_of(about: About) -> Network | None:
    """Find the network that a thing belongs to."""
    thing = _thing(about)
    if isinstance(thing, Team | Pairing):
        thing = thing.participation
    if isinstance(thing, Participation | Gathering):
        thing = thing.network
    return cast("Network | None", thing)


def _thing(about: About) -> Any:  # noqa: ANN401 (any of the tables below)
    tables: dict[str, Any] = {
        "network": Network, "gathering": Gathering, "municipality": Participation, "team": Team, "pairing": Pairing,
    }  # fmt: skip
    table = tables.get(about.kind)
    return table.get_or_none(table.id == about.id) if table else None


def context_of(
    scope: Scope, form: FormDefinition, about: About, on: date | None = None, record: str | None = None
) -> Context:
    """Give what the judge must know; `on` is the day on which the form was filled in, if not today.

    `record` is the form's own record, which is not counted when it comes again: a repeat meets the same judge.
    """
    facts: dict[str, str | int] = {}
    network = network_of(about)
    if network is not None:
        facts["network_end"] = network.ends.isoformat()
    if form.code == SESSION_LOG:
        others = (Record.form == SESSION_LOG) & (Record.about_id == about.id) & (Record.id != (record or ""))
        facts["first_log"] = "nei" if Record.select().where(others).exists() else "ja"
    if about.kind == "municipality":
        facts |= _municipality_facts(about.id)
    offered = {code: frozenset(id_ for id_, _ in names) for code, names in labels(scope, form, about).items()}
    return Context(on or today(), facts=facts, choices=offered | offered_at(form, record))


def offered_at(form: FormDefinition, record: str | None) -> dict[str, frozenset[str]]:
    """Give what can be chosen at a gathering: nobody meets in a room that is not there, or sleeps before one day."""
    found = Record.get_or_none(Record.id == record) if form.code == SIGN_UP and record else None
    gathering = found.gathering if found else None
    if gathering is None:
        return {}
    ways = {"nei", "vara"} | ({"digitalt"} if gathering.digital or gathering.link else set())
    nights, days = {"nei", "kveld_for"}, {"dag1"}
    if gathering.ends > gathering.starts:
        nights, days = nights | {"ja"}, days | {"dag2"}
    return {
        "deltar": frozenset(ways if gathering.digital else ways | {"fysisk"}),
        "dager": frozenset(days),
        "overnatting": frozenset(nights),
    }


def _municipality_facts(participation: str) -> dict[str, str | int]:
    found = Participation.get_or_none(Participation.id == participation)
    place = is_now(found.municipality) if found else None
    return {"orgnr": place.orgnr} if place else {}


def labels(scope: Scope, form: FormDefinition, about: About) -> Labels:
    """Name the things that each reference of a form may be, as `{code: [(id, name)]}`."""
    return {
        question.code: _offered(scope, question.to, about)
        for question in form.questions()
        if isinstance(question, Reference)
    }


def _named(gathering: Gathering) -> str:
    """Name a gathering in a way that is the same in every language."""
    return f"{gathering.number}. {gathering.theme}".strip() + f", {gathering.starts:%d.%m.%Y}"


def _offered(scope: Scope, kind: str, about: About) -> list[tuple[str, str]]:
    match kind:
        case "pairing":
            own = scope.pairings()
            if about.kind == kind:  # a session is about the pairing it says it is about
                own = own.where(Pairing.id == about.id)
            return [(each.id, f"{each.unit}, {each.started:%d.%m.%Y}") for each in own.order_by(Pairing.started)]
        case "team":
            teams = scope.teams().where(Team.id == about.id) if about.kind == kind else scope.teams()
            return [(each.id, each.name) for each in teams.order_by(Team.name)]
        case "report":
            handed_in = Revision.select(Revision.record).where(Revision.held.is_null())
            rows = scope.records().where(
                (Record.form == REPORT) & (Record.about_id == about.id) & Record.id.in_(handed_in)
            )
            return [(each.id, _named(each.gathering)) for each in rows]
        case "mentor":
            return [(each.id, each.name) for each in mentors_to_choose(scope)]
        case _:
            units = sorted({each.unit for each in scope.pairings()})
            return [(unit, unit) for unit in units]
