"""The made-up texts of the example network, in the language of those who write them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from fotfeste_shared.wording import Language

Variants = Sequence[Mapping[str, str]]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def goals() -> list[dict[str, Any]]:
    """Give the sub-goals that teams may choose from, each with its measures."""
    return list(_read("goals")["mal"])


def variants(kind: str) -> Variants:
    """Give all texts of one kind, such as `kort.tidlig`."""
    here: Any = _read("texts")
    for part in kind.split("."):
        here = here[part]
    return list(here)


@dataclass
class Voice:
    """Someone who writes: in one language, and not the same thing twice before everything has been said."""

    chance: Random
    language: Language = "nb"
    _left: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)

    def say(self, kind: str) -> str:
        """Choose a text of one kind."""
        left = self._left.get(kind)
        if not left:
            left = self._left[kind] = list(variants(kind))
        return in_language(left.pop(self.chance.randrange(len(left))), self.language)


def in_language(text: Mapping[str, str], language: Language) -> str:
    """Give a text in a language, in bokmål where it has no other."""
    return text.get(language, text["nb"])


def title(of: str) -> str:
    """Give a name of the network, such as that of its third gathering, in bokmål."""
    here: Any = _read("texts")["titler"]
    for part in of.split("."):
        here = here[part]
    return str(here)
