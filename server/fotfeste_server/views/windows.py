"""Survey windows: opened for a quarter, given out as links with QR codes to print, and counted when they are over."""

import segno
from flask import Blueprint, flash, redirect, render_template, request

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.web.pages import current_language, in_words, translated
from fotfeste_shared.wording import Value

from .. import opening
from ..anonymous.invitations import has_ended
from ..anonymous.texts import readings
from ..named.models import Network
from ..named.programme import WAVE
from ..named.publishing import published
from ..promising import promise_of
from . import service, within
from .asking import Ask, pick, whole
from .organizers import Page, place_in, places

pages = Blueprint("windows", __name__)
HOW_MANY = "Skriv et tall fra 1 til 200."
WAVES = {
    "start": "To uker etter start", "m3": "Etter tre måneder", "m6": "Etter seks måneder", "m12": "Etter ett år",
    "for": "Før første samtale", "etter": "Etter ett år som mentor",
}  # fmt: skip


class NewWindow(Ask):
    """A quarter in which links are open."""

    quarter = pick("Kvartal")


class NewLinks(Ask):
    """Links to hand out."""

    survey = pick("Undersøkelse")
    place = pick("Kommune")
    count = whole("Hvor mange lenker", 1, opening.MOST_LINKS, HOW_MANY, default=10)


@pages.route("/networks/<network_id>/windows", methods=["GET", "POST"])
@within("network", "plan")
def windows(network: Network) -> Page:
    """List the windows, and open one more."""
    form = NewWindow()
    known = opening.windows(network)
    had = {each.quarter for each in known}
    form.quarter.choices = [(each, quarter_name(each)) for each in opening.next_quarters() if each not in had]

    def begin() -> None:
        opening.open_quarter(tools(), network, form.quarter.data)

    if form.done(begin):
        flash(translated("Vinduet er åpnet. Nå kan du lage lenker."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/windows.html", network=network, form=form, windows=known, quarter_name=quarter_name,
        promise=promise_of(network.id), unread=sum(each.texts for each in readings(network.id)),
        ended=has_ended(network.id),
    ), form.status  # fmt: skip


@pages.route("/networks/<network_id>/windows/<window_id>/links", methods=["GET", "POST"])
@within("network", "plan")
def links(network: Network, window_id: str) -> Page:
    """Make links; their addresses stand on this one page, to be printed or copied, and nowhere else."""
    window = opening.window_of(network, window_id)
    form = NewLinks()
    form.survey.choices = [(f"{f.code}.{wave}", survey_name(f.code, wave)) for f, wave in _offered()]
    named = {"*": translated("Hele nettverket"), **dict(places(network))}
    form.place.choices = [("*", translated("Velg …")), *places(network)]
    made: list[str] = []

    def make() -> None:
        code, _, wave = form.survey.data.partition(".")
        place = None if form.place.data == "*" else place_in(network, form.place.data)
        count = form.count.data or 0
        made.extend(
            opening.make_links(tools(), network, window, published(code), wave=wave, place=place, count=count)
        )

    if form.done(make):
        code, _, wave = form.survey.data.partition(".")
        survey = published(code)
        # What is told for the whole network only is not asked for one municipality, whatever was chosen.
        chosen = named[form.place.data if survey.results_level == "municipality" else "*"]
        return render_template(
            "organizers/links.html", network=network, quarter=quarter_name(window.quarter), place=chosen,
            survey=survey_name(code, wave), minutes=in_words(survey.minutes),
            links=[(link, drawn(link)) for link in made],
        ), 200  # fmt: skip
    quarter = quarter_name(window.quarter)
    return render_template("organizers/make_links.html", network=network, quarter=quarter, form=form), form.status


@pages.route("/networks/<network_id>/windows/<window_id>/seal", methods=["GET", "POST"])
@within("network", "plan")
def seal(network: Network, window_id: str) -> Page:
    """Ask whether a window is to be closed for good, and count it."""
    window = opening.window_of(network, window_id)
    if request.method == "GET":
        quarter = quarter_name(window.quarter)
        return render_template("organizers/seal.html", network=network, window=window, quarter=quarter), 200
    done = opening.seal_window(tools(), network, window)
    told: dict[str, Value] = {"n": done.blocks}
    flash(translated("Vinduet er talt opp. {n} nye blokker kan vises i resultatene.", **told), "success")
    return redirect(f"/networks/{network.id}/windows", 303)


def tools() -> opening.Tools:
    """Give what windows are opened and sealed with."""
    return opening.Tools(service().config, service().db, service().keys)


def _offered() -> list[tuple[FormDefinition, str]]:
    """Give every survey with each of its waves, those that are asked most often first."""
    often = sorted(opening.surveys(), key=lambda form: -len(form.waves))
    return [(form, wave) for form in often for wave in (form.waves or ("",))]


def survey_name(code: str, wave: str) -> str:
    """Name a survey and its wave."""
    title = published(code).title.in_(current_language())
    if gathering := WAVE.fullmatch(wave):
        return f"{title} ({gathering[1]})"
    return f"{title}: {translated(WAVES[wave])}" if wave in WAVES else title


def quarter_name(quarter: str) -> str:
    """Say a quarter in words."""
    year, _, number = quarter.partition("-Q")
    return translated("{n}. kvartal {year}", n=number, year=year)


def drawn(link: str, *, growing: bool = False) -> str:
    """Draw a link as a QR code, on white on a dark screen too: in a size that a phone reads from paper, or growing."""
    code = segno.make(link, error="m")
    return code.svg_inline(scale=4, omitsize=growing, border=2, svgclass="qr", lineclass=None, light="#fff")
