"""Gives a desktop client what is new within its person's scope, and what it needs to work offline."""

import hashlib
import re

from fotfeste_shared.clock import now
from fotfeste_shared.municipalities import find
from fotfeste_shared.revisions import About, receipt_code, timestamp
from fotfeste_shared.sync import (
    APP,
    PROTOCOL,
    SERVICE,
    Followed,
    FormLine,
    Have,
    HaveReply,
    OpenRecord,
    PairingLine,
    PersonLine,
    Pull,
    PullReply,
    Roster,
    Row,
    Thing,
)
from fotfeste_shared.sync import Tombstone as Gravestone

from .access import ADVISOR_NOTE, Scope
from .advising import followed
from .agenda import gathering_name, language_of, opened_for, title_of
from .candidates import mentors_to_choose, teams_headed
from .history import COUNTED, history, rejudged
from .house import fact
from .knowing import context_of, offered_at
from .mentoring import pauses
from .mentoring_models import Takeover
from .models import Gathering, Network, Pairing, Participation, PublishedForm, Record, Revision, Ruling, Team, Tombstone
from .new_hires import REGISTRATION
from .publishing import published
from .pushing import backed_up_to, known_hold

CURSOR = re.compile(r"(?P<place>[0-9a-f]{16}\.[0-9a-f]{16})\.(?P<seq>[0-9]{1,15})\.(?P<buried>[0-9]{1,15})", re.ASCII)


def pull(mine: Scope, wish: Pull) -> PullReply:
    """Give the rows after the cursor; another history or another scope begins from the beginning."""
    told = history(wish.known)
    place = f"{fact('link0')[:16]}.{_scope_mark(mine)}"
    (since, buried), reset = _since(wish.cursor, place)
    rows = list(_rows(mine, since, wish.limit + 1))
    more = len(rows) > wish.limit
    rows = rows[: wish.limit]
    reached = rows[-1].seq if more else told.seq
    stones = list(Tombstone.select().where(Tombstone.number > buried).order_by(Tombstone.number))
    rows += [Row(seq=told.seq, tombstone=Gravestone(record=each.record, reason="erased")) for each in stones]
    buried = stones[-1].number if stones else buried
    return PullReply(
        service=SERVICE,
        protocol=PROTOCOL,
        batch=wish.batch,
        server=fact("server"),
        now=timestamp(now()),
        history=told,
        rows=rows,
        forms=forms(),
        roster=roster(mine),
        cursor=f"{place}.{reached}.{buried}",
        newest_app=APP,
        more=more,
        reset=reset,
        backed_up_to=backed_up_to(),
    )


def _since(cursor: str | None, place: str) -> tuple[tuple[int, int], bool]:
    """Read how far the log and the tombstones were read; a cursor of another place begins from the beginning."""
    if not cursor:
        return (0, 0), False
    found = CURSOR.fullmatch(cursor)
    if found is None or found["place"] != place:
        return (0, 0), True
    return (int(found["seq"]), int(found["buried"])), False


def _scope_mark(mine: Scope) -> str:
    """Name what a person reaches: when it changes, older rows may have come within reach.

    So they may when an organizer lets a held revision count, or the judge has learnt the form of one.
    """
    reached = (
        rejudged(),
        Ruling.select().where(Ruling.outcome == "accepted").count(),
        sorted(repr(held) for held in mine.roles),
        sorted(team.id for team in mine.teams().select(Team.id)),
        sorted(pairing.id for pairing in mine.pairings().select(Pairing.id)),
    )
    return hashlib.sha256(repr(reached).encode()).hexdigest()[:16]


def _rows(mine: Scope, since: int, limit: int) -> list[Row]:
    counted = Revision.held.is_null() | Revision.held.in_(COUNTED)
    within = counted & Revision.record.in_(mine.records().select(Record.id))
    own = Revision.author == mine.person.id
    new = (Revision.seq > since) & Revision.text.is_null(False)
    found = Revision.select().where(new & (within | own)).order_by(Revision.seq).limit(limit)
    link0 = fact("link0")
    return [
        Row(
            seq=row.seq,
            rev=row.rev,
            digest=row.digest,
            text=row.text,
            receipt=receipt_code(row.rev, row.digest, row.seq, link0),
            held=known_hold(row.held),
        )
        for row in found
    ]


