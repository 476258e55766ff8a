"""Addresses that took no letter, so that a person sees it beside the name and mends it."""

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing

from .registration_models import Bounce


def note_bounce(db: Database, address: str) -> None:
    """Note that an address took no letter."""
    with writing(db):
        insert_once(Bounce, Bounce.address, address=address.casefold(), at=now())


def note_arrival(db: Database, address: str) -> None:
    """Note that an address takes letters after all."""
    if bounced(address):
        with writing(db):
            Bounce.delete().where(Bounce.address == address.casefold()).execute()


def bounced(address: str) -> bool:
    """Tell whether the last letter to an address came back."""
    return bool(Bounce.select().where(Bounce.address == address.casefold()).exists())
