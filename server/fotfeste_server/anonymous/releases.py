"""The release files: all that anybody may ever see of anonymous answers, one chained line for each seal.

A file is only ever added to. Every line holds the hash of the line before it, so that a changed, cut or reordered
file is noticed; and a line is written in one way only, so that it comes out the same from the database's blocks
however often a crash makes us write it again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from fotfeste_shared.database import Database, locked, writing
from fotfeste_shared.files import changing
from fotfeste_shared.forms import canonical, digest
from fotfeste_shared.revisions import new_id

from . import models
from .disclosure import Counts
from .invitations import THE_END
from .release_models import Draft, Noised, SealRule, TextPlaces, TextRelease, ToldText
from .release_models import Turnout as TurnoutRow
from .turnout import forget_untold

WAITING = "waiting"


class ReleaseBroken(Exception):
    """A release file does not follow from itself, or not from the database; nobody may add to it."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One block as everybody may see it."""

    form: str
    question: str
    wave: str
    place: str
    n: int
    kind: str
    counts: Counts


class CrossTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two questions against each other, with noise in every cell; `halves` is ε in halves."""

    form: str
    wave: str
    row: str
    column: str
    halves: int
    rows: tuple[int | str, ...]
    columns: tuple[int | str, ...]
    cells: tuple[tuple[int, ...], ...]


class Turnout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many were asked in a place and wave, and how many answered."""

    form: str
    wave: str
    place: str
    invited: int
    answered: int


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was written, after a person has read it."""

    form: str
    question: str
    text: str


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line: a window that was sealed, and what came of it; or a reading of texts that was finished.

    `colluders` is the number that the blocks were made against; `read` are the keys of texts that were read.
    """

    number: int
    network: str
    window: str
    quarter: str
    opens: date
    closes: date
    previous: str
    blocks: tuple[Block, ...]
    colluders: int | None = None
    tables: tuple[CrossTable, ...] = ()
    turnout: tuple[Turnout, ...] = ()
    texts: tuple[Text, ...] = ()
    read: tuple[str, ...] = ()


def path_of(folder: Path, network: str) -> Path:
    """Say where a network's release file lies."""
    return folder / f"{network}.jsonl"


# --- reading -------------------------------------------------------------------------------------


def read_seals(path: Path) -> list[Seal]:
    """Read a file and check its chain; a line that was never finished is not there."""
    seals: list[Seal] = []
    previous = ""
    for line in _whole_lines(path):
        try:
            seal = msgspec.json.decode(line, type=Seal)
        except msgspec.DecodeError as fault:
            raise ReleaseBroken(f"{path.name}: line {len(seals) + 1} cannot be read") from fault
        if seal.number != len(seals) + 1 or seal.previous != digest(previous):
            raise ReleaseBroken(f"{path.name}: line {len(seals) + 1} does not follow from the one before it")
        previous = line
        seals.append(seal)
    return seals


def read_release(path: Path) -> list[Block]:
    """Give every block ever released, in order; adding them up is all that results do."""
    return [block for seal in read_seals(path) for block in seal.blocks if block.kind != WAITING]


def read_waiting(path: Path) -> dict[tuple[str, str, str], int]:
    """Say how many people's answers still waited after the last seals, by form, wave and place."""
    return waiting_after(read_seals(path))


def waiting_after(seals: Iterable[Seal]) -> dict[tuple[str, str, str], int]:
    """Say the same of seals that have been read."""
    waiting = {
        (block.form, block.wave, block.place): block.n
        for seal in seals
        for block in seal.blocks
        if block.kind == WAITING
    }
    return {cell: n for cell, n in waiting.items() if n}


def _whole_lines(path: Path) -> list[str]:
    raw = path.read_bytes() if path.exists() else b""
    return raw[: raw.rfind(b"\n") + 1].decode().splitlines()


# --- writing -------------------------------------------------------------------------------------


def complete(db: Database, folder: Path, network: str) -> Path:
    """Add to the file what the database has sealed and the file does not have yet, durably."""
    path = path_of(folder, network)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with writing(db):  # one process at a time
        sealed_windows(network, hold=True)
        should = "".join(f"{line}\n" for line in _lines(network)).encode()
        has = path.read_bytes() if path.exists() else b""
        if not should.startswith(has):
            has = has[: has.rfind(b"\n") + 1]  # a torn last line, from a crash in the middle of writing
        if not should.startswith(has):
            raise ReleaseBroken(f"{path.name} holds other seals than the database")
        _append(path, len(has), should[len(has) :])
    return path


def _append(path: Path, at: int, raw: bytes) -> None:
    if not raw and path.exists() and path.stat().st_size == at:
        return
    with changing(path) as file:
        file.truncate(at)
        file.seek(at)
        file.write(raw)


def sealed_windows(network: str, *, hold: bool = False) -> list[models.Window]:
    """Give a network's sealed windows in the order of their seals; `hold` lets nobody seal meanwhile."""
    windows = models.Window.select().where(models.Window.network == network).order_by(models.Window.id)
    found = list(locked(windows) if hold else windows)
    return sorted((window for window in found if window.sealed), key=lambda window: int(window.sealed or 0))


