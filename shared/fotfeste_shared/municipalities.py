"""The register of Norway's municipalities, and how their numbers have changed.

Source of `data/kommuner.csv`, valid from 1 January 2024: SSB's and Språkrådet's published lists (see
shared/README.md). `data/kommuneendringer.csv` tells, by date, which number became which: one line for each pair, so
a merger is several old numbers with one new, and a split one old number with several new. Numbers and names change
now and then, so nothing in the code counts on how many there are.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

ANOTHER = "annen"  # the answer of somebody who comes from no municipality
FOLDED = str.maketrans({"å": "a", "ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t"})
NUMBER = re.compile(r"[0-9]{4}\b")
MOST_TOLD = 8


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality; `sami_name` is empty outside the Sámi language area."""

    number: str
    name: str
    county: str
    orgnr: str
    sami_name: str

    @property
    def label(self) -> str:
        """Name it so that no two are taken for each other: Herøy and Våler exist twice."""
        return f"{self.name} ({self.county})"

    @property
    def line(self) -> str:
        """Write it as a person chooses it: number, names and county."""
        names = f"{self.name} / {self.sami_name}" if self.sami_name else self.name
        return f"{self.number} {names} ({self.county})"


@dataclass(frozen=True, slots=True)
class Change:
    """From a day on, what had the old number has the new one, wholly or in part."""

    day: date
    old: str
    old_name: str
    new: str


@cache
def register() -> dict[str, Municipality]:
    """Read the register once, by number."""
    rows = _rows("kommuner.csv")
    every = (Municipality(r["kommunenr"], r["navn"], r["fylke"], r["orgnr"], r["samisk_navn"]) for r in rows)
    return {each.number: each for each in every}


@cache
def changes() -> tuple[Change, ...]:
    """Read the changes once, the earliest first."""
    rows = _rows("kommuneendringer.csv")
    every = (
        Change(date.fromisoformat(r["fra_dato"]), r["gammelt_nr"], r["gammelt_navn"], r["nytt_nr"]) for r in rows
    )  # fmt: skip
    return tuple(sorted(every, key=lambda each: (each.day, each.old, each.new)))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files(__package__) / "data" / name).read_text("utf-8-sig").splitlines()))


def find(number: str) -> Municipality | None:
    """Find one by its four digits."""
    return register().get(number)


# --- choosing ------------------------------------------------------------------------------------------------


def search(words: str) -> list[Municipality]:
    """Find those whose number, Norwegian or Sámi name begins with or holds the words; best first."""
    wanted = folded(words)
    hits = [m for m in register().values() if wanted in folded(f"{m.number} {m.name} {m.sami_name}")]
    return sorted(hits, key=lambda m: (not folded(m.name).startswith(wanted), in_order(m.name)))


def chosen(typed: str) -> list[Municipality]:
    """Read a municipality as it was chosen from a list or typed: by number, an older number, or any of its names.

    One is found, or none, or the few that it may have been.
    """
    words = " ".join(typed.split())
    if not words:
        return []
    if number := NUMBER.match(words):
        return [each for code in followers(number[0]) if (each := find(code)) is not None]
    exact = [m for m in register().values() if folded(words) in map(folded, (m.name, m.sami_name, m.label, m.line))]
    if exact:
        return exact
    hits = search(words)
    return hits if len(hits) <= MOST_TOLD else []


def folded(words: str) -> str:
    """Give words without marks and capitals: people type `alesund` and `unjarga`."""
    plain = words.strip().casefold().translate(FOLDED)
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def in_order(name: str) -> str:
    """Give a key that sorts Norwegian names with æ, ø and å last, whatever the machine's locale."""
    return name.casefold().translate(str.maketrans("æøå", "{|}"))


# --- over time -----------------------------------------------------------------------------------------------


def followers(number: str, known: tuple[Change, ...] | None = None) -> list[str]:
    """Say which numbers a municipality has today: its own, another, or several after a split."""
    here = [number]
    for change in changes() if known is None else known:
        if change.old in here:
            place = here.index(change.old)
            later = [each.new for each in (known or changes()) if each.old == change.old and each.day == change.day]
            here[place : place + 1] = later
    return list(dict.fromkeys(here))


def forerunners(number: str, known: tuple[Change, ...] | None = None) -> list[str]:
    """Say which older numbers have become this one and nothing else: their figures are its figures too.

    A number that was split is nobody's forerunner, since no figure can be divided afterwards.
    """
    table = changes() if known is None else known
    olds = dict.fromkeys(change.old for change in table)
    return [old for old in olds if old != number and followers(old, table) == [number]]


def same_line(number: str) -> list[str]:
    """Give every number under which a municipality's figures may stand, today's first."""
    today = followers(number)
    return [today[0], *forerunners(today[0])] if len(today) == 1 else [number]


def is_now(number: str) -> Municipality | None:
    """Find the one municipality that a number stands for today; None for a number that was split, or never was."""
    today = followers(number)
    return find(today[0]) if len(today) == 1 else None


def name_of(number: str) -> str:
    """Name a municipality by its number, also one that it has no more."""
    if found := is_now(number):
        return found.name
    return next((change.old_name for change in changes() if change.old == number), number)
