"""Devices as witnesses of the audit log: each remembers its head, and tells at every pull what it remembers.

Whoever cuts the log's end or writes all of it anew owns the machine it lies on, but not the mentors' computers.
"""

from dataclasses import dataclass

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, writing
from fotfeste_shared.revisions import timestamp
from fotfeste_shared.sync import AuditWord

from .. import audit
from .models import Device
from .witness_models import Witness


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device remembers and whether a restore from a backup explains that our log does not have it."""

    device: str
    head: audit.Head
    explained: bool


def hear(db: Database, device: Device, told: str | None) -> AuditWord:
    """Take down what a device remembers, and answer with what it is to remember from now on.

    One that agrees is written down once a day, one that does not at once.
    """
    here = str(audit.head())
    if told is None:
        return AuditWord(head=here)
    remembered = audit.read_head(told)
    holds = audit.holds(remembered)
    known = Witness.get_or_none(Witness.device == device.id)
    if known is None or known.day != today() or not holds:
        with writing(db):
            Witness.delete().where(Witness.device == device.id).execute()
            Witness.create(device=device.id, number=remembered.number, hash=remembered.hash, day=today())
    back = None if holds else audit.brought_back(remembered)
    return AuditWord(head=here, holds=holds, brought_back=timestamp(back) if back else None)


def dissenting() -> list[Heard]:
    """Name the devices that remember another log than the one we have."""
    heard = [(each.device_id, audit.Head(each.number, each.hash)) for each in Witness.select().order_by(Witness.device)]
    return [
        Heard(device, head, audit.brought_back(head) is not None) for device, head in heard if not audit.holds(head)
    ]
