"""Municipalities that get other numbers, merge or are split while a network lasts.

The number that a municipality had when it joined stays its key for as long as the network lasts, so nothing that was
counted under it is lost; its name follows the register. Through a merger or a split its teams are moved, each with
all its reports, and what was counted before stays where it was counted.
"""

from collections.abc import Iterable

from fotfeste_shared.database import Database, writing
from fotfeste_shared.municipalities import find, followers, forerunners, name_of, same_line
from fotfeste_shared.problems import Conflicting

from .models import Network, Pairing, Participation, Team
from .networks import open_reports


def place_of(network: Network, number: str) -> Participation | None:
    """Find a municipality in a network under whichever of its numbers it joined."""
    mine = (Participation.network == network.id) & Participation.municipality.in_(same_line(number))
    found: Participation | None = Participation.get_or_none(mine)
    return found


def is_called_now(place: Participation) -> list[str]:
    """Say what a municipality is called today where that is something else: one name, or several after a split."""
    today = followers(str(place.municipality))
    if today == [place.municipality]:
        return []
    return [f"{found.number} {found.label}" for code in today if (found := find(code)) is not None]


def counted_as_before(places: Iterable[Participation]) -> list[tuple[str, list[str]]]:
    """Name the municipalities that were split or joined with others, each with what it is today.

    What was answered in them stays counted under the name of then (decision 29), and readers must be told so.
    """
    return [(name_of(number), is_called_now(place)) for place in places if _is_other(number := str(place.municipality))]


def _is_other(number: str) -> bool:
    """Tell whether a municipality is more than renumbered: its figures are no longer those of one place today."""
    today = followers(number)
    return len(today) > 1 or (today != [number] and len(forerunners(today[0])) > 1)


def move_team(db: Database, team: Team, place: Participation) -> None:
    """Let a team belong to another municipality of its network from now on, with its reports and its pairings."""
    if team.participation.network_id != place.network_id:
        raise Conflicting("Teamet kan bare flyttes innenfor nettverket.")
    with writing(db):
        taken = (Team.participation == place.id) & (Team.name == team.name) & (Team.id != team.id)
        called = str(team.name)
        if Team.select().where(taken).exists():
            called = f"{called} ({name_of(str(team.participation.municipality))})"
        Team.update(participation=place.id, name=called).where(Team.id == team.id).execute()
        Pairing.update(participation=place.id).where(Pairing.team == team.id).execute()
        open_reports(place.network)