def _lines(network: str) -> Iterator[str]:
    previous = ""
    for window in sealed_windows(network):
        previous = canonical(
            {
                "number": window.sealed, "network": network, "window": window.id, "quarter": window.quarter,
                "opens": window.opens.isoformat(), "closes": window.closes.isoformat(),
                "previous": digest(previous), "blocks": _blocks(window.id),
                **_beside(window.id),
            }
        )  # fmt: skip
        yield previous


def _blocks(window: str) -> list[dict[str, Any]]:
    """Give a window's blocks in an order that depends on nothing but what they say."""
    rows = models.Block.select().where(models.Block.window == window)
    told = [{name: getattr(row, name) for name in Block.__struct_fields__} for row in rows]
    return sorted(told, key=canonical)


def _beside(window: str) -> dict[str, Any]:
    """Give what a window's line holds beside blocks, only what there is: older lines come out as they were."""
    rule = SealRule.get_or_none(SealRule.window == window)
    read = TextRelease.get_or_none(TextRelease.window == window)
    told = {
        "colluders": rule.colluders if rule else None,
        "tables": _told(Noised, CrossTable, window),
        "turnout": _told(TurnoutRow, Turnout, window),
        "texts": _told(ToldText, Text, window),
        "read": read.read if read else None,
    }
    return {name: each for name, each in told.items() if each}


def _told(
    model: type[Noised] | type[TurnoutRow] | type[ToldText], line: type[msgspec.Struct], window: str
) -> list[dict[str, Any]]:
    """Give a window's rows as the line holds them, in an order that depends on nothing but what they say."""
    rows = model.select().where(model.window == window)
    told = []
    for row in rows:
        known = {**row.__data__, **(row.counts if isinstance(row, Noised) else {})}
        told.append({name: known[name] for name in line.__struct_fields__})
    return sorted(told, key=canonical)


# --- after a restored backup ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying did: how many seals were new to the database."""

    seals: int


def replay(db: Database, path: Path) -> Replayed:
    """Bring an older (or empty) database up to the release file: what was released is never drawn again.

    The blocks come from the file; answers of windows that were sealed, and answers that had waited for a block
    which was made, are removed, for they are counted already.
    """
    seals = read_seals(path)
    if not seals:
        return Replayed(0)
    with writing(db):
        known = len(sealed_windows(seals[0].network, hold=True))
        for seal in seals[known:]:
            _take_in(seal)
    return Replayed(max(0, len(seals) - known))


def _take_in(seal: Seal) -> None:
    window = {"network": seal.network, "quarter": seal.quarter, "opens": seal.opens, "closes": seal.closes}
    models.Window.insert(id=seal.window, public_key=b"", **window).on_conflict(
        "NOTHING", conflict_target=[models.Window.id]
    ).execute()
    models.Window.update(sealed=seal.number).where(models.Window.id == seal.window).execute()
    models.Inbox.delete().where(models.Inbox.window == seal.window).execute()
    models.Invitation.update(link=None).where(models.Invitation.window == seal.window).execute()
    for block in seal.blocks:
        models.Block.insert(
            id=new_id(), network=seal.network, window=seal.window, **msgspec.structs.asdict(block)
        ).execute()
        if block.kind != WAITING:
            _counted_already(seal.network, block)
    _take_in_beside(seal)
    if seal.quarter == THE_END:
        _leave_nothing_waiting(seal.network)


def _take_in_beside(seal: Seal) -> None:
    """Bring back what a line holds beside blocks; texts that were read are not read again."""
    where = {"network": seal.network, "window": seal.window}
    if seal.colluders is not None:
        SealRule.insert(window=seal.window, colluders=seal.colluders).execute()
    for table in seal.tables:
        told = msgspec.to_builtins(table)
        counts = {name: told.pop(name) for name in ("rows", "columns", "cells")}
        Noised.insert(id=new_id(), counts=counts, **where, **told).execute()
    for turnout in seal.turnout:
        TurnoutRow.insert(id=new_id(), **where, **msgspec.to_builtins(turnout)).execute()
    forget_untold(seal.network, [(each.form, each.wave, each.place) for each in seal.turnout])
    for text in seal.texts:
        ToldText.insert(id=new_id(), **where, **msgspec.to_builtins(text)).execute()
    if seal.read:
        TextRelease.insert(window=seal.window, read=list(seal.read)).execute()
    for model in (models.FreeText, Draft):
        for start in range(0, len(seal.read), 500):
            model.delete().where(model.id.in_(seal.read[start : start + 500])).execute()


def _leave_nothing_waiting(network: str) -> None:
    """After the last seal nothing waits, and the key that opened it is gone."""
    for model in (models.Waiting, models.FreeText, Draft, TextPlaces):
        model.delete().where(model.network == network).execute()
    TurnoutRow.delete().where((TurnoutRow.network == network) & TurnoutRow.window.is_null()).execute()


def _counted_already(network: str, block: Block) -> None:
    waiting = models.Waiting
    same = (waiting.network == network) & (waiting.form == block.form) & (waiting.question == block.question)
    waiting.delete().where(same & (waiting.wave == block.wave) & (waiting.place == block.place)).execute()
