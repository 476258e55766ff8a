"""How many were asked and how many answered, told when a window is sealed, where at least five were asked.

That somebody answered is not protected as what they answered is, but below five it would point at a person. So a
place with fewer waits until enough have been asked, and a sum is never told beside all but one of its parts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from peewee import fn

from fotfeste_shared.revisions import new_id

from .invitations import EVERYWHERE
from .models import Door, Inbox, Invitation
from .release_models import Hall, Turnout

FEWEST = 5
Where: TypeAlias = tuple[str, str, str]  # form, wave, place
Pair: TypeAlias = tuple[int, int]  # asked, answered


def note_turnout(network: str, window: str) -> None:
    """Count a window's links and answers, before they go; with what was too little to tell before."""
    pairs = _counted(window)
    for where, (invited, answered) in _untold(network).items():
        had = pairs.get(where, (0, 0))
        pairs[where] = (had[0] + invited, had[1] + answered)
    _clear(network)
    _keep(network, window, pairs)


def note_last_turnout(network: str, window: str) -> None:
    """Put together what was too little to tell anywhere; what is too little together as well is dropped."""
    together: dict[Where, Pair] = defaultdict(lambda: (0, 0))
    for (form, wave, _), (invited, answered) in _untold(network).items():
        had = together[form, wave, EVERYWHERE]
        together[form, wave, EVERYWHERE] = (had[0] + invited, had[1] + answered)
    _clear(network)
    _keep(network, window, {where: pair for where, pair in together.items() if pair[0] >= FEWEST})


def _counted(window: str) -> dict[Where, Pair]:
    """Count links that were made, less those that came back; behind a door, the people who were there."""
    invited: Counter[Where] = Counter(_by_place(Invitation, window))
    for door in Hall.select(Hall, Door).join(Door).where(Door.window == window):
        invited[door.door.form, door.door.wave, EVERYWHERE] = door.people
    answered: Counter[Where] = Counter(_by_place(Inbox, window))
    return {where: (n, min(n, answered[where])) for where, n in invited.items()}


def _by_place(model: type[Invitation] | type[Inbox], window: str) -> dict[Where, int]:
    columns = (model.form, model.wave, model.place)
    rows = model.select(*columns, fn.COUNT(model.id).alias("n")).where(model.window == window).group_by(*columns)
    found = cast("Iterable[dict[str, Any]]", rows.dicts())
    return {(row["form"], row["wave"], row["place"]): int(row["n"]) for row in found}


def _untold(network: str) -> dict[Where, Pair]:
    rows = Turnout.select().where((Turnout.network == network) & Turnout.window.is_null())
    return {(row.form, row.wave, row.place): (row.invited, row.answered) for row in rows}


def _clear(network: str) -> None:
    Turnout.delete().where((Turnout.network == network) & Turnout.window.is_null()).execute()


def _keep(network: str, window: str, pairs: Mapping[Where, Pair]) -> None:
    """Write down what may be told with this window, and what is to wait."""
    for (form, wave, place), (invited, answered) in sorted(pairs.items()):
        Turnout.insert(
            id=new_id(), network=network, window=window if invited >= FEWEST else None,
            form=form, wave=wave, place=place, invited=invited, answered=answered,
        ).execute()  # fmt: skip


def forget_untold(network: str, wheres: Iterable[Where]) -> None:
    """Forget what waits in places that have been told since, after a restore."""
    for form, wave, place in wheres:
        here = (Turnout.form == form) & (Turnout.wave == wave) & (Turnout.place == place)
        Turnout.delete().where((Turnout.network == network) & Turnout.window.is_null() & here).execute()
