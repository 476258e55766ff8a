"""The results of a network: a page, and the same figures as files: a workbook, CSV, JSON, SPSS and PDF."""

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Response, render_template, request

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition, shipped
from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import current_language, day

from .. import opening
from ..anonymous.releases import path_of
from ..named.models import Network
from ..named.programme import titles
from ..named.reforming import counted_as_before
from ..promising import Promise
from ..results import beyond, screen, words
from ..results.document import document
from ..results.leaving import cohorts
from ..results.reading import Source, reach, source
from ..results.released import read_released
from ..results.report import waves_of
from ..results.separated import separated
from ..results.statistics import can_write, statistics
from ..results.summary import summary
from ..results.workbook import workbook
from ..typesetting import typeset
from . import my_scope, present, service, within
from .organizers import places_of

pages = Blueprint("results", __name__)
SAV = "application/x-spss-sav"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the reader chose to see."""

    form: FormDefinition
    place: str
    window: str
    wave: str


@pages.get("/networks/<network_id>/results")
@within("network", "read_results")
def results(network: Network) -> str:
    """Show headlines, trends and answers, for the whole network or a municipality."""
    seen = _source(network)
    if not seen.forms or not (seen.reach.whole or seen.reach.places):
        raise NotFound
    wishes, language = _wishes(seen), current_language()
    here = {"place": wishes.place, "window": wishes.window}
    return render_template(
        "results/page.html",
        person=present(),
        network=network,
        source=seen,
        wishes=wishes,
        headlines=screen.headlines(seen, language, **here),
        leaving=None if wishes.place else screen.leaving(seen, language),
        trends=screen.trends(seen, language, **here),
        history=screen.history(seen, language, place=wishes.place, wave=_wave_of_new_hires(seen, wishes)),
        **_beyond(seen, wishes),
        next_seal=_next_seal(network),
        answers=screen.answers(seen, wishes.form, language, wave=wishes.wave, **here),
        choices=_choices(seen, wishes),
        spss=can_write(),
        promise=Promise(seen.colluders),
        about=screen.about(seen, wishes.place, wishes.window, language),
        before=counted_as_before(places_of(network)),
    )


@pages.get("/networks/<network_id>/results.json")
@within("network", "read_results")
def as_json(network: Network) -> Response:
    """Give all figures of the network as one canonical document."""
    return _file(document(_source(network)), "application/json", f"resultater-{network.id}.json")


@pages.get("/networks/<network_id>/results.xlsx")
@within("network", "read_results")
def as_workbook(network: Network) -> Response:
    """Give all figures of the network as a workbook, in the language of the page."""
    return _file(workbook(_source(network), current_language()), XLSX, f"resultater-{network.id}.xlsx")


@pages.get("/networks/<network_id>/results.csv")
@within("network", "read_results")
def as_csv(network: Network) -> Response:
    """Give all figures of the network as CSV, in the language of the page."""
    content = separated(_source(network), current_language())
    return _file(content, "text/csv; charset=utf-8", f"resultater-{network.id}.csv")


@pages.get("/networks/<network_id>/results.sav")
@within("network", "read_results")
def as_statistics(network: Network) -> Response:
    """Give all figures of the network for SPSS, where the server has the extra that writes it."""
    if not can_write():
        raise NotFound
    return _file(statistics(_source(network), current_language()), SAV, f"resultater-{network.id}.sav")


@pages.get("/networks/<network_id>/results.pdf")
@within("network", "read_results")
def as_summary(network: Network) -> Response:
    """Give the indicators of the chosen place and period on paper."""
    seen = _source(network)
    wishes = _wishes(seen)
    told = summary(seen, current_language(), place=wishes.place, window=wishes.window)
    return _file(typeset("results", told, kept=True), "application/pdf", f"resultater-{network.id}.pdf")


def _file(content: bytes, kind: str, name: str) -> Response:
    reply = Response(content, content_type=kind)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


# --- what is shown -----------------------------------------------------------------------------------


def _source(network: Network) -> Source:
    seen = reach(my_scope(), network)
    years = cohorts(network, today()) if seen.whole else []
    released = read_released(path_of(service().config.releases, str(network.id)))
    return source(network, seen, released, shipped(), years, titles=titles(network))


def _wishes(seen: Source) -> Wishes:
    """Read the filters; what is not there, or not for this reader, falls back to what is."""
    form = seen.form(request.args.get("form", "")) or seen.form("nyansatt") or seen.forms[0]
    levels = seen.levels(form)
    place = _one_of(levels, "place", levels[0] if levels else "")
    window = _one_of(tuple(each.id for each in seen.released.windows), "window", "")
    waves = waves_of(seen, form)
    return Wishes(form, place, window, _one_of(waves, "wave", _last_seen(seen, form, waves)))


def _one_of(allowed: tuple[str, ...], name: Literal["place", "window", "wave"], otherwise: str) -> str:
    wish = request.args.get(name)
    return wish if wish is not None and wish in allowed else otherwise


def _last_seen(seen: Source, form: FormDefinition, waves: tuple[str, ...]) -> str:
    """Give the last wave that has any block, else the first."""
    released = {dated.block.wave for dated in seen.released.blocks if dated.block.form == form.code}
    return next((wave for wave in reversed(waves) if wave in released), waves[0])


def _wave_of_new_hires(seen: Source, wishes: Wishes) -> str:
    """The trend over time is about new hires, whatever form is shown below it."""
    form = seen.form("nyansatt")
    if form is None or wishes.wave in form.waves:
        return wishes.wave
    return _last_seen(seen, form, form.waves)


def _beyond(seen: Source, wishes: Wishes) -> dict[str, object]:
    """Give what the page shows beside headlines and answers; what is told for the network only, when it is chosen."""
    language, whole = current_language(), not wishes.place
    return {
        "place_name": words.place(wishes.place, language),
        "beside": [] if whole else beyond.comparisons(seen, language, place=wishes.place),
        "others": beyond.others(seen, language, place=wishes.place, window=wishes.window),
        "gatherings": beyond.gatherings(seen, language) if whole else [],
        "reasons": beyond.reasons(seen, language) if whole else None,
        "turnout": beyond.turnout(seen, language, place=wishes.place, window=wishes.window),
        "two_way": beyond.two_way(seen, language) if whole else [],
        "written": beyond.written(seen, language) if whole else [],
    }


def _next_seal(network: Network) -> str:
    """Say when the window that is open closes, for then what waits may be shown."""
    closes = [window.closes for window in opening.windows(network) if not window.sealed]
    return day(min(closes)) if closes else ""


def _choices(seen: Source, wishes: Wishes) -> dict[str, list[screen.Choice]]:
    language = current_language()
    return {
        "place": screen.places(seen, wishes.form, wishes.place, language),
        "window": screen.windows(seen, wishes.window, language),
        "form": screen.forms(seen, wishes.form.code, language),
        "wave": screen.waves(seen, wishes.form, wishes.wave, language),
    }
