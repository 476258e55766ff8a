"""Proves that a log is whole: dense numbers, every link, every text's digest, and the leaves that follow from it.

It looks into whatever database it is given, such as a backup that is not the one we serve from.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fotfeste_shared.database import Database
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import chain

from .history import COUNTED, marked
from .models import Leaf, Meta, Restoration, Revision, Tombstone

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: how many lines, the last link, and what is wrong in words for an operator."""

    server: str
    lines: int
    link: str
    faults: tuple[str, ...]


def prove(db: Database) -> Proof:
    """Walk through the whole log of a database."""
    facts = {row.key: row.value for row in Meta.select().bind(db)}
    if missing := {"server", "link0"} - set(facts):
        return Proof("", 0, "", (f"the facts {sorted(missing)} are missing",))
    walk = _Walk(str(facts["link0"]), _salts(db), {row.record for row in Tombstone.select().bind(db)})
    faults = list(walk.lines(_rows(db)))
    has = {(str(row.record_id), str(row.rev)) for row in Leaf.select().bind(db)}
    if wrong := has ^ walk.leaves():
        faults.append(f"{len(wrong)} leaves do not follow from the log")
    return Proof(str(facts["server"]), walk.seq, walk.link, tuple(faults[:MOST_FAULTS]))


def prove_last(db: Database, most: int) -> bool:
    """Tell whether the newest links follow from each other; quick enough for every look at our health."""
    newest = list(Revision.select().order_by(Revision.seq.desc()).limit(most).bind(db))
    salts = _salts(db)
    for later, earlier in pairwise(newest):
        before = marked(earlier.link, salts[earlier.seq])[-1]
        if later.seq != earlier.seq + 1 or later.link != chain(before, later.rev, later.digest):
            return False
    return True


def _salts(db: Database) -> dict[int, list[str]]:
    salts: dict[int, list[str]] = defaultdict(list)
    for row in Restoration.select().order_by(Restoration.at, Restoration.salt).bind(db):
        salts[row.seq].append(row.salt)
    return salts


def _rows(db: Database) -> Iterator[Revision]:
    """Give the lines in order, some hundred at a time, so that a long log does not fill the memory."""
    seq = 0
    while some := list(Revision.select().where(Revision.seq > seq).order_by(Revision.seq).limit(500).bind(db)):
        yield from some
        seq = some[-1].seq


class _Walk:
    """Follows the log line by line and remembers what must come out of it."""

    def __init__(self, link0: str, salts: dict[int, list[str]], buried: set[str]) -> None:
        self.seq = 0
        self.link = marked(link0, salts[0])[-1]
        self._salts = salts
        self._buried = buried
        self._counted: dict[str, set[str]] = defaultdict(set)
        self._parents: dict[str, set[str]] = defaultdict(set)

    def lines(self, rows: Iterator[Revision]) -> Iterator[str]:
        """Tell what is wrong with each line."""
        for row in rows:
            if row.seq != self.seq + 1:
                yield f"line {row.seq} follows line {self.seq}"
            if row.link != chain(self.link, row.rev, row.digest):
                yield f"line {row.seq} does not hang on the one before it"
            if row.text is None and row.record_id not in self._buried:
                yield f"line {row.seq} has lost its text"
            if row.text is not None and digest(row.text) != row.digest:
                yield f"line {row.seq} is not what was handed in"
            self.seq = row.seq
            self.link = marked(row.link, self._salts[row.seq])[-1]
            if row.held is None or row.held in COUNTED:
                self._counted[str(row.record_id)].add(str(row.rev))
                self._parents[str(row.record_id)].update(row.parents)

    def leaves(self) -> set[tuple[str, str]]:
        """Name the leaves that follow from the lines."""
        return {(record, rev) for record, revs in self._counted.items() for rev in revs - self._parents[record]}
