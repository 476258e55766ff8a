"""The kinds of question a form can ask, as data: what each is called and what bounds an answer may have.

Shapes of answers: text, a whole number, a list of codes, or (for `rows`) a list of small answer sheets.
Decimals are whole numbers scaled by `10 ** decimals`; a tick is the text `ja`; a date is ISO text.
Unanswered is absent: there is no null, no float and no bool.
"""

from typing import Any, Literal, TypeAlias

import msgspec

from .wording import Language

Answer: TypeAlias = str | int | list[Any]
Answers: TypeAlias = dict[str, Answer]

Privacy = Literal["none", "indirect", "direct", "special", "free_text"]
Summary = Literal["none", "count", "sum", "median", "mean", "share_high", "distribution", "share", "timeline", "text"]
YES = "ja"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in the three languages of the screen."""

    nb: str
    nn: str
    en: str

    def in_(self, language: Language) -> str:
        """Give the text in one language."""
        return str(getattr(self, language))


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer that can be chosen; the code is stored for ever, the text may change with a version."""

    code: str
    text: Words


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a scale; `value` is stored, scaled by the scale's decimals."""

    value: int
    text: Words


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An ordered set of points, with one way to say that it does not apply (never counted in results)."""

    points: tuple[Point, ...]
    extra: Choice | None = None
    decimals: int = 0


class DayBound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A date counted from a known one: `today`, or a fact of the context such as `network_end`."""

    of: str
    months: int = 0
    days: int = 0


class ChoicesFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Choices that are rows written earlier in the same form, such as the sub-goals of a report."""

    rows: str
    code: str
    text: str


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes that ought to occur among the rows; a missing one gives advice, never a refusal."""

    question: str
    codes: tuple[str, ...]


class Asked(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What every question has, whatever its kind.

    A `known_fact` is something that everybody around knows; only on those may an anonymous form branch.
    """

    code: str
    text: Words
    help: Words | None = None
    required: bool = False
    ask_if: dict[str, Any] | None = None
    waves: tuple[str, ...] = ()
    privacy: Privacy = "none"
    kept_apart: bool = False
    local_only: bool = False
    carried: bool = False
    known_fact: bool = False
    summary: Summary = "none"
    index: str | None = None


class Text(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="text"):
    """Words typed in; `lines` asks for a box of several lines."""

    shortest: int = 0
    longest: int = 200
    lines: bool = False
    autocomplete: str | None = None


class Email(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="email"):
    """An e-mail address."""

    autocomplete: str | None = None


class Phone(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="phone"):
    """A Norwegian mobile number of eight digits, or any number with its country code."""


class Contact(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="contact"):
    """Either an e-mail address or a mobile number, as people happen to have."""


class Number(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="number"):
    """A number, whole after scaling; bounds and bins are in scaled units, `not_above` sums earlier answers."""

    least: int = 0
    most: int = 999_999_999
    decimals: int = 0
    unit: Words | None = None
    quick: tuple[int, ...] = ()
    bins: tuple[int, ...] = ()
    not_above: tuple[str, ...] = ()
    not_after_this_year: bool = False
    preset: int | None = None


class Day(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="date"):
    """A civil date within bounds."""

    earliest: DayBound | None = None
    latest: DayBound | None = None


class OneOf(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="choice"):
    """One code out of several; the codes stand here, come from rows above, or are those ticked earlier."""

    choices: tuple[Choice, ...] = ()
    choices_from: ChoicesFrom | None = None
    among: str | None = None


class SomeOf(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="choices"):
    """Several codes; an `exclusive` one stands alone."""

    choices: tuple[Choice, ...]
    fewest: int = 0
    most: int = 99
    exclusive: tuple[str, ...] = ()


class Scaled(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="scale"):
    """A point on a scale, or its extra code."""

    scale: Scale


class Tick(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="tick"):
    """A box that may be ticked."""


class Consent(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="consent"):
    """A box that must be ticked where it is required: a promise, or an acceptance."""


class InMunicipality(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="municipality"):
    """A municipality by its number; `other` lets somebody answer `annen` (not a municipality)."""

    other: bool = False


class Reference(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="reference"):
    """A thing known elsewhere (a pairing, a team, a report), chosen from what the context offers."""

    to: Literal["pairing", "team", "report", "unit", "mentor"]


class Computed(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="computed"):
    """Filled in by us, shown to the person; `id` in a row is the row's lasting identity."""


class Info(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="info"):
    """Words to read; there is nothing to answer."""


class Rows(Asked, frozen=True, kw_only=True, omit_defaults=True, tag="rows"):
    """A repeating part: each row is an answer sheet of its own."""

    questions: tuple["Question", ...]
    fewest: int = 0
    most: int = 50
    made_by: Literal["person", "programme", "goals"] = "person"
    exactly_one: str | None = None
    unique: tuple[str, ...] = ()
    some: dict[str, Any] | None = None
    some_sentence: Words | None = None
    wanted: Wanted | None = None
    row_title: Words | None = None


Question: TypeAlias = (
    Text
    | Email
    | Phone
    | Contact
    | Number
    | Day
    | OneOf
    | SomeOf
    | Scaled
    | Tick
    | Consent
    | InMunicipality
    | Reference
    | Computed
    | Info
    | Rows
)


def kind_of(question: Question) -> str:
    """Name the kind of a question, as the definition does."""
    return str(type(question).__struct_config__.tag)


def fits(question: Question, answer: object) -> bool:
    """Tell whether an answer has the shape of its kind; one that has not is not seen by any condition."""
    match question:
        case Number():
            return type(answer) is int
        case Scaled():
            return type(answer) is int or isinstance(answer, str)
        case SomeOf():
            return isinstance(answer, list) and all(isinstance(code, str) for code in answer)
        case Rows():
            return isinstance(answer, list) and all(isinstance(row, dict) for row in answer)
        case Info():
            return False
        case _:
            return isinstance(answer, str)
