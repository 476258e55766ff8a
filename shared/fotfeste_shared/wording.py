"""The words on the screen: bokmål stands in the source, nynorsk and English in `locale/*.toml`.

A sentence is its own key, so the code reads as the screen does; `[".."]` tables in the catalogues hold the
two translations. Texts of questionnaires do not live here but in their definitions.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
Value = str | int


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read every `locale/*.toml` once: `{sentence: {"nn": …, "en": …}}`."""
    words: dict[str, dict[str, str]] = {}
    for area in sorted((entry for entry in (files(__package__) / "locale").iterdir()), key=lambda e: e.name):
        if area.name.endswith(".toml"):
            words |= tomllib.loads(area.read_text("utf-8"))
    return words


def say(language: Language, sentence: str, **values: Value) -> str:
    """Give the sentence in a language, with its `{values}` filled in.

    Raises KeyError when a translation is missing: a half-translated screen is a bug that a test must see.
    """
    text = sentence if language == "nb" else catalogue()[sentence][language]
    return text.format(**values) if values else text


def as_language(wish: str | None, otherwise: Language = "nb") -> Language:
    """Read a language from outside (a link, a setting, `Accept-Language`); Norwegian tags fold into nb and nn."""
    tags = [part.split(";")[0].strip().lower() for part in (wish or "").split(",")]
    for tag in tags:
        for language in LANGUAGES:
            if tag == language or tag.startswith(f"{language}-"):
                return language
        if tag == "no" or tag.startswith("no-"):
            return "nb"
    return otherwise
