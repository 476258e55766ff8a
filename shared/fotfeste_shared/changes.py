"""What lies between two answer sheets, as data: the changes, how they are put on, and how two people's meet.

A path names a place: `("kort",)`, `("delmal", "<id of the row>", "tekst")`, or a whole row. Rows are known by their
lasting `id`, so that a row that was moved is not another row; rows without one go by their place, `#0`, `#1`.
Unanswered is absent, here as everywhere: an empty list is no answer.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import msgspec

from .kinds import Answer, Answers

Path = tuple[str, ...]
Keyed = dict[str, Answers]


class Change(msgspec.Struct, frozen=True):
    """One place and what stood and stands there; None is nothing, so a row may come and go."""

    path: Path
    before: Any
    after: Any


class Order(msgspec.Struct, frozen=True):
    """Rows that stand in another order than by themselves: those that stayed as they were, new ones last."""

    path: Path
    keys: tuple[str, ...]


class Changes(msgspec.Struct, frozen=True):
    """Everything that makes the one sheet into the other."""

    made: tuple[Change, ...] = ()
    orders: tuple[Order, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any change at all."""
        return bool(self.made or self.orders)


# --- between two sheets --------------------------------------------------------------------------


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Tell what makes `before` into `after`."""
    made: list[Change] = []
    orders: list[Order] = []
    _compare(before, after, (), made, orders)
    return Changes(tuple(made), tuple(orders))


def _compare(
    before: Mapping[str, Any], after: Mapping[str, Any], above: Path, made: list[Change], orders: list[Order]
) -> None:
    for code in sorted({*before, *after}):
        had, has, here = _given(before.get(code)), _given(after.get(code)), (*above, code)
        if had == has:
            continue
        rows = _both_keyed(had, has)
        if rows is None:
            made.append(Change(here, had, has))
        else:
            _compare_rows(*rows, here, made, orders)


def _given(answer: Any) -> Any:  # noqa: ANN401 (any answer)
    """Give an answer; an empty text or list is none, nought is one."""
    return None if answer in ("", []) else answer


def _compare_rows(before: Keyed, after: Keyed, here: Path, made: list[Change], orders: list[Order]) -> None:
    # The last first: rows that go by their place must not move before it is their turn.
    made += [Change((*here, key), before[key], None) for key in reversed(before) if key not in after]
    for key, row in after.items():
        if key in before:
            _compare(before[key], row, (*here, key), made, orders)
        else:
            made.append(Change((*here, key), None, row))
    if list(after) != [*(key for key in before if key in after), *(key for key in after if key not in before)]:
        orders.append(Order(here, tuple(after)))


def _both_keyed(had: object, has: object) -> tuple[Keyed, Keyed] | None:
    """Give the rows of both by their keys; None where either is no rows, or they are not known in one way."""
    if not (_is_rows(had) and _is_rows(has)) or (had is None and has is None):
        return None
    by_id = [_by_id(rows) for rows in (had, has) if rows is not None]
    if all(each is not None for each in by_id):
        return _keyed(had), _keyed(has)
    if any(each is not None for each in by_id):
        return None
    return _keyed(had), _keyed(has)


def _is_rows(given: object) -> bool:
    return given is None or (isinstance(given, list) and all(isinstance(row, dict) for row in given))


def _keyed(rows: Any) -> Keyed:  # noqa: ANN401 (rows, or nothing)
    found = _by_id(rows or [])
    return found if found is not None else {f"#{place}": row for place, row in enumerate(rows or [])}


def _by_id(rows: Any) -> Keyed | None:  # noqa: ANN401 (rows)
    keys = [row.get("id") for row in rows]
    known = all(isinstance(key, str) and key for key in keys) and len(set(keys)) == len(keys)
    return dict(zip(keys, rows, strict=True)) if known and rows else None


# --- putting them on -----------------------------------------------------------------------------


def apply(before: Mapping[str, Any], changes: Changes) -> Answers:
    """Put changes on a sheet; on the one they were taken from, this gives the other."""
    sheet: Answers = deepcopy(dict(before))
    for change in changes.made:
        put(sheet, change.path, change.after)
    for order in changes.orders:
        rows = _keyed(value_at(sheet, order.path))
        ordered = [*(key for key in order.keys if key in rows), *(key for key in rows if key not in order.keys)]
        put(sheet, order.path, [rows[key] for key in ordered])
    return _tidy(sheet)


def _tidy(sheet: Answers) -> Answers:
    """Take away what is no answer, at every depth."""
    kept: Answers = {}
    for code, answer in sheet.items():
        if _given(answer) is not None:
            rows = answer if isinstance(answer, list) else None
            kept[code] = answer if rows is None else [_tidy(row) if isinstance(row, dict) else row for row in rows]
    return kept


def put(sheet: Answers, path: Path, value: Any) -> None:  # noqa: ANN401 (an answer, a row or nothing)
    """Put a value in its place; nothing takes away what stands there."""
    code, *deeper = path
    if not deeper:
        if value is None:
            sheet.pop(code, None)
        else:
            sheet[code] = deepcopy(value)
        return
    rows, key = _keyed(sheet.get(code)), deeper[0]
    if len(deeper) > 1:
        if key in rows:
            put(rows[key], tuple(deeper[1:]), value)
    elif value is None:
        rows.pop(key, None)
    else:
        rows[key] = deepcopy(value)
    sheet[code] = list(rows.values())


def value_at(sheet: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401 (an answer, a row or nothing)
    """Give what stands in a place; None where nothing does."""
    code, *deeper = path
    if not deeper:
        return sheet.get(code)
    row = _keyed(sheet.get(code)).get(deeper[0]) if _is_rows(sheet.get(code)) else None
    return row if row is None or len(deeper) == 1 else value_at(row, tuple(deeper[1:]))


# --- two people at once --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that two people have changed differently; each one's value is kept, for a person to choose."""

    path: Path
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """What two people's work gives together; in the places of the clashes stands theirs, for now."""

    answers: Answers
    clashes: tuple[Clash, ...]


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Put together what two people made out of the same sheet."""
    my, their = diff(base, mine), diff(base, theirs)
    meeting = [(one, other) for one in my.made for other in their.made if _touch(one.path, other.path)]
    clashing = [(one, other) for one, other in meeting if one != other]
    mended = {one.path for one, _ in meeting}
    free = Changes(tuple(each for each in my.made if each.path not in mended), my.orders)
    paths = sorted({min(one.path, other.path, key=len) for one, other in clashing})
    outer = [path for path in paths if not any(path != each and path[: len(each)] == each for each in paths)]
    clashes = [Clash(path, value_at(mine, path), value_at(theirs, path)) for path in outer]
    return Merged(apply(theirs, free), tuple(clashes))


def _touch(one: Path, other: Path) -> bool:
    """Tell whether two places are the same, or one lies within the other."""
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def texts(answer: Answer | Answers | None) -> Iterator[str]:
    """Give every text in an answer or a sheet, at every depth."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, list | dict):
        for each in answer if isinstance(answer, list) else answer.values():
            yield from texts(each)
