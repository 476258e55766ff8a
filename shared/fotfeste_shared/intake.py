"""The one port: where filled forms go. The server's Envelope and Ledger and the client's Outbox are its three sides."""

from dataclasses import dataclass
from typing import Literal, Protocol

from .kinds import Answers

Outcome = Literal["kept", "known", "already_answered", "closed", "refused"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as a person filled it in and the judge passed it.

    `id` is fresh for every opened form and made before the first try to send, so that a repeat is recognised.
    """

    form: str
    version: int
    answers: Answers
    id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The word on one filled form: `kept` and `known` are as good as each other; `code` is for the person."""

    outcome: Outcome
    code: str | None = None

    @property
    def taken(self) -> bool:
        """Tell whether the form is safely in, now or since an earlier try."""
        return self.outcome in ("kept", "known")


class Intake(Protocol):
    """Takes a filled form, durably, exactly once; answers only when it is kept."""

    def receive(self, filled: Filled) -> Receipt:
        """Keep the form and say so; the same form again is `known`."""
        ...
