"""Every page is whole in three languages, has its language, its title and its heading, and is easy to read.

A page that is not in `whole_house.py` fails here: nothing that people see is left out of the other tests.
"""

import re
from functools import cache
from typing import TypeAlias

import pytest
from accessibility.figures import note, went_round
from accessibility.whole_desk import NO_DESK_PAGES, DeskPage, desk_routes
from accessibility.whole_house import Page, not_pages, page_routes
from lxml import html
from making_house import House

from fotfeste_shared.forms import shipped
from fotfeste_shared.linting import lix, split, words_of
from fotfeste_shared.wording import LANGUAGES, catalogue

MOST = 40  # LIX of what informs; questions are held to 35 where forms are judged
SHORTEST, FEWEST = 8, 30  # words of a sentence, and of a page: below that LIX says nothing
# What people have typed is theirs, in whichever language they typed it.
TYPED = {"Administrator", "Arrangør", "Kontakt", "Leder", "Medlem", "Mentor", "Veileder", "Velkommen"}
SPACES = re.compile(r"\s+")
Told: TypeAlias = "dict[tuple[str, str], html.HtmlElement]"


@pytest.fixture(scope="module")
def told(server_pages: tuple[House, list[Page]], desk_pages: list[DeskPage]) -> Told:
    """Every page in every language, by its route and the language."""
    house, pages = server_pages
    clients = {who: house.browser(who or None) for who in {page.who for page in pages}}
    wanted = [(page.endpoint, page.address, clients[page.who]) for page in pages]
    wanted += [(page.name, page.path, page.app.test_client()) for page in desk_pages]
    read = {}
    for endpoint, address, client in wanted:
        for language in reversed(LANGUAGES):  # a desk remembers the last
            wish = f"{'&' if '?' in address else '?'}language={language}&l={language}"
            reply = client.get(address + wish)
            assert (200, "text/html") == (reply.status_code, reply.mimetype), (endpoint, reply.location)
            read[endpoint, language] = html.fromstring(reply.get_data())
    return read


def pieces(page: html.HtmlElement) -> set[str]:
    """What a page says, piece by piece, as people see or hear it."""
    said = set()
    for element in page.iter():
        if element.tag not in ("script", "style", "template") and isinstance(element.tag, str):
            said |= {element.text or "", element.get("aria-label", ""), element.get("title", "")}
        said.add(element.tail or "")
    return {SPACES.sub(" ", piece).strip() for piece in said} - {""}


@cache
def foreign(language: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """Bokmål that would stand differently in a language: whole sentences, and sentences with something filled in."""
    known = catalogue()
    other = {key for key, words in known.items() if words[language] != key}
    asked = (words for form in shipped().values() for words in words_of(form).values())
    taken = {words[language] for words in (*known.values(), *asked)}
    open_ones = [key for key in other if "{" in key and len(split(re.sub(r"\{\w*\}", "", key))) >= 3]
    filled = "|".join(re.sub(r"\\\{\w*\\\}", ".+", re.escape(key)) for key in sorted(open_ones))
    return frozenset(other - taken), re.compile(filled)


def test_every_route_is_looked_at_or_said_to_be_no_page(
    server_pages: tuple[House, list[Page]], desk_pages: list[DeskPage]
):
    house, pages = server_pages

    assert page_routes(house.app) == {page.endpoint for page in pages} | not_pages()
    assert desk_routes(desk_pages) == {page.endpoint for page in desk_pages} | NO_DESK_PAGES
    assert set() == {page.endpoint for page in pages} & not_pages()


@pytest.mark.parametrize("language", ["nn", "en"])
def test_no_bokmal_is_left_where_the_language_has_words_of_its_own(told: Told, language: str):
    whole, filled = foreign(language)
    left = {
        endpoint: found
        for (endpoint, each), page in told.items()
        if each == language
        if (found := sorted(piece for piece in pieces(page) - TYPED if piece in whole or filled.fullmatch(piece)))
    }

    assert len(told) > 3 * 70
    assert {} == left


def test_every_page_says_its_language_has_a_title_and_one_heading_above_the_others(told: Told):
    wrong = {}
    for (endpoint, language), page in told.items():
        title = (page.findtext(".//title") or "").strip()
        if (language, 1, True) != (page.get("lang"), len(page.findall(".//h1")), bool(title)):
            wrong[endpoint, language] = (page.get("lang"), len(page.findall(".//h1")), title)

    assert {} == wrong


def prose(page: html.HtmlElement) -> str:
    """The sentences of a page that inform: its paragraphs, each ended."""
    said = (SPACES.sub(" ", each.text_content()).strip() for each in page.xpath("//main//p"))
    return " ".join(each.rstrip(".:") + "." for each in said if len(split(each)) >= SHORTEST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_hard_to_read(told: Told, language: str):
    said = {endpoint: prose(page) for (endpoint, each), page in told.items() if each == language}
    long = {endpoint: words for endpoint, words in said.items() if len(split(words)) >= FEWEST}
    hard = {endpoint: round(lix(words), 1) for endpoint, words in long.items()}
    # What short pages say is judged as one text, since LIX says nothing of a few words.
    hard["short pages"] = round(lix(" ".join(words for endpoint, words in said.items() if endpoint not in long)), 1)
    for endpoint, value in hard.items():
        note("words", endpoint, **{f"lix_{language}": value})
    went_round("words")

    assert len(hard) > 20
    assert {} == {endpoint: value for endpoint, value in hard.items() if value > MOST}
