"""A form that a whole team writes: kept while it is written, merged when two write at once, and never overwritten.

The states of a draft grow like revisions do: each names the states that its writer had seen. What two people wrote in
different places is put together; where they wrote in the same place both states stay until a person has chosen.
What was handed in is a state like the others, so a computer that delivers meanwhile meets the draft in the same way.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from fotfeste_shared.changes import Change, Clash, diff, merge, texts
from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, locked, writing
from fotfeste_shared.forms import canonical
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import new_id

from .ledger import revisions_of
from .models import Person, Record, Team
from .report_models import DraftVersion

ONE_SITTING = timedelta(minutes=10)  # so long does typing on go into one state, as long as no text goes
State = Literal["kept", "merged", "clashing"]


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a draft, ready to be read."""

    id: str
    number: int
    person: str
    author: str
    page: str
    parents: tuple[str, ...]
    answers: Answers
    begun: datetime
    at: datetime
    rev: str | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of what was written: its state, and who else has written since this page was opened."""

    version: str
    state: State
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything about one record's draft: all states, oldest first, and those that nobody has built on yet."""

    versions: tuple[Version, ...]
    begun: Answers

    @property
    def leaves(self) -> tuple[Version, ...]:
        """The states that nobody has built on; more than one waits for a person."""
        parents = {parent for each in self.versions for parent in each.parents}
        return tuple(each for each in self.versions if each.id not in parents)

    @property
    def last(self) -> Version | None:
        """The state that a page begins with, None before anybody wrote."""
        return self.leaves[-1] if self.versions else None

    @property
    def waits(self) -> bool:
        """Tell whether there is something that was written and not handed in."""
        return any(each.rev is None for each in self.leaves)

    def find(self, id_: str) -> Version | None:
        """Find a state by its id."""
        return next((each for each in self.versions if each.id == id_), None)

    def newest_of(self, page: str) -> Version | None:
        """Find the newest state that was written on an opened page."""
        return next((each for each in reversed(self.versions) if page and each.page == page), None)

    def between(self, one: Version, other: Version) -> Answers:
        """Give what two states have grown from: the nearest state before both, else what the form began with."""
        common = self._before(one) & self._before(other)
        nearest = max((each for each in self.versions if each.id in common), key=lambda each: each.number, default=None)
        return nearest.answers if nearest else self.begun

    def standing(self, state: Version) -> Saved:
        """Tell what others have written that is not in a state that was there already."""
        known = self._before(state)
        newer = [
            each for each in self.versions
            if each.id not in known and len(each.parents) < 2 and not (each.page and each.page == state.page)
            and not (each.rev and state.id in each.parents)
        ]  # fmt: skip
        names = tuple(dict.fromkeys(each.author for each in newer))
        return Saved(state.id, "clashing" if newer and len(self.leaves) > 1 else "merged" if newer else "kept", names)

    def _before(self, state: Version) -> set[str]:
        known = {each.id: each for each in self.versions}
        found: set[str] = set()
        waiting = [state.id]
        while waiting:
            id_ = waiting.pop()
            if id_ not in found and id_ in known:
                found.add(id_)
                waiting += known[id_].parents
        return found


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """One record's draft; `begun` is what the form begins with before anybody has written."""

    db: Database
    record: Record
    begun: Answers

    def read(self) -> Draft:
        """Give all states, what was handed in meanwhile included."""
        known = _handed_in(self.record)
        if any(content.rev not in known and not content.withdrawn for content in revisions_of(self.record.id)):
            with writing(self.db):
                _hold(self.record)
                self._take_in_revisions()
        return self._states()

    def _states(self) -> Draft:
        rows = DraftVersion.select(DraftVersion, Person).join(Person).where(DraftVersion.record == self.record.id)
        return Draft(tuple(_version(row) for row in rows.order_by(DraftVersion.number)), self.begun)

    def save(self, person: Person, seen: str, answers: Answers, page: str = "") -> Saved:
        """Keep what a page says now; `seen` is the state that the page knows, empty when there was none.

        The same again is the same state, and what one page sends again and again follows on itself, also when an
        answer of ours was lost. What others wrote meanwhile is put together with it where that can be done.
        """
        with writing(self.db):
            _hold(self.record)
            self._take_in_revisions()
            draft = self._states()
            base = draft.newest_of(page) or draft.find(seen)
            if answers == (base.answers if base else self.begun) and (base or not draft.versions):
                return draft.standing(base) if base else Saved("", "kept")
            built_on = [each for each in draft.versions if (base.id in each.parents if base else not each.parents)]
            repeated = next((each for each in built_on if each.answers == answers and each.person == person.id), None)
            if repeated:
                return draft.standing(repeated)
            if base and not built_on and _types_on(base, person, answers):
                DraftVersion.update(text=canonical(answers), at=now()).where(DraftVersion.id == base.id).execute()
                return Saved(base.id, "kept")
            return self._meet(person, _add(self.record, person, [base.id] if base else [], answers, page=page))

    def _meet(self, person: Person, mine: str) -> Saved:
        """Put a new state together with what others have written since, as far as they did so in other places."""
        draft = self._states()
        here, state, others = draft.find(mine), "kept", []
        for other in [each for each in draft.leaves if each.id != mine]:
            others.append(other.author)
            merged = merge(draft.between(here, other), here.answers, other.answers) if here else None
            if here is None or merged is None or merged.clashes:
                state, here = "clashing", None
                continue
            state = "merged"
            together = _add(self.record, person, [here.id, other.id], merged.answers)
            draft = self._states()
            here = draft.find(together)
        return Saved(mine, cast("State", state), tuple(dict.fromkeys(others)))

    def _take_in_revisions(self) -> None:
        """Take in what was handed in elsewhere, such as from a computer without a network, each after its parents."""
        known = _handed_in(self.record)
        for content in revisions_of(self.record.id):
            if content.rev not in known and not content.withdrawn:
                author = Person.get_by_id(content.author)
                parents = [known[parent] for parent in content.parents if parent in known]
                known[content.rev] = _add(self.record, author, parents, content.answers, rev=content.rev)
                self._meet(author, known[content.rev])

    def settle(self, person: Person, seen: Collection[str], answers: Answers) -> None:
        """Make one state out of those that were seen; nothing of them goes, they stay in the history."""
        with writing(self.db):
            _hold(self.record)
            known = [each.id for each in self._states().leaves if each.id in seen]
            if known:
                self._meet(person, _add(self.record, person, known, answers))

    def bring_back(self, person: Person, version: str) -> None:
        """Go on from an earlier state, as a new one after all that came since."""
        with writing(self.db):
            _hold(self.record)
            draft = self._states()
            chosen = draft.find(version)
            if chosen is None:
                raise Conflicting
            _add(self.record, person, [each.id for each in draft.leaves], chosen.answers)

    def note_handed_in(self, content: Content, version: str) -> None:
        """Remember that a state was handed in as this revision, so that what is written later goes on from there."""
        with writing(self.db):
            _hold(self.record)
            if content.rev not in _handed_in(self.record):
                author = Person.get_by_id(content.author)
                _add(self.record, author, [version] if version else [], content.answers, rev=content.rev)


