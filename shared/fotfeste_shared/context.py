"""What is known before a form is opened, and so what its conditions, dates and rows may lean on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .kinds import Answers


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before the form is opened.

    `facts` are declared facts that conditions and dates may look at (`network_end`, `first_log`); `rows` holds
    the rows that others make (`innslag` of a programme) as `{code: [row]}`; `choices` the codes that a question
    may take, when they are known here: what a reference can be, or what this gathering offers of a form's choices.
    Values are in stored shapes.
    """

    today: date
    wave: str | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)
    rows: Mapping[str, list[Answers]] = field(default_factory=dict)
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def seen(self) -> Mapping[str, object]:
        """Give the facts as conditions see them."""
        return {**self.facts, "wave": self.wave} if self.wave else self.facts

    def offers(self, question: str, code: str) -> bool:
        """Tell whether a code can be chosen here; where nothing is known, every one can."""
        return question not in self.choices or code in self.choices[question]
