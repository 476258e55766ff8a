"""A municipality changes a sign-up that was accepted: what it means for its teams is shown, then put through.

Only what has changed since the last time is done, so that whatever an organizer has done on a team's page since stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.kinds import YES, Answers
from fotfeste_shared.municipalities import same_line
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import Revision as Content

from .access import BINDING
from .amending_models import PutThrough
from .joining import rows_in
from .ledger import current, revisions_of
from .models import Member, Network, Participation, Person, Record, Team
from .networks import administrators, appoint_administrator
from .registration_models import Registration
from .teams import form_team, seat, unseat

AGAIN = "Påmeldingen er endret på nytt. Se over endringene en gang til."
Kind = Literal["contact", "team", "gone", "joins", "seat", "leaves"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than it was: a team, or a person in one; `hands_in` for the team's contact.

    A team that is `gone` is left to a person, who knows where its work is to go on.
    """

    kind: Kind
    team: str = ""
    name: str = ""
    address: str = ""
    seat: str = ""
    hands_in: bool = False


@dataclass(frozen=True, slots=True)
class Amendment:
    """A municipality's changed sign-up, and what it would change; perhaps no team, when other answers are new."""

    place: Participation
    rev: str
    changes: tuple[Change, ...]


def amendment(place: Participation) -> Amendment | None:
    """Tell what a municipality has changed since its sign-up was put through last; None when nothing waits."""
    record = Record.get_or_none(Record.natural_key == f"{BINDING}:{place.id}")
    written = current(record.id) if record else None
    if record is None or written is None:
        return None
    before = _put_through(place, record)
    if before is not None and before.rev == written.rev:
        return None
    found = _changes(place, before.answers if before else {}, written.answers)
    changes = tuple(each for each in found if not _is_so(place, each))
    if before is None and not changes:
        return None  # what an organizer has made by hand is what is written here
    return Amendment(place, written.rev, changes)


def amended(network: Network) -> list[Amendment]:
    """Give the changed sign-ups of a network that wait for an organizer."""
    places = Participation.select().where((Participation.network == network.id) & Participation.left_on.is_null())
    return [told for place in places.order_by(Participation.id) if (told := amendment(place)) is not None]


def _put_through(place: Participation, record: Record) -> Content | None:
    """Find the newest version that the teams were made or changed by: an accepted sign-up, or a change of it."""
    done = {each.rev for each in PutThrough.select().where(PutThrough.participation == place.id)}
    taken_in = (Registration.network == place.network_id) & (Registration.state == "accepted")
    mine = Registration.municipality.in_([*same_line(str(place.municipality)), place.municipality])
    done |= {each.id for each in Registration.select(Registration.id).where(taken_in & mine)}
    known = [each for each in revisions_of(record.id) if each.rev in done]
    return known[-1] if known else None


# --- what is otherwise ---------------------------------------------------------------------------------------


def _changes(place: Participation, before: Answers, after: Answers) -> Iterator[Change]:
    if _address(after, "kontakt_epost") != _address(before, "kontakt_epost"):
        yield Change("contact", name=str(after.get("kontakt_navn", "")), address=_address(after, "kontakt_epost"))
    old, new = _by_name(before), _by_name(after)
    for key, team in new.items():
        name = str(team.get("navn", ""))
        if key not in old:
            yield Change("team", name)
        elif team_called(place, name) is None:
            continue  # an organizer has moved it; who is in it now is said there
        yield from _people(name, old.get(key, {}), team)
    yield from (Change("gone", str(team.get("navn", ""))) for key, team in old.items() if key not in new)


def _by_name(answers: Answers) -> dict[str, Answers]:
    return {str(team.get("navn", "")).casefold(): team for team in rows_in(answers, "team")}


def _address(sheet: Answers, code: str) -> str:
    return str(sheet.get(code, "")).casefold()


def _people(team: str, before: Answers, after: Answers) -> Iterator[Change]:
    old = {_address(each, "epost"): each for each in rows_in(before, "medlemmer")}
    new = {_address(each, "epost"): each for each in rows_in(after, "medlemmer")}
    for address, each in new.items():
        had = old.get(address)
        if had is None or (had.get("rolle"), had.get("teamkontakt")) != (each.get("rolle"), each.get("teamkontakt")):
            yield _of_person("joins" if had is None else "seat", team, each)
    yield from (_of_person("leaves", team, each) for address, each in old.items() if address not in new)


def _of_person(kind: Kind, team: str, each: Answers) -> Change:
    leads = each.get("teamkontakt") == YES
    return Change(kind, team, str(each.get("navn", "")), _address(each, "epost"), str(each.get("rolle", "")), leads)


def _is_so(place: Participation, change: Change) -> bool:
    """Tell whether something is as it would become: somebody has seen to it on another page."""
    if change.kind == "contact":
        return any(each.email == change.address for each in administrators(place))
    team = team_called(place, change.team)
    if change.kind in ("team", "gone"):
        return (change.kind == "team") == (team is not None)
    member = _seat_of(team, change.address) if team else None
    if change.kind == "leaves":
        return member is None
    return member is not None and (member.seat, member.contact) == (change.seat, change.hands_in)


def _seat_of(team: Team, address: str) -> Member | None:
    here = (Member.team == team.id) & (Person.email == address) & Member.left.is_null()
    found: Member | None = Member.select().join(Person).where(here).first()
    return found


def team_called(place: Participation, name: str) -> Team | None:
    """Find a municipality's team by its name, however its letters are."""
    here = Team.select().where(Team.participation == place.id)
    return next((team for team in here if team.name.casefold() == name.casefold()), None)


# --- putting it through --------------------------------------------------------------------------------------


def put_through(db: Database, place: Participation, by: Person, rev: str) -> list[Member]:
    """Let the teams be as the municipality has written in the version that was seen; gives who hands in from now on.

    Once is enough: a repeat finds nothing that waits. A newer version is looked at first.
    """
    with writing(db):
        if PutThrough.select().where(PutThrough.rev == rev).exists():
            return []
        told = amendment(place)
        if told is None or told.rev != rev:
            raise Conflicting(AGAIN)
        insert_once(PutThrough, PutThrough.rev, rev=rev, participation=place.id, person=by.id, at=now())
        done = [_do(db, place, change) for change in told.changes]
        return [member for member in done if member is not None and member.contact]


def _do(db: Database, place: Participation, change: Change) -> Member | None:
    """Do one change; gives the seat that somebody has got."""
    if change.kind == "contact":
        appoint_administrator(db, place, change.name, change.address)
        return None
    team = team_called(place, change.team)
    if change.kind == "team" and team is None:
        form_team(db, place, change.team)
    if team is None:
        return None
    if change.kind in ("joins", "seat"):
        return seat(db, team, change.name, change.address, change.seat, contact=change.hands_in)
    member = _seat_of(team, change.address) if change.kind == "leaves" else None
    if member is not None:
        unseat(db, member)
    return None
