"""Makes the example network once, in an empty database, and remembers where its doors are."""

import json
from datetime import date

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, writing

from ..calling import go_round
from ..config import Config
from ..jobs import Job
from ..named.house import is_empty
from ..named.models import Meta, Network, Person
from ..named.waves import note_invited, waves
from .around import furnish
from .asking import ask
from .beginning import begin_another
from .doors import Doors, doors
from .plan import make_plan
from .telling import tell

NOTE = "demo"  # what the example remembers of itself, among the database's facts


def build(db: Database, config: Config) -> Doors | None:
    """Make the example in an empty database, or finish it; give its doors, None in a database that is not its own.

    The named half is one transaction. Only then come the windows, which an interrupted start makes again.
    """
    noted = Meta.get_or_none(Meta.key == NOTE)
    if noted is None and not is_empty():
        return None
    known: dict[str, str] = json.loads(noted.value) if noted else _tell(db)
    if "window" not in known:
        known = _ask(db, config, known)
    return doors(db, config, known)


def _tell(db: Database) -> dict[str, str]:
    day = today()
    with writing(db):
        plan = make_plan(day)
        told = tell(db, plan)
        furnish(db, plan, Network.get_by_id(told.network))
        begin_another(db, plan.days, Person.get_by_id(told.organizer))
        known = {"day": day.isoformat(), "network": told.network, "organizer": told.organizer, "mentor": told.mentor}
        Meta.create(key=NOTE, value=json.dumps(known))
    return known


def _note_who_was_asked(network: Network, day: date) -> None:
    """Note the turns that have come as taken: the example's links were made at once, not by the daily round."""
    for turn in waves(network):
        if turn.day <= day:
            note_invited(turn, "letter")


def _note_who_was_called(db: Database, config: Config) -> None:
    """Note today's letters as sent: else they come all at once, and hide the code of whoever signs in."""
    go_round(db, config.base_url, today())
    Job.update(done=now()).where(Job.kind == "letter").execute()


def _ask(db: Database, config: Config, known: dict[str, str]) -> dict[str, str]:
    network = Network.get_by_id(known["network"])
    plan = make_plan(date.fromisoformat(known["day"]))
    known = known | {"window": ask(db, config, plan, network.id, network.colluders)}
    with writing(db):
        _note_who_was_asked(network, plan.days.today)
        _note_who_was_called(db, config)
        Meta.update(value=json.dumps(known)).where(Meta.key == NOTE).execute()
    return known
