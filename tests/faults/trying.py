"""Runs a part of the product on a disk that we listen to, and tries what a power cut or a failing disk makes of it."""

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol

import sqlcipher3.dbapi2 as sqlite
from faults.cutting import Disk, State
from faults.outside import Outside
from faults.tapping import Change, Tap
from peewee import DatabaseError

from fotfeste_shared.problems import Problem

Step = tuple[str, Callable[[], object]]
"""A fact that holds from when the act has come back, and the act, which may be repeated."""


@dataclass(frozen=True)
class Found:
    """What a folder holds when it is opened again: facts, and faults such as half a transaction."""

    facts: frozenset[str]
    faults: tuple[str, ...] = ()


class Session(Protocol):
    """A part of the product at work in one folder."""

    def steps(self) -> Iterator[Step]: ...
    def close(self) -> None: ...


class World(Protocol):
    """How a part of the product is furnished, opened and looked at."""

    def prepare(self, folder: Path) -> None: ...
    def open(self, folder: Path) -> Session: ...
    def found(self, folder: Path) -> Found: ...


@cache
def tap() -> Tap:
    return Tap()


@contextmanager
def unheard() -> Iterator[None]:
    """Work without waiting for the real disk, which no test here depends on."""
    with tap().opened(lambda _change: 0):
        yield


# --- the power goes ------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was tried and what came of it."""

    cuts: int = 0
    states: int = 0
    different: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def note(self, fault: str, where: str) -> None:
        self.faults[fault] += 1
        self.first.setdefault(fault, where)

    def __str__(self) -> str:
        told = ", ".join(f"{fault} {n}" for fault, n in sorted(self.faults.items())) or "0 lost, 0 half, 0 broken"
        return f"{self.cuts} cuts, {self.states} states ({self.different} different): {told}"


def record(world: World, folder: Path) -> tuple[State, list[Change | str]]:
    """Let a world work; give what its disk held at first and all that was done since, texts being acknowledgements."""
    with unheard():
        world.prepare(folder)
    start = contents(folder)
    log: list[Change | str] = []

    def hear(change: Change) -> int:
        if change.path.startswith(str(folder)):
            log.append(change)
        return 0

    outside = Outside(folder, hear)

    def hear_sqlite(change: Change) -> int:
        outside.sqlite.add(change.path)
        return hear(change)

    with tap().opened(hear_sqlite), outside.opened():
        session = world.open(folder)
        for fact, act in session.steps():
            act()
            log.append(fact)
        session.close()
    return start, log


def contents(folder: Path) -> State:
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path): path.read_bytes() for path in paths}


def cut_everywhere(
    world: World,
    folder: Path,
    *,
    every: int = 1,
    torn: int = 1,
    seed: int = 1,
    among: Callable[[Change], bool] = lambda _change: True,
) -> Tally:
    """Cut the power after each change (or each `every`-th) among some, and look at what every possible disk gives."""
    folder.mkdir()
    start, log = record(world, folder)
    disk, chance, tally = Disk(start), Random(seed), Tally()
    acknowledged: set[str] = set()
    known: dict[bytes, Found] = {}
    for place, entry in enumerate(log):
        if isinstance(entry, str):
            acknowledged.add(entry)
        else:
            disk.take(entry)
            if place % every or not among(entry):
                continue
        tally.cuts += 1
        for state in disk.after_a_cut(chance, torn):
            tally.states += 1
            mark = _mark(state)
            if mark not in known:
                known[mark] = _look(world, folder, state)
            _judge(known[mark], acknowledged, tally, f"{place}: {_told(entry)}")
    tally.different = len(known)
    return tally


def _judge(found: Found, acknowledged: set[str], tally: Tally, where: str) -> None:
    for fault in found.faults:
        tally.note(fault, where)
    if lost := acknowledged - found.facts:
        tally.note("lost", f"{where}; {sorted(lost)[:3]}")


def _told(entry: Change | str) -> str:
    return entry if isinstance(entry, str) else f"{entry.kind} {Path(entry.path).name} {entry.at}"


def _mark(state: State) -> bytes:
    mark = hashlib.blake2b(digest_size=16)
    for path in sorted(state):
        mark.update(f"{path}|{len(state[path])}|".encode())
        mark.update(state[path])
    return mark.digest()


def _look(world: World, folder: Path, state: State) -> Found:
    scratch = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for path, content in state.items():
            there = scratch / Path(path).relative_to(folder)
            there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            there.write_bytes(content)
        return look(world, scratch)
    finally:
        shutil.rmtree(scratch)


def look(world: World, folder: Path) -> Found:
    """Open a folder again as a new start of the program would; a program that cannot start is a fault."""
    try:
        with unheard():
            return world.found(folder)
    except (DatabaseError, sqlite.Error, Problem, OSError, ValueError, LookupError) as fault:
        return Found(frozenset(), (f"broken: {type(fault).__name__}: {str(fault)[:50]}",))


# --- the disk fails ------------------------------------------------------------------------------


@dataclass
class Failing:
    """Fails the n-th change of a run, and every later one when it is for good."""

    nth: int
    code: Callable[[Change], int]
    for_good: bool
    heard: int = 0
    failed: int = 0
    mended: bool = False

    def __call__(self, change: Change) -> int:
        code = self.code(change)
        if self.mended or not code:
            return 0
        self.heard += 1
        if self.heard == self.nth or (self.for_good and self.heard > self.nth):
            self.failed += 1
            return code
        return 0


@dataclass
class Trial:
    """One run on a failing disk: what was acknowledged, and what was said not to be."""

    acknowledged: set[str] = field(default_factory=set)
    refused: list[Step] = field(default_factory=list)
    raised: Counter[str] = field(default_factory=Counter)


def work_on(world: World, folder: Path, failing: Failing) -> tuple[Trial, Found]:
    """Work on a failing disk; mend it; repeat in the same process what was refused; start anew and look."""
    trial = Trial()
    with tap().opened(failing):
        session = _open_at_last(world, folder, failing, trial)
        for fact, act in session.steps():
            if not _try(fact, act, trial):
                trial.refused.append((fact, act))
        failing.mended = True
        for fact, act in trial.refused:
            act()
            trial.acknowledged.add(fact)
        session.close()
    return trial, look(world, folder)


def _open_at_last(world: World, folder: Path, failing: Failing, trial: Trial) -> Session:
    """Start the program; when the failing disk does not let it, mend the disk and start it again."""
    try:
        return world.open(folder)
    except (Problem, DatabaseError, sqlite.Error) as fault:
        trial.raised[f"start: {type(fault).__name__}"] += 1
        failing.mended = True
        return world.open(folder)


def _try(fact: str, act: Callable[[], object], trial: Trial) -> bool:
    """Do a step; only a Problem is an honest refusal, all else would be a page that says nothing."""
    try:
        act()
    except Problem as problem:
        trial.raised[type(problem).__name__] += 1
        return False
    trial.acknowledged.add(fact)
    return True
