"""Sealing a window: boxes are opened once, answers are parted and counted, and the way back is destroyed.

Everything that counts happens in one transaction; the release file, the key and the freed pages follow from it
and may be done again after a crash. No second draw is possible: what was drawn lies in the table `block`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

import msgspec

from fotfeste_shared.database import Database, Prepared, erase_freed_pages, gap, locked, writing
from fotfeste_shared.forms import canonical
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id

from . import noise, releases
from .crossing import Crossed
from .disclosure import Cell, Counts, Given, Shape, Told, Uniform, blocks_of, crowd
from .invitations import EVERYWHERE
from .keys import KeyLost, Keys, Unreadable
from .models import Block, Inbox, Invitation, Waiting, Window
from .noise import Below
from .release_models import SealRule
from .rows import AT_ONCE, insert_all, padded
from .shapes import FindForm, level_of, pieces, shipped_form
from .texts import Written, gather, keep_texts
from .turnout import note_turnout

SHORT = 64  # what waits is padded to this, so that a box's length hardly tells what is in it
CHANCE: Uniform = SystemRandom().random


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal did: answers taken in, boxes nobody can open, blocks made. All zero when it was done before."""

    window: str
    answers: int = 0
    unreadable: int = 0
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one seal is made with."""

    keys: Keys
    network: str
    colluders: int
    uniform: Uniform
    below: Below = noise.CHANCE
    municipalities: int = 0


@dataclass(slots=True)
class _Heap:
    """Answers taken apart: by cell to be counted, the written ones, and what was counted across two questions."""

    cells: dict[Cell, list[Given]]
    texts: list[Written]
    crossed: Crossed
    answers: int = 0
    unreadable: int = 0


def seal(
    db: Database,
    keys: Keys,
    folder: Path,
    window: str,
    colluders: int,
    *,
    uniform: Uniform = CHANCE,
    below: Below = noise.CHANCE,
    municipalities: int = 0,
    find_form: FindForm = shipped_form,
) -> Sealed:
    """Seal a window, or finish a seal that a crash interrupted; sealing a sealed window changes nothing.

    `municipalities` is how many take part, for texts of forms that keep no place.
    """
    network = _network_of(window)
    releases.replay(db, releases.path_of(folder, network))
    opened = _Opener(keys, window)
    opened.ahead()
    with writing(db):
        rules = Rules(keys, network, never_fewer(network, colluders), uniform, below, municipalities)
        done = _seal(rules, window, opened, find_form)
    finish(db, keys, folder, network, window)
    return done


def never_fewer(network: str, colluders: int) -> int:
    """Give the number to seal against: what was promised once is kept, whatever an older backup says."""
    rules = SealRule.select(SealRule.colluders).join(Window).where(Window.network == network)
    return max([colluders, *(rule.colluders for rule in rules)])


def finish(db: Database, keys: Keys, folder: Path, network: str, window: str) -> None:
    """Do what follows from a committed seal; each step may be repeated."""
    releases.complete(db, folder, network)
    keys.destroy_window(window)
    erase_freed_pages(db)


def _network_of(window: str) -> str:
    row = Window.get_or_none(Window.id == window)
    if row is None:
        raise NotFound
    return str(row.network)


# --- the transaction -----------------------------------------------------------------------------


def _seal(rules: Rules, window: str, opened: "_Opener", find_form: FindForm) -> Sealed:
    windows = hold(rules.network)
    if any(each.id == window and each.sealed is not None for each in windows):
        return Sealed(window)
    close(window, windows, rules.colluders)
    heap = _take_apart(opened, find_form, Crossed(window))
    if heap.texts:
        keep_texts(rules.keys, rules.network, heap.texts)
    gather(rules.keys, rules.network, rules.municipalities)
    blocks = _count(rules, window, heap.cells)
    heap.crossed.tell(rules.network, window, rules.below)
    note_turnout(rules.network, window)
    Inbox.delete().where(Inbox.window == window).execute()
    Invitation.update(link=None).where(Invitation.window == window).execute()
    return Sealed(window, heap.answers, heap.unreadable, blocks)


def hold(network: str) -> list[Window]:
    """Find a network's windows and let nobody else seal or answer in it until we are done."""
    return list(locked(Window.select().where(Window.network == network).order_by(Window.id)))


def close(window: str, windows: list[Window], colluders: int) -> None:
    """Give a window the next number of the network's seals, and note the rule that it is sealed by."""
    number = 1 + max((each.sealed or 0 for each in windows), default=0)
    Window.update(sealed=number).where(Window.id == window).execute()
    SealRule.insert(window=window, colluders=colluders).execute()


def _take_apart(opened: "_Opener", find_form: FindForm, crossed: Crossed) -> _Heap:
    """Part every answer from the others of the same person; only what was registered sees two of them together."""
    heap = _Heap(defaultdict(list), [], crossed)
    form_of = cache(find_form)
    ready = cache(lambda code, version: level_of(form_of(code, version).questions()))
    lists: dict[tuple[str, int, str, str, str], list[Given]] = {}  # the heap's, found without making a cell each time
    for row, answers in opened.all():
        if answers is None:
            heap.unreadable += 1
            continue
        heap.answers += 1
        crossed.add(row.form, row.wave, answers)
        form = form_of(row.form, row.version)
        place = row.place if form.results_level in ("municipality", "team") else EVERYWHERE
        for piece in pieces(ready(row.form, row.version), answers):
            if piece.shape is None:
                heap.texts.append(Written(row.form, piece.question, str(piece.answer), place))
            elif form.results_level != "none":
                key = (row.form, row.version, piece.question, row.wave, place)
                if key not in lists:
                    lists[key] = heap.cells[Cell(row.form, piece.question, row.wave, place, piece.shape)]
                lists[key].append(piece.answer)
    if heap.unreadable and not heap.answers:
        raise Unreadable("no box opens: is this the right key?")
    return heap


