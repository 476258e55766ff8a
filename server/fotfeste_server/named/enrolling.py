"""A head of department registers a new hire on a page: the pairing and the form come in one transaction, or neither."""

from dataclasses import dataclass

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, Writer
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.problems import Forbidden
from fotfeste_shared.revisions import About, derived_id, timestamp
from fotfeste_shared.revisions import Revision as Content

from .access import Scope
from .history import hold_log
from .ledger import Ledger
from .models import Pairing, Record
from .new_hires import pair_from


@dataclass(frozen=True, slots=True)
class NewHire:
    """Takes the registration of a new hire from a page; sent twice it is one pairing."""

    db: Database
    writer: Writer
    scope: Scope

    def receive(self, filled: Filled) -> Receipt:
        """Keep the form and make the pairing that it is about."""
        return self.writer.do(lambda: self._receive(filled))

    def _receive(self, filled: Filled) -> Receipt:
        hold_log()
        about = About("pairing", pairing_of(filled.id))
        if not Pairing.select().where(Pairing.id == about.id).exists():
            self._pair(filled, about)
        record = Record(id="", form=filled.form, about_kind=about.kind, about_id=about.id)
        return Ledger(self.db, self.writer, self.scope, record).take(filled)

    def _pair(self, filled: Filled, about: About) -> None:
        content = Content(
            rev=filled.id, record=derived_id("record", filled.id), form=filled.form, form_version=filled.version,
            about=about, author=self.scope.person.id, saved_at=timestamp(now()), answers=filled.answers,
        )  # fmt: skip
        if not pair_from(self.db, self.scope, content, today()):
            raise Forbidden


def pairing_of(filled: str) -> str:
    """Name the pairing that a filled form makes: its id follows from the form's, so that a repeat finds it."""
    return derived_id("pairing", filled)
