"""The agreement between a municipality and the organizer: it holds when both have accepted the same text.

The text is that of the published form, which never changes under its version. The municipality accepts by handing
the form in; the organizer accepts exactly that revision. Whatever is handed in after waits for the organizer anew.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Info
from fotfeste_shared.municipalities import is_now, name_of
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.revisions import new_id
from fotfeste_shared.wording import LANGUAGES, Language

from .ledger import current
from .models import Participation, Person, Record, Revision
from .networks import AGREEMENT
from .publishing import published
from .registration_models import Countersigned

CHANGED = "Avtalen er endret siden du åpnet siden. Les den på nytt før du godtar."


@dataclass(frozen=True, slots=True)
class Side:
    """One party's acceptance."""

    name: str
    position: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the two have come; `rev` is what the municipality has handed in, and what the organizer accepts."""

    place: Participation
    record: Record
    form: FormDefinition
    fingerprint: str
    newest: int
    rev: str | None = None
    answers: dict[str, object] | None = None
    municipality: Side | None = None
    organizer: Side | None = None

    @property
    def holds(self) -> bool:
        """Tell whether both have accepted the same."""
        return self.municipality is not None and self.organizer is not None

    @property
    def outdated(self) -> bool:
        """Tell whether there is a newer text than the one that was accepted."""
        return self.municipality is not None and self.form.version < self.newest


def agreement(place: Participation) -> Agreement:
    """Give a municipality's agreement as it stands."""
    record = Record.get_or_none(Record.natural_key == f"{AGREEMENT}:{place.id}")
    if record is None:
        raise NotFound
    newest, content = published(AGREEMENT), current(record.id)
    form = published(AGREEMENT, content.form_version) if content else newest
    told = Agreement(place, record, form, fingerprint(form), newest.version)
    if content is None:
        return told
    mine = Countersigned.get_or_none(Countersigned.rev == content.rev)
    return Agreement(
        place, record, form, told.fingerprint, newest.version, content.rev, dict(content.answers), _side(content),
        Side(mine.name, "", mine.at) if mine and mine.fingerprint == told.fingerprint else None,
    )  # fmt: skip


def _side(content: Content) -> Side:
    received = Revision.get(Revision.rev == content.rev).received_at
    answers = content.answers
    return Side(str(answers.get("signatar_navn", "")), str(answers.get("signatar_stilling", "")), received)


# --- the text ------------------------------------------------------------------------------------------------


def text_of(form: FormDefinition, language: Language) -> list[str]:
    """Give the paragraphs that are agreed on."""
    return [question.text.in_(language) for question in form.questions() if isinstance(question, Info)]


def fingerprint(form: FormDefinition) -> str:
    """Name the text in all its languages by its SHA-256, so that nobody can say later that it was another."""
    whole = {language: text_of(form, language) for language in LANGUAGES}
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# --- accepting -----------------------------------------------------------------------------------------------


def countersign(db: Database, place: Participation, by: Person, rev: str, seen: str) -> None:
    """Accept on the organizer's behalf exactly what was seen: this revision with this text; once is enough."""
    with writing(db):
        told = agreement(place)
        if told.rev is None or told.rev != rev or told.fingerprint != seen:
            raise Conflicting(CHANGED)
        insert_once(
            Countersigned, Countersigned.rev, id=new_id(), participation=place.id, rev=rev,
            fingerprint=told.fingerprint, name=by.name, at=now(),
        )  # fmt: skip
        Participation.update(agreed_on=today()).where(Participation.id == place.id).execute()


def for_the_archive(told: Agreement, language: Language) -> dict[str, object]:
    """Give everything that stands in the document, as plain values."""
    found = is_now(told.place.municipality)
    answers = told.answers or {}
    return {
        "network": told.place.network.name, "starts": told.place.network.starts, "ends": told.place.network.ends,
        "municipality": found.label if found else name_of(told.place.municipality),
        "orgnr": found.orgnr if found else "",
        "text": text_of(told.form, language), "version": told.form.version, "fingerprint": told.fingerprint,
        "case": str(answers.get("saksnr", "")), "agreed_on": _agreed_on(told),
    }  # fmt: skip


def _agreed_on(told: Agreement) -> date | None:
    agreed: date | None = told.place.agreed_on
    return agreed if told.holds else None
