"""The pages of one gathering: what it is, who comes, and what hotel and kitchen are told."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.clock import today
from fotfeste_shared.kinds import Answers
from fotfeste_shared.municipalities import find
from fotfeste_shared.web.pages import current_language, day, days, translated

from .. import calling, opening
from ..anonymous.doors import door_of
from ..named.access import SIGN_UP
from ..named.attending import (
    Attendee,
    arrangement,
    attendees,
    deadline_of,
    is_open,
    of_own_teams,
    sign_up_of,
    upcoming,
)
from ..named.ledger import current
from ..named.models import Gathering, Network
from ..named.needs import apart_of, counts, forget_on
from ..named.programme import items_of, wave_of
from ..typesetting import typeset
from . import my_scope, present, service, within
from .asking import Ask, Day, address, text
from .organizers import Page, choices_of, municipality_name

pages = Blueprint("attending", __name__)
UNION = "tillitsvalgt"  # never told outside of the team and the working group
STATE_WORDS = {
    "coming": "Kommer", "online": "Digitalt", "not_coming": "Kommer ikke", "substitute": "En annen kommer",
    "unanswered": "Ikke svart",
}  # fmt: skip


class OpenSignUp(Ask):
    """The last day of sign-up."""

    closes = Day("Siste dag for påmelding")


class NewGuest(Ask):
    """Somebody outside of the teams who may come."""

    name = text("Navn")
    email = address("E-postadresse")


@pages.app_context_processor
def _words() -> dict[str, object]:
    return {"coming_gatherings": _coming, "state_words": STATE_WORDS, "answered_how": answered_how}


def _coming() -> list[Gathering]:
    """Give the gatherings that lie before whoever is signed in, the next one first."""
    return upcoming(my_scope()) if present() else []


@pages.route("/gatherings/<gathering_id>", methods=["GET", "POST"])
@within("gathering")
def gathering(gathering: Gathering) -> Page:
    """Show a gathering to those who come to it; organizers open sign-up here."""
    mine, network = my_scope(), gathering.network
    if request.method == "POST":
        mine.must("plan", network)
    form = OpenSignUp(prefix="o", closes=max(deadline_of(gathering), min(today(), gathering.starts)))

    def open_() -> None:
        calling.open_and_call(service().db, gathering, form.closes.value(), service().config.base_url)

    if form.done(open_):
        flash(translated("Påmeldingen er åpen, og alle i teamene får en e-post."), "success")
        return redirect(f"/gatherings/{gathering.id}", 303)
    own = sign_up_of(mine.person, gathering)
    content = current(own.id) if own else None
    return render_template(
        "attending/gathering.html", network=_own_network(gathering), gathering=gathering, form=form, own=own,
        answers=content.answers if content else {}, items=items_of(gathering), open=is_open(gathering),
        closes=deadline_of(gathering), over=gathering.ends < today(), late=deadline_of(gathering) < today(),
        team=of_own_teams(mine, gathering), may_plan=mine.may("plan", network), evaluation=_evaluation(gathering),
    ), form.status  # fmt: skip


def _own_network(gathering: Gathering) -> Network | None:
    """Give the network for the frame, where the person can open its page; a guest has the gathering only."""
    found: Network | None = my_scope().networks().where(Network.id == gathering.network_id).first()
    return found


def _evaluation(gathering: Gathering) -> str:
    """Give the address of the evaluation while it is open."""
    door = door_of(gathering.network_id, opening.GATHERING, wave_of(gathering))
    return f"/g/{door.id}" if door and door.opens <= today() <= door.closes else ""


def answered_how(answers: Answers) -> str:
    """Say in one line what somebody has answered: days, nights, dinner."""
    if "deltar" not in answers:
        return translated("Ikke svart")
    told = [_word("deltar", str(answers["deltar"]))]
    chosen = answers.get("dager")
    told += [_word("dager", str(code)).casefold() for code in chosen] if isinstance(chosen, list) else []
    if answers.get("overnatting") in ("ja", "kveld_for"):
        told.append(translated("overnatter"))
    if answers.get("middag") == "ja":
        told.append(translated("middag"))
    return ", ".join(told)


def _word(question: str, code: str) -> str:
    return dict(choices_of(SIGN_UP, question)).get(code, code)


# --- the organizer's list --------------------------------------------------------------------------------


@pages.route("/gatherings/<gathering_id>/signups", methods=["GET", "POST"])
@within("gathering", "plan")
def signups(gathering: Gathering) -> Page:
    """List who comes and who has not answered, and let somebody from outside sign up."""
    form = NewGuest(prefix="g")

    def invite() -> None:
        name, to = form.name.data or "", form.email.data or ""
        calling.call_guest(service().db, gathering, name, to, service().config.base_url)

    if form.done(invite):
        flash(translated("{name} kan melde seg på, og får en e-post om det.", name=form.name.data or ""), "success")
        return redirect(f"/gatherings/{gathering.id}/signups", 303)
    return render_template(
        "attending/signups.html", network=gathering.network, gathering=gathering, form=form, open=is_open(gathering),
        listed=attendees(gathering), closes=deadline_of(gathering),
    ), form.status  # fmt: skip


@pages.get("/gatherings/<gathering_id>/counts")
@within("gathering", "plan")
def hotel(gathering: Gathering) -> Page:
    """Show what hotel and kitchen are told: counts and loose texts, never a name."""
    known = arrangement(gathering)
    return render_template(
        "attending/counts.html", network=gathering.network, gathering=gathering, counts=counts(gathering),
        rows=_rows(gathering), forget_on=forget_on(gathering), forgotten=known.forgotten if known else None,
        forgotten_on=known.forgotten_on if known else None, kept=len(apart_of(gathering)),
    ), 200  # fmt: skip


@pages.get("/gatherings/<gathering_id>/counts.csv")
@within("gathering", "plan")
def hotel_as_csv(gathering: Gathering) -> Reply:
    """Give the counts as a file that opens in a spreadsheet with its letters right."""
    found = counts(gathering)
    lines = [(translated("Hva"), translated("Antall"))]
    lines += [(f"{group}: {what}", str(count)) for group, rows in _rows(gathering) for what, count in rows]
    lines += [(translated("Kjøkkenet må vite"), each) for each in found.kitchen]
    lines += [(translated("Tilrettelegging"), each) for each in found.arrangements]
    body = "".join(f"{_cell(what)};{_cell(value)}\r\n" for what, value in lines)
    reply = Reply("\ufeff" + body, content_type="text/csv; charset=utf-8")
    reply.headers["Content-Disposition"] = f'attachment; filename="samling-{gathering.number}.csv"'
    return reply


def _cell(value: str) -> str:
    """Write a cell; what a spreadsheet would take for a formula is made text."""
    plain = f"'{value}" if value.startswith(("=", "+", "-", "@", "\t")) else value
    return '"' + plain.replace('"', '""') + '"'


def _rows(gathering: Gathering) -> list[tuple[str, list[tuple[str, int]]]]:
    """Lay the counts out in groups, every line with its words."""
    found = counts(gathering)
    groups: list[tuple[str, list[tuple[str, int]]]] = [
        (translated("Påmelding"), [(translated(STATE_WORDS[each]), found.states[each]) for each in STATE_WORDS]),
        (translated("Dager"), _counted("dager", found.days)),
        (translated("Overnatting"), [
            *((translated("Natt til {day}", day=day(morning)), beds) for morning, beds in found.nights.items()),
            (translated("Netter i alt"), sum(found.nights.values())),
        ]),
        (translated("Mat"), [(translated("Middag"), found.dinners), *_counted("mat", found.diets, zeros=False)]),
        (translated("Bilder"), [(translated("Vil ikke være med på bilder"), found.no_photo)]),
    ]  # fmt: skip
    return [(group, rows) for group, rows in groups if any(count for _, count in rows)]


def _counted(question: str, found: Counter[str], *, zeros: bool = True) -> list[tuple[str, int]]:
    return [(words, found[code]) for code, words in choices_of(SIGN_UP, question) if zeros or found[code]]


# --- name tags -------------------------------------------------------------------------------------------


@pages.get("/gatherings/<gathering_id>/nametags.pdf")
@within("gathering", "plan")
def name_tags(gathering: Gathering) -> Reply:
    """Set a tag for everybody who comes in person, eight to a page."""
    coming = [each for each in attendees(gathering) if each.state == "coming"]
    told = {
        "title": translated("Navneskilt til samling {n}", n=gathering.number), "language": current_language(),
        "event": f"{gathering.network.name} – {days(gathering.starts, gathering.ends)}",
        "none": translated("Ingen har meldt at de kommer ennå."),
        "tags": [tag_of(each) for each in coming],
    }  # fmt: skip
    reply = Reply(typeset("nametags", told), content_type="application/pdf")
    reply.headers["Content-Disposition"] = f'attachment; filename="navneskilt-{gathering.number}.pdf"'
    return reply


def tag_of(each: Attendee) -> dict[str, str]:
    """Give the words of a tag; a union role is nobody's business in the hall."""
    roles = dict(choices_of("statusrapport", "deltatt"))
    role = roles.get(each.seat or "", "") if each.seat not in (UNION, "annen") else ""
    place = municipality_name(each.place) if each.place and find(each.place) else ""
    return {"name": each.person.name, "place": place, "role": role}

