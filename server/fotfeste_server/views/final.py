"""The network's final report, drafted from what is counted: a page to write on, and a PDF for the archive."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from fotfeste_shared.answering import clean_text
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.kinds import Scaled
from fotfeste_shared.municipalities import in_order
from fotfeste_shared.web.pages import current_language, days, number, translated

from ..anonymous.releases import path_of
from ..named.finishing import FEW, LONGEST, OWN_PARTS, Round, Whole, own_parts, whole_of, write_part
from ..named.models import Network
from ..named.programme import titles
from ..named.publishing import published
from ..papers import Grid, Paper, Part, Section, Text
from ..results import beyond, screen
from ..results.leaving import cohorts
from ..results.reading import Source, reach, source
from ..results.released import read_released
from . import my_scope, service, within
from .asking import Ask
from .organizers import Page, choices_of, municipality_name
from .papers import pdf, signed

pages = Blueprint("final", __name__)
DASH = "–"
Counts = Sequence[tuple[str, int]]


class OwnWords(Ask):
    """What the organizer writes themselves."""

    beginning = TextAreaField("Innledning", [Optional(), Length(max=LONGEST, message="Dette er for langt.")])
    lessons = TextAreaField("Det vi har lært", [Optional(), Length(max=LONGEST, message="Dette er for langt.")])
    end = TextAreaField("Veien videre", [Optional(), Length(max=LONGEST, message="Dette er for langt.")])


@pages.route("/networks/<network_id>/final", methods=["GET", "POST"])
@within("network", "read_reports")
def report(network: Network) -> Page:
    """Show the draft, and let an organizer write in it."""
    if request.method == "POST":
        my_scope().must("plan", network)
    form, may_plan = OwnWords(data=own_parts(network)), my_scope().may("plan", network)

    def write() -> None:
        for part in OWN_PARTS:
            text = clean_text(form[part].data or "", lines=True)
            write_part(service().db, network, my_scope().person, part, text)

    if form.done(write):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "final/report.html", network=network, paper=draft(network), form=form, may_plan=may_plan
    ), form.status


@pages.get("/networks/<network_id>/final/pdf")
@within("network", "read_reports")
def report_pdf(network: Network) -> Response:
    """Give the report as a PDF for the archive."""
    return pdf(draft(network), "sluttrapport")


def draft(network: Network) -> Paper:
    """Put the report together from what is counted and released, with the organizer's own words in their places."""
    told, own, seen = whole_of(network), own_parts(network), _source(network)
    sections = [
        *_own(own, "beginning", translated("Innledning")),
        Section(translated("Hvem som var med"), _who(told)),
        Section(translated("Slik arbeidet vi"), _work(told)),
        Section(translated("Mål og måloppnåelse"), _goals(told.rounds)),
        Section(translated("Nyansatte og mentorer"), _figures(seen)),
        Section(translated("Hindringer underveis"), _barriers(told.rounds)),
        Section(translated("Mentorprogrammene ved slutten"), _ending(told)),
        *_own(own, "lessons", translated("Det vi har lært")),
        *_own(own, "end", translated("Veien videre")),
        Section(translated("Metode, svarprosent og begrensninger"), _method(seen)),
    ]
    when = days(network.starts, network.ends)
    subtitle = f"{network.theme}. {when}" if network.theme else when
    title = translated("Sluttrapport fra {network}", network=network.name)
    return Paper(title, subtitle, current_language(), today(), [each for each in sections if each.parts])


def _source(network: Network) -> Source:
    seen = reach(my_scope(), network)
    released = read_released(path_of(service().config.releases, str(network.id)))
    years = cohorts(network, today()) if seen.whole else []
    return source(network, seen, released, shipped(), years, titles=titles(network))


def _own(own: dict[str, str], part: str, heading: str) -> list[Section]:
    return [Section(heading, [Text(own[part])], part)] if own.get(part) else []


def _few(n: int) -> str:
    """Tell a number of teams, but not one so small that it tells which they are."""
    return str(n) if n >= FEW else translated("færre enn {n}", n=FEW)


# --- the parts ---------------------------------------------------------------------------------------------


def _who(told: Whole) -> list[Part]:
    names = sorted((municipality_name(each) for each in told.municipalities), key=in_order)
    sentence = "{places} kommuner, {teams} team og {people} personer."
    counts = translated(sentence, places=len(names), teams=told.teams, people=told.members)
    seats = dict(choices_of("statusrapport", "deltatt"))
    lines = [(seats.get(code, code), str(n)) for code, n in told.seats if n >= FEW]
    parts: list[Part] = [Text(counts)]
    if names:
        parts.append(Text(translated("Med var {names}.", names=", ".join(names))))
    if lines:
        heads = (translated("Rolle"), translated("Personer"))
        parts += [Grid(translated("Roller i teamene"), heads, lines),
                  Text(translated("Roller med færre enn {n} personer er ikke vist.", n=FEW), quiet=True)]  # fmt: skip
    return parts


