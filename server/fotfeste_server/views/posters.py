"""A team's poster: a page, and a PDF in A1 for the wall or A3 for the table."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from fotfeste_shared.kinds import Answers, OneOf
from fotfeste_shared.web.pages import current_language, number, translated

from ..named.models import Team
from ..named.posters import Poster, poster_of
from ..named.publishing import published
from ..typesetting import typeset
from . import within
from .organizers import Page, choices_of, municipality_name

pages = Blueprint("posters", __name__)
SIZES = ("a1", "a3")
WIDE, HIGH = 640, 260  # the drawing's own units
LOWEST, HIGHEST = 5, 50
LEFT, RIGHT, TOP, BOTTOM = 46, 20, 16, 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the drawing."""

    x: int
    y: int
    label: str
    value: str


@pages.get("/teams/<team_id>/poster")
@within("team")
def poster(team: Team) -> Page:
    """Show a team's poster."""
    made = poster_of(team)
    return render_template(
        "teams/poster.html", team=team, network=team.participation.network, poster=made, marks=marks(made),
        chart=chart(made), statuses=_statuses("delmal"), states=_statuses("tiltak"),
        seats=dict(choices_of("statusrapport", "deltatt")), told=_told_chart(made),
    ), 200  # fmt: skip


def _statuses(rows: str) -> dict[str, str]:
    question = published("statusrapport").question(f"{rows}.status")
    choices = question.choices if isinstance(question, OneOf) else ()
    return {each.code: each.text.in_(current_language()) for each in choices}


@pages.get("/teams/<team_id>/poster/pdf")
@within("team")
def poster_pdf(team: Team) -> Response:
    """Give the poster as a PDF."""
    size = request.args.get("size", "a1")
    told = _on_paper(poster_of(team), size if size in SIZES else "a1")
    reply = Response(typeset("poster", told), content_type="application/pdf")
    reply.headers["Content-Disposition"] = 'inline; filename="plakat.pdf"'
    return reply


def _on_paper(made: Poster, size: str) -> dict[str, object]:
    """Put the poster in words for the paper."""
    statuses, states, seats = _statuses("delmal"), _statuses("tiltak"), dict(choices_of("statusrapport", "deltatt"))
    sections = [
        (translated("Dette vil vi oppnå"), [_line(statuses, goal) for goal in made.goals]),
        (translated("Dette har vi prøvd"), [_line(states, measure) for measure in made.measures]),
        (translated("Dette har vi lært"), [f"{about.rstrip('.')}: {lesson}" for about, lesson in made.lessons]),
        (translated("Det viktigste siden sist"), [made.news] if made.news else []),
        (translated("Veien videre"), [made.ahead] if made.ahead else []),
        (translated("Teamet"), [f"{seats.get(code, code)}{f' ({n})' if n > 1 else ''}" for code, n in made.roles]),
    ]
    place = municipality_name(made.team.participation.municipality)
    return {
        "title": made.team.name,
        "subtitle": f"{place} · {made.team.participation.network.name}",
        "language": current_language(),
        "paper": size,
        "sections": [{"heading": heading, "lines": lines} for heading, lines in sections if lines],
        "chart": {"heading": translated("Hvor langt vi har kommet"), "svg": chart(made), "alt": _told_chart(made)}
        if len(made.steps) > 1 else None,
    }  # fmt: skip


def _line(words: dict[str, str], row: Answers) -> str:
    """Name a goal or a measure with how far it has come."""
    return f"{str(row.get('tekst', '')).rstrip('.')} ({words.get(str(row.get('status')), '').lower()})"


# --- the run chart ----------------------------------------------------------------------------------------


def marks(made: Poster) -> list[Mark]:
    """Place the team's steps on the drawing, from gathering to gathering."""
    room = WIDE - LEFT - RIGHT
    apart = room // max(1, len(made.steps) - 1)
    return [
        Mark(LEFT + place * apart, _height(step), str(gathering), number(step, 1))
        for place, (gathering, step) in enumerate(made.steps)
    ]


def _height(step: int) -> int:
    return TOP + (HIGHEST - step) * (HIGH - TOP - BOTTOM) // (HIGHEST - LOWEST)


def chart(made: Poster) -> str:
    """Draw the steps as one line; the same drawing on the page and on paper."""
    points = marks(made)
    if len(points) < 2:
        return ""
    lines = [f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{_height(step)}" y2="{_height(step)}" stroke="#b8bcbc"/>'
             f'<text x="{LEFT - 8}" y="{_height(step) + 5}" text-anchor="end" {LETTERS}>{step // 10}</text>'
             for step in (10, 20, 30, 40, 50)]  # fmt: skip
    path = " ".join(f"{each.x},{each.y}" for each in points)
    dots = [f'<circle cx="{each.x}" cy="{each.y}" r="6" fill="#0b5d5a"/>'
            f'<text x="{each.x}" y="{HIGH - 12}" text-anchor="middle" {LETTERS}>{each.label}</text>'
            for each in points]  # fmt: skip
    line = f'<polyline points="{path}" fill="none" stroke="#0b5d5a" stroke-width="4"/>'
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}">'
    return f"{frame}{''.join(lines)}{line}{''.join(dots)}</svg>"


LETTERS = 'font-family="sans-serif" font-size="20" fill="#222e2d"'


def _told_chart(made: Poster) -> str:
    """Say what the drawing shows."""
    told = "; ".join(translated("samling {n}: {step}", n=each.label, step=each.value) for each in marks(made))
    return translated("Trinn fra 0,5 til 5 før hver samling. {told}.", told=told)
