"""Sealing a window: boxes are opened once, answers are parted and counted, and the way back is destroyed.

Everything that counts happens in one transaction; the release file, the key and the freed pages follow from it
and may be done again after a crash. No second draw is possible: what was drawn lies in the table `block`.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

import msgspec

from fotfeste_shared.database import Database, Prepared, Table, erase_freed_pages, gap, locked, writing
from fotfeste_shared.forms import canonical
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import new_id

from . import releases
from .disclosure import Cell, Counts, Given, Shape, Told, Uniform, blocks_of, crowd
from .invitations import EVERYWHERE
from .keys import KeyLost, Keys, Unreadable
from .models import Block, FreeText, Inbox, Invitation, Waiting, Window
from .shapes import FindForm, level_of, pieces, shipped_form

THE_END = "end"  # the quarter of the last seal of a network, which has no links
SHORT, LONG = 64, 512  # what waits is padded to these, so that a box's length hardly tells what is in it
AT_ONCE = 500
CHANCE: Uniform = SystemRandom().random


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal did: answers taken in, boxes nobody can open, blocks made. All zero when it was done before."""

    window: str
    answers: int = 0
    unreadable: int = 0
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one seal is made with."""

    keys: Keys
    network: str
    colluders: int
    uniform: Uniform


@dataclass(slots=True)
class _Heap:
    """Answers taken apart: by cell to be counted, and the written ones."""

    cells: dict[Cell, list[Given]]
    texts: list[tuple[str, str, str]]
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
    find_form: FindForm = shipped_form,
) -> Sealed:
    """Seal a window, or finish a seal that a crash interrupted; sealing a sealed window changes nothing."""
    network = _network_of(window)
    releases.replay(db, releases.path_of(folder, network))
    opened = _Opener(keys, window)
    opened.ahead()
    with writing(db):
        done = _seal(_Rules(keys, network, colluders, uniform), window, opened, find_form)
    _finish(db, keys, folder, network, window)
    return done


def end_network(
    db: Database,
    keys: Keys,
    folder: Path,
    network: str,
    colluders: int,
    *,
    today: date,
    uniform: Uniform = CHANCE,
) -> Sealed:
    """Make the last seal of a programme: what still waits in all places becomes one block, or is dropped for ever."""
    releases.replay(db, releases.path_of(folder, network))
    with writing(db):
        ends = [each.id for each in _hold(network) if each.quarter == THE_END]
        done = Sealed(ends[0]) if ends else _seal_the_end(_Rules(keys, network, colluders, uniform), today)
    keys.destroy_waiting(network)
    _finish(db, keys, folder, network, done.window)
    return done


def _finish(db: Database, keys: Keys, folder: Path, network: str, window: str) -> None:
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


def _seal(rules: _Rules, window: str, opened: "_Opener", find_form: FindForm) -> Sealed:
    windows = _hold(rules.network)
    if any(each.id == window and each.sealed is not None for each in windows):
        return Sealed(window)
    _close(window, windows)
    heap = _take_apart(opened, find_form)
    if heap.texts:
        _keep_texts(rules, heap.texts)
    blocks = _count(rules, window, heap.cells)
    Inbox.delete().where(Inbox.window == window).execute()
    Invitation.update(link=None).where(Invitation.window == window).execute()
    return Sealed(window, heap.answers, heap.unreadable, blocks)


def _hold(network: str) -> list[Window]:
    """Find a network's windows and let nobody else seal or answer in it until we are done."""
    return list(locked(Window.select().where(Window.network == network).order_by(Window.id)))


def _close(window: str, windows: list[Window]) -> None:
    number = 1 + max((each.sealed or 0 for each in windows), default=0)
    Window.update(sealed=number).where(Window.id == window).execute()


def _take_apart(opened: "_Opener", find_form: FindForm) -> _Heap:
    """Part every answer from the others of the same person."""
    heap = _Heap(defaultdict(list), [])
    form_of = cache(find_form)
    ready = cache(lambda code, version: level_of(form_of(code, version).questions()))
    lists: dict[tuple[str, int, str, str, str], list[Given]] = {}  # the heap's, found without making a cell each time
    for row, answers in opened.all():
        if answers is None:
            heap.unreadable += 1
            continue
        heap.answers += 1
        form = form_of(row.form, row.version)
        place = row.place if form.results_level in ("municipality", "team") else EVERYWHERE
        for piece in pieces(ready(row.form, row.version), answers):
            if piece.shape is None:
                heap.texts.append((row.form, piece.question, str(piece.answer)))
            elif form.results_level != "none":
                key = (row.form, row.version, piece.question, row.wave, place)
                if key not in lists:
                    lists[key] = heap.cells[Cell(row.form, piece.question, row.wave, place, piece.shape)]
                lists[key].append(piece.answer)
    if heap.unreadable and not heap.answers:
        raise Unreadable("no box opens: is this the right key?")
    return heap


