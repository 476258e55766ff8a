"""Tells other programs that there is news, by signed posts that the table of jobs repeats until they are taken.

What is told are ids only: whoever wants to know more asks the API with a key.
"""

import hashlib
import hmac
import json
from datetime import timedelta

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Invalid, NotFound
from fotfeste_shared.revisions import new_id, timestamp

from . import audit
from .anonymous.releases import path_of
from .jobs import Claim, enqueue
from .named.api_models import Webhook
from .named.models import Network, Record, Revision
from .outgoing import NotAllowed, allowed_inside, look_up, post
from .results.released import read_released
from .service import Service

ROUND, DELIVERY = "webhook round", "webhook"
EVERY = timedelta(minutes=5)
GIVEN_UP = 30  # tries: with growing pauses, more than a week
MOST = 10
REFUSED = "Vi sender bare til adresser på internett som begynner med https."


class NotTaken(Exception):
    """The other end did not take it; the job is tried again."""


def add_webhook(service: Service, network: Network, address: str) -> tuple[Webhook, str]:
    """Begin to tell an address of news from now on; gives the secret that it checks our signature with."""
    try:
        look_up(address, allowed_inside(service.config.keys))
    except NotAllowed as fault:
        raise Invalid(questions={"address": REFUSED}) from fault
    if len(webhooks_of(network)) >= MOST:
        raise Invalid(questions={"address": "Det er for mange adresser. Fjern en først."})
    results, records = _so_far(service, network.id)
    with writing(service.db):
        made = Webhook.create(
            id=new_id(), network=network.id, address=address, made=now(), results=results, records=records
        )
        audit.tell(service.db, "webhook added", made.id, network.id)
    return made, secret_of(service.secret, made.id)


def webhooks_of(network: Network) -> list[Webhook]:
    """List the addresses that hear of a network."""
    return list(Webhook.select().where(Webhook.network == network.id).order_by(Webhook.made))


def remove_webhook(db: Database, network: Network, id_: str) -> None:
    """Tell an address nothing more."""
    with writing(db):
        if Webhook.delete().where((Webhook.id == id_) & (Webhook.network == network.id)).execute() != 1:
            raise NotFound
        audit.tell(db, "webhook removed", id_, network.id)


def secret_of(key: bytes, webhook: str) -> str:
    """Make a webhook's secret out of our own key, so that it lies neither in the database nor in a backup."""
    return hmac.digest(key, f"webhook|{webhook}".encode(), "sha256").hex()


# --- looking for news -------------------------------------------------------------------------------


def call_round() -> None:
    """Leave the next round for the jobs; however often it is called within five minutes, it is one."""
    slot = int(now().timestamp() // EVERY.total_seconds())
    enqueue(ROUND, {}, now() + EVERY, job_id=f"{ROUND} {slot}")


def go_round(service: Service) -> None:
    """Leave a post for each address whose network has news; the next round is left in the same breath."""
    with writing(service.db):
        for each in Webhook.select():
            results, records = _so_far(service, each.network_id)
            if results != each.results:
                _leave(each, "results.released", results)
            if records != each.records:
                _leave(each, "records.changed", str(records))
            Webhook.update(results=results, records=records).where(Webhook.id == each.id).execute()
        call_round()


def _so_far(service: Service, network: str) -> tuple[str, int]:
    """Name what there is: the newest release, and the newest line of the log."""
    mark = read_released(path_of(service.config.releases, network)).mark
    inside = Revision.select(Revision.seq).join(Record).where(Record.network == network)
    newest = inside.order_by(Revision.seq.desc()).first()
    return mark, newest.seq if newest else 0


def _leave(webhook: Webhook, event: str, mark: str) -> None:
    told = {"event": event, "network": webhook.network_id, "webhook": webhook.id}
    enqueue(DELIVERY, told, job_id=f"{DELIVERY} {webhook.id} {event} {mark}")


# --- delivering -------------------------------------------------------------------------------------


def deliver(service: Service, claimed: Claim) -> None:
    """Post one piece of news; whoever hears it twice knows it by its id."""
    webhook = Webhook.get_or_none(Webhook.id == claimed.payload["webhook"])
    if webhook is None:
        return  # its organizer has removed it meanwhile
    told = {"id": hashlib.sha256(claimed.id.encode()).hexdigest()[:32], "at": timestamp(now())}
    body = json.dumps({**told, "event": claimed.payload["event"], "network": claimed.payload["network"]}).encode()
    try:
        where = look_up(webhook.address, allowed_inside(service.config.keys))
        status = post(where, body, signed(secret_of(service.secret, webhook.id), body))
    except (NotAllowed, OSError, ValueError) as fault:
        _not_taken(service.db, webhook, claimed, fault)
        return
    if not 200 <= status < 300:
        _not_taken(service.db, webhook, claimed, NotTaken(str(status)))
        return
    _note(service.db, webhook, failing=False)


def signed(secret: str, body: bytes) -> dict[str, str]:
    """Sign a post with its moment, so that an old one cannot be sent again by somebody else."""
    moment = str(int(now().timestamp()))
    seal = hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    return {"Content-Type": "application/json", "Fotfeste-Signature": f"t={moment},v1={seal}", "User-Agent": "Fotfeste"}


def _not_taken(db: Database, webhook: Webhook, claimed: Claim, fault: Exception) -> None:
    _note(db, webhook, failing=True)
    if claimed.tries < GIVEN_UP:
        raise NotTaken from fault


def _note(db: Database, webhook: Webhook, *, failing: bool) -> None:
    if failing != (webhook.failing is not None):
        with writing(db):
            Webhook.update(failing=today() if failing else None).where(Webhook.id == webhook.id).execute()
