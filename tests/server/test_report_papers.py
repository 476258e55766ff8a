"""Reports on paper and on the wall: PDFs for the archive, posters without what is not for others, and final reports."""

import io
import re
from collections.abc import Iterator

import pikepdf
import pytest
from flask import Flask
from making_house import REPORT, House, close_app, furnish, open_app, report
from msgspec.structs import replace

from fotfeste_server.named.models import Record
from fotfeste_server.named.posters import poster_of
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.teams import seat
from fotfeste_shared.goals import goals_of
from fotfeste_shared.revisions import new_id, read_revision, write_revision
from fotfeste_shared.wording import LANGUAGES

SECRET = "Bare til veilederen: lederen er ikke med."
UNSHARED = "Turnusen gikk ikke opp, og vi vil ikke si det høyt."
SHARED = {**REPORT["tiltak"][0], "status": "innfort", "erfaring": "Kurset bør være på dagtid.", "kan_deles": "ja"}
KEPT = {**SHARED, "id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f03", "erfaring": UNSHARED}
del KEPT["kan_deles"]
GOAL = REPORT["delmal"][0]["id"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = open_app(tmp_path_factory.mktemp("papers"), "")
    yield app
    close_app(app)


@pytest.fixture(scope="module")
def house(app: Flask) -> House:
    house = furnish(app)
    seat(house.db, house.team, "Tillitsvalgt", "tillitsvalgt@eksempel.no", "tillitsvalgt")
    told = report(house, tiltak=[SHARED, KEPT])
    answers = {"hjelp_tekst": SECRET}
    push = house.push("contact", with_more(told, answers))
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))
    return house


def with_more(written, answers: dict):
    content = read_revision(written.text)
    return write_revision(replace(content, rev=new_id(), answers={**content.answers, **answers}))


