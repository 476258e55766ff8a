"""Keys for programs: made by an organizer, shown once, kept as hashes, with few rights and an end."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal, get_args

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Invalid, NotFound, SignInNeeded
from fotfeste_shared.revisions import new_id

from .. import audit
from .access import Held, Scope, scope
from .api_models import ApiToken
from .models import Network, Person, Team
from .people import wanted
from .secret import hashed, new_token

Right = Literal["results", "read", "write"]
RIGHTS: tuple[Right, ...] = get_args(Right)
LONGEST_DAYS = 366
MARK = "fotfeste_"  # so that a key that has ended up in a public place is found for what it is
WRONG = "Nøkkelen er ukjent, avsluttet eller for gammel."


def make_token(
    db: Database, person: Person, network: Network, name: str, rights: list[str], *, days: int
) -> str:
    """Make a key and give it, this once."""
    chosen = [right for right in RIGHTS if right in rights]
    if not chosen:
        raise Invalid(questions={"rights": "Velg minst én ting som nøkkelen kan brukes til."})
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(questions={"days": "En nøkkel varer fra én dag til ett år."})
    token, moment = MARK + new_token(), now()
    with writing(db):
        row = ApiToken.create(
            id=new_id(), token_hash=hashed("api", token), person=person.id, network=network.id,
            name=wanted(name, "name", 60), scopes=" ".join(chosen), made=moment, expires=moment + timedelta(days=days),
        )  # fmt: skip
        audit.tell(db, "key made", row.id, network.id, row.scopes)
    return token


def tokens_in(network: Network) -> list[ApiToken]:
    """List the keys of a network that still hold, newest first."""
    alive = (ApiToken.network == network.id) & (ApiToken.expires > now())
    return list(ApiToken.select().where(alive).order_by(ApiToken.made.desc()))


def end_token(db: Database, network: Network, id_: str) -> None:
    """End a key for good."""
    with writing(db):
        if ApiToken.delete().where((ApiToken.id == id_) & (ApiToken.network == network.id)).execute() != 1:
            raise NotFound
        audit.tell(db, "key ended", id_, network.id)


def holder(db: Database, token: str) -> ApiToken:
    """Find the key that a program shows; the day of its last use is noted."""
    found = ApiToken.get_or_none((ApiToken.token_hash == hashed("api", token)) & (ApiToken.expires > now()))
    if found is None:
        raise SignInNeeded(WRONG, code="unknown_key")
    if found.used != today():
        with writing(db):
            ApiToken.update(used=today()).where(ApiToken.id == found.id).execute()
    return found


def scope_of(token: ApiToken) -> Scope:
    """Give what a key reaches: what its maker reaches today, cut to its network."""
    whole = scope(token.person)
    inside = {_within(held, token.network_id) for held in whole.roles}
    return replace(whole, roles=frozenset(held for held in inside if held is not None))


def _within(held: Held, network: str) -> Held | None:
    if held.team:
        team = Team.get_or_none(Team.id == held.team)
        return held if team and team.participation.network_id == network else None
    return replace(held, network=network) if held.network in (None, network) else None
