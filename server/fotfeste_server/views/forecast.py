"""What will be seen at this size: looked at before a network's first survey, and whenever one wonders."""

from datetime import timedelta

from flask import Blueprint, render_template, request

from fotfeste_shared.clock import today
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.wording import Language, say

from ..anonymous.disclosure import crowd
from ..named.models import Network, Pairing, Participation
from ..results import words
from ..results.forecast import LIKELY, TURNS, UNLIKELY, Seen, forecast, whole_network
from . import within
from .organizers import Page, municipality_name
from .windows import quarter_name

pages = Blueprint("forecast", __name__)
A_FEW, USUAL_RATE, MOST_HIRES = 4, 70, 300


@pages.get("/networks/<network_id>/forecast")
@within("network", "plan")
def look_ahead(network: Network) -> Page:
    """Show which figures will be seen where and when, for hires and a rate that one may change; nothing is kept."""
    percent = _number("rate", USUAL_RATE, 1, 100)
    inside = Participation.select().where(Participation.network == network.id)
    places = sorted((each.municipality for each in inside), key=lambda n: municipality_name(n).casefold())
    hires = {place: _number(f"hires-{place}", _usual(network, place), 0, MOST_HIRES) for place in places}
    told = forecast(
        hires, starts=network.starts, ends=network.ends, percent=percent, colluders=network.colluders
    )
    waves = [turn.wave for turn in TURNS]
    language = current_language()
    lines = [(place, hires[place], [_cell(told[place, wave], language) for wave in waves]) for place in places]
    sums = [(wave, *whole_network([told[place, wave] for place in places])) for wave in waves]
    return render_template(
        "organizers/forecast.html", network=network, percent=percent, lines=lines, most=MOST_HIRES,
        waves=[words.wave(wave, language) for wave in waves], needs=crowd(network.colluders),
        sums=[(words.wave(wave, language), quarter_name(at) if at else "", round(own)) for wave, at, own in sums],
    ), 200  # fmt: skip


def _number(name: str, otherwise: int, least: int, most: int) -> int:
    """Read a number of the address; what is none, or out of bounds, is mended without fuss."""
    try:
        return max(least, min(most, int(request.args.get(name, ""))))
    except ValueError:
        return otherwise


def _usual(network: Network, place: str) -> int:
    """Guess how many begin in a year: as many as in the last, or a few where nobody is known yet."""
    inside = Participation.select(Participation.id).where(
        (Participation.network == network.id) & (Participation.municipality == place)
    )
    lately = Pairing.select().where(Pairing.participation.in_(inside) & (Pairing.started > today() - timedelta(365)))
    return min(int(lately.count()) or A_FEW, MOST_HIRES)


def _cell(seen: Seen, language: Language) -> tuple[str, str]:
    """Say one cell of the table: the word, and the chances behind it."""
    chances = say(
        language, "{own} % eget tall, {pooled} % bare samlet",
        own=round(100 * seen.own), pooled=round(100 * seen.pooled),
    )  # fmt: skip
    if seen.likely_from is not None:
        return say(language, "Fra {quarter}", quarter=quarter_name(seen.likely_from)), chances
    if seen.own > UNLIKELY:
        return say(language, "Kanskje"), chances
    if seen.pooled >= LIKELY / 2:
        return say(language, "Bare sammen med andre, til slutt"), chances
    return say(language, "Neppe"), chances
