"""What a network promises those who answer: one number, agreed before the first window, and never lowered after.

The number says how many of a group may tell each other everything without anybody else's answer being provable. The
smallest group and the rounding follow from it.
"""

from dataclasses import dataclass

from fotfeste_shared.database import Database, Prepared, gap, locked, writing
from fotfeste_shared.problems import Conflicting, Invalid

from .anonymous.disclosure import crowd
from .anonymous.models import Window
from .named.models import Network

CHOICES = (1, 2, 3)
COLLUDERS = Prepared(Network, lambda: Network.select(Network.colluders).where(Network.id == gap("id")))


@dataclass(frozen=True, slots=True)
class Promise:
    """What a number of colluders means: the smallest group, and what counts near nobody or everybody are rounded to."""

    colluders: int

    @property
    def smallest(self) -> int:
        """How many answers a number is made of, at least."""
        return crowd(self.colluders)

    @property
    def base(self) -> int:
        """What is rounded to."""
        return self.colluders + 2


def promise_of(network: str) -> Promise:
    """Find what a network promises; one that is gone promises the least there is."""
    row = COLLUDERS.run(id=network).fetchone()
    return Promise(int(row[0]) if row else 1)


def has_begun(network: str) -> bool:
    """Tell whether a window was ever opened, so that the promise binds."""
    return bool(Window.select().where(Window.network == network).exists())


def agree(db: Database, network: Network, colluders: int) -> None:
    """Agree on the number: any before the first window is opened, afterwards a higher one only."""
    if colluders not in CHOICES:
        raise Invalid(questions={"colluders": "Velg ett av svarene i listen."})
    with writing(db):
        held = locked(Network.select().where(Network.id == network.id)).get()
        if colluders < held.colluders and has_begun(network.id):
            raise Conflicting("Et vindu er åpnet. Da kan tallet bare bli høyere, for det er lovet dem som svarer.")
        Network.update(colluders=colluders).where(Network.id == network.id).execute()
