"""The working group's board: one table of all teams, themes for the programme, and reminders to those missing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine as clock
from flask import Flask
from making_house import REPORT, House, close_app, furnish, open_app, report

from fotfeste_server.jobs import Job
from fotfeste_server.named.deadlines import end_of
from fotfeste_server.named.models import Record
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.report_models import ReportReminder
from fotfeste_server.named.teams import form_team, seat
from fotfeste_shared.wording import LANGUAGES

DONE = {**REPORT["tiltak"][0], "status": "innfort", "erfaring": "Kurset bør være på dagtid.", "kan_deles": "ja"}
PRIVATE = {**DONE, "id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f03", "erfaring": "Turnusen gikk ikke opp."}
del PRIVATE["kan_deles"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = open_app(tmp_path_factory.mktemp("board"), "")
    yield app
    close_app(app)


@pytest.fixture(scope="module")
def house(app: Flask) -> House:
    """Two teams: one has handed in and shares something, the other has not."""
    house = furnish(app)
    quiet = form_team(house.db, house.participation, "Aaker")
    seat(house.db, quiet, "Kari", "kari@eksempel.no", "hr", contact=True)
    told = report(
        house, tiltak=[DONE, PRIVATE], hjelp=["mal", "mentor"], hindringer=["tid"], framdrift=30,
        delmal=[{**REPORT["delmal"][0], "oppnaelse": -1}],
    )  # fmt: skip
    push = house.push("contact", told)
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))
    return house


def rows(page: str) -> dict[str, list[str]]:
    """The lines of the table by team, as words."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in body.split("<tr>")[1:]]
    cells = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in line] for line in lines]
    return {line[0].split(" Kristiansand")[0]: line[1:] for line in cells}


def table(house: House, who: str = "organizer", **query: str) -> str:
    reply = house.browser(who).get(f"/networks/{house.network.id}/reports", query_string=query)
    assert 200 == reply.status_code
    return reply.text


def test_the_board_has_a_line_for_every_team_with_all_that_is_looked_at(house: House):
    told = rows(table(house))

    assert ["Aaker", "Team Sørlandet"] == list(told)
    assert ["Levert", "3,0", "–", "0 av 1", "1", "Mål og målinger, Rekruttere og lære opp mentorer",
            "For lite tid til å møtes", "–", "1"] == told["Team Sørlandet"]  # fmt: skip
    assert ["Venter", *["–"] * 8] == told["Aaker"]


def test_the_order_is_by_name_and_by_a_column_only_when_asked(house: House):
    page = table(house, sort="shared")

    assert ["Team Sørlandet", "Aaker"] == list(rows(page))
    assert 'aria-sort="ascending"><a href="?gathering=' in page
    assert ["Aaker", "Team Sørlandet"] == list(rows(table(house, sort="rubbish")))


def test_an_advisor_does_not_see_the_step_of_a_team_before_giving_their_own(house: House):
    page = table(house, "advisor", sort="step")

    assert "Gi ditt trinn først" in page
    assert "3,0" not in " ".join(rows(page)["Team Sørlandet"])
    assert "3,0" in " ".join(rows(table(house))["Team Sørlandet"])


def test_the_themes_count_teams_and_name_only_those_who_will_share(house: House):
    page = house.browser("organizer").get(f"/networks/{house.network.id}/themes").text
    shared, _, private = page.partition("Lært, men ikke til deling")

    assert ["1", "0"] == rows(page)["Mål og målinger"]
    assert "Kurset bør være på dagtid." in shared
    assert "Team Sørlandet, Kristiansand" in shared
    assert "Turnusen gikk ikke opp." in private
    assert not {"Team Sørlandet", "Kristiansand"} & set(re.findall(r"Team Sørlandet|Kristiansand", private))


def remind(house: House):
    client, address = house.browser("organizer"), f"/networks/{house.network.id}/reports/remind"
    page = client.get(address).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return page, lambda: client.post(address, data={"csrf_token": token})


def letters() -> list[dict]:
    return [job.payload for job in Job.select().where(Job.kind == "letter")]


def test_exactly_those_who_are_missing_are_reminded_once_a_day_and_only_after_being_shown(house: House):
    before = letters()
    page, send = remind(house)
    assert before == letters()

    send()
    send()

    sent = letters()[len(before) :]
    assert "Kari" in page
    assert ["kari@eksempel.no"] == [letter["to"] for letter in sent]
    assert "Aaker" in sent[0]["text"]
    assert f"/records/{record_of(house, 'Aaker').id}" in sent[0]["text"]
    assert 1 == ReportReminder.select().count()


def record_of(house: House, team: str) -> Record:
    return next(each for each in Record.select().where(Record.form == "statusrapport") if each.team.name == team)


def test_who_hands_in_between_looking_and_sending_is_not_reminded(app: Flask):
    house = furnish(app, "Nord", "5501")
    page, send = remind(house)
    push = house.push("contact", report(house))
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))
    before = letters()

    send()

    assert "Send én påminnelse" in page
    assert before == letters()


def test_after_the_deadline_those_who_have_not_handed_in_are_missing(house: House):
    with clock.travel(end_of(house.gathering.reports_due) + timedelta(hours=1), tick=False):
        assert "Mangler" == rows(table(house))["Aaker"][0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_speaks_every_language(house: House, language: str):
    client = house.browser("organizer")

    for page in ("reports", "reports/remind", "themes"):
        text = client.get(f"/networks/{house.network.id}/{page}?language={language}").text
        assert f'<html lang="{language}"' in text
