"""What the figures of `measures` are called, and questions and answers by their codes."""

from fotfeste_shared.wording import Language, say

from .asked import Asked, counted
from .measures import REASON, WHERE_TO, Measured
from .reading import Source


def title(source: Source, each: Measured, language: Language) -> str:
    """Name one figure."""
    match each.name:
        case "svarprosent":
            form = source.form(each.form)
            return say(language, "Svarprosent, {form}", form=form.title.in_(language) if form else each.form)
        case "grunner":
            return reason(source, each, language)
        case _:
            return question(source, each.form, each.part, language)


def reason(source: Source, each: Measured, language: Language) -> str:
    """Name a reason for leaving, or where people went."""
    path, code = each.part.split(".", 1)
    if path == WHERE_TO:
        if code == "intern":
            return say(language, "Går til en annen enhet i kommunen")
        return say(language, "Slutter i kommunen")
    return answer(source, each.form, REASON, code, language)


def question(source: Source, form: str, path: str, language: Language) -> str:
    """Give a question in words; one that is no longer asked goes by its code."""
    asked = _asked(source, form, path)
    return asked.words(language) if asked else path


def answer(source: Source, form: str, path: str, code: int | str, language: Language) -> str:
    """Give an answer in words."""
    asked = _asked(source, form, path)
    return dict(asked.options(language)).get(str(code), str(code)) if asked else str(code)


def _asked(source: Source, form: str, path: str) -> Asked | None:
    found = source.form(form)
    every = counted(found, source.released, source.titles) if found else iter(())
    return next((each for each in every if each.path == path), None)