def have(wish: Have) -> HaveReply:
    """Name which of some revisions we have not got."""
    got = {row.rev for row in Revision.select(Revision.rev).where(Revision.rev.in_(wish.revs))}
    return HaveReply(
        service=SERVICE,
        protocol=PROTOCOL,
        batch=wish.batch,
        server=fact("server"),
        now=timestamp(now()),
        history=history(wish.known),
        missing=[rev for rev in wish.revs if rev not in got],
    )


def forms() -> list[FormLine]:
    """List every published version; their texts are fetched by digest."""
    found = PublishedForm.select().order_by(PublishedForm.code, PublishedForm.version)
    return [FormLine(code=f.code, version=f.version, digest=f.digest, retired=f.retired) for f in found]


# --- the roster ------------------------------------------------------------------------------------


def roster(mine: Scope) -> Roster:
    """Give what a device needs in order to work offline, and nothing beyond its person's scope."""
    return Roster(
        person=PersonLine(id=mine.person.id, name=mine.person.name, language=language_of(mine)),
        networks=[Thing(id=each.id, name=each.name) for each in mine.networks().order_by(Network.starts)],
        teams=[_team(mine, each) for each in mine.teams().order_by(Team.name)],
        gatherings=[
            Thing(id=each.id, name=gathering_name(each), of=each.network_id)
            for each in mine.gatherings().order_by(Gathering.network, Gathering.number)
        ],
        pairings=[_pairing(each, mine) for each in mine.pairings().order_by(Pairing.started)],
        mentors=[Thing(id=each.id, name=each.name) for each in mentors_to_choose(mine)] if teams_headed(mine) else [],
        records=[
            OpenRecord(
                id=task.record.id,
                form=task.record.form,
                about_kind=task.record.about_kind,
                about_id=task.record.about_id,
                title=task.title,
                due=task.due.isoformat() if task.due else None,
                facts=_facts(mine, task.record),
                choices={code: sorted(offered) for code, offered in _offered(task.record).items()},
            )
            for task in opened_for(mine, "desktop", language_of(mine))
        ],
        follows=[
            Followed(record=record.id, title=title_of(record, language_of(mine)), step=step)
            for record, step in followed(mine)
        ],
    )


def _team(mine: Scope, team: Team) -> Thing:
    notes = mine.may_hand_in(published(ADVISOR_NOTE), About("team", team.id))
    begins = [ADVISOR_NOTE] if notes else []
    begins += [REGISTRATION] if team.id in teams_headed(mine) else []
    return Thing(id=team.id, name=team.name, of=team.participation.network_id, begins=begins)


def _facts(mine: Scope, record: Record) -> dict[str, str | int]:
    about = About(record.about_kind, record.about_id)
    return dict(context_of(mine, published(record.form), about, record=record.id).facts)


def _offered(record: Record) -> dict[str, frozenset[str]]:
    return offered_at(published(record.form), record.id)


def _pairing(pairing: Pairing, mine: Scope) -> PairingLine:
    place = Participation.get_by_id(pairing.participation_id).municipality
    found, taken = find(place), Takeover.get_or_none(Takeover.pairing == pairing.id)
    return PairingLine(
        id=pairing.id,
        unit=pairing.unit,
        profession=pairing.profession,
        started=pairing.started.isoformat(),
        municipality=found.name if found else place,
        ended=pairing.ended.isoformat() if pairing.ended else None,
        mine=pairing.mentor_id == mine.person.id,
        away=[(each.first.isoformat(), each.last.isoformat()) for each in reversed(pauses(pairing))],
        since=taken.day.isoformat() if taken else None,
    )
