"""The pages on which gatherings are planned, moved and called off; a change says first whom it concerns."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import translated

from .. import calling
from ..named.gatherings import plan_gathering
from ..named.models import Gathering, Network
from ..named.moving import (
    Days,
    cancel_gathering,
    change_gathering,
    consequences,
    days_of,
    follow_along,
    hold_after_all,
    number_by_day,
    strike_out,
)
from ..named.settings import settings_of
from . import my_scope, service, within
from .asking import Ask, Day, box, text, whole

pages = Blueprint("planning", __name__)
Page = Reply | tuple[str, int]


class NewGathering(Ask):
    """A gathering to be planned."""

    theme = text("Tema", needed=False, longest=200)
    starts = Day("Første dag")
    ends = Day("Siste dag", needed=False)
    place = text("Sted", needed=False, longest=200)
    digital = box("Samlingen er digital")
    link = text("Lenke for dem som er med digitalt", needed=False, longest=500)
    reports_due = Day("Frist for statusrapporter", needed=False)
    sign_up_by = Day("Frist for påmelding", needed=False)


class ChangedGathering(NewGathering):
    """A gathering that is changed."""

    number = whole("Nummer", 1, 99, "Skriv et tall fra 1 og oppover.")


@pages.route("/networks/<network_id>/gatherings", methods=["GET", "POST"])
@within("network", "plan")
def gatherings(network: Network) -> Page:
    """List the gatherings, plan one more, or number them by their days."""
    form = NewGathering()

    def plan() -> None:
        plan_gathering(
            service().db,
            network,
            starts=form.starts.value(),
            ends=form.ends.data,
            theme=form.theme.data or "",
            place=form.place.data or "",
            digital=bool(form.digital.data),
            link=form.link.data or "",
            reports_due=form.reports_due.data,
            sign_up_by=form.sign_up_by.data,
        )

    if "renumber" in request.form:
        number_by_day(service().db, network)
        flash(translated("Samlingene er nummerert etter dag."), "success")
        return redirect(request.path, 303)
    if form.done(plan):
        flash(translated("Samlingen er lagt til, og statusrapportene er åpnet for teamene."), "success")
        return redirect(request.path, 303)
    planned = list(my_scope().gatherings().where(Gathering.network == network.id).order_by(Gathering.number))
    return render_template(
        "organizers/gatherings.html", network=network, form=form, gatherings=planned, chosen=settings_of(network),
        out_of_order=[each.starts for each in planned] != sorted(each.starts for each in planned),
    ), form.status  # fmt: skip


@pages.route("/networks/<network_id>/gatherings/<gathering_id>/plan", methods=["GET", "POST"])
@within("network", "plan")
def change(network: Network, gathering_id: str) -> Page:
    """Change a gathering; when people have planned by it, tell what the change means and ask once more."""
    gathering = gathering_in(network, gathering_id)
    form = ChangedGathering(data=_as_it_is(gathering)) if request.method == "GET" else ChangedGathering()
    if request.method == "POST" and form.validate() and "sure" not in request.form:
        wish = _wish(gathering, form)
        told = consequences(gathering, wish)
        if told.matter:
            return render_template(
                "organizers/move_gathering.html", network=network, gathering=gathering, told=told, wish=wish,
                before=days_of(gathering),
            ), 200  # fmt: skip
    if form.done(lambda: change_gathering(service().db, gathering, _wish(gathering, form))):
        flash(translated("Samlingen er endret."), "success")
        _tell(gathering)
        return redirect(f"/networks/{network.id}/gatherings", 303)
    return render_template(
        "organizers/change_gathering.html", network=network, gathering=gathering, form=form
    ), form.status


def _tell(gathering: Gathering) -> None:
    """Tell those who were asked to sign up, when days or place are not what they were told."""
    letters = calling.tell_changes(service().db, gathering, service().config.base_url)
    if letters:
        flash(translated("De som er bedt om å melde seg på, får en e-post: {n} i alt.", n=letters), "info")


def gathering_in(network: Network, id_: str) -> Gathering:
    """Find a gathering of this network."""
    found = my_scope().gathering(id_)
    if found.network_id != network.id:
        raise NotFound
    return found


def _as_it_is(gathering: Gathering) -> dict[str, object]:
    days = days_of(gathering)
    return {name: getattr(days, name) for name in days.__slots__}


def _wish(gathering: Gathering, form: ChangedGathering) -> Days:
    """Read what the gathering is to become; deadlines left as they were follow along."""
    before, starts = days_of(gathering), form.starts.value()
    moved = starts - before.starts
    ends = form.ends.data or starts
    wish = Days(
        int(form.number.data or 0), form.theme.data or "", starts, ends, form.place.data or "",
        bool(form.digital.data), form.link.data or "", form.reports_due.data or before.reports_due,
        form.sign_up_by.data or before.sign_up_by,
    )  # fmt: skip
    if ends == before.ends and moved and ends < starts:  # the last day was not touched either
        wish = replace(wish, ends=before.ends + moved)
    return wish if "sure" in request.form else follow_along(gathering, wish)


@pages.post("/networks/<network_id>/gatherings/<gathering_id>/cancel")
@within("network", "plan")
def cancel(network: Network, gathering_id: str) -> Page:
    """Call a gathering off, hold it after all, or take away one that nobody has written anything for."""
    gathering = gathering_in(network, gathering_id)
    form = Ask()
    acts = {"cancel": cancel_gathering, "hold": hold_after_all, "strike": strike_out}
    chosen = next((act for name, act in acts.items() if name in request.form), cancel_gathering)
    if form.done(lambda: chosen(service().db, gathering)):
        flash(translated("Lagret."), "success")
        _tell(gathering)
        return redirect(f"/networks/{network.id}/gatherings", 303)
    whole_form = ChangedGathering(data=_as_it_is(gathering), formdata=None)
    whole_form.form_errors = form.form_errors
    return render_template(
        "organizers/change_gathering.html", network=network, gathering=gathering, form=whole_form
    ), form.status