def _keep_texts(rules: _Rules, texts: Iterable[tuple[str, str, str]]) -> None:
    """Keep written answers in the order of random ids, without place, wave or anything else beside them."""
    close = rules.keys.closing_waiting(rules.network)
    rows: list[dict[str, object]] = [
        {
            "id": new_id(), "network": rules.network, "form": form, "question": question,
            "box": close(_padded(text, LONG)),
        }
        for form, question, text in texts
    ]  # fmt: skip
    _insert(FreeText, rows)


def _count(rules: _Rules, window: str, cells: dict[Cell, list[Given]]) -> int:
    """Make blocks of the cells with enough answers, together with what waited there; the rest waits on."""
    waited = _waiting(rules)
    together = {cell: given + [answer for _, answer in waited.get(cell, [])] for cell, given in cells.items()}
    told = blocks_of(together, rules.colluders, rules.uniform)
    counted = [key for block in told for key, _ in waited.get(block.cell, [])]
    for start in range(0, len(counted), AT_ONCE):
        Waiting.delete().where(Waiting.id.in_(counted[start : start + AT_ONCE])).execute()
    few = {cell: given for cell, given in cells.items() if len(together[cell]) < crowd(rules.colluders)}
    if few:
        _let_wait(rules, few)
    _keep_blocks(rules.network, window, told, {cell: len(together[cell]) for cell in few})
    return len(told)


def _keep_blocks(network: str, window: str, told: list[Told], waiting: dict[Cell, int]) -> None:
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
    for cell, n in waiting.items():
        where = (cell.form, cell.wave, cell.place)
        most[where] = max(n, most.get(where, 0))
    rows += [
        {
            "id": new_id(), "network": network, "window": window, "form": form, "question": "*", "wave": wave,
            "place": place, "n": n, "kind": releases.WAITING, "counts": {},
        }
        for (form, wave, place), n in sorted(most.items())
    ]  # fmt: skip
    _insert(Block, rows)


def _labelled(block: Told) -> Counts:
    """Put the points of a scale, or the lower bounds of bins, beside its cumulative counts."""
    points = list(block.cell.shape.points)
    return block.counts | ({"points": points} if points else {})


# --- what waits ----------------------------------------------------------------------------------


def _waiting(rules: _Rules) -> dict[Cell, list[tuple[str, Given]]]:
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


def _let_wait(rules: _Rules, few: dict[Cell, list[Given]]) -> None:
    """Store lonely answers one by one under random ids, so that nothing shows which belong to one person."""
    close = rules.keys.closing_waiting(rules.network)
    rows: list[dict[str, object]] = [
        {
            "id": new_id(), "network": rules.network, "form": cell.form, "question": cell.question, "wave": cell.wave,
            "place": cell.place, "shape": asdict(cell.shape), "box": close(_padded(canonical(answer), SHORT)),
        }
        for cell, given in few.items() for answer in given
    ]  # fmt: skip
    _insert(Waiting, rows)


def _padded(text: str, length: int) -> bytes:
    return text.encode().ljust(length)


def _insert(model: type[Table], rows: list[dict[str, object]]) -> None:
    """Insert in the order of random ids, so that the rows' place in PostgreSQL's files tells nothing either."""
    rows.sort(key=lambda row: str(row["id"]))
    for start in range(0, len(rows), AT_ONCE):
        model.insert_many(rows[start : start + AT_ONCE]).execute()


def _seal_the_end(rules: _Rules, today: date) -> Sealed:
    windows, last = _hold(rules.network), new_id()
    if any(each.sealed is None for each in windows):
        raise Conflicting  # what comes out of an open window would have nothing left to wait for
    Window.insert(
        id=last, network=rules.network, quarter=THE_END, opens=today, closes=today, public_key=secrets.token_bytes(32)
    ).execute()
    _close(last, windows)
    everywhere: dict[Cell, list[Given]] = defaultdict(list)
    places: dict[Cell, int] = {}
    for cell, given in _waiting(rules).items():
        everywhere[replace(cell, place=EVERYWHERE)] += [answer for _, answer in given]
        places[cell] = 0
    told = blocks_of(everywhere, rules.colluders, rules.uniform)
    Waiting.delete().where(Waiting.network == rules.network).execute()
    _keep_blocks(rules.network, last, told, places)
    return Sealed(last, blocks=len(told))


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
