"""All figures as one canonical document for machines: whole numbers only, the same bytes for the same release."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from fotfeste_shared.forms import canonical, form_digest

from ..anonymous.releases import Text
from .figures import Figure, Hidden, Shown
from .measures import Against, Measured
from .reading import Source
from .released import Crossed
from .report import Detail, Point, every_comparison, every_detail, every_indicator, every_measure

Value: TypeAlias = str | int | Mapping[str, "Value"] | Sequence["Value"]
Written: TypeAlias = dict[str, Value]


def document(source: Source) -> bytes:
    """Write everything that one reader may see."""
    told: Written = {
        "network": source.network,
        "release": source.released.mark,
        "group": 2 * source.colluders + 3,
        "forms": [{"code": f.code, "version": f.version, "digest": form_digest(f)} for f in source.forms],
        "windows": [
            {"id": w.id, "quarter": w.quarter, "opens": w.opens.isoformat(), "closes": w.closes.isoformat()}
            for w in source.released.windows
        ],
        "left_within_a_year": [
            {"year": c.year, "municipalities": c.municipalities, "source": c.source, "figure": written(c.figure)}
            for c in source.cohorts
        ],
        "indicators": [_indicator(indicator.name, point) for indicator, point in every_indicator(source)],
        "measures": [_measure(each) for each in every_measure(source)],
        "comparisons": [_comparison(each) for _, each in every_comparison(source)],
        "questions": [_question(detail) for detail in every_detail(source)],
        "tables": [_table(each) for each in tables(source)],
        "texts": [{"form": each.form, "question": each.question, "text": each.text} for each in texts(source)],
    }
    return canonical(told).encode() + b"\n"


def written(shown: Shown) -> Written:
    """Write a figure as it is shown: percent, counts of a span, or tenths of a mean; `low` and `high` are sure."""
    if isinstance(shown, Hidden):
        few: Written = {"hidden": shown.why, "needs": shown.needs}
        return few | ({"waiting": shown.waiting} if shown.waiting else {})
    told: Written = {"n": shown.n, "groups": shown.blocks}
    return told | (_share(shown) if shown.unit == "share" else _mean(shown))


def _share(figure: Figure) -> Written:
    told: Written = {"low": int(figure.low * figure.n), "high": int(figure.high * figure.n)}
    if figure.as_span or figure.value is None:
        return told
    told["percent"] = _round(figure.value * 100)
    if figure.interval is not None:
        told["percent_95"] = [_round(figure.interval.low * 100), _round(figure.interval.high * 100)]
    return told


def _mean(figure: Figure) -> Written:
    told: Written = {"low_tenths": floor(figure.low * 10), "high_tenths": ceil(figure.high * 10)}
    if figure.as_span or figure.value is None:
        return told
    told["tenths"] = _round(figure.value * 10)
    if figure.interval is not None:
        told["tenths_95"] = [_round(figure.interval.low * 10), _round(figure.interval.high * 10)]
    return told


def _round(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))


def _indicator(name: str, point: Point) -> Written:
    return {
        "indicator": name, "wave": point.wave, "place": point.place, "windows": [w.id for w in point.windows],
        "figure": written(point.shown),
    }  # fmt: skip


def _measure(each: Measured) -> Written:
    return {
        "indicator": each.name, "form": each.form, "part": each.part, "wave": each.wave, "place": each.place,
        "windows": [w.id for w in each.windows], "figure": written(each.shown),
    }  # fmt: skip


def _comparison(each: Against) -> Written:
    told: Written = {
        "indicator": each.own.name, "wave": each.own.wave, "place": each.own.place, "own": written(each.own.shown),
        "others": written(each.others.shown),
    }  # fmt: skip
    if each.differs is not None:
        told["differs"] = "yes" if each.differs else "no"
    if each.quarters is not None:
        parts = 100 if isinstance(each.own.shown, Figure) and each.own.shown.unit == "share" else 10
        told["quarters"] = [_round(quarter * parts) for quarter in each.quarters]
    return told


def _table(each: Crossed) -> Written:
    """Write a table of two questions; its cells have noise and may be below nought, and are left as they are."""
    table = each.table
    return {
        "window": each.window.id, "form": table.form, "wave": table.wave, "row": table.row, "column": table.column,
        "epsilon_halves": table.halves, "rows": list(table.rows), "columns": list(table.columns),
        "cells": [list(row) for row in table.cells],
    }  # fmt: skip


def tables(source: Source) -> tuple[Crossed, ...]:
    """Give the cross-tables; they are of the whole network, and so for those who see all of it."""
    return source.released.tables if source.reach.whole else ()


def texts(source: Source) -> tuple[Text, ...]:
    """Give what somebody wrote and a person has let through; for those who see the whole network."""
    return source.released.texts if source.reach.whole else ()


def _question(detail: Detail) -> Written:
    told: Written = {
        "form": detail.form.code, "question": detail.asked.path, "wave": detail.wave, "place": detail.place,
        "windows": [w.id for w in detail.windows],
    }  # fmt: skip
    if detail.hidden is not None:
        return told | {"figure": written(detail.hidden)}
    if detail.summary is not None:
        told["figure"] = written(detail.summary)
    told["answers"] = [written(shown) | {"code": code} for code, shown in detail.answers]
    return told
