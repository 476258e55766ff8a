"""The pages on which networks are begun and shaped: the overview, a new one, its settings and its working group."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import current_language, translated
from fotfeste_shared.wording import Language, as_language, say

from ..jobs import enqueue
from ..named.models import Network, Person
from ..named.networks import found_network
from ..named.overview import added_up, overview
from ..named.settings import LARGEST_TEAM, PROFESSIONS, SMALLEST_TEAM, Chosen, change_network, choose, settings_of
from ..named.working_group import Colleague, join_group, leave_group, working_group
from . import my_scope, service, signed_in, within
from .asking import Ask, Day, address, pick, several, text, whole
from .organizers import choices_of

pages = Blueprint("networks", __name__)
Page = Reply | tuple[str, int]


class NewNetwork(Ask):
    """A new network."""

    name = text("Navn på nettverket")
    theme = text("Tema", needed=False, longest=200)
    starts = Day("Starter")
    ends = Day("Slutter")


class Shape(NewNetwork):
    """What a network has decided for itself."""

    professions = several("Yrkesgrupper")
    fewest = whole("Minste antall i et team", SMALLEST_TEAM, LARGEST_TEAM, "Et team har mellom 3 og 7 medlemmer.")
    most = whole("Største antall i et team", SMALLEST_TEAM, LARGEST_TEAM, "Et team har mellom 3 og 7 medlemmer.")
    report_days = whole("Statusrapporter leveres så mange dager før", 0, 90, "Skriv et tall mellom 0 og 90.")
    sign_up_days = whole("Påmeldingen stenger så mange dager før", 0, 90, "Skriv et tall mellom 0 og 90.")


class NewColleague(Ask):
    """Somebody in the working group."""

    name = text("Navn")
    email = address("E-postadresse")
    role = pick("Rettighet")
    words = text("Oppgave", needed=False, longest=200)
    phone = text("Telefon", needed=False, longest=30)


@pages.get("/networks")
@signed_in
def networks() -> Page:
    """Show all of one's networks at a glance."""
    lines = overview(my_scope())
    return render_template(
        "organizers/networks.html", lines=lines, together=added_up(lines), may_plan=my_scope().may("plan")
    ), 200


@pages.route("/networks/new", methods=["GET", "POST"])
@signed_in
def new_network() -> Page:
    """Begin a network; whoever begins it plans it."""
    my_scope().must("plan")
    form = NewNetwork()
    made: list[Network] = []

    def begin() -> None:
        given = (form.name.data or "", form.theme.data or "", form.starts.value(), form.ends.value())
        made.append(found_network(service().db, *given, planned_by=my_scope().person))

    if form.done(begin):
        flash(translated("Nettverket er laget."), "success")
        return redirect(f"/networks/{made[0].id}", 303)
    return render_template("organizers/new_network.html", form=form), form.status


@pages.route("/networks/<network_id>/settings", methods=["GET", "POST"])
@within("network", "plan")
def settings(network: Network) -> Page:
    """Change a network's name, days and settings."""
    form = Shape(**_as_it_is(network)) if request.method == "GET" else Shape()
    form.professions.choices = choices_of(*PROFESSIONS)

    def change() -> None:
        db = service().db
        every = [code for code, _ in choices_of(*PROFESSIONS)]
        chosen = [code for code in every if code in (form.professions.data or [])]
        choose(db, network, Chosen(
            tuple(chosen) if chosen != every else (), int(form.fewest.data or 0), int(form.most.data or 0),
            int(form.report_days.data or 0), int(form.sign_up_days.data or 0),
        ))  # fmt: skip
        change_network(
            db, network, name=form.name.data or "", theme=form.theme.data or "", starts=form.starts.value(),
            ends=form.ends.value(),
        )  # fmt: skip

    if form.done(change):
        flash(translated("Lagret."), "success")
        return redirect(f"/networks/{network.id}", 303)
    return render_template("organizers/settings.html", network=network, form=form), form.status


def _as_it_is(network: Network) -> dict[str, object]:
    chosen = settings_of(network)
    return {
        "name": network.name, "theme": network.theme, "starts": network.starts, "ends": network.ends,
        "professions": list(chosen.professions) or [code for code, _ in choices_of(*PROFESSIONS)],
        "fewest": chosen.fewest, "most": chosen.most, "report_days": chosen.report_days,
        "sign_up_days": chosen.sign_up_days,
    }  # fmt: skip


# --- the working group -----------------------------------------------------------------------------------------


def role_name(role: str, language: Language | None = None) -> str:
    """Name what somebody of the working group may do."""
    names = {"organizer": "Arrangør", "advisor": "Veileder"}
    return say(language or current_language(), names[role])


@pages.route("/networks/<network_id>/group", methods=["GET", "POST"])
@within("network")
def group(network: Network) -> Page:
    """Show everybody in the network whom they can turn to; organizers say who that is."""
    mine, form = my_scope(), NewColleague()
    if request.method == "POST":
        mine.must("plan", network)
    form.role.choices = [(role, role_name(role)) for role in ("advisor", "organizer")]

    def join() -> None:
        join_group(
            service().db, network, name=form.name.data or "", address=form.email.data or "", role=form.role.data,
            words=form.words.data or "", phone=form.phone.data or "",
            welcome=lambda person: _welcome(person, network, form.role.data),
        )  # fmt: skip

    if form.done(join):
        flash(translated("Lagret."), "success")
        return redirect(request.path, 303)
    return render_template(
        "organizers/group.html", network=network, form=form, colleagues=working_group(network), role_name=role_name,
        may_plan=mine.may("plan", network),
    ), form.status  # fmt: skip


def _welcome(person: Person, network: Network, role: str) -> None:
    """Write to whoever is taken in, how they come in."""
    language = as_language(person.language)
    paragraphs = (
        say(language, "Hei {name}", name=person.name),
        say(
            language,
            "Du er tatt inn i arbeidsgruppa for {network} i Fotfeste, som {role}.",
            network=network.name,
            role=role_name(role, language).lower(),
        ),
        say(
            language,
            "Logg inn på {address} med denne e-postadressen. Du får en kode på e-post og trenger ikke passord.",
            address=f"{service().config.base_url}/signin",
        ),
    )
    subject = say(language, "Du er med i arbeidsgruppa for {network}", network=network.name)
    enqueue("letter", {"to": person.email, "subject": subject, "text": "\n\n".join(paragraphs)})


@pages.route("/networks/<network_id>/group/<person_id>/leave", methods=["GET", "POST"])
@within("network", "plan")
def leave(network: Network, person_id: str) -> Page:
    """Ask once more, and let somebody out of the working group."""
    colleague, form = _colleague(network, person_id), Ask()

    if form.done(lambda: leave_group(service().db, network, colleague.person)):
        flash(translated("{name} er ikke lenger i arbeidsgruppa.", name=colleague.person.name), "success")
        return redirect(f"/networks/{network.id}/group", 303)
    return render_template(
        "organizers/leave_group.html", network=network, form=form, colleague=colleague
    ), form.status


def _colleague(network: Network, person_id: str) -> Colleague:
    found = next((each for each in working_group(network) if each.person.id == person_id), None)
    if found is None:
        raise NotFound
    return found
