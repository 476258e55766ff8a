"""What has been released of a network, with the window each block belongs to: the only source of results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from fotfeste_shared.forms import canonical, digest

from ..anonymous.invitations import THE_END
from ..anonymous.releases import WAITING, Block, CrossTable, Seal, Text, Turnout, read_seals, waiting_after
from ..anonymous.texts import READING

Where = tuple[str, str, str]  # form, wave, place


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A sealed window; `number` is the order of its seal."""

    number: int
    id: str
    quarter: str
    opens: date
    closes: date

    @property
    def is_the_end(self) -> bool:
        """Tell whether this is the last seal, of answers that waited from all windows."""
        return self.quarter == THE_END


@dataclass(frozen=True, slots=True)
class Dated:
    """One block and the window it was made in."""

    window: Window
    block: Block


@dataclass(frozen=True, slots=True)
class Crossed:
    """One noised table of two questions and the window whose answers it counts."""

    window: Window
    table: CrossTable


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked and answered in one window, in a wave and place."""

    window: Window
    turnout: Turnout


@dataclass(frozen=True, slots=True)
class Pick:
    """Which blocks to add up; an empty tuple means all."""

    form: str
    question: str
    waves: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()

    def takes(self, dated: Dated) -> bool:
        """Tell whether a block is one of those."""
        block = dated.block
        return (
            (not self.waves or block.wave in self.waves)
            and (not self.places or block.place in self.places)
            and (not self.windows or dated.window.id in self.windows)
        )


@dataclass(frozen=True, slots=True)
class Released:
    """All that may be seen of a network's anonymous answers; `mark` names exactly this state of the file."""

    windows: tuple[Window, ...] = ()
    blocks: tuple[Dated, ...] = ()
    waiting: Mapping[Where, int] = field(default_factory=dict)
    mark: str = ""
    by_question: Mapping[tuple[str, str], tuple[Dated, ...]] = field(default_factory=dict)
    tables: tuple[Crossed, ...] = ()
    turnout: tuple[Asked, ...] = ()
    texts: tuple[Text, ...] = ()

    def pick(self, pick: Pick) -> list[Dated]:
        """Give the blocks that are to be added up."""
        return [dated for dated in self.by_question.get((pick.form, pick.question), ()) if pick.takes(dated)]

    def questions(self, form: str) -> set[str]:
        """Name the questions of a form that have any block."""
        return {question for code, question in self.by_question if code == form}

    def still_waiting(self, form: str, waves: tuple[str, ...]) -> int:
        """Say how many people's answers wait in all places together; never place by place, where few are invited."""
        return sum(n for (code, wave, _), n in self.waiting.items() if code == form and (not waves or wave in waves))


def read_released(path: Path) -> Released:
    """Read a release file, its chain checked; a network that has sealed nothing has an empty one."""
    seals = read_seals(path)
    # A line in which texts are released has no answers, so it is no window to choose.
    dated = [(_window(seal), seal) for seal in seals if seal.quarter != READING]
    blocks = [Dated(window, block) for window, seal in dated for block in seal.blocks if block.kind != WAITING]
    return Released(
        windows=tuple(window for window, _ in dated),
        blocks=tuple(blocks),
        waiting=waiting_after(seals),
        mark=digest(canonical(msgspec.to_builtins(seals[-1]))) if seals else "",
        by_question=_by_question(blocks),
        tables=tuple(Crossed(window, table) for window, seal in dated for table in seal.tables),
        turnout=tuple(Asked(window, turnout) for window, seal in dated for turnout in seal.turnout),
        texts=tuple(text for seal in seals for text in seal.texts),
    )


def _window(seal: Seal) -> Window:
    return Window(seal.number, seal.window, seal.quarter, seal.opens, seal.closes)


def _by_question(blocks: Iterable[Dated]) -> dict[tuple[str, str], tuple[Dated, ...]]:
    found: dict[tuple[str, str], list[Dated]] = {}
    for dated in blocks:
        found.setdefault((dated.block.form, dated.block.question), []).append(dated)
    return {key: tuple(each) for key, each in found.items()}
