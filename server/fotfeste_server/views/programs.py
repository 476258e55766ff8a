"""Other programs that may read a network: keys that they show, and addresses that hear of news."""

from flask import Blueprint, flash, redirect, render_template

from fotfeste_shared.web.pages import translated

from ..named.models import Network
from ..named.tokens import LONGEST_DAYS, RIGHTS, end_token, make_token, tokens_in
from ..webhooks import add_webhook, remove_webhook, webhooks_of
from . import my_scope, service, within
from .asking import Ask, several, text, whole
from .organizers import Page

pages = Blueprint("programs", __name__)


class NewKey(Ask):
    """A key for a program."""

    name = text("Navn på programmet", longest=60)
    rights = several("Hva nøkkelen kan brukes til")
    days = whole("Antall dager nøkkelen varer", 1, LONGEST_DAYS, "En nøkkel varer fra én dag til ett år.", default=90)


class NewAddress(Ask):
    """An address that is to hear of news."""

    address = text("Adresse", longest=300)


def _words() -> dict[str, str]:
    """Say what each right is."""
    words = (
        translated("Lese tall som er frigitt"), translated("Lese rapporter og skjemaer"),
        translated("Levere skjemaer i ditt navn"),
    )  # fmt: skip
    return dict(zip(RIGHTS, words, strict=True))


@pages.route("/networks/<network_id>/programs", methods=["GET", "POST"])
@within("network", "plan")
def programs(network: Network) -> Page:
    """List the keys, and make one; it stands on this one page and nowhere else."""
    form = NewKey()
    form.rights.choices = list(_words().items())
    made: list[str] = []

    def make() -> None:
        given = (form.name.data or "", form.rights.data or [])
        made.append(make_token(service().db, my_scope().person, network, *given, days=form.days.data or 0))

    form.done(make)
    return _page(network, form, NewAddress(), key=made[0] if made else None)


@pages.post("/networks/<network_id>/programs/addresses")
@within("network", "plan")
def add_address(network: Network) -> Page:
    """Tell an address of news from now on; its secret stands on this one page."""
    form = NewAddress()
    made: list[str] = []
    form.done(lambda: made.append(add_webhook(service(), network, form.address.data or "")[1]))
    keys = NewKey(formdata=None)
    keys.rights.choices = list(_words().items())
    return _page(network, keys, form, secret=made[0] if made else None)


def _page(network: Network, form: NewKey, adding: NewAddress, **shown: str | None) -> tuple[str, int]:
    wrong = form if form.errors else adding
    return render_template(
        "organizers/programs.html", network=network, form=form, adding=adding, wrong=wrong, words=_words(),
        keys=tokens_in(network), webhooks=webhooks_of(network), server=service().config.base_url,
        **{"key": None, "secret": None, **shown},
    ), wrong.status  # fmt: skip


@pages.post("/networks/<network_id>/programs/keys/<token_id>/end")
@within("network", "plan")
def end_key(network: Network, token_id: str) -> Page:
    """End a key."""
    end_token(service().db, network, token_id)
    flash(translated("Nøkkelen er avsluttet."), "success")
    return redirect(f"/networks/{network.id}/programs", 303)


@pages.post("/networks/<network_id>/programs/addresses/<webhook_id>/remove")
@within("network", "plan")
def remove_address(network: Network, webhook_id: str) -> Page:
    """Tell an address nothing more."""
    remove_webhook(service().db, network, webhook_id)
    flash(translated("Adressen er fjernet."), "success")
    return redirect(f"/networks/{network.id}/programs", 303)
