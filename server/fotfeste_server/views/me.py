"""A person's own page: where they are signed in, their passkeys, and accounts elsewhere."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Reply

from fotfeste_shared.problems import NotFound
from fotfeste_shared.web.pages import translated
from fotfeste_shared.wording import as_language, say

from ..jobs import enqueue
from ..named import identities, passkeys, sessions
from ..named.models import Person
from ..openid import providers
from . import COOKIE, cookie_name, my_scope, service, signed_in
from .asking import Ask, text

pages = Blueprint("me", __name__)
Page = Reply | tuple[str, int]


class NewPasskey(Ask):
    """A passkey, and what its owner calls it."""

    name = text("Navn på passnøkkelen", longest=60)


def this_browser() -> str:
    """Give the secret of the signed-in browser."""
    return request.cookies.get(cookie_name(COOKIE), "")


def site() -> passkeys.Site:
    """Name the site that passkeys are bound to, where there may be any."""
    found = passkeys.site_of(service().config.base_url)
    if found is None:
        raise NotFound
    return found


@pages.get("/me")
@signed_in
def me() -> Page:
    """Show how one signs in, and where one is signed in."""
    return _page(NewPasskey())


def _page(form: NewPasskey) -> tuple[str, int]:
    person = my_scope().person
    return render_template(
        "signin/me.html",
        form=form,
        sessions=sessions.sessions(person, this_browser()),
        passkeys=passkeys.keys_of(person),
        may_add=passkeys.site_of(service().config.base_url) is not None,
        identities=identities.identities_of(person),
        providers=providers(service().config.keys),
    ), form.status


# --- sessions -----------------------------------------------------------------------------------------


@pages.post("/me/sessions")
@signed_in
def end_others() -> Page:
    """Sign out everywhere but here."""
    sessions.end_sessions(service().db, my_scope().person, but=this_browser())
    flash(translated("Du er logget ut alle andre steder."), "success")
    return redirect("/me", 303)


@pages.post("/me/sessions/<handle>")
@signed_in
def end_one(handle: str) -> Page:
    """Sign one browser out."""
    sessions.end_session(service().db, my_scope().person, handle)
    flash(translated("Nettleseren er logget ut."), "success")
    return redirect("/me", 303)


# --- passkeys -----------------------------------------------------------------------------------------


@pages.post("/me/passkeys/question")
@signed_in
def ask_for_passkey() -> Response:
    """Give the question by which the browser makes a passkey."""
    question = passkeys.ask_for_new(service().db, site(), my_scope().person, this_browser())
    return Response(question, mimetype="application/json")


@pages.post("/me/passkeys")
@signed_in
def add_passkey() -> Page:
    """Keep the passkey that the browser has made, and tell its owner by mail."""
    form = NewPasskey()
    person = my_scope().person

    def add() -> None:
        made = passkeys.Made(request.form.get("credential", ""), form.name.data or "")
        passkeys.add(service().db, site(), person, this_browser(), made, tell=_tell)

    if form.done(add):
        flash(translated("Passnøkkelen er lagt til. Neste gang kan du logge inn med den."), "success")
        return redirect("/me", 303)
    return _page(form)


def _tell(person: Person) -> None:
    """Write to the owner: whoever sits at a forgotten browser must not make a way in unseen."""
    language = as_language(person.language)
    paragraphs = (
        say(language, "Hei {name}", name=person.name),
        say(language, "Det er lagt til en passnøkkel på kontoen din i Fotfeste."),
        say(language, "Var det ikke deg? Logg inn, fjern passnøkkelen på siden din, og si fra til arrangøren."),
    )
    subject = say(language, "Ny passnøkkel i Fotfeste")
    enqueue("letter", {"to": person.email, "subject": subject, "text": "\n\n".join(paragraphs)})


@pages.post("/me/passkeys/<key_id>/remove")
@signed_in
def remove_passkey(key_id: str) -> Page:
    """Take a passkey out of use."""
    passkeys.remove(service().db, my_scope().person, key_id)
    flash(translated("Passnøkkelen er fjernet."), "success")
    return redirect("/me", 303)


@pages.post("/me/accounts/remove")
@signed_in
def disconnect() -> Page:
    """Sign in with an account elsewhere no more."""
    identities.disconnect(service().db, my_scope().person, request.form.get("issuer", ""))
    flash(translated("Kontoen er koblet fra."), "success")
    return redirect("/me", 303)
