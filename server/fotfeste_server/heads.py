"""Every week, the head of the audit log goes by mail to who plans the whole house: a witness outside of the machine."""

from datetime import date

from fotfeste_shared.database import Database, writing
from fotfeste_shared.wording import as_language, say

from . import audit
from .jobs import enqueue
from .named.models import Person, Role

KIND = "audit head"


def call_round(day: date) -> None:
    """Leave this week's letters for the jobs; however often it is called, it is one round."""
    year, week, _ = day.isocalendar()
    enqueue(KIND, {}, job_id=f"{KIND} {year}-{week}")


def go_round(db: Database, round_id: str) -> None:
    """Write one letter to each organizer of the whole house; a second time leaves no second letter."""
    everywhere = Role.select(Role.person).where((Role.role == "organizer") & Role.network.is_null())
    with writing(db):
        head = str(audit.head())
        for person in Person.select().where(Person.id.in_(everywhere)):
            enqueue("letter", _letter(person, head), job_id=f"{round_id} {person.id}")


def _letter(person: Person, head: str) -> dict[str, object]:
    language = as_language(person.language)
    paragraphs = (
        say(language, "Hei {name}", name=person.name),
        say(language, "Her er kontrolltallet for loggen over hvem som har gjort hva i Fotfeste:"),
        head,
        say(
            language,
            "Ta vare på denne e-posten. Med tallet kan den som drifter tjenesten vise at ingen har endret loggen.",
        ),
    )
    subject = say(language, "Kontrolltall for loggen i Fotfeste")
    return {"to": person.email, "subject": subject, "text": "\n\n".join(paragraphs)}
