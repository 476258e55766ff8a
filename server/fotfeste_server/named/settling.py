"""Held revisions: stored as they came, shown to an organizer with the reason, and settled by a person.

An organizer lets one count as it is, or sets it aside with a note; its text stays where it is either way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.judging import judge
from fotfeste_shared.kinds import Answer, Question
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import read_revision
from fotfeste_shared.wording import Language

from .access import SESSION_LOG, Scope, scope
from .history import COUNTED, hold_log, renew_leaves
from .knowing import context_of, labels
from .models import Network, Person, Record, Revision, Ruling
from .new_hires import pair_as_accepted
from .publishing import published

Settled = Literal["accepted", "set_aside"]


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One revision that waits for a person: what, by whom, when, and why; `counts` tells whether it does already."""

    rev: str
    record: Record
    author: str
    received: datetime
    why: str
    counts: bool


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One that a person has settled."""

    record: Record
    outcome: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What a held revision says: answers in words, and what the judge says of them; nothing where one may not read."""

    readable: bool
    answers: list[tuple[str, str]]
    complaints: list[str]


def held(mine: Scope, network: Network) -> list[HeldLine]:
    """List what waits in a network, oldest first."""
    ruled = Ruling.select(Ruling.rev)
    rows = _inside(mine, network).where(Revision.rev.not_in(ruled)).order_by(Revision.seq)
    return [
        HeldLine(row.rev, row.record, row.author.name, row.received_at, str(row.held), row.held in COUNTED)
        for row in rows
    ]


def held_count(mine: Scope, network: Network) -> int:
    """Count what waits in a network."""
    return int(_inside(mine, network).where(Revision.rev.not_in(Ruling.select(Ruling.rev))).count())


def _inside(mine: Scope, network: Network) -> Any:  # noqa: ANN401 (a query of peewee)
    """The held revisions of a network; what belongs to none is for those who plan everywhere."""
    here = Record.network == network.id
    if any(role.role == "organizer" and role.network is None for role in mine.roles):
        here |= Record.network.is_null()
    joined = Revision.select(Revision, Record).join(Record)
    return joined.where(here & Revision.held.is_null(False) & Revision.text.is_null(False))


def settled(network: Network, most: int = 20) -> list[SettledLine]:
    """List what was settled lately."""
    ours = Revision.select(Revision.rev).join(Record).where(Record.network == network.id)
    rows = Ruling.select().where(Ruling.rev.in_(ours)).order_by(Ruling.at.desc()).limit(most)
    records = {row.rev: row.record for row in Revision.select().where(Revision.rev.in_([row.rev for row in rows]))}
    return [SettledLine(records[row.rev], row.outcome, row.person.name, row.at, row.note) for row in rows]


def look_into(rev: str, language: Language) -> Inside:
    """Read a held revision as far as one may: a mentor's talks are for that mentor alone, also when held."""
    row = Revision.get(Revision.rev == rev)
    if row.form == SESSION_LOG:
        return Inside(readable=False, answers=[], complaints=[])
    content = read_revision(str(row.text))
    try:
        form = published(content.form, content.form_version)
    except NotFound:
        return Inside(readable=True, answers=_told(None, content, language), complaints=[])
    author = scope(Person.get_by_id(content.author))
    complaints = judge(form, content.answers, context_of(author, form, content.about)).sentences(language)
    names = {question.code: question.text.in_(language) for question in form.questions()}
    said = [f"{names.get(path.split('/')[0], path)} – {sentence}" for path, sentence in complaints.items()]
    named = {id_: name for things in labels(author, form, content.about).values() for id_, name in things}
    told = [(question, named.get(answer, answer)) for question, answer in _told(form, content, language)]
    return Inside(readable=True, answers=told, complaints=said)


def _told(form: FormDefinition | None, content: Content, language: Language) -> list[tuple[str, str]]:
    """Say answers in words whatever their shape: what is held may not be as the form wants it."""
    known: dict[str, Question] = {each.code: each for each in form.questions()} if form else {}
    return [
        (known[code].text.in_(language) if code in known else code, _plain(known.get(code), answer, language))
        for code, answer in content.answers.items()
    ]


def _plain(question: Question | None, answer: Answer, language: Language) -> str:
    if isinstance(answer, list):
        return "; ".join(
            ", ".join(_plain(None, each, language) for each in part.values())
            if isinstance(part, dict)
            else _plain(question, part, language)
            for part in answer
        )
    words: dict[str, str] = {each.code: each.text.in_(language) for each in getattr(question, "choices", None) or ()}
    return words.get(str(answer), str(answer))


def settle(db: Database, mine: Scope, network: Network, rev: str, outcome: Settled, *, note: str = "") -> None:
    """Let a held revision count as it is, or set it aside; either is done once and remembered with its note."""
    with writing(db):
        hold_log()
        row = _inside(mine, network).where(Revision.rev == rev).first()
        if row is None:
            raise NotFound
        if Ruling.select().where(Ruling.rev == rev).exists():
            raise Conflicting
        Ruling.create(rev=rev, outcome=outcome, person=mine.person.id, note=note, at=now())
        if outcome == "accepted":
            _must_be_readable(row)
            Revision.update(held=None).where(Revision.rev == rev).execute()
            content = read_revision(row.text)
            if row.held not in COUNTED:
                renew_leaves(content)
            pair_as_accepted(db, network, content)


def _must_be_readable(row: Revision) -> None:
    """What counts is read by many; a form that this server does not know can not."""
    try:
        published(row.form, row.form_version)
    except NotFound as fault:
        raise Conflicting("Tjenesten kjenner ikke denne utgaven av skjemaet ennå, så det kan ikke telle.") from fault
