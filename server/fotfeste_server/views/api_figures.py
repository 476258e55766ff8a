"""The released figures as a list that programs can read, for the API and for OData alike."""

from collections import Counter
from collections.abc import Sequence

from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.problems import NotFound
from fotfeste_shared.wording import Language

from ..anonymous.releases import path_of
from ..named.models import Network
from ..named.programme import titles
from ..results import words
from ..results.figures import Hidden
from ..results.leaving import cohorts
from ..results.lines import Line, lines
from ..results.reading import reach, source
from ..results.released import read_released
from . import my_scope, service
from .api_shapes import FigureShape


def figures(network: Network, language: Language) -> tuple[str, Sequence[FigureShape]]:
    """Give the mark of the release and every figure that the key's scope may see, in an order that stays."""
    seen = reach(my_scope(), network)
    if not (seen.whole or seen.places):
        raise NotFound
    years = cohorts(network, today()) if seen.whole else []
    released = read_released(path_of(service().config.releases, network.id))
    whole = source(network, seen, released, shipped(), years, titles=titles(network))
    times: Counter[str] = Counter()
    found = []
    for line in lines(whole, language):
        name = _name(line, language)
        times[name] += 1
        found.append(_shape(line, language, name if times[name] == 1 else f"{name}|{times[name]}"))
    return released.mark, found


def _name(line: Line, language: Language) -> str:
    """Name a line by what it is about; a question's share and mean are about the same."""
    period = line.years or words.period(line.windows, language)
    return f"{line.part}|{line.form}|{line.path}|{line.wave}|{line.place}|{period}|{line.code}"


def _shape(line: Line, language: Language, key: str) -> FigureShape:
    period = line.years or words.period(line.windows, language)
    return FigureShape(
        key=key, part=line.part, form=line.form, question=line.path, text=line.text, wave=line.wave, place=line.place,
        period=period, answer=line.code, answer_text=line.answer, n=line.number("n"), groups=line.number("groups"),
        low=line.number("low"), high=line.number("high"), percent=line.number("percent"),
        percent_from=line.number("percent_95", 0), percent_to=line.number("percent_95", 1),
        mean_tenths=line.number("tenths"), hidden=line.shown.why if isinstance(line.shown, Hidden) else None,
    )  # fmt: skip
