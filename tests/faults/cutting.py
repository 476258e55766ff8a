"""What a disk may hold when the power goes: the model that every cut is built by.

A synced file keeps what was written to it before. Of later writes any part may be there, each torn where a sector of
512 bytes ends. Names (made, renamed, deleted) are there in their order, as far as the disk had come, and for certain
only when their folder was synced. That is weaker than any file system in use, so what survives here survives there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from faults.tapping import Change

SECTOR = 512
State = dict[str, bytes]
Choice = Callable[[Change], "bool | set[int]"]


@dataclass(slots=True, eq=False)
class _File:
    """A file as the disk has it for certain, and the changes that are on their way."""

    durable: bytearray = field(default_factory=bytearray)
    waiting: list[Change] = field(default_factory=list)

    def settle(self) -> None:
        for change in self.waiting:
            _apply(self.durable, change)
        self.waiting.clear()

    def with_some(self, choose: Choice) -> bytes:
        content = bytearray(self.durable)
        for change in self.waiting:
            chosen = choose(change)
            if chosen is True:
                _apply(content, change)
            elif chosen:
                _apply_sectors(content, change, chosen)
        return bytes(content)


class Disk:
    """Takes the changes one by one, and tells after each what a power cut could leave."""

    def __init__(self, start: State) -> None:
        self._names = {path: _File(bytearray(content)) for path, content in start.items()}  # as a program sees them
        self._durable = dict(self._names)
        self._steps: list[dict[str, _File | None]] = []  # names on their way, each step whole; None where one goes

    def take(self, change: Change) -> None:
        """Let a change happen, as far as a running program can see."""
        match change.kind:
            case "create":
                self._name({change.path: _File()})
            case "write" | "truncate":
                self._names[change.path].waiting.append(change)
            case "sync":
                self._names[change.path].settle()
            case "rename":
                self._name({change.target: self._names[change.path], change.path: None})
            case "link":
                self._name({change.target: self._names[change.path]})
            case "delete":
                self._name({change.path: None})
            case "folder":
                self._settle_names(Path(change.path))

    def after_a_cut(self, chance: Random, torn: int) -> Iterator[State]:
        """Tell some of the states in which the disk may be found: the extremes, and `torn` at random."""
        yield self._state(0, lambda _change: False)
        if self._steps or any(file.waiting for file in self._names.values()):
            yield self._state(len(self._steps), lambda _change: True)
            yield self._state(0, lambda _change: True)
            yield self._state(len(self._steps), lambda _change: False)
            for _ in range(torn):
                yield self._state(chance.randint(0, len(self._steps)), lambda change: _torn(change, chance))

    def _name(self, step: dict[str, _File | None]) -> None:
        _take_step(self._names, step)
        self._steps.append(step)

    def _settle_names(self, folder: Path) -> None:
        """Make the names of one folder durable; those of other folders stay on their way."""
        here = [step for step in self._steps if any(Path(path).parent == folder for path in step)]
        for step in here:
            _take_step(self._durable, step)
        self._steps = [step for step in self._steps if step not in here]

    def _named(self, steps: int) -> dict[str, _File]:
        names = dict(self._durable)
        for step in self._steps[:steps]:
            _take_step(names, step)
        return names

    def _state(self, steps: int, choose: Choice) -> State:
        return {path: file.with_some(choose) for path, file in self._named(steps).items()}


def _take_step(names: dict[str, _File], step: dict[str, _File | None]) -> None:
    for path, file in step.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _torn(change: Change, chance: Random) -> bool | set[int]:
    """Choose whether a change arrived: whole, not at all, or some of its sectors."""
    dice = chance.random()
    if dice < 0.4:
        return True
    if dice < 0.7 or change.kind == "truncate":
        return False
    sectors = -(-len(change.data) // SECTOR)
    return {n for n in range(sectors) if chance.random() < 0.5}


def _apply(content: bytearray, change: Change) -> None:
    if change.kind == "truncate":
        del content[change.at :]
    _stretch(content, change.at)
    content[change.at : change.at + len(change.data)] = change.data


def _apply_sectors(content: bytearray, change: Change, sectors: set[int]) -> None:
    for n in sorted(sectors):
        part = change.data[n * SECTOR : (n + 1) * SECTOR]
        _stretch(content, change.at + n * SECTOR)
        content[change.at + n * SECTOR : change.at + n * SECTOR + len(part)] = part


def _stretch(content: bytearray, size: int) -> None:
    content.extend(bytes(max(0, size - len(content))))
