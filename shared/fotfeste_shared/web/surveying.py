"""The pages behind a survey link, made by pure functions: the same bytes for everybody who gets the same form.

No name, link or token is in the survey page: its form posts to the address it was fetched from. The server makes
each page once, keeps it compressed, and sends it with `POLICY`.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from ..clock import today
from ..forms import FormDefinition
from ..judging import Context
from ..kinds import Answers
from ..wording import LANGUAGES, NAMES, Language, Value, say
from .drawing import Page

Word = Literal["thanks", "known", "too_early", "closed", "unknown", "answered", "withdraw", "withdrawn", "busy"]


@cache
def _templates(language: Language) -> Environment:
    """Keep one small template environment per language; nothing here comes from a request."""
    env = Environment(
        loader=PackageLoader("fotfeste_shared.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    env.globals["language"] = language
    env.globals["languages"] = [(code, NAMES[code]) for code in LANGUAGES]

    def words(sentence: str, **values: Value) -> str:
        return say(language, sentence, **values)

    env.globals["_"] = words
    return env


@cache
def policy() -> str:
    """Give the Content-Security-Policy of every page behind a survey link: its one style, by its hash."""
    style = (_templates("nb").get_template("survey.css").render()).encode()
    known = base64.b64encode(sha256(style).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; script-src 'self'; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def make_survey_page(
    form: FormDefinition,
    wave: str | None,
    language: Language,
    *,
    rows: Mapping[str, list[Answers]] | None = None,
    smallest: int = 5,
    answers: Answers | None = None,
    complaints: Mapping[str, str] | None = None,
) -> str:
    """Make the survey page of one form and wave.

    `rows` are those that the programme makes; `smallest` is the smallest group whose figures are shown. With
    `answers` and `complaints` (path to sentence, and `""` for the sheet as a whole) it is the page to mend.
    """
    context = Context(today(), wave, rows=rows or {})
    page = Page(form, language, context, answers or {}, complaints or {})
    return _templates(language).get_template("survey.html").render(page=page, smallest=smallest)


def make_empty_page(form: FormDefinition, wave: str | None, language: Language, **more: Any) -> str:  # noqa: ANN401
    """Make the page for one who sent nothing: the same questions, and what to do."""
    sentence = say(language, "Du har ikke svart på noe ennå. Svar på minst ett spørsmål før du sender.")
    return make_survey_page(form, wave, language, complaints={"": sentence}, **more)


@dataclass(frozen=True, slots=True)
class Notice:
    """A page without questions: what happened, what to do, and for a machine the word that says which."""

    word: Word
    heading: str
    sentences: tuple[str, ...]
    status: int = 200
    link: str | None = None
    asks_code: bool = False


NOTICES: Mapping[Word, Notice] = {
    notice.word: notice
    for notice in (
        Notice(
            "thanks",
            "Takk for svaret",
            ("Svaret ditt er tatt imot. Det er anonymt. Du kan lukke siden.",),
            link="Trekk svaret ditt",
        ),
        Notice(
            "known",
            "Takk for svaret",
            ("Vi hadde alt fått dette svaret. Det teller én gang. Du kan lukke siden.",),
            link="Trekk svaret ditt",
        ),
        Notice(
            "too_early",
            "Undersøkelsen er ikke åpnet ennå",
            ("Ta vare på lenken, og prøv igjen når den åpner. Du får en ny melding da.",),
            403,
        ),
        Notice(
            "closed",
            "Undersøkelsen er stengt",
            ("Den tar ikke imot flere svar, og svar kan ikke trekkes lenger. Du trenger ikke gjøre noe.",),
            410,
        ),
        Notice(
            "unknown",
            "Vi finner ikke undersøkelsen",
            ("Sjekk at du fikk med hele lenken. Virker den ikke, kan du be den som sendte den, om en ny.",),
            404,
        ),
        Notice(
            "answered",
            "Denne lenken er brukt",
            ("Vi har alt fått et svar med denne lenken. Vil du endre svaret, kan du trekke det og svare på nytt.",),
            409,
            link="Trekk svaret",
        ),
        Notice(
            "withdraw",
            "Trekk svaret ditt",
            (
                "Du kan trekke svaret så lenge undersøkelsen er åpen. Da sletter vi det.",
                "Etterpå kan du svare på nytt med samme lenke.",
            ),
            asks_code=True,
        ),
        Notice(
            "withdrawn",
            "Svaret er slettet",
            ("Vi har ikke lenger noe svar med denne lenken. Du kan svare på nytt hvis du vil.",),
            link="Svar på nytt",
        ),
        Notice(
            "busy",
            "Vi kunne ikke ta imot svaret akkurat nå",
            ("Svaret er ikke sendt. Gå tilbake, vent litt og prøv igjen. Det er trygt å sende på nytt.",),
            503,
        ),
    )
}


def make_notice(
    word: Word, language: Language, *, code: str | None = None, address: str | None = None, wrong_code: bool = False
) -> str:
    """Make a page that says one thing; its HTTP status is `NOTICES[word].status`, or 422 for a wrong code.

    `code` is the receipt of an answer just taken in; `address` is where the page's link leads (to withdrawing,
    or back to the questions).
    """
    page = _notice(word, language, with_code=bool(code), with_address=bool(address), wrong_code=wrong_code)
    return page.replace(ADDRESS, escape(address or "")).replace(CODE, escape(code or ""))


CODE, ADDRESS = "\ue000", "\ue001"  # of nobody's alphabet: where these two go in a page that is made once for all


@cache
def _notice(word: Word, language: Language, *, with_code: bool, with_address: bool, wrong_code: bool) -> str:
    notice = NOTICES[word]
    complaint = say(language, "Koden passer ikke til denne lenken. Sjekk at alle 16 tegn er med.")
    told = {
        "word": notice.word,
        "heading": say(language, notice.heading),
        "sentences": [say(language, sentence) for sentence in notice.sentences],
        "link": say(language, notice.link) if notice.link else "",
        "asks_code": notice.asks_code,
        "complaint": complaint if wrong_code else None,
    }
    code, address = CODE if with_code else None, ADDRESS if with_address and notice.link else None
    return _templates(language).get_template("survey_notice.html").render(notice=told, code=code, address=address)


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure as those who follow up see it: its title, the figure or why it is hidden, and what it rests on."""

    title: str
    value: str
    about: str = ""
    sure: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """What a network promises those who answer: by which rule figures are shown, and which tables were asked for."""

    smallest: int
    colluders: int
    tables: int = 0
    epsilon: str = "0"


def make_seen(language: Language, place: str, figures: Sequence[Shown], promised: Promised) -> str:
    """Make the page that shows a respondent what is really seen of their place today."""
    shown = {"place": place, "figures": figures, "promised": promised, "back": f"?l={language}"}
    return _templates(language).get_template("survey_seen.html").render(**shown)


def make_door(form: FormDefinition, language: Language, address: str, *, smallest: int = 5) -> str:
    """Make the page before a gathering's evaluation: what it is, and the button that gives out a link."""
    shown = {
        "word": "door", "heading": form.title.in_(language), "minutes": form.minutes, "smallest": smallest,
        "address": address,
    }  # fmt: skip
    return _templates(language).get_template("survey_door.html").render(**shown)


def make_entry(language: Language, *, wrong_code: bool = False) -> str:
    """Make the page on which a code from paper is typed."""
    heading = say(language, "Skriv koden fra arket")
    return _templates(language).get_template("survey_door.html").render(
        word="entry", heading=heading, wrong_code=wrong_code
    )
