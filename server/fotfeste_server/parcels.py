"""Takes in undelivered work that came by hand: the same door as a push, so nothing comes in twice."""

import gzip
import io
import zlib
from collections import Counter

from fotfeste_shared.clock import now
from fotfeste_shared.closed_file import NotOpened, is_locked, open_file, public_part, unlock_file
from fotfeste_shared.database import Database, Writer
from fotfeste_shared.problems import Invalid
from fotfeste_shared.revisions import new_id, timestamp
from fotfeste_shared.sync import ITEMS_IN_A_PUSH, SERVICE, BadMessage, Parcel, Push, read

from .anonymous.keys import Keys
from .named.models import Device, Person
from .named.pushing import push_items
from .named.secret import hashed

KEY = "parcel.key"
LARGEST = 64 << 20  # inflated
UNREADABLE = (
    "Vi kan ikke lese filen. Den er skadet, eller laget for en annen tjeneste. Lagre den på nytt fra programmet."
)
NOT_TOLD = "Filen er lukket med et passord. Spør den som har lagret den, og skriv passordet."
NOT_FITTING = "Vi kan ikke åpne filen. Passordet er feil, eller filen er skadet. Sjekk begge, og prøv igjen."


def public_key(keys: Keys) -> str:
    """Give the key to which devices close what is carried by hand."""
    return public_part(keys.secret(KEY)).hex()


def take_in(db: Database, writer: Writer, keys: Keys, closed: bytes, passphrase: str = "") -> Counter[str]:
    """Push what lies in a parcel, as its device would have; tells how many had which outcome."""
    parcel = _opened(keys, closed, passphrase)
    sender, outcomes = _sender(parcel), Counter[str]()
    for start in range(0, len(parcel.items), ITEMS_IN_A_PUSH):
        push = Push(
            batch=new_id(),
            device=parcel.device,
            install=parcel.install,
            push_no=sender.push_no,
            app="parcel",
            sent_at=parcel.made_at or timestamp(now()),
            items=parcel.items[start : start + ITEMS_IN_A_PUSH],
        )
        reply = writer.do(lambda push=push: push_items(db, sender, push))  # type: ignore[misc]  # bound at once
        outcomes.update(each.outcome for each in reply.items)
        outcomes["held"] += sum(each.held is not None for each in reply.items)
        outcomes["unknown"] += len(push.items) - len(reply.items)
    return outcomes


def _opened(keys: Keys, closed: bytes, passphrase: str) -> Parcel:
    plain, locked = io.BytesIO(), is_locked(closed)
    if locked and not passphrase:
        raise Invalid(NOT_TOLD, code="passphrase")
    try:
        if locked:
            unlock_file(io.BytesIO(closed), plain, passphrase)
        else:
            open_file(io.BytesIO(closed), plain, keys.secret(KEY))
        plain.seek(0)
        with gzip.GzipFile(fileobj=plain) as packed:
            text = packed.read(LARGEST + 1)
        parcel = read(Parcel, text)
    except (NotOpened, BadMessage, OSError, EOFError, zlib.error) as fault:
        raise Invalid(NOT_FITTING if locked else UNREADABLE, code="unreadable") from fault
    if parcel.service != SERVICE or len(text) > LARGEST:
        raise Invalid(UNREADABLE, code="unreadable")
    return parcel


def _sender(parcel: Parcel) -> Device:
    """Find the device by its token; without one that holds, everything waits for an organizer to look at.

    Anybody may close a file to our public key, so only the token shows that it came from where it says.
    """
    device = Device.get_or_none((Device.id == parcel.device) & (Device.token_hash == hashed("device", parcel.token)))
    if device is not None:
        return device
    person = Person.get_or_none(Person.id == parcel.person)
    if person is None:
        raise Invalid(UNREADABLE, code="unreadable")
    return Device(id=None, person=person, install=parcel.install, state="drain_only", push_no=0, enrolled=now())
