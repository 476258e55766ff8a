"""Reads a form as a careful colleague would, before it is published: what can never be asked, what is hard to read,
what is missing in a language, and what would give people away.

`checking.py` refuses what cannot work; this says what would work and should still not go out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import msgspec

from .conditions import names
from .forms import FormDefinition, is_asked_in
from .kinds import Day, Info, Number, OneOf, Question, Rows, Scaled, SomeOf, Text, Words
from .reachability import tried
from .wording import LANGUAGES

PROGRAMME = 120  # people asked in one wave: twelve municipalities with ten new employees each
MOST_ALONE = 0.5  # the share that may stand alone with what they say of themselves
SHORTEST_JUDGED = 8  # words: in a shorter text one long word would decide alone
MOST_FOR_A_QUESTION = 35
MOST_FOR_INFORMATION = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, in the words of the form's author.

    Kinds: unreachable, pointless, contradiction, translation, hard_to_read, routing, identifying.
    """

    kind: str
    where: str
    said: str

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.where}: {self.said} [{self.kind}]"


def lint(form: FormDefinition, people: int = PROGRAMME) -> list[Finding]:
    """Say everything that should be mended in a form that `people` answer at a time; empty when it is clean."""
    found = [Finding(kind, path, said) for kind, path, said in tried(form)]
    found += [*_translations(form), *_readability(form), *_routing(form), *_identifying(form, people)]
    found += [Finding("contradiction", path, said) for path, each in form.every() for said in _contradictions(each)]
    order = {path: number for number, (path, _) in enumerate(form.every())}
    return sorted(found, key=lambda finding: order.get(finding.where, -1))


def _contradictions(question: Question) -> Iterator[str]:
    """Name bounds that exclude each other."""
    match question:
        case Text() if question.shortest > question.longest:
            yield "shortest is above longest"
        case SomeOf() if question.fewest > min(question.most, len(question.choices)):
            yield f"asks for {question.fewest}, which nobody can choose"
        case Number(preset=int(preset)) if not question.least <= preset <= question.most:
            yield "the preset is out of bounds"
        case Rows() if question.fewest > question.most:
            yield "fewest is above most"
        case Day(earliest=first, latest=last) if first and last and first.of == last.of:
            if (first.months, first.days) > (last.months, last.days):
                yield "earliest is after latest"


# --- words ------------------------------------------------------------------------------------------


def words_of(form: FormDefinition) -> dict[str, dict[str, str]]:
    """Give every text of a form, at every depth, by the keys and codes that lead to it."""
    return dict(_words_in(msgspec.to_builtins(form), ""))


def _words_in(thing: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:  # noqa: ANN401 (plain data)
    if isinstance(thing, list | tuple):
        for number, each in enumerate(thing):
            named = each.get("code", number) if isinstance(each, dict) else number
            yield from _words_in(each, f"{where}/{named}")
    elif isinstance(thing, dict):
        if thing.keys() == set(LANGUAGES):
            yield where, thing
            return
        for key, value in thing.items():
            yield from _words_in(value, f"{where}.{key}")


def split(text: str) -> list[str]:
    """Give the words of a text in small letters; a number is a word."""
    return re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+", text.lower())


def lix(text: str) -> float:
    """Say how hard a text is to read: words per sentence, plus the share of words of more than six letters."""
    words = split(text)
    sentences = max(1, len(re.findall(r"[.!?:](?=[\s»”)]|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def _translations(form: FormDefinition) -> Iterator[Finding]:
    for where, said in words_of(form).items():
        for language in LANGUAGES:
            if not said[language].strip():
                yield Finding("translation", where, f"says nothing in {language}")
        if said["en"] == said["nb"] and len(split(said["nb"])) >= SHORTEST_JUDGED:
            yield Finding("translation", where, "en is copied from nb")
        if re.search("[æøå]", said["en"].lower()):
            yield Finding("translation", where, "en has Norwegian letters")


def _readability(form: FormDefinition) -> Iterator[Finding]:
    for path, question in form.every():
        limit = MOST_FOR_INFORMATION if isinstance(question, Info) else MOST_FOR_A_QUESTION
        yield from _too_hard(path, question.text, limit)
        if question.help:
            yield from _too_hard(path, question.help, MOST_FOR_INFORMATION)
    for section in form.sections:
        if section.intro:
            yield from _too_hard(section.code, section.intro, MOST_FOR_INFORMATION)
    if form.intro:
        yield from _too_hard(form.code, form.intro, MOST_FOR_INFORMATION)


def _too_hard(where: str, words: Words, limit: int) -> Iterator[Finding]:
    for language in LANGUAGES:
        text = words.in_(language)
        if len(split(text)) >= SHORTEST_JUDGED and lix(text) > limit:
            yield Finding("hard_to_read", where, f"LIX {lix(text):.0f} in {language}, at most {limit}: {text}")


# --- what would give people away --------------------------------------------------------------------


def _routing(form: FormDefinition) -> Iterator[Finding]:
    """An anonymous form may only branch on facts that everybody around knows.

    How many answered the questions behind a branch tells how many took it; if that is what they think, it is told.
    """
    if form.intake != "envelope":
        return
    questions = dict(form.every())
    routes = {name for question in questions.values() for name in names(question.ask_if or {"all": []})}
    for path, question in questions.items():
        if question.code in routes and isinstance(question, Scaled):
            yield Finding("routing", path, "later questions hang on what people think here")
        elif question.code in routes and not question.known_fact:
            yield Finding("routing", path, "later questions hang on it: is it a known_fact to everybody around?")


def _identifying(form: FormDefinition, people: int) -> Iterator[Finding]:
    """What people say of themselves in one sitting must not single out half of them.

    It is never told together: the seal parts the answers. But until then, and beside a free text, they lie together.
    """
    if form.intake != "envelope":
        return
    seen: set[tuple[str, ...]] = set()
    for wave in form.waves or (None,):
        facts = [
            (path, len(question.choices)) for path, question in form.every()
            if isinstance(question, OneOf) and question.choices and question.privacy != "none"
            and is_asked_in(question, wave)
        ]  # fmt: skip
        kinds, paths = prod(count for _, count in facts), tuple(path for path, _ in facts)
        alone = (1 - 1 / kinds) ** (people - 1)
        if facts and alone > MOST_ALONE and paths not in seen:
            seen.add(paths)
            said = f"{' × '.join(paths)} make {kinds} kinds: of {people} people, {alone:.0%} would stand alone"
            yield Finding("identifying", paths[-1], said)