def _work(told: Whole) -> list[Part]:
    heads = [translated(each) for each in ("Samling", "Dager", "Sted", "Rapporter levert", "I tide")]
    lines = [
        (
            f"{each.gathering.number}. {each.gathering.theme}", days(each.gathering.starts, each.gathering.ends),
            translated("digital") if each.gathering.digital else each.gathering.place or DASH,
            translated("{n} av {all}", n=each.handed_in, all=each.teams),
            translated("{n} av {all}", n=each.in_time, all=each.teams),
        )
        for each in told.rounds
    ]  # fmt: skip
    talks = translated("Veilederne var i kontakt med teamene {n} ganger, {hours} timer til sammen.",
                       n=told.talks, hours=number(round(told.minutes / 6), 1))  # fmt: skip
    if not lines:
        return [Text(translated("Ingen samlinger er holdt ennå."), quiet=True)]
    return [Grid(translated("Samlingene"), heads, lines), Text(talks)]


def _goals(rounds: Sequence[Round]) -> list[Part]:
    told = [each for each in rounds if each.handed_in]
    if not told:
        return [Text(translated("Ingen statusrapporter er levert ennå."), quiet=True)]
    question = published("statusrapport").question("delmal.oppnaelse")
    points = question.scale.points if isinstance(question, Scaled) else ()
    steps = [(str(each.gathering.number), number(each.step, 1) if each.step is not None else DASH, str(each.goals),
              str(each.reached)) for each in told]  # fmt: skip
    heads = [translated(each) for each in ("Før samling", "Trinn, median", "Delmål i arbeid", "Nådd")]
    attained = [(str(each.gathering.number), *(str(n) for _, n in each.attained)) for each in told]
    explained = "; ".join(f"{signed(point.value)}: {point.text.in_(current_language())}" for point in points)
    return [
        Grid(translated("Framdrift og delmål"), heads, steps),
        Grid(translated("Måloppnåelse, antall delmål"), [heads[0], *(signed(n) for n in range(-2, 3))], attained),
        Text(f"{explained}.", quiet=True),
    ]


def _figures(seen: Source) -> list[Part]:
    """Tell the headline figures, out of released results only."""
    heads = [translated(each) for each in ("Indikator", "Tall", "Gjelder", "Sikkerhet")]
    cards = screen.headlines(seen, current_language(), place="", window="")
    lines = [(each.title, each.value, each.about or DASH, each.sure or DASH) for each in cards]
    caution = "Tallene viser hvordan det er, ikke hva mentorordningen alene har ført til."
    return [Grid(translated("Hovedtall"), heads, lines), Text(translated(caution), quiet=True)] if lines else []


def _barriers(rounds: Sequence[Round]) -> list[Part]:
    told = [each for each in rounds if each.handed_in]
    if not told:
        return []
    words = dict(choices_of("statusrapport", "hindringer"))
    first, last = dict(told[0].barriers), dict(told[-1].barriers)
    heads = (translated("Hindring"), translated("Team i første rapport"), translated("Team i siste rapport"))
    codes = sorted({*first, *last}, key=lambda code: (-last.get(code, 0), code))
    lines = [(words.get(code, code), _few(first.get(code, 0)), _few(last.get(code, 0))) for code in codes]
    return [Grid(translated("Hva som var i veien"), heads, lines)]


def _ending(told: Whole) -> list[Part]:
    end = told.ending
    if not end.reports:
        return [Text(translated("Ingen team har levert sluttrapport ennå."), quiet=True)]
    parts: list[Part] = [Text(translated("{n} av {all} team har levert sluttrapport.", n=end.reports, all=told.teams))]
    for question, caption, counts in (
        ("program", "Hva programmene består av", end.programme),
        ("spredning", "Hvor programmene er innført", end.spread),
        ("eier", "Hvem som eier programmene", end.owner),
    ):  # fmt: skip
        words = dict(choices_of("sluttrapport_team", question))
        lines = [(words.get(code, code), str(n)) for code, n in counts]
        parts.append(Grid(translated(caption), (translated("Svar"), translated("Team")), lines))
    return parts


def _method(seen: Source) -> list[Part]:
    heads = [translated(each) for each in ("Undersøkelse", "Svarprosent", "Inviterte", "Periode")]
    answered = beyond.turnout(seen, current_language(), place="", window="")
    lines = [(each.name, each.value, each.n, each.period) for each in answered]
    said = (
        "Tall om team, samlinger og rapporter er talt i tjenesten den dagen rapporten ble laget.",
        "Tall fra undersøkelsene er hentet fra frigitte resultater. Ingen gruppe er mindre enn fem.",
        "Antall nær ingen eller alle er rundet av tilfeldig. Derfor kan ingen bevise hva én person svarte.",
        "Målingene er ikke koblet. Vi vet ikke om det er de samme personene som svarer hver gang.",
        "Spørsmålene er laget for nettverket og er ikke validert. Det er ingen sammenligning med kommuner utenfor.",
    )
    rates: list[Part] = [Grid(translated("Svarprosent"), heads, lines)] if lines else []
    return [*rates, Text("\n".join(translated(each) for each in said))]