def words_of(content: bytes) -> tuple[str, dict]:
    """The language and standards that a PDF declares, and its title."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        xmp = pdf.open_metadata()
        return str(pdf.Root.Lang), {key: str(xmp.get(key)) for key in ("pdfuaid:part", "pdfaid:part", "dc:title")}


@pytest.mark.parametrize("page", ["records", "teams-final", "networks-final"])
def test_reports_on_paper_are_tagged_and_fit_for_an_archive(house: House, page: str):
    address = {
        "records": f"/records/{house.report().id}/pdf", "teams-final": f"/teams/{house.team.id}/final/pdf",
        "networks-final": f"/networks/{house.network.id}/final/pdf",
    }[page]  # fmt: skip

    reply = house.browser("organizer").get(address)
    language, told = words_of(reply.data)

    assert (200, "application/pdf") == (reply.status_code, reply.content_type)
    assert ("nb", "1", "2") == (language, told["pdfuaid:part"], told["pdfaid:part"])


def test_the_same_report_gives_the_same_bytes(house: House):
    client, address = house.browser("organizer"), f"/records/{house.report().id}/pdf"

    assert client.get(address).data == client.get(address).data


@pytest.mark.parametrize(("size", "width"), [("a1", 1684), ("a3", 842)])
def test_a_poster_has_the_size_of_its_paper(house: House, size: str, width: int):
    reply = house.browser("contact").get(f"/teams/{house.team.id}/poster/pdf?size={size}")

    with pikepdf.open(io.BytesIO(reply.data)) as pdf:
        box = [float(each) for each in pdf.pages[0].mediabox]
    assert width == round(box[2])


def test_a_poster_tells_others_what_is_meant_for_them_and_nothing_else(house: House):
    page = house.browser("contact").get(f"/teams/{house.team.id}/poster").text
    made = poster_of(house.team)

    assert "Kurset bør være på dagtid." in page
    assert "Alle nye får mentor" in page
    everything = page.partition("<main")[2] + repr(made)
    for hidden in (SECRET, UNSHARED, "illitsval", "Kontakt", "Mål og målinger", "med_mentor"):
        assert hidden not in everything, hidden


def test_an_advisor_gives_their_own_step_before_the_paper_tells_the_teams(house: House):
    assert 404 == house.browser("advisor").get(f"/records/{house.report().id}/pdf").status_code


def final_record(house: House) -> Record:
    return Record.get((Record.form == "sluttrapport_team") & (Record.team == house.team.id))


FINAL = {
    "a.mal.0.id": GOAL, "a.mal.0.status": "nadd", "a.mal.0.oppnaelse": "1", "a.mal.0.resultat": "Alle fikk mentor.",
    "a.program": ["mentor_hver"], "a.samtaler_plan": "17", "a.yrker": ["sykepleier"], "a.spredning": "pilot",
    "a.eier": "hr", "a.laerdom": "Vi lærte at avdelingslederen må være med fra første dag.",
    "a.videre": "Vi tar med alle avdelinger til høsten.",
}  # fmt: skip


def test_a_final_report_asks_about_every_goal_of_the_status_reports_and_shows_its_history(house: House):
    client, address = house.browser("contact"), f"/records/{final_record(house).id}"
    page = client.get(address, follow_redirects=True)
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page.text)[1] for name in ("csrf_token", "id")}

    reply = client.post(page.request.full_path, data={**hidden, **FINAL})
    told = client.get(f"/teams/{house.team.id}/final").text

    assert f'name="a.mal.0.id" value="{GOAL}"' in page.text
    assert re.search(r"<legend[^>]*>Alle nye får mentor</legend>", page.text)
    assert 303 == reply.status_code
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", told))
    assert "Ved slutt Nådd. +1: Bedre enn planlagt Resultat Alle fikk mentor." in words
    assert "Samling 1 I gang 0: Som planlagt" in words
    assert "Vi lærte at avdelingslederen må være med fra første dag." in told


def test_a_goals_history_goes_through_all_reports_in_its_last_wording():
    first = {"delmal": [{"id": "a", "tekst": "Alle får mentor", "status": "i_gang", "oppnaelse": -1}]}
    second = {"delmal": [{"id": "b", "tekst": "Kurs", "status": "ikke_startet"},
                         {"id": "a", "tekst": "Alle nye får mentor", "status": "nadd", "oppnaelse": 1}]}  # fmt: skip

    goals = goals_of([(1, first), (2, second)])

    assert [("a", "Alle nye får mentor"), ("b", "Kurs")] == [(each.id, each.text) for each in goals]
    history = [(each.number, each.status, each.attained) for each in goals[0].history]
    assert [(1, "i_gang", -1), (2, "nadd", 1)] == history


def test_the_networks_report_is_drafted_and_an_organizer_writes_in_it(house: House):
    client, address = house.browser("organizer"), f"/networks/{house.network.id}/final"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]

    reply = client.post(address, data={"csrf_token": token, "lessons": "Lederne må være med.\r\n\r\nAlltid."})
    page = client.get(address).text
    advisor = house.browser("advisor").get(address).text

    assert 303 == reply.status_code
    assert "<p >Lederne må være med.</p>" in page
    assert "1 kommuner, 1 team og 3 personer." in page
    for hidden in (SECRET, UNSHARED, "Team Sørlandet", "illitsval"):
        assert hidden not in page
    assert "Skriv med egne ord" not in advisor


@pytest.mark.parametrize("language", LANGUAGES)
def test_papers_and_posters_speak_every_language(house: House, language: str):
    client = house.browser("organizer")
    team, network = f"/teams/{house.team.id}", f"/networks/{house.network.id}"

    for page in (f"{team}/poster", f"{team}/final", f"{network}/final"):
        assert f'<html lang="{language}"' in client.get(f"{page}?language={language}").text
        assert (language, 200) == (words_of(client.get(f"{page}/pdf").data)[0], client.get(f"{page}/pdf").status_code)
