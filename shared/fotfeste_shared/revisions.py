"""Revisions: one immutable content of a record, named by its id and digest; which is current is a pure function.

Both sides hold a growing set of revisions and sync is their union. A revision names its parents; the leaves
are those that are nobody's parent, and more than one leaf is a conflict that a person settles.
"""

import hashlib
import json
import re
import secrets
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from .forms import canonical, digest
from .kinds import Answers

YEARS = range(1970, 2200)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class About(msgspec.Struct, frozen=True):
    """Whom or what a record concerns; the right to hand it in is checked on this."""

    kind: str
    id: str


class Revision(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The whole content of a record at one moment, as it is hashed, stored and sent.

    `parents` are all leaves that the author had seen; `saved_at` is the author's claim (RFC 3339, UTC), never
    used to decide; `apart_of` names the record that this one holds the kept-apart answers of.
    """

    rev: str
    record: str
    form: str
    form_version: int
    about: About
    author: str
    saved_at: str
    parents: tuple[str, ...] = ()
    answers: Answers = {}
    apart_of: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A revision as text with its name: the very bytes that were hashed travel and are stored."""

    rev: str
    digest: str
    text: str


class Unreadable(ValueError):
    """A text that is no revision: the reason is for logs and the sender, never silently dropped."""


def write_revision(revision: Revision) -> Written:
    """Write a revision in canonical JSON and name it."""
    text = canonical(msgspec.to_builtins(revision))
    return Written(revision.rev, digest(text), text)


def read_revision(text: str) -> Revision:
    """Read a revision strictly; keys that a newer program added stay in the stored text and are not looked at.

    Raises Unreadable for anything that is not canonical: another order, floats, doubled keys, NUL letters.
    """
    try:
        raw = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
        revision = msgspec.convert(raw, Revision)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(str(fault)) from fault
    if canonical(raw) != text or unicodedata.normalize("NFC", text) != text or "\x00" in text:
        raise Unreadable("not canonical")
    if "\\u0000" in text:
        raise Unreadable("NUL letter")
    if not all(is_id(each) for each in (revision.rev, revision.record, *revision.parents)):
        raise Unreadable("ids are UUIDs")
    if not _is_moment(revision.saved_at):
        raise Unreadable("saved_at is no moment")
    return revision


def _is_moment(text: str) -> bool:
    """Tell whether a clock may have said this; how wrong it goes is nobody's fault, but calendars must hold it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.year in YEARS


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_float(number: str) -> float:
    raise ValueError(f"no floats: {number}")


# --- which one counts ----------------------------------------------------------------------------


def leaves(revisions: Iterable[Revision]) -> set[str]:
    """Name the revisions that are nobody's parent."""
    known = {each.rev: each for each in revisions}
    parents = {parent for each in known.values() for parent in each.parents}
    return set(known) - parents


def winner(revisions: Collection[Revision]) -> str | None:
    """Name the leaf that counts while people have not settled a conflict: the deepest, then the smallest id.

    A function of the set alone, so that every computer that holds the same set gives the same answer.
    """
    known = {each.rev: each for each in revisions}
    if not known:
        return None
    deep = _depths({rev: each.parents for rev, each in known.items()})
    # Ids are not digests, so a rogue client could close a ring, which has no leaf: then any of it may count.
    return min(leaves(known.values()) or set(known), key=lambda rev: (-deep[rev], rev))


def _depths(parents: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Count the longest way down to a revision without known parents; made without recursion, chains are long."""
    depth: dict[str, int] = {}
    waiting = sorted(parents)
    entered: set[str] = set()
    while waiting:
        rev = waiting[-1]
        below = [p for p in sorted(parents[rev]) if p in parents and p not in depth and p not in entered]
        entered.add(rev)
        if below and rev not in depth:
            waiting += below
            continue
        waiting.pop()
        depth[rev] = 1 + max((depth.get(p, 0) for p in parents[rev]), default=0)
    return depth


def in_conflict(revisions: Collection[Revision]) -> bool:
    """Tell whether people have written past each other."""
    return len(leaves(revisions)) > 1


# --- ids and receipts ----------------------------------------------------------------------------


def new_id() -> str:
    """Make an id: random, so that it tells neither time nor order."""
    return str(uuid.uuid4())


def derived_id(purpose: str, id_: str) -> str:
    """Make an id out of another name, so that a repeat finds what the first try made."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"{purpose}|{id_}".encode()).digest()[:16], version=4))


def is_id(text: str) -> bool:
    """Tell whether a text is an id as we make them."""
    return re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text) is not None


def chain(link: str, rev: str, digest_: str) -> str:
    """Give the next link of the server's history after `link`."""
    return hashlib.sha256(f"{link}|{rev}|{digest_}".encode()).hexdigest()


def receipt_code(rev: str, digest_: str, seq: int, link0: str) -> str:
    """Give the receipt of a revision, the same at every repeat: `7KQ2-M9XD`."""
    number = int.from_bytes(hashlib.sha256(f"{rev}|{digest_}|{seq}|{link0}".encode()).digest()[:5], "big")
    return _grouped(number, 8)


def anonymous_receipt() -> str:
    """Make the receipt of an anonymous answer: 80 random bits that tell neither time nor order."""
    return _grouped(secrets.randbits(80), 16)


def _grouped(number: int, letters: int) -> str:
    text = "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(letters)))
    return "-".join(text[start : start + 4] for start in range(0, letters, 4))


def typed_code(typed: str) -> str:
    """Read a code as people type it: small letters, spaces, O for 0, I and L for 1."""
    letters = typed.upper().translate(str.maketrans("OIL", "011"))
    return "".join(c for c in letters if c in CROCKFORD)


def timestamp(moment: datetime) -> str:
    """Write a moment for the wire: RFC 3339 in UTC with whole milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
