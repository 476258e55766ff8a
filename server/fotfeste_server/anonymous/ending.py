"""The last seal of a programme: what still waits is put together or dropped, and nothing can be asked afterwards."""

import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fotfeste_shared.database import Database, writing
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import new_id

from . import releases
from .disclosure import Cell, Given, Uniform, blocks_of
from .invitations import EVERYWHERE, THE_END
from .keys import Keys
from .models import Waiting, Window
from .sealing import CHANCE, Rules, Sealed, close, finish, hold, keep_blocks, never_fewer, waiting
from .texts import destroy_texts, gathering, readings
from .turnout import note_last_turnout


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What still waits in a network, before its last seal."""

    ended: bool
    open_windows: int
    answers: int
    unread: int
    too_few: int


def leftovers(network: str) -> Leftovers:
    """Tell what the last seal would find; answers are counted question by question, as they lie."""
    windows = list(Window.select(Window.quarter, Window.sealed).where(Window.network == network))
    return Leftovers(
        ended=any(each.quarter == THE_END for each in windows),
        open_windows=sum(each.sealed is None for each in windows),
        answers=Waiting.select().where(Waiting.network == network).count(),
        unread=sum(each.texts for each in readings(network)),
        too_few=sum(n for _, _, n in gathering(network)),
    )


def end_network(
    db: Database,
    keys: Keys,
    folder: Path,
    network: str,
    colluders: int,
    *,
    today: date,
    uniform: Uniform = CHANCE,
    unread: bool = False,
) -> Sealed:
    """Make the last seal of a programme: what still waits in all places becomes one block, or is dropped for ever.

    Refused while texts wait for their reader, unless somebody has said that they may go `unread`.
    """
    releases.replay(db, releases.path_of(folder, network))
    with writing(db):
        ends = [each.id for each in hold(network) if each.quarter == THE_END]
        rules = Rules(keys, network, never_fewer(network, colluders), uniform)
        done = Sealed(ends[0]) if ends else _seal_the_end(rules, today, unread=unread)
    keys.destroy_waiting(network)
    finish(db, keys, folder, network, done.window)
    return done


def _seal_the_end(rules: Rules, today: date, *, unread: bool) -> Sealed:
    windows, last = hold(rules.network), new_id()
    if any(each.sealed is None for each in windows):
        # What comes out of an open window would have nothing left to wait for.
        raise Conflicting("Et vindu er ikke talt opp ennå. Tell det opp først.")
    if readings(rules.network) and not unread:
        raise Conflicting("Noen tekster venter på å bli lest. Les dem først, eller si at de skal slettes uleste.")
    Window.insert(
        id=last, network=rules.network, quarter=THE_END, opens=today, closes=today, public_key=secrets.token_bytes(32)
    ).execute()
    close(last, windows, rules.colluders)
    everywhere: dict[Cell, list[Given]] = defaultdict(list)
    places: dict[Cell, int] = {}
    for cell, given in waiting(rules).items():
        everywhere[replace(cell, place=EVERYWHERE)] += [answer for _, answer in given]
        places[cell] = 0
    told = blocks_of(everywhere, rules.colluders, rules.uniform)
    Waiting.delete().where(Waiting.network == rules.network).execute()
    keep_blocks(rules.network, last, told, places)
    note_last_turnout(rules.network, last)
    destroy_texts(rules.network)
    return Sealed(last, blocks=len(told))
