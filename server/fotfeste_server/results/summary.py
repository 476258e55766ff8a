"""The results as a document for paper: what the page says about each indicator, ready for `typeset`.

Every plot, sentence and table is the page's own (`screen`), so that paper and screen never say different things.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.wording import Language, say

from . import beyond, screen, words
from .figures import Hidden, Shown
from .reading import Source
from .report import Detail, details, waves_of
from .screen import Trend


def summary(source: Source, language: Language, *, place: str, window: str) -> dict[str, Any]:
    """Put together what is printed for a place and a period."""
    group = 2 * source.colluders + 3
    drawn = screen.trends(source, language, place=place, window=window)
    left = None if place else screen.leaving(source, language)
    more = beyond.others(source, language, place=place, window=window)
    beside = beyond.comparisons(source, language, place=place) if place else []
    closes = max((each.closes for each in source.released.windows), default=None)
    return {
        "title": say(language, "Resultater – {name}", name=source.name),
        "about": screen.about(source, place, window, language),
        "language": "en" if language == "en" else language,
        "made": [closes.year, closes.month, closes.day] if closes else [2000, 1, 1],
        "nothing": "" if source.released.windows else say(language, "Ingen måling er forseglet ennå"),
        "hidden": say(language, "skjult"),
        "spans": say(language, "En åpen søyle viser hvor tallet ligger når færre enn 20 er talt."),
        "indicators": {
            "heading": say(language, "Indikatorer"),
            "each": [_trend(each, language) for each in ([left] if left and left.rows else []) + drawn + _seen(more)],
        },
        "beside": {
            "heading": say(language, "{place} og de andre kommunene", place=words.place(place, language)),
            "each": [_trend(each, language) for each in beside],
        },
        "questions": {
            "heading": say(language, "Svar på hvert spørsmål"),
            "note": say(language, "Snitt, eller andelen som svarte de to høyeste trinnene, med n i parentes."),
            "first": say(language, "Spørsmål"),
            "forms": [
                _form(source, form, language, place=place, window=window)
                for form in screen.in_order_of_forms(source, language)
                if place in source.levels(form)
            ],
        },
        "method": {
            "heading": say(language, "Slik er tallene laget"),
            "lines": _method(group, language),
            "release": say(language, "Frigivelse {mark}", mark=source.released.mark) if source.released.mark else "",
        },
    }


def _method(group: int, language: Language) -> list[str]:
    groups = say(
        language, "Hvert tall bygger på grupper med minst {needs} svar. Færre svar venter til neste forsegling.",
        needs=group,
    )  # fmt: skip
    return [
        groups,
        say(
            language,
            "Antall nær ingen eller alle er rundet av tilfeldig. Derfor kan ingen bevise hva én person svarte.",
        ),
        say(language, "Under 20 svar viser vi et spenn. Fra 20 svar viser vi ett tall med 95 % usikkerhet."),
        say(language, "Målingene er ikke koblet. Vi vet ikke om det er de samme personene som svarer hver gang."),
    ]


def _seen(trends: Sequence[Trend]) -> list[Trend]:
    return [each for each in trends if any(mark.kind != "hidden" for mark in each.plot.marks)]


def _trend(trend: Trend, language: Language) -> dict[str, Any]:
    first = say(language, "År") if trend.name == "leaving" else say(language, "Måling")
    first = say(language, "Sted") if trend.name.endswith("-beside") else first
    columns = [first, say(language, "Tall"), "n", say(language, "Sikkerhet"), say(language, "Periode")]
    rows = [[row.name, row.value, row.n, row.sure, row.period] for row in trend.rows]
    seen = any(mark.kind != "hidden" for mark in trend.plot.marks)
    return {
        "title": trend.title, "explained": trend.explained, "sentence": trend.sentence, "alt": trend.described,
        "plot": asdict(trend.plot) if seen else None, "spans": trend.any_span, "columns": columns,
        "rows": rows,
    }  # fmt: skip


def _form(source: Source, form: FormDefinition, language: Language, *, place: str, window: str) -> dict[str, Any]:
    """Give a form's questions with one column for each of its waves."""
    waves = waves_of(source, form)
    columns: list[dict[str, Detail]] = []
    order: dict[str, str] = {}
    for wave in waves:
        found = {each.asked.path: each for each in details(source, form, wave, place, window)}
        columns.append(found)
        order |= {path: each.asked.words(language) for path, each in found.items()}
    seen = any(each.hidden is None for column in columns for each in column.values())
    group = 2 * source.colluders + 3
    nothing = say(language, "Alt er skjult: ingen gruppe på minst {n} har svart ennå.", n=group)
    return {
        "title": form.title.in_(language),
        "nothing": "" if seen else nothing,
        "waves": [words.wave(wave, language) for wave in waves],
        "rows": [[text, *_cells(path, columns, language)] for path, text in order.items()],
    }


def _cells(path: str, columns: Sequence[dict[str, Detail]], language: Language) -> list[str]:
    return [_cell(column[path], language) if path in column else "–" for column in columns]


def _cell(detail: Detail, language: Language) -> str:
    """Say a question's main figure; a choice among several has none, so its largest answer stands for it."""
    if detail.hidden is not None:
        return say(language, "skjult")
    if detail.summary is not None:
        return f"{words.told(detail.summary, language)} ({detail.summary.n})"
    names = dict(detail.asked.options(language))
    code, shown = max(detail.answers, key=_size)
    return f"{names.get(code, code)}: {words.told(shown, language)}"


def _size(answer: tuple[str, Shown]) -> float:
    shown = answer[1]
    return -1.0 if isinstance(shown, Hidden) else float(shown.middle)
