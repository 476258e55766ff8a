"""A head of department registers a new hire with a form, often offline: handed in, it makes the pairing.

The pairing bears the id that the form is about, which was made where it was filled in. So a form that comes twice,
or from two places, makes one pairing; and what the person writes on the same record later, it follows.
"""

from datetime import date
from typing import cast

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, insert_once
from fotfeste_shared.judging import judge
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import Revision as Content

from .access import Scope
from .candidates import teams_headed
from .knowing import context_of
from .ledger import current
from .models import Network, Pairing, Participation, Person, Record, Revision, Team
from .people import assign, one_line
from .publishing import published

REGISTRATION = "kobling"
STILL_ON = "aktiv"
TAKEN_BACK = "avbrutt"
INCOMPLETE = (
    "Dette kan ikke bli en kobling. Team, mentor, avdeling, yrke eller dato mangler. "
    "Lag koblingen selv, og legg dette til side."
)


def pair_from(db: Database, mine: Scope, content: Content, on: date) -> bool:
    """Make the pairing that its author registers, within the caller's transaction; False when none came of it.

    `on` is the day on which the form was filled in. Nothing is made of one that is not good, that is not the
    author's to hand in, or that is about a pairing which is there already.
    """
    if content.form != REGISTRATION or content.about.kind != "pairing" or content.withdrawn or content.apart_of:
        return False
    if Pairing.select().where(Pairing.id == content.about.id).exists():
        return False
    answers = content.answers
    if answers.get("team") not in teams_headed(mine):
        return False
    try:
        form = published(content.form, content.form_version)
    except NotFound:  # written by a newer program: it waits for somebody to look at it
        return False
    if not judge(form, answers, context_of(mine, form, content.about, on)).good:
        return False
    team = Team.get_by_id(answers["team"])
    place = {"participation": team.participation_id, "team": team.id}
    new = insert_once(Pairing, Pairing.id, id=content.about.id, **place, **_facts(content))
    _let_mentor_in(db, content.about.id)
    return new


def pair_as_accepted(db: Database, network: Network, content: Content) -> None:
    """Make or change the pairing of a registration that an organizer lets count as it is, in their transaction.

    The organizer's word stands in for the judge's and for the author's right. It stands in for nothing that a pairing
    cannot be without, and changes no pairing of another network.
    """
    if content.form != REGISTRATION or content.about.kind != "pairing" or content.apart_of:
        return
    there = Pairing.get_or_none(Pairing.id == content.about.id)
    if there is not None and there.participation.network_id != network.id:
        raise Conflicting(INCOMPLETE)
    if not content.withdrawn:
        facts = _whole(network, content)
        insert_once(Pairing, Pairing.id, id=content.about.id, **facts)
        Record.update(network=network.id).where(Record.id == content.record).execute()
        _let_mentor_in(db, content.about.id)
    follow_registration(db, content.record, content.about.id)


def _whole(network: Network, content: Content) -> dict[str, object]:
    """Read everything that a pairing needs, or say that something is missing."""
    answers = content.answers
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    team = Team.get_or_none((Team.id == answers.get("team")) & Team.participation.in_(inside))
    mentor = Person.get_or_none(Person.id == answers.get("mentor"))
    try:
        facts = _facts(content)
    except (KeyError, ValueError, TypeError):
        facts = {}
    if team is None or mentor is None or not facts.get("unit") or not facts.get("profession"):
        raise Conflicting(INCOMPLETE)
    return {"participation": team.participation_id, "team": team.id, **facts}


def network_registered_in(mine: Scope, content: Content) -> Network | None:
    """Find the network of a registration whose pairing is not made, so that its organizers see that it waits."""
    team = content.answers.get("team")
    if content.form != REGISTRATION or team not in teams_headed(mine):
        return None
    return Team.get_by_id(team).participation.network


def follow_registration(db: Database, record: str, pairing: str) -> None:
    """Let a pairing say what counts of its registration now: a fault was mended, the pairing ended, or all taken back.

    An end that was noted in another way stays.
    """
    there = Pairing.get_or_none(Pairing.id == pairing)
    content = current(record)
    if there is None:
        return
    if content is None:
        ended = {"ended": max(today(), there.started), "reason": TAKEN_BACK}
        Pairing.update(ended).where((Pairing.id == pairing) & Pairing.ended.is_null()).execute()
    elif Revision.get(Revision.rev == content.rev).held is None:
        told = {name: fact for name, fact in _facts(content).items() if fact is not None}
        Pairing.update(told).where(Pairing.id == pairing).execute()
        _let_mentor_in(db, pairing)


def _let_mentor_in(db: Database, pairing: str) -> None:
    """Give a pairing's mentor the right to log its talks."""
    made = Pairing.get_by_id(pairing)
    assign(db, made.mentor, "mentor", network=made.participation.network_id)


def _facts(content: Content) -> dict[str, object]:
    """Read what the form says of the pairing; the judge has seen that it is whole."""
    answers = cast("dict[str, str]", content.answers)
    over = answers.get("slutt") not in (None, STILL_ON)
    return {
        "unit": one_line(answers["enhet"], 80),
        "profession": answers["yrke"],
        "started": date.fromisoformat(answers["startdato"]),
        "mentor": answers["mentor"],
        "ended": date.fromisoformat(answers["sluttdato"]) if over else None,
        "reason": answers["slutt"] if over else None,
    }
