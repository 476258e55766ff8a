"""How one answer of each kind is judged: what of it is kept, and what must be mended."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import singledispatch
from typing import TypeAlias

from . import municipalities
from .context import Context
from .kinds import (
    YES,
    Answer,
    Computed,
    Consent,
    Contact,
    Day,
    DayBound,
    Email,
    InMunicipality,
    Number,
    OneOf,
    Phone,
    Question,
    Reference,
    Scaled,
    SomeOf,
    Text,
    Tick,
    Words,
)
from .wording import Value

LONGEST_CODE = 64
NOT_UNDERSTOOD = "Dette ble ikke forstått. Svar på nytt."
NOT_A_CHOICE = "Velg ett av svarene i listen."
# Letters beyond ASCII may stand after the @ only: few mailboxes have others, and few servers bring mail to them.
EMAIL = re.compile(
    r"(?!\.)(?!.*\.[.@])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@([^\W_]([^\W_]|-){0,62}(?<!-)\.)+(xn--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,63})"
)
YEARS = range(1900, 2101)  # beyond these a finger slipped, or somebody tries what calendars hold
PHONE = re.compile(r"(\+[1-9][0-9]{5,14}|[2-9][0-9]{7})")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
NATIONAL_ID = re.compile(r"(?<![0-9])[0-9]{6} ?[0-9]{5}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer: a bokmål sentence of the catalogue and the values in it."""

    sentence_nb: str
    values: Mapping[str, Value | Words] = field(default_factory=dict)


Verdict: TypeAlias = tuple[Answer | None, list[Fault]]
Seen: TypeAlias = Mapping[str, object]


@singledispatch
def faults_of(question: Question, _given: object, _seen: Seen, _context: Context) -> Verdict:
    """Judge one given answer: the answer to keep (also where it must be mended) and what is wrong with it.

    `_seen` holds the answers before it in the form, in stored shapes.
    """
    raise TypeError(f"no judgement for {type(question).__name__}")


@faults_of.register(Text)
def _(question: Text, given: object, _seen: Seen, _context: Context) -> Verdict:
    if not isinstance(given, str):
        return None, [Fault(NOT_UNDERSTOOD)]
    text = clean_text(given, lines=question.lines)
    if not text:
        return None, [Fault("Svar på dette spørsmålet.")] if question.required else []
    faults = []
    if len(text) < question.shortest:
        faults.append(Fault("Skriv minst {n} tegn. Du har skrevet {had}.", {"n": question.shortest, "had": len(text)}))
    if len(text) > question.longest:
        faults.append(Fault("Skriv høyst {n} tegn. Du har skrevet {had}.", {"n": question.longest, "had": len(text)}))
    if NATIONAL_ID.search(text):
        faults.append(Fault("Dette ligner et fødselsnummer. Ta det bort."))
    return text, faults


def clean_text(given: str, *, lines: bool) -> str:
    """Give text in one form: composed letters, Unix line ends, no control characters that databases refuse."""
    text = unicodedata.normalize("NFC", given).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return text.strip() if lines else " ".join(text.split())


@faults_of.register(Email)
def _(_question: Email, given: object, _seen: Seen, _context: Context) -> Verdict:
    return _short(given, EMAIL, "Skriv en e-postadresse, for eksempel navn@kommune.no.")


@faults_of.register(Phone)
def _(_question: Phone, given: object, _seen: Seen, _context: Context) -> Verdict:
    return _short(_digits(given), PHONE, "Skriv et telefonnummer med åtte siffer, eller med + og landkode.")


@faults_of.register(Contact)
def _(_question: Contact, given: object, _seen: Seen, _context: Context) -> Verdict:
    wanted = "Skriv en e-postadresse eller et mobilnummer."
    if isinstance(given, str) and "@" in given:
        return _short(given, EMAIL, wanted)
    return _short(_digits(given), PHONE, wanted)


def _digits(given: object) -> object:
    return re.sub(r"[\s()-]", "", given) if isinstance(given, str) else given


def _short(given: object, pattern: re.Pattern[str], sentence: str) -> Verdict:
    """Judge a short text that must look a certain way."""
    if not isinstance(given, str):
        return None, [Fault(NOT_UNDERSTOOD)]
    text = clean_text(given, lines=False)
    return text, [] if len(text) <= 254 and pattern.fullmatch(text) else [Fault(sentence)]


@faults_of.register(Number)
def _(question: Number, given: object, seen: Seen, context: Context) -> Verdict:
    if type(given) is not int:
        sentence = "Skriv et tall med høyst {n} desimal." if question.decimals else "Skriv et helt tall."
        kept = given if isinstance(given, str) else None
        return kept, [Fault(sentence, {"n": question.decimals} if question.decimals else {})]
    most = min(question.most, context.today.year) if question.not_after_this_year else question.most
    faults = []
    if given < question.least:
        faults.append(Fault("Tallet må være minst {n}.", {"n": shown(question.least, question.decimals)}))
    if given > most:
        faults.append(Fault("Tallet kan være høyst {n}.", {"n": shown(most, question.decimals)}))
    bound = _sum_before(question, seen)
    if bound is not None and given > bound:
        n = shown(bound, question.decimals)
        faults.append(Fault("Tallet kan ikke være større enn {n}, som dere har svart over.", {"n": n}))
    return given, faults


