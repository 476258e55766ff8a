"""What can go wrong, as sentences that a person can act on; verbs raise them, one handler shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .wording import Language, Value, say


@dataclass(eq=False)
class Problem(Exception):
    """Something the person must know, with a code for machines and an HTTP status.

    `sentence_nb` is a bokmål sentence of the catalogue; `values` fill its braces.
    """

    sentence_nb: str
    values: Mapping[str, Value] = field(default_factory=dict)
    code: str = "problem"
    status: int = 400

    def __post_init__(self) -> None:
        """Give the exception a text for logs: the code, never the values, which may be personal."""
        super().__init__(self.code)

    def sentence(self, language: Language) -> str:
        """Say it in the person's language."""
        return say(language, self.sentence_nb, **self.values)


@dataclass(eq=False)
class NotFound(Problem):
    """It is not there, or not this person's to see: outside one's scope the two look the same."""

    sentence_nb: str = "Vi finner ikke siden. Sjekk adressen, eller gå til forsiden."
    code: str = "not_found"
    status: int = 404


@dataclass(eq=False)
class Forbidden(Problem):
    """Seen, but not to be done by this person."""

    sentence_nb: str = "Du har ikke tilgang til å gjøre dette. Spør arrangøren hvis du mener det er feil."
    code: str = "forbidden"
    status: int = 403


@dataclass(eq=False)
class SignInNeeded(Problem):
    """Nobody is signed in, or the sign-in has run out."""

    sentence_nb: str = "Du må logge inn først. Det du har skrevet, er ikke borte."
    code: str = "sign_in_needed"
    status: int = 401


@dataclass(eq=False)
class Closed(Problem):
    """It was open once and takes nothing more."""

    sentence_nb: str = "Dette er stengt og tar ikke imot flere svar."
    code: str = "closed"
    status: int = 410


@dataclass(eq=False)
class Conflicting(Problem):
    """It does not fit what is already there."""

    sentence_nb: str = "Dette er endret av noen andre i mellomtiden. Last siden på nytt og prøv igjen."
    code: str = "conflict"
    status: int = 409


@dataclass(eq=False)
class Invalid(Problem):
    """Some of what was written must be mended first; `questions` maps a path to its sentence."""

    sentence_nb: str = "Noe må rettes før vi kan ta imot skjemaet."
    code: str = "invalid"
    status: int = 422
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class TooLarge(Problem):
    """More than we take in one go."""

    sentence_nb: str = "Det du sendte, er for stort. Prøv med mindre om gangen."
    code: str = "too_large"
    status: int = 413


@dataclass(eq=False)
class TooMany(Problem):
    """Too many tries in a short time."""

    sentence_nb: str = "Det ble for mange forsøk. Vent litt, og prøv igjen."
    code: str = "too_many"
    status: int = 429


@dataclass(eq=False)
class Busy(Problem):
    """The database could not answer just now, or we do not know whether it did: repeating is safe."""

    sentence_nb: str = "Tjenesten er opptatt akkurat nå. Det du har skrevet, er ikke borte. Prøv igjen om litt."
    code: str = "busy"
    status: int = 503


@dataclass(eq=False)
class DiskFull(Problem):
    """There is no room to keep more; nothing earlier is lost."""

    sentence_nb: str = "Det er ikke plass til å lagre mer. Ingenting er mistet. Si fra til den som drifter tjenesten."
    code: str = "disk_full"
    status: int = 507
