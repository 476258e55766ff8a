"""An agreement holds when both have accepted the same text, and the archive gets it as PDF/A."""

import io
import re
from collections.abc import Iterator

import pikepdf
import pytest
from making_house import House, close_app, furnish, open_app
from msgspec.structs import replace
from server.test_organizers import Visitor

from fotfeste_server.named.agreeing import agreement, fingerprint, text_of
from fotfeste_server.named.models import Participation, PublishedForm
from fotfeste_server.named.publishing import publish, published
from fotfeste_server.named.registration_models import Countersigned
from fotfeste_shared.clock import today
from fotfeste_shared.wording import LANGUAGES

SIGNED = {
    "a.signatar_navn": "Lise Leder", "a.signatar_stilling": "Kommunalsjef", "a.fullmakt": "ja", "a.dba": "ja",
    "a.saksnr": "26/1234",
}  # fmt: skip


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


def accepting(house: House) -> tuple[Visitor, str]:
    """The municipality's page for accepting, with the text that was read in its address."""
    visitor = Visitor(house.browser("administrator"))
    reply = visitor.client.get(f"/agreements/{house.participation.id}/accept")
    return visitor, reply.location


def accept_for_the_municipality(house: House) -> None:
    visitor, address = accepting(house)
    page = visitor.see(address)
    fresh = re.search(r'name="id" value="([^"]+)"', page)[1]
    visitor.done(address, id=fresh, **SIGNED)


def accept_for_the_organizer(house: House, **change: str):
    visitor, told = Visitor(house.browser("organizer")), agreement(house.participation)
    fields = {"rev": told.rev or "", "text": told.fingerprint, **change}
    return visitor.send(f"/agreements/{house.participation.id}", **fields)


def reworded(house: House) -> None:
    """Publish a new version with another text."""
    form = published("avtale")
    first, *others = form.sections
    text, *more = first.questions
    words = replace(text.text, nb=text.text.nb + " Ny setning her.")
    section = replace(first, questions=(replace(text, text=words), *more))
    publish(house.db, replace(form, version=form.version + 1, sections=(section, *others)))


def test_both_accept_the_same_text_and_then_it_holds(house: House):
    early = accept_for_the_organizer(house)
    accept_for_the_municipality(house)
    half = agreement(house.participation)
    accept_for_the_organizer(house)
    accept_for_the_organizer(house)

    told = agreement(house.participation)
    assert early.status_code in (409, 422)
    assert (False, True) == (half.holds, told.holds)
    assert ("Lise Leder", "Kommunalsjef", "Arrangør") == (
        told.municipality.name, told.municipality.position, told.organizer.name,
    )
    assert today() == Participation.get_by_id(house.participation.id).agreed_on
    assert 1 == Countersigned.select().count()


def test_a_text_that_changed_meanwhile_is_not_accepted_unseen(house: House):
    visitor, address = accepting(house)
    fresh = re.search(r'name="id" value="([^"]+)"', visitor.see(address))[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]
    reworded(house)

    municipality = visitor.client.post(address, data={"csrf_token": token, "id": fresh, **SIGNED})
    accept_for_the_municipality(house)
    organizer = accept_for_the_organizer(house, text="0" * 64)

    assert 409 == municipality.status_code
    assert "Avtalen er endret" in organizer.text
    assert not agreement(house.participation).holds


def test_what_is_accepted_anew_waits_for_the_organizer_and_a_newer_text_is_pointed_out(house: House):
    accept_for_the_municipality(house)
    accept_for_the_organizer(house)
    reworded(house)
    page = Visitor(house.browser("administrator")).see(f"/agreements/{house.participation.id}")
    old = agreement(house.participation)
    accept_for_the_municipality(house)
    new = agreement(house.participation)

    assert "ny utgave av avtaleteksten" in page
    assert (True, True, 1) == (old.holds, old.outdated, old.form.version)
    assert (False, False, 2) == (new.holds, new.outdated, new.form.version)
    assert old.fingerprint != new.fingerprint


def test_the_fingerprint_names_the_text_in_all_languages_and_nothing_else(house: House):
    form = published("avtale")
    retitled = replace(form, title=replace(form.title, nb="En annen tittel"))
    reworded(house)

    assert fingerprint(form) == fingerprint(retitled)
    assert fingerprint(form) != fingerprint(published("avtale"))
    assert 64 == len(fingerprint(form))
    assert 2 == PublishedForm.select().where(PublishedForm.code == "avtale").count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_gets_a_tagged_pdf_with_names_times_and_fingerprint(house: House, language: str):
    address = f"/agreements/{house.participation.id}/agreement.pdf?language={language}"
    client = house.browser("administrator")
    before = client.get(address).status_code
    accept_for_the_municipality(house)
    accept_for_the_organizer(house)

    made = client.get(address).data
    with pikepdf.open(io.BytesIO(made)) as pdf:
        meta = pdf.open_metadata()
        standard = (meta["pdfaid:part"], meta["pdfaid:conformance"])
        language_set, tagged = str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)

    assert 404 == before
    assert ("2", "A") == standard
    assert (language, True) == (language_set, tagged)
    assert text_of(published("avtale"), language)


@pytest.mark.parametrize(
    ("who", "reads", "accepts"),
    [
        ("organizer", 200, 403), ("administrator", 200, 200), ("contact", 200, 403), ("advisor", 404, 403),
        ("mentor", 404, 403),
    ],
)
def test_who_reads_and_who_accepts_for_the_municipality(house: House, who: str, reads: int, accepts: int):
    client, address = house.browser(who), f"/agreements/{house.participation.id}"

    told = client.get(address).status_code, client.get(f"{address}/accept", follow_redirects=True).status_code

    assert (reads, accepts) == told