def _sum_before(question: Number, seen: Seen) -> int | None:
    """Sum the earlier answers that bound this one; None unless all of them are there.

    Earlier answers are taken as whole numbers: a bound is a count of people or advertisements.
    """
    bounds = [seen.get(code) for code in question.not_above]
    if not bounds or any(type(bound) is not int for bound in bounds):
        return None
    return sum(int(str(bound)) for bound in bounds) * int(10**question.decimals)


def shown(value: int, decimals: int) -> str:
    """Write a scaled number as people do in Norway: `35` with one decimal is `3,5`."""
    if not decimals:
        return str(value)
    sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]},{digits[-decimals:]}"


@faults_of.register(Day)
def _(question: Day, given: object, _seen: Seen, context: Context) -> Verdict:
    if not isinstance(given, str):
        return None, [Fault(NOT_UNDERSTOOD)]
    try:
        day = date.fromisoformat(given) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        return given[:LONGEST_CODE], [Fault("Skriv en dato, for eksempel 24.08.2026.")]
    earliest, latest = bound_day(question.earliest, context), bound_day(question.latest, context)
    if earliest and day < earliest:
        return given, [Fault("Datoen kan ikke være før {day}.", {"day": f"{earliest:%d.%m.%Y}"})]
    if latest and day > latest:
        return given, [Fault("Datoen kan ikke være etter {day}.", {"day": f"{latest:%d.%m.%Y}"})]
    return given, []


def bound_day(bound: DayBound | None, context: Context) -> date | None:
    """Work out a bound; None where the fact it counts from is not known here."""
    if bound is None:
        return None
    if bound.of == "today":
        start = context.today
    else:
        fact = context.facts.get(bound.of)
        if not isinstance(fact, str):
            return None
        start = date.fromisoformat(fact)
    return add_months(start, bound.months) + timedelta(days=bound.days)


def add_months(day: date, months: int) -> date:
    """Count calendar months from a day; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@faults_of.register(OneOf)
def _(question: OneOf, given: object, seen: Seen, context: Context) -> Verdict:
    if not isinstance(given, str):
        return None, [Fault(NOT_UNDERSTOOD)]
    good = given in open_codes(question, seen) and context.offers(question.code, given)
    return given[:LONGEST_CODE], [] if good else [Fault(NOT_A_CHOICE)]


def open_codes(question: OneOf, seen: Seen) -> set[str]:
    """Say which codes can be chosen, given what was answered before."""
    if question.among is not None:
        ticked = seen.get(question.among)
        return set(ticked) if isinstance(ticked, list) else set()
    if question.choices_from is not None:
        rows = seen.get(question.choices_from.rows)
        rows = rows if isinstance(rows, list) else []
        return {row[question.choices_from.code] for row in rows if question.choices_from.code in row}
    return {choice.code for choice in question.choices}


@faults_of.register(SomeOf)
def _(question: SomeOf, given: object, _seen: Seen, context: Context) -> Verdict:
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        return None, [Fault(NOT_UNDERSTOOD)]
    known = [choice.code for choice in question.choices if context.offers(question.code, choice.code)]
    chosen = [code for code in known if code in given]
    faults = [Fault("Velg blant svarene i listen.")] if set(given) - set(known) else []
    if len(chosen) < question.fewest:
        faults.append(Fault("Velg minst {n}.", {"n": question.fewest}))
    if len(chosen) > question.most:
        faults.append(Fault("Velg høyst {n}. Du har valgt {had}.", {"n": question.most, "had": len(chosen)}))
    alone = [choice for choice in question.choices if choice.code in question.exclusive and choice.code in chosen]
    if alone and len(chosen) > 1:
        faults.append(Fault("«{choice}» kan ikke velges sammen med andre svar.", {"choice": alone[0].text}))
    return chosen or None, faults


@faults_of.register(Scaled)
def _(question: Scaled, given: object, _seen: Seen, _context: Context) -> Verdict:
    points = {point.value for point in question.scale.points}
    if type(given) is int and given in points:
        return given, []
    if question.scale.extra is not None and given == question.scale.extra.code:
        return given if isinstance(given, str) else None, []
    return None, [Fault(NOT_A_CHOICE)]


@faults_of.register(Tick)
@faults_of.register(Consent)
def _(_question: Tick | Consent, given: object, _seen: Seen, _context: Context) -> Verdict:
    return (YES, []) if given == YES else (None, [Fault(NOT_UNDERSTOOD)])


@faults_of.register(InMunicipality)
def _(question: InMunicipality, given: object, _seen: Seen, _context: Context) -> Verdict:
    if not isinstance(given, str):
        return None, [Fault("Velg en kommune fra listen.")]
    if (question.other and given == municipalities.ANOTHER) or municipalities.find(given):
        return given, []
    several = ", ".join(each.line for each in municipalities.chosen(given))
    sentence = "Flere kommuner passer: {names}. Skriv nummeret." if several else "Velg en kommune fra listen."
    return given[:LONGEST_CODE], [Fault(sentence, {"names": several} if several else {})]


@faults_of.register(Reference)
def _(question: Reference, given: object, _seen: Seen, context: Context) -> Verdict:
    if isinstance(given, str) and CODE.fullmatch(given) and context.offers(question.code, given):
        return given, []
    return None, [Fault(NOT_A_CHOICE)]


@faults_of.register(Computed)
def _(_question: Computed, given: object, _seen: Seen, _context: Context) -> Verdict:
    if isinstance(given, int) or (isinstance(given, str) and len(given) <= 500):
        return given, []
    return None, []
