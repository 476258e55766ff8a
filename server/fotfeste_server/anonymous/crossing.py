"""Tables of two questions that a network asked for before anybody answered: registered, counted once, told with noise.

They stand beside the blocks, not on them: a whole answer is counted in one cell, while it still lies in its
window's seal, and every cell gets noise of its own (decision 0013). What one person can lose is bounded by the sum
of all tables of the network, since nobody answers a wave twice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fotfeste_shared.database import Database, insert_once, locked, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Answers, OneOf, Question, Scaled
from fotfeste_shared.problems import Conflicting, Invalid, NotFound
from fotfeste_shared.revisions import new_id

from .models import Window
from .noise import Below, discrete_laplace
from .release_models import Crossing, CrossTable, Noised

BUDGET = 4  # halves of ε that one person can lose in all tables of a network together: ε = 2
MOST = 5
LARGEST = 60  # cells: more would be noise about nobody


@dataclass(frozen=True, slots=True)
class Registered:
    """A table as it was registered; it may be taken back until a window was opened for it."""

    id: str
    form: str
    wave: str
    row: str
    column: str
    halves: int
    begun: bool

    @property
    def epsilon(self) -> Fraction:
        """What one answer can lose in it."""
        return Fraction(self.halves, 2)


def can_cross(form: FormDefinition) -> bool:
    """Tell whether a form may be crossed: one whose links are one each, in waves that are known beforehand."""
    return form.intake == "envelope" and form.subject != "gathering" and form.results_level != "none"


def crossable(form: FormDefinition, wave: str) -> list[Question]:
    """Give the questions of a wave that may stand in a table."""
    asked = (each for each in form.questions() if not each.waves or wave in each.waves)
    return [each for each in asked if _codes(each)]


def _codes(question: Question) -> list[int | str]:
    match question:
        case Scaled():
            return [point.value for point in question.scale.points]
        case OneOf(among=None):
            return [choice.code for choice in question.choices]
        case _:
            return []


def registered(network: str) -> list[Registered]:
    """Give a network's tables."""
    rows = list(CrossTable.select().where(CrossTable.network == network))
    begun = {each.table_id for each in Crossing.select(Crossing.table)}
    told = [Registered(r.id, r.form, r.wave, r.row, r.column, r.halves, r.id in begun) for r in rows]
    return sorted(told, key=lambda each: (each.form, each.wave, each.row, each.column))


def spent(network: str) -> Fraction:
    """Say how much of the budget is taken."""
    return sum((each.epsilon for each in registered(network)), Fraction())


def register(
    db: Database, network: str, form: FormDefinition, *, wave: str, row: str, column: str, halves: int
) -> None:
    """Register a table; it counts answers of windows that are opened from now on."""
    codes = {each.code: _codes(each) for each in crossable(form, wave)} if can_cross(form) else {}
    if row not in codes or column not in codes or wave not in (form.waves or ("",)) or halves not in (1, 2):
        raise Invalid(questions={"row": "Velg ett av svarene i listen."})
    if row == column:
        raise Invalid(questions={"column": "Velg to forskjellige spørsmål."})
    if len(codes[row]) * len(codes[column]) > LARGEST:
        raise Invalid(questions={"column": "Tabellen blir for stor. Velg et spørsmål med færre svar."})
    with writing(db):
        _hold(network)
        known = registered(network)
        same = [each for each in known if (each.form, each.wave) == (form.code, wave)]
        if any({each.row, each.column} == {row, column} for each in same):
            raise Conflicting("Denne tabellen er meldt inn allerede.")
        if len(known) >= MOST or sum(each.halves for each in known) + halves > BUDGET:
            raise Conflicting("Det er ikke plass til flere tabeller. Hver tabell røper litt, og grensen er nådd.")
        CrossTable.insert(
            id=new_id(), network=network, form=form.code, wave=wave, row=row, column=column,
            rows=codes[row], columns=codes[column], halves=halves,
        ).execute()  # fmt: skip


def take_back(db: Database, network: str, table: str) -> None:
    """Strike a table off, as long as no window has been opened for it."""
    with writing(db):
        _hold(network)
        found = next((each for each in registered(network) if each.id == table), None)
        if found is None:
            raise NotFound
        if found.begun:
            raise Conflicting("Et vindu er åpnet med denne tabellen. Den kan ikke fjernes.")
        CrossTable.delete().where(CrossTable.id == table).execute()


def _hold(network: str) -> None:
    """Let nobody open or seal a window of the network meanwhile."""
    list(locked(Window.select().where(Window.network == network).order_by(Window.id)))


def promise(network: str, window: str) -> None:
    """Note, as a window is opened, which tables its answers belong in."""
    for each in registered(network):
        insert_once(Crossing, Crossing.window, Crossing.table, window=window, table=each.id)


class Crossed:
    """Counts whole answers into the tables of a window, one by one as they are opened."""

    def __init__(self, window: str) -> None:
        tables = CrossTable.select().join(Crossing).where(Crossing.window == window)
        self._tables = sorted(tables, key=lambda each: (each.form, each.wave, each.row, each.column))
        self._counts: list[Counter[tuple[int | str, int | str]]] = [Counter() for _ in self._tables]

    def add(self, form: str, wave: str, answers: Answers) -> None:
        """Count one person's answers, in the tables whose two questions the person answered."""
        for table, counts in zip(self._tables, self._counts, strict=True):
            row, column = answers.get(table.row), answers.get(table.column)
            if (form, wave) == (table.form, table.wave) and row in table.rows and column in table.columns:
                counts[row, column] += 1  # type: ignore[index]  # what is in these lists is a code

    def tell(self, network: str, window: str, below: Below) -> None:
        """Draw the noise of every cell, the empty ones too, and write down what is told."""
        for table, counts in zip(self._tables, self._counts, strict=True):
            epsilon = Fraction(table.halves, 2)
            told = _noised(counts, table.rows, table.columns, epsilon, below)
            Noised.insert(
                id=new_id(), network=network, window=window, form=table.form, wave=table.wave, row=table.row,
                column=table.column, halves=table.halves,
                counts={"rows": table.rows, "columns": table.columns, "cells": told},
            ).execute()  # fmt: skip


def _noised(
    counts: "Counter[tuple[int | str, int | str]]",
    rows: Iterable[int | str],
    columns: list[int | str],
    epsilon: Fraction,
    below: Below,
) -> list[list[int]]:
    return [[counts[row, column] + discrete_laplace(epsilon, below) for column in columns] for row in rows]


def halved(halves: int) -> str:
    """Write a number of halves as people do: «½», «1», «1½»."""
    whole, rest = divmod(halves, 2)
    return f"{whole or ''}{'½' if rest else ''}" or "0"
