"""The people who share one account on one computer: each has a folder, a passphrase and a database of their own."""

import json
from dataclasses import dataclass
from pathlib import Path

from .home import Home, replace_file

LONGEST_NAME = 60
MOST_PEOPLE = 50
FIRST = "1"


@dataclass(frozen=True, slots=True)
class Person:
    """One of them, by the name that is shown before anything is unlocked."""

    id: str
    name: str


class People:
    """The list beside the first person's data; as long as there is one person there is no list."""

    def __init__(self, base: Home) -> None:
        self._base = base
        self._list = base.folder / "people.json"

    def all(self) -> list[Person]:
        """Everybody who has a place here; empty while one person has the account alone."""
        try:
            kept = json.loads(self._list.read_text("utf-8"))["people"]
            return [Person(str(each["id"]), str(each["name"])) for each in kept]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            return self._as_found()

    def _as_found(self) -> list[Person]:
        """After damage to the list: the folders are still there, and nobody may be shut out."""
        folders = sorted(self._folder().glob("*/"), key=lambda each: each.name)
        return [Person(FIRST, FIRST), *(Person(each.name, each.name) for each in folders)] if folders else []

    def home(self, id_: str) -> Home | None:
        """The folder of one of them; None for a stranger."""
        if id_ not in {person.id for person in self.all()}:
            return None
        return self._base if id_ == FIRST else Home(self._folder() / id_)

    def add(self, first: str, name: str) -> Person:
        """Make a place for one more; `first` is what the first person is called, used when there was no list."""
        known = self.all() or [Person(FIRST, first)]
        person = Person(str(max(int(each.id) for each in known) + 1), name)
        Home(self._folder() / person.id).prepare()
        people = [{"id": each.id, "name": each.name} for each in [*known, person]]
        replace_file(self._list, json.dumps({"format": 1, "people": people}, ensure_ascii=False))
        return person

    def _folder(self) -> Path:
        return self._base.folder / "people"
