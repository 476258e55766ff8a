"""Letters about wishes to be forgotten: to the organizers who see to one, and to the person when it is settled."""

from collections.abc import Iterable

from fotfeste_shared.web.pages import day
from fotfeste_shared.wording import as_language, say

from .jobs import enqueue
from .named.models import Person
from .named.wish_models import ErasureWish
from .named.wishes import organizers_for


def tell_organizers(wish: ErasureWish, base: str) -> None:
    """Ask the organizers to see to a wish, inside the caller's transaction."""
    for each in organizers_for(wish):
        language = as_language(each.language)
        where = f"{base}/networks/{wish.networks[0]}/wishes" if wish.networks else base
        told = {"name": wish.person.name, "day": day(wish.due, language)}
        _send(each, say(language, "Noen ber om å bli slettet i Fotfeste"), (
            say(language, "Hei {name}", name=each.name),
            say(language, "{name} ber om å bli slettet. Svar innen {day}.", **told),
            say(language, "Logg inn her for å slette eller svare:"),
            where,
        ))  # fmt: skip


def tell_done(person: Person) -> None:
    """Tell a person that they are forgotten, at the address that goes in the same transaction."""
    language = as_language(person.language)
    _send(person, say(language, "Du er slettet i Fotfeste"), (
        say(language, "Hei {name}", name=person.name),
        say(language, "Navnet ditt, adressen din og det du har skrevet om deg selv, er slettet."),
        say(language, "I sikkerhetskopier ligger det til de er for gamle, i høyst 30 dager."),
        say(language, "Dette er det siste brevet fra oss."),
    ))  # fmt: skip


def tell_refused(person: Person, reason: str) -> None:
    """Tell a person why they are not forgotten, and what they can do about it."""
    language = as_language(person.language)
    _send(person, say(language, "Svar på ønsket ditt om å bli slettet"), (
        say(language, "Hei {name}", name=person.name),
        say(language, "Du er ikke slettet. Arrangøren skriver:"),
        f"«{reason}»",
        say(language, "Du kan be om det på nytt når som helst. Er du uenig, kan du klage til Datatilsynet."),
    ))  # fmt: skip


def _send(person: Person, subject: str, paragraphs: Iterable[str]) -> None:
    enqueue("letter", {"to": person.email, "subject": subject, "text": "\n\n".join(paragraphs) + "\n"})
