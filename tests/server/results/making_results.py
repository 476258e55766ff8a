"""Makers for results: made-up answers, counted in the real way and written to a release file."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from fotfeste_server.anonymous.disclosure import Cell, blocks_of
from fotfeste_server.anonymous.sealing import _labelled
from fotfeste_server.anonymous.shapes import level_of, pieces
from fotfeste_server.results.leaving import Cohort
from fotfeste_server.results.reading import Reach, Source, source
from fotfeste_server.results.released import Released, read_released
from fotfeste_shared.forms import FormDefinition, canonical, digest, shipped
from fotfeste_shared.kinds import Number, OneOf, Scaled, SomeOf

TODAY = date(2026, 11, 21)
NEW_HIRE = shipped()["nyansatt"]
TRONDHEIM, OSLO, BODO = "5001", "0301", "1804"
WAVES = ("start", "m3", "m6", "m12")


@dataclass(frozen=True)
class Answered:
    """One person's answers, as nobody but a test ever sees them together."""

    quarter: str
    place: str
    wave: str
    answers: dict[str, Any]
    form: str = "nyansatt"


@dataclass(frozen=True)
class Net:
    """What of a network's row results look at."""

    id: str = "net"
    name: str = "Læringsnettverk <b>Midt</b>"
    colluders: int = 1


def made_up(chance: Random, form: FormDefinition, wave: str, leaning: float = 0.6) -> dict[str, Any]:
    """Answer every counted question of a wave; `leaning` moves scales up."""
    given: dict[str, Any] = {}
    for question in form.questions():
        if question.waves and wave not in question.waves:
            continue
        match question:
            case Scaled(scale=scale):
                given[question.code] = scale.points[_step(chance, len(scale.points), leaning)].value
            case OneOf(choices=choices) if choices:
                given[question.code] = chance.choice(choices).code
            case SomeOf(choices=choices):
                given[question.code] = [chance.choice(choices).code]
            case Number():
                given[question.code] = chance.randint(0, 9)
    return given


def _step(chance: Random, points: int, leaning: float) -> int:
    return sum(chance.random() < leaning for _ in range(points - 1))


def people(seed: int, sizes: dict[str, int], quarters: tuple[str, ...] = ("2026Q1", "2026Q2")) -> list[Answered]:
    """Let so many in each place answer every wave of every quarter."""
    chance = Random(seed)
    return [
        Answered(quarter, place, wave, made_up(chance, NEW_HIRE, wave, 0.55 + 0.05 * WAVES.index(wave)))
        for quarter in quarters
        for place, size in sizes.items()
        for wave in WAVES
        for _ in range(size)
    ]


def write_release(path: Path, everybody: list[Answered], seed: int = 1, colluders: int = 1) -> Released:
    """Count answers window by window as a seal does (those too few are left out), and write the file."""
    previous, chance = "", Random(seed).random
    lines = []
    for number, quarter in enumerate(sorted({each.quarter for each in everybody}), 1):
        cells: dict[Cell, list] = defaultdict(list)
        for each in everybody:
            form = shipped()[each.form]
            place = each.place if form.results_level == "municipality" else "*"
            for piece in pieces(level_of(form.questions()), each.answers):
                if piece.shape is not None and each.quarter == quarter:
                    cells[Cell(form.code, piece.question, each.wave, place, piece.shape)].append(piece.answer)
        told = blocks_of(cells, colluders, chance)
        blocks = [
            {
                "form": t.cell.form, "question": t.cell.question, "wave": t.cell.wave, "place": t.cell.place,
                "n": t.n, "kind": t.cell.shape.kind, "counts": _labelled(t),
            }
            for t in told
        ]  # fmt: skip
        few: dict[tuple[str, str, str], int] = defaultdict(int)
        for cell, given in cells.items():
            if len(given) < 2 * colluders + 3:
                where = (cell.form, cell.wave, cell.place)
                few[where] = max(few[where], len(given))
        blocks += [
            {"form": f, "question": "*", "wave": w, "place": p, "n": n, "kind": "waiting", "counts": {}}
            for (f, w, p), n in few.items()
        ]
        opens, closes = bounds(quarter)
        previous = canonical(
            {
                "number": number, "network": "net", "window": f"window-{quarter}", "quarter": quarter,
                "opens": opens.isoformat(), "closes": closes.isoformat(), "previous": digest(previous),
                "blocks": sorted(blocks, key=canonical),
            }
        )  # fmt: skip
        lines.append(previous + "\n")
    path.write_text("".join(lines), "utf-8")
    return read_released(path)


def bounds(quarter: str) -> tuple[date, date]:
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year, 3 * number - 2, 1), date(year, 3 * number, 28)


def source_of(
    released: Released, reach: Reach | None = None, net: Net | None = None, years: tuple[Cohort, ...] = ()
) -> Source:
    """Make what a reader sees of a release; the whole network unless said otherwise."""
    seen = reach or Reach(whole=True, places=(OSLO, BODO, TRONDHEIM))
    return source(net or Net(), seen, released, shipped(), years)
