"""How long things are kept: the organizers' preview, and each person's own copy of what is kept about them."""

import msgspec
from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import current_language, translated

from ..named.kept_about import kept_about
from ..named.models import Network
from ..named.publishing import published
from ..named.retention import Outlook, gone, outlook
from ..named.wishes import last_wish
from . import my_scope, signed_in, within

pages = Blueprint("retention", __name__)
Page = Reply | tuple[str, int]
FACTS = {"gathering": "samlingen", "network_end": "nettverkets slutt", "start": "første arbeidsdag"}


@pages.get("/networks/<network_id>/retention")
@within("network", "plan")
def retention(network: Network) -> Page:
    """Preview what goes and when, and tell what has gone."""
    return render_template(
        "keeping/retention.html", network=network, outlook=outlook(network, today()), gone=gone(network),
        title=_title, rule=_rule,
    ), 200  # fmt: skip


def _title(form: str) -> str:
    return published(form).title.in_(current_language())


def _rule(each: Outlook) -> str:
    """Say a form's rule in words."""
    rule = published(each.form).retention
    if each.apart and rule.apart_days is not None:
        return translated("{n} dager etter {fact}", n=rule.apart_days, fact=translated(FACTS[rule.after]))
    if rule.months:
        return translated("{n} måneder etter {fact}", n=rule.months, fact=translated(FACTS[rule.after]))
    return translated("Bevares. Skal til kommunens arkiv.")


ROLES = {
    "organizer": "Arrangør", "advisor": "Veileder", "municipality_administrator": "Kommunens administrator",
    "department_head": "Avdelingsleder", "team_contact": "Teamkontakt", "mentor": "Mentor",
}  # fmt: skip


@pages.get("/me/kept")
@signed_in
def mine() -> Page:
    """Show a person what is kept about them."""
    kept = kept_about(my_scope().person, current_language())
    return render_template(
        "keeping/mine.html", kept=kept, role_name=lambda role: translated(ROLES[role]),
        wish=last_wish(my_scope().person),
    ), 200  # fmt: skip


@pages.get("/me/kept.json")
@signed_in
def mine_as_file() -> Response:
    """Give the same as a file to take along."""
    body = msgspec.json.format(msgspec.json.encode(kept_about(my_scope().person, current_language())), indent=2)
    reply = Response(body, content_type="application/json; charset=utf-8")
    reply.headers["Content-Disposition"] = "attachment; filename=fotfeste.json"
    return reply