def _count(rules: Rules, window: str, cells: dict[Cell, list[Given]]) -> int:
    """Make blocks of the cells with enough answers, together with what waited there; the rest waits on."""
    waited = waiting(rules)
    together = {cell: given + [answer for _, answer in waited.get(cell, [])] for cell, given in cells.items()}
    told = blocks_of(together, rules.colluders, rules.uniform)
    counted = [key for block in told for key, _ in waited.get(block.cell, [])]
    for start in range(0, len(counted), AT_ONCE):
        Waiting.delete().where(Waiting.id.in_(counted[start : start + AT_ONCE])).execute()
    few = {cell: given for cell, given in cells.items() if len(together[cell]) < crowd(rules.colluders)}
    if few:
        _let_wait(rules, few)
    keep_blocks(rules.network, window, told, {cell: len(together[cell]) for cell in few})
    return len(told)


def keep_blocks(network: str, window: str, told: list[Told], lonely: dict[Cell, int]) -> None:
    """Write down what was drawn, and how many people wait in each place that answered."""
    rows: list[dict[str, object]] = [
        {
            "id": new_id(), "network": network, "window": window, "form": block.cell.form,
            "question": block.cell.question, "wave": block.cell.wave, "place": block.cell.place, "n": block.n,
            "kind": block.cell.shape.kind, "counts": _labelled(block),
        }
        for block in told
    ]  # fmt: skip
    most: dict[tuple[str, str, str], int] = {(t.cell.form, t.cell.wave, t.cell.place): 0 for t in told}
    for cell, n in lonely.items():
        where = (cell.form, cell.wave, cell.place)
        most[where] = max(n, most.get(where, 0))
    rows += [
        {
            "id": new_id(), "network": network, "window": window, "form": form, "question": "*", "wave": wave,
            "place": place, "n": n, "kind": releases.WAITING, "counts": {},
        }
        for (form, wave, place), n in sorted(most.items())
    ]  # fmt: skip
    insert_all(Block, rows)


def _labelled(block: Told) -> Counts:
    """Put the points of a scale, or the lower bounds of bins, beside its cumulative counts."""
    points = list(block.cell.shape.points)
    return block.counts | ({"points": points} if points else {})


# --- what waits ----------------------------------------------------------------------------------


def waiting(rules: Rules) -> dict[Cell, list[tuple[str, Given]]]:
    """Open what waits, cell by cell, each answer with its key."""
    found: dict[Cell, list[tuple[str, Given]]] = defaultdict(list)
    rows = list(Waiting.select().where(Waiting.network == rules.network))
    if not rows:
        return found
    opened = rules.keys.opening_waiting(rules.network)
    for row in rows:
        shape = msgspec.convert(row.shape, Shape)
        answer = json.loads(opened(bytes(row.box)))
        found[Cell(row.form, row.question, row.wave, row.place, shape)].append((row.id, answer))
    return found


def _let_wait(rules: Rules, few: dict[Cell, list[Given]]) -> None:
    """Store lonely answers one by one under random ids, so that nothing shows which belong to one person."""
    close = rules.keys.closing_waiting(rules.network)
    rows: list[dict[str, object]] = [
        {
            "id": new_id(), "network": rules.network, "form": cell.form, "question": cell.question, "wave": cell.wave,
            "place": cell.place, "shape": asdict(cell.shape), "box": close(padded(canonical(answer), SHORT)),
        }
        for cell, given in few.items() for answer in given
    ]  # fmt: skip
    insert_all(Waiting, rows)


NEXT = Prepared(
    Inbox,
    lambda: (
        Inbox.select(Inbox.id, Inbox.form, Inbox.version, Inbox.wave, Inbox.place, Inbox.box)
        .where((Inbox.window == gap("window")) & (Inbox.id > gap("last")))
        .order_by(Inbox.id)
        .limit(AT_ONCE)
    ),
)


class _Row(NamedTuple):
    """An answer as it lies in the inbox."""

    id: str
    form: str
    version: int
    wave: str
    place: str
    box: bytes


class _Opener:
    """Opens a window's boxes, most of them before the transaction, so that others wait for us as little as may be.

    What was opened is remembered as text under its box's digest, since whole boxes and answers fill the memory.
    """

    def __init__(self, keys: Keys, window: str) -> None:
        self._window = window
        self._key = cache(lambda: keys.opening(window))  # read when the first box asks for it
        self._known: dict[bytes, bytes | None] = {}

    def ahead(self) -> None:
        """Open what is there now; what comes until the transaction is opened in it."""
        # Another process may be at the end of the same seal; if the key is really lost, the transaction says so.
        with suppress(KeyLost):
            for row in self._rows():
                self._known[_mark(row.box)] = self._open(row.box)

    def all(self) -> Iterator[tuple[_Row, Answers | None]]:
        """Give every row of the window with its answers, None where the box does not open."""
        for row in self._rows():
            mark = _mark(row.box)
            text = self._known[mark] if mark in self._known else self._open(row.box)
            yield row, None if text is None else json.loads(text)

    def _rows(self) -> Iterator[_Row]:
        last = ""
        while found := NEXT.run(window=self._window, last=last).fetchall():
            for id_, form, version, wave, place, box in found:
                yield _Row(id_, form, version, wave, place, bytes(box))
            last = found[-1][0]

    def _open(self, box: bytes) -> bytes | None:
        try:
            return self._key()(box).rstrip()
        except Unreadable:
            return None


def _mark(box: bytes) -> bytes:
    return hashlib.blake2b(box, digest_size=16).digest()
