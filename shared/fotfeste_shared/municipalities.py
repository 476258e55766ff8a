"""The register of Norway's municipalities, as valid from 1 January 2024.

Source: `data/kommuner.csv`, put together from SSB's and Språkrådet's published lists (see shared/README.md).
Numbers and names change now and then, so nothing in the code counts on how many there are.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def register() -> dict[str, Municipality]:
    """Read the register once, by number."""
    text = (files(__package__) / "data" / "kommuner.csv").read_text("utf-8-sig")
    rows = csv.DictReader(text.splitlines())
    every = (Municipality(r["kommunenr"], r["navn"], r["fylke"], r["orgnr"], r["samisk_navn"]) for r in rows)
    return {each.number: each for each in every}


def find(number: str) -> Municipality | None:
    """Find one by its four digits."""
    return register().get(number)


def search(words: str) -> list[Municipality]:
    """Find those whose number, Norwegian or Sámi name begins with or holds the words; best first."""
    wanted = words.strip().casefold()
    hits = [m for m in register().values() if wanted in f"{m.number} {m.name} {m.sami_name}".casefold()]
    return sorted(hits, key=lambda m: (not m.name.casefold().startswith(wanted), in_order(m.name)))


def in_order(name: str) -> str:
    """Give a key that sorts Norwegian names with æ, ø and å last, whatever the machine's locale."""
    return name.casefold().translate(str.maketrans("æøå", "{|}"))
