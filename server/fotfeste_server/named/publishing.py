"""Publishes forms: every version that was ever given out stays, because answers refer to it."""

from functools import cache

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.forms import FormDefinition, digest, dump, read_form, shipped
from fotfeste_shared.problems import NotFound

from .models import PublishedForm


class RewrittenForm(Exception):
    """A published version has other words now: raise the number of its version instead."""


def publish(db: Database, form: FormDefinition) -> bool:
    """Publish one version of a form; the same again is no news, another text under the number is refused."""
    text = dump(form)
    with writing(db):
        new = insert_once(
            PublishedForm, code=form.code, version=form.version, digest=digest(text), text=text, published_at=now()
        )
        if not new and PublishedForm.get_or_none(PublishedForm.digest == digest(text)) is None:
            raise RewrittenForm(f"{form.code} version {form.version}")
    return new


def publish_shipped(db: Database) -> None:
    """Publish the forms that came with this program."""
    for form in shipped().values():
        publish(db, form)


@cache
def _read(text: str) -> FormDefinition:
    """Read a definition once; a published text never changes."""
    return read_form(text)


def published(code: str, version: int | None = None) -> FormDefinition:
    """Find a published form: the version asked for, or the newest."""
    query = PublishedForm.select().where(PublishedForm.code == code)
    if version is not None:
        query = query.where(PublishedForm.version == version)
    found = query.order_by(PublishedForm.version.desc()).first()
    if found is None:
        raise NotFound
    return _read(found.text)
