"""What a network has decided for itself: professions, the size of a team, and when things are due."""

from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition, Section
from fotfeste_shared.kinds import Question, Rows, SomeOf
from fotfeste_shared.problems import Invalid

from .models import Network, Participation
from .people import one_line, wanted
from .publishing import published
from .registration_models import Settings

SMALLEST_TEAM, LARGEST_TEAM = 3, 7
PROFESSIONS = ("pamelding_nettverk", "malgrupper")  # the question whose choices are the professions there are


@dataclass(frozen=True, slots=True)
class Chosen:
    """A network's settings as values; no profession named means all of them."""

    professions: tuple[str, ...] = ()
    fewest: int = SMALLEST_TEAM
    most: int = LARGEST_TEAM
    report_days: int = 14
    sign_up_days: int = 21


def settings_of(network: Network) -> Chosen:
    """Give a network's settings; where nothing was chosen the usual holds."""
    row = Settings.get_or_none(Settings.network == network.id)
    if row is None:
        return Chosen()
    return Chosen(tuple(row.professions), row.fewest, row.most, row.report_days, row.sign_up_days)


def choose(db: Database, network: Network, chosen: Chosen) -> None:
    """Keep a network's settings."""
    known = {choice.code for choice in _professions().choices}
    faults = {}
    if not set(chosen.professions) <= known:
        faults["professions"] = "Velg blant svarene i listen."
    if not SMALLEST_TEAM <= chosen.fewest <= LARGEST_TEAM:
        faults["fewest"] = "Et team har mellom 3 og 7 medlemmer."
    if not chosen.fewest <= chosen.most <= LARGEST_TEAM:
        faults["most"] = "Skriv et tall mellom det minste antallet og 7."
    if faults:
        raise Invalid(questions=faults)
    values = {
        "professions": list(chosen.professions), "fewest": chosen.fewest, "most": chosen.most,
        "report_days": chosen.report_days, "sign_up_days": chosen.sign_up_days,
    }  # fmt: skip
    with writing(db):
        insert_once(Settings, Settings.network, network=network.id, **values)
        Settings.update(**values).where(Settings.network == network.id).execute()


def change_network(db: Database, network: Network, *, name: str, theme: str, starts: date, ends: date) -> None:
    """Give a network another name, theme or other days."""
    name = wanted(name, "name")
    if ends <= starts:
        raise Invalid(questions={"ends": "Sluttdatoen må være etter startdatoen."})
    with writing(db):
        changed = {"name": name, "theme": one_line(theme, 200), "starts": starts, "ends": ends}
        Network.update(**changed).where(Network.id == network.id).execute()


def _professions() -> SomeOf:
    question = published(PROFESSIONS[0]).question(PROFESSIONS[1])
    if not isinstance(question, SomeOf):
        raise TypeError("professions are several choices")
    return question


def deadlines(network: Network, starts: date) -> tuple[date, date]:
    """Work out when reports and sign-ups are due before a gathering that starts on this day."""
    chosen = settings_of(network)
    return starts - timedelta(chosen.report_days), starts - timedelta(chosen.sign_up_days)


def takes_part_on(place: Participation, day: date) -> bool:
    """Tell whether a municipality is in its network on a day."""
    return place.left_on is None or day < place.left_on


# --- forms as a network asks them --------------------------------------------------------------------------


def form_for(network: Network, form: FormDefinition) -> FormDefinition:
    """Give a form with fewer professions and narrower teams, as the network has chosen; its codes stay the same.

    Whatever passes the narrower form passes the published one as well, so the ledger need not know.
    """
    chosen = settings_of(network)
    sections = tuple(_narrowed(section, chosen) for section in form.sections)
    return replace(form, sections=sections)


def _narrowed(section: Section, chosen: Chosen) -> Section:
    return replace(section, questions=tuple(_narrow(question, chosen) for question in section.questions))


def _narrow(question: Question, chosen: Chosen) -> Question:
    match question:
        case SomeOf(code="malgrupper") if chosen.professions:
            return replace(
                question, choices=tuple(each for each in question.choices if each.code in chosen.professions)
            )
        case Rows(code="medlemmer"):
            return replace(question, fewest=chosen.fewest, most=chosen.most)
        case Rows():
            return replace(question, questions=tuple(_narrow(inner, chosen) for inner in question.questions))
        case _:
            return question
