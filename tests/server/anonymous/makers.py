"""Makers for the anonymous world: a small form, a world with keys and folders, answers in envelopes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from fotfeste_server.anonymous.envelope import Envelope, Repeats
from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import MODELS
from fotfeste_server.anonymous.release_models import RELEASING
from fotfeste_server.anonymous.schema import make_tables
from fotfeste_server.anonymous.sealing import Sealed, seal
from fotfeste_shared.database import Database, Writer
from fotfeste_shared.forms import FormDefinition, load_form
from fotfeste_shared.intake import Filled, Receipt
from fotfeste_shared.migrating import SchemaMigrator, migrate
from fotfeste_shared.revisions import anonymous_receipt

TODAY = date(2026, 10, 15)
OPENS, CLOSES = date(2026, 10, 1), date(2026, 12, 31)
WORDS = '{ nb = "Ja", nn = "Ja", en = "Yes" }'


def _form(code: str, level: str) -> str:
    points = ", ".join(f"{{ value = {n}, text = {WORDS} }}" for n in range(1, 6))
    choices = ", ".join(f'{{ code = "{c}", text = {WORDS} }}' for c in ("a", "b", "c"))
    asked = [
        ("trygg", "scale", f'scale = {{ points = [{points}], extra = {{ code = "vet_ikke", text = {WORDS} }} }}'),
        ("valg", "choice", f"choices = [{choices}]"),
        ("flere", "choices", f'choices = [{choices}]\nexclusive = ["c"]'),
        ("antall", "number", "bins = [0, 1, 3, 6]\nmost = 99"),
        ("fritt", "text", "lines = true\nlongest = 1000"),
    ]
    questions = "\n".join(
        f'[[sections.questions]]\nkind = "{kind}"\ncode = "{code}"\ntext = {WORDS}\n{more}'
        for code, kind, more in asked
    )
    return f"""
code = "{code}"
version = 1
title = {WORDS}
minutes = 4
intake = "envelope"
subject = "person"
filled_in_by = ["new_hire"]
channels = ["phone"]
results_level = "{level}"
waves = ["start", "m3"]
retention = {{ after = "window" }}
[[sections]]
code = "alt"
title = {WORDS}
{questions}
"""


NEW_HIRE = load_form(_form("nyansatt", "municipality"))
LEAVER = load_form(_form("slutter", "network"))


def find_form(code: str, _version: int) -> FormDefinition:
    return {"nyansatt": NEW_HIRE, "slutter": LEAVER}[code]


def some_answers(chance: Random) -> dict:
    return {
        "trygg": chance.choice([1, 2, 3, 4, 5, "vet_ikke"]),
        "valg": chance.choice("abc"),
        "flere": chance.choice([["a"], ["a", "b"], ["c"]]),
        "antall": chance.randint(0, 9),
        "fritt": f"Fritekst nummer {chance.randint(100, 999)}",
    }


def filled(answers: dict, receipt: str | None = None, form: str = "nyansatt") -> Filled:
    return Filled(form, 1, answers, anonymous_receipt() if receipt is None else receipt)


def step_anonymous(db: Database, _change: SchemaMigrator) -> None:
    make_tables(db)


def step_releasing(db: Database, _change: SchemaMigrator) -> None:
    with db.bind_ctx(RELEASING, bind_refs=False, bind_backrefs=False):
        db.create_tables(RELEASING)


@dataclass
class World:
    """One server's anonymous side."""

    db: Database
    writer: Writer
    keys: Keys
    folder: Path
    repeats: Repeats
    network: str = "nettverk-1"

    @classmethod
    def at(cls, db: Database, folder: Path) -> "World":
        migrate(db, [step_anonymous, step_releasing])
        db.bind([*MODELS, *RELEASING])
        return cls(db, Writer(db), Keys(folder / "keys"), folder / "releases", Repeats())

    def window(self, quarter: str = "2026Q4") -> str:
        return open_window(self.db, self.keys, self.network, quarter, opens=OPENS, closes=CLOSES)

    def links(self, window: str, count: int = 1, place: str = "5001", form: FormDefinition = NEW_HIRE) -> list[str]:
        return invite(self.db, self.keys, window, form, wave="m3", place=place, count=count)

    def envelope(self, token: str, today: date = TODAY) -> Envelope:
        return Envelope(self.writer, token, today, self.repeats)

    def answer(self, token: str, answers: dict, receipt: str | None = None, form: str = "nyansatt") -> Receipt:
        return self.envelope(token).receive(filled(answers, receipt, form))

    def answered(self, window: str, answers: list[dict], place: str = "5001") -> list[str]:
        tokens = self.links(window, len(answers), place)
        for token, given in zip(tokens, answers, strict=True):
            assert self.answer(token, given).outcome == "kept"
        return tokens

    def seal(self, window: str, seed: int = 1) -> Sealed:
        return seal(
            self.db, self.keys, self.folder, window, 1, uniform=Random(seed).random, find_form=find_form
        )

    def seal_shipped(self, window: str) -> Sealed:
        """Seal a window of forms that come with the program."""
        return seal(self.db, self.keys, self.folder, window, 1)

    def release(self) -> bytes:
        path = self.folder / f"{self.network}.jsonl"
        return path.read_bytes() if path.exists() else b""
