"""Opens survey windows and seals them: the one place where the named world asks something of the anonymous one.

Only ids of networks, numbers of municipalities and dates cross over; no person ever does.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import Conflicting, Invalid, NotFound
from fotfeste_shared.revisions import is_id

from .anonymous.doors import open_door
from .anonymous.ending import end_network
from .anonymous.invitations import THE_END, invite, open_window
from .anonymous.keys import Keys
from .anonymous.models import Door, Invitation, Window
from .anonymous.sealing import Sealed, seal
from .anonymous.texts import READING
from .config import Config
from .named.models import Gathering, Network, Participation, PublishedForm
from .named.programme import wave_of
from .named.publishing import published
from .named.waves import let_invite
from .promising import promise_of

MOST_LINKS = 200
GATHERING = "evaluering_samling"
EVALUATED_FOR = timedelta(days=7)
WITHOUT_LINKS = (THE_END, READING)  # lines of the release file in which nobody could answer
TO_SPARE = 20  # links beyond two for each who is there: a phone that is changed, a page that was closed


@dataclass(frozen=True, slots=True)
class Tools:
    """What opening and sealing need of a running server, or of a command."""

    config: Config
    db: Database
    keys: Keys


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window as organizers see it: how many links were made, never how many have answered."""

    id: str
    quarter: str
    opens: date
    closes: date
    links: int
    sealed: bool

    @property
    def open(self) -> bool:
        """Tell whether answers are taken today."""
        return not self.sealed and self.opens <= today() <= self.closes

    @property
    def over(self) -> bool:
        """Tell whether its last day is past, so that it may be counted."""
        return today() > self.closes


def quarter_of(day: date) -> str:
    """Name the quarter of a day: `2027-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_days(quarter: str) -> tuple[date, date]:
    """Give the first and the last day of a quarter."""
    year, _, number = quarter.partition("-Q")
    if not (year.isdigit() and len(year) == 4 and number in ("1", "2", "3", "4")):
        raise Invalid(questions={"quarter": "Velg ett av svarene i listen."})
    first = date(int(year), int(number) * 3 - 2, 1)
    return first, (first + timedelta(93)).replace(day=1) - timedelta(1)


def next_quarters(count: int = 5) -> list[str]:
    """Name this quarter and those after it."""
    named, day = [], today()
    for _ in range(count):
        named.append(quarter_of(day))
        day = quarter_days(named[-1])[1] + timedelta(1)
    return named


def open_quarter(tools: Tools, network: Network, quarter: str) -> str:
    """Open a window for a quarter; a network has one for each."""
    opens, closes = quarter_days(quarter)
    if any(each.quarter == quarter for each in windows(network)):
        raise Conflicting("Nettverket har et vindu for dette kvartalet allerede.")
    return open_window(tools.db, tools.keys, network.id, quarter, opens=opens, closes=closes)


def windows(network: Network) -> list[WindowLine]:
    """List a network's windows, newest first."""
    rows = Window.select().where((Window.network == network.id) & Window.quarter.not_in(WITHOUT_LINKS))
    return [
        WindowLine(
            row.id,
            row.quarter,
            row.opens,
            row.closes,
            Invitation.select().where(Invitation.window == row.id).count(),
            row.sealed is not None,
        )
        for row in rows.order_by(Window.opens.desc())
    ]


def window_of(network: Network, id_: str) -> WindowLine:
    """Find one window of a network."""
    found = next((each for each in windows(network) if each.id == id_), None)
    if found is None:
        raise NotFound
    return found


def network_of_window(id_: str) -> Network:
    """Find the network whose window this is."""
    window = Window.get_or_none(Window.id == id_) if is_id(id_) else None
    found = Network.get_or_none(Network.id == window.network) if window else None
    if found is None:
        raise NotFound
    return found


def surveys() -> list[FormDefinition]:
    """Give the newest version of each form that is answered by link."""
    codes = {row.code for row in PublishedForm.select(PublishedForm.code)}
    forms = (published(code) for code in sorted(codes))
    return [form for form in forms if form.intake == "envelope"]


def make_links(
    tools: Tools,
    network: Network,
    window: WindowLine,
    form: FormDefinition,
    *,
    wave: str,
    place: Participation | None,
    count: int,
) -> list[str]:
    """Make links to hand out; their addresses are told here, once."""
    if window.sealed or window.closes < today():
        raise Conflicting("Vinduet er stengt. Åpne et nytt vindu for å lage flere lenker.")
    if not 1 <= count <= MOST_LINKS:
        raise Invalid(questions={"count": "Skriv et tall fra 1 til 200."})
    if wave not in (form.waves or ("",)):
        raise Invalid(questions={"survey": "Velg ett av svarene i listen."})
    if place is None and form.results_level == "municipality":
        raise Invalid(questions={"place": "Velg en kommune for denne undersøkelsen."})
    if place is not None and place.network_id != network.id:
        raise NotFound
    number = place.municipality if place else "*"
    tokens = invite(tools.db, tools.keys, window.id, form, wave=wave, place=number, count=count)
    return [f"{tools.config.base_url}/s/{token}" for token in tokens]


def open_evaluation(tools: Tools, network: Network, gathering: Gathering, people: int) -> Door:
    """Open a gathering's evaluation, by one link for all, from its last day and for a week within that quarter."""
    quarter = quarter_of(gathering.ends)
    known = {each.quarter: each for each in windows(network)}
    if quarter in known and known[quarter].sealed:
        raise Conflicting("Vinduet er stengt. Åpne et nytt vindu for å lage flere lenker.")
    window = known[quarter].id if quarter in known else open_quarter(tools, network, quarter)
    return open_door(
        tools.db, window, published(GATHERING), wave_of(gathering), opens=gathering.ends,
        closes=gathering.ends + EVALUATED_FOR - timedelta(1), most=2 * people + TO_SPARE, people=people,
    )  # fmt: skip


def seal_window(tools: Tools, network: Network, window: WindowLine, *, early: bool = False) -> Sealed:
    """Close a window for good and count what is in it; before its last day only where somebody says so."""
    if today() <= window.closes and not (early or network.demo):
        raise Conflicting("Vinduet er åpent ennå. Det kan telles opp når siste dag er over.")
    return seal(
        tools.db, tools.keys, tools.config.releases, window.id, promise_of(network.id).colluders,
        municipalities=_municipalities(network), find_form=published,
    )  # fmt: skip


def _municipalities(network: Network) -> int:
    return int(Participation.select().where(Participation.network == network.id).count())


def end_surveys(tools: Tools, network: Network, *, unread: bool = False) -> Sealed:
    """Make a network's last seal: what waits is put together or dropped, and nothing can be asked afterwards."""
    colluders = promise_of(network.id).colluders
    done = end_network(
        tools.db, tools.keys, tools.config.releases, network.id, colluders, today=today(), unread=unread
    )
    let_invite(tools.db, network, on=False)
    return done
