"""Every text of the shipped forms exists in three languages, in that language, and is easy to read.

Readability is LIX: words per sentence, plus the share of words of more than six letters in hundredths. A sentence
ends with `.`, `!`, `?` or `:`. Texts of fewer than eight words are not judged: one long word would decide alone.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fotfeste_shared.forms import FormDefinition, shipped
from fotfeste_shared.kinds import Info
from fotfeste_shared.linting import (
    MOST_FOR_A_QUESTION,
    MOST_FOR_INFORMATION,
    SHORTEST_JUDGED,
    lix,
    split,
    words_of,
)

CODES = sorted(shipped())
DATA = Path(__file__).parent.parent / "data"

GIVEN_AWAY = tomllib.loads((DATA / "words.toml").read_text("utf-8"))
NOT_NYNORSK = set(GIVEN_AWAY["not_nynorsk"])
NOT_BOKMAL = set(GIVEN_AWAY["not_bokmal"])


def texts(form: FormDefinition) -> dict[str, dict[str, str]]:
    """All texts of a form by where they stand."""
    found = words_of(form)
    assert len(found) > len(list(form.every())) + len(form.sections)
    return found


def too_hard(judged: dict[str, dict[str, str]], limit: int) -> list[str]:
    """The texts above a limit, in any of the languages."""
    long_enough = [
        (where, text) for where, said in judged.items() for text in said.values() if len(split(text)) >= SHORTEST_JUDGED
    ]
    return [f"{where}: {lix(text):.1f} {text}" for where, text in long_enough if lix(text) > limit]


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_unsaid_in_any_language(code: str) -> None:
    for where, said in texts(shipped()[code]).items():
        for text in said.values():
            assert text.strip() == text != "", where


@pytest.mark.parametrize("code", CODES)
def test_questions_are_easy_to_read(code: str) -> None:
    asked = {path: question.text for path, question in shipped()[code].every() if not isinstance(question, Info)}
    judged = {path: {"nb": text.nb, "nn": text.nn, "en": text.en} for path, text in asked.items()}
    assert too_hard(judged, MOST_FOR_A_QUESTION) == []


@pytest.mark.parametrize("code", CODES)
def test_information_is_easy_to_read(code: str) -> None:
    form = shipped()[code]
    to_read = tuple(path.split(".")[-1] for path, question in form.every() if isinstance(question, Info))
    ends = (".help", ".intro", ".some_sentence", *(f"/{code}.text" for code in to_read))
    assert too_hard({w: said for w, said in texts(form).items() if w.endswith(ends)}, MOST_FOR_INFORMATION) == []


@pytest.mark.parametrize("code", CODES)
def test_each_language_keeps_to_its_own_words(code: str) -> None:
    for where, said in texts(shipped()[code]).items():
        assert not NOT_NYNORSK & set(split(said["nn"])), f"{where}: {said['nn']}"
        assert not NOT_BOKMAL & set(split(said["nb"])), f"{where}: {said['nb']}"
        assert not re.search("[æøå]", said["en"].lower()), f"{where}: {said['en']}"


@pytest.mark.parametrize("code", CODES)
def test_nynorsk_and_english_are_translated_not_copied(code: str) -> None:
    long_ones = [said for said in texts(shipped()[code]).values() if len(split(said["nb"])) >= SHORTEST_JUDGED]
    same = [said["nb"] for said in long_ones if said["nb"] == said["nn"]]
    assert len(same) <= 1 + len(long_ones) // 10, same  # a sentence may rightly be the same in both
    assert [said["en"] for said in long_ones if said["en"] in (said["nb"], said["nn"])] == []


def test_a_wording_was_rewritten_for_ease_only_where_it_was_hard() -> None:
    wanted = {form["key"]: form for form in json.loads((DATA / "forms.json").read_text("utf-8"))["forms"]}
    checked = 0
    for path in DATA.glob("departures-*.toml"):
        for place, entry in tomllib.loads(path.read_text("utf-8")).items():
            for language in ("nb", "nn"):
                if entry.get(language, "").startswith("rewritten: "):
                    assert lix(_wording(wanted, place, language)) > MOST_FOR_A_QUESTION, place
                    checked += 1
    assert checked


def _wording(wanted: dict[str, Any], place: str, language: str) -> str:
    form, *codes = place.split(".")
    item: dict[str, Any] = wanted[form]
    for code in codes:
        item = next(each for each in item["items"] if each["key"] == code)
    return str(item[language])