def _version(row: DraftVersion) -> Version:
    return Version(
        row.id, row.number, row.person_id, row.person.name, row.page, tuple(row.parents), json.loads(row.text),
        row.begun, row.at, row.rev,
    )  # fmt: skip


def _hold(record: Record) -> None:
    """Let nobody else write on this record's draft until the transaction ends."""
    locked(Record.select().where(Record.id == record.id)).get()


def _types_on(base: Version, person: Person, answers: Answers) -> bool:
    """Tell whether somebody is just typing on: no text that stood there goes, so no state of its own is needed."""
    sitting = base.person == person.id and base.rev is None and now() - base.begun < ONE_SITTING
    return sitting and not any(_loses(change) for change in diff(base.answers, answers).made)


def _loses(change: Change) -> bool:
    kept = "\n".join(texts(change.after))
    return any(text not in kept for text in texts(change.before) if len(text) > 1)


def _add(
    record: Record,
    person: Person,
    parents: Collection[str],
    answers: Answers,
    *,
    rev: str | None = None,
    page: str = "",
) -> str:
    last = DraftVersion.select(DraftVersion.number).where(DraftVersion.record == record.id)
    newest = last.order_by(DraftVersion.number.desc()).first()
    moment = now()
    made = DraftVersion.create(
        id=new_id(), record=record.id, number=newest.number + 1 if newest else 1, person=person.id,
        page=page, parents=list(parents), text=canonical(answers), begun=moment, at=moment, rev=rev,
    )  # fmt: skip
    return str(made.id)


def waiting_drafts(team: Team) -> dict[str, tuple[str, datetime]]:
    """Tell which of a team's forms hold a draft that is not handed in, with who wrote last and when."""
    rows = DraftVersion.select(DraftVersion, Person).join(Person).switch(DraftVersion).join(Record)
    newest = {row.record_id: row for row in rows.where(Record.team == team.id).order_by(DraftVersion.number)}
    return {record: (row.person.name, row.at) for record, row in newest.items() if row.rev is None}


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two states that must be made one: whose they are, what is agreed on, and the places to choose in."""

    one: Version
    other: Version
    agreed: Answers
    clashes: tuple[Clash, ...]


def meeting_of(draft: Draft) -> Meeting | None:
    """Give the first two states that a person must choose between; None when there is but one."""
    if len(draft.leaves) < 2:
        return None
    one, other = draft.leaves[:2]
    merged = merge(draft.between(one, other), one.answers, other.answers)
    return Meeting(one, other, merged.answers, merged.clashes)


def _handed_in(record: Record) -> dict[str, str]:
    rows = DraftVersion.select(DraftVersion.rev, DraftVersion.id)
    found = rows.where((DraftVersion.record == record.id) & DraftVersion.rev.is_null(False))
    return {str(row.rev): row.id for row in found}
