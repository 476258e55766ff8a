"""An advisor reads what is new from their own teams, says their own step first, and answers the team."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from making_house import REPORT, House, close_app, furnish, open_app, report
from msgspec.structs import replace

from fotfeste_server.named.advising import feedback_to, follow_up, inbox
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.history import leaves_of
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Record
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.report_models import OwnStep
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import new_id, read_revision, write_revision
from fotfeste_shared.sync import Pull, PullReply, StepGiven, read, write
from fotfeste_shared.wording import LANGUAGES

INTERNAL = "Lederen er ikke med. Vi må ringe."
NOTE = {"form": "telefon", "minutter": "30", "trinn": "25", "tilbakemelding": "Fint at kurset er i gang.",
        "internt": INTERNAL, "oppfolging": "gul", "avtalt": "Dere lager en turnusplan."}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = open_app(tmp_path_factory.mktemp("advising"), "")
    yield app
    close_app(app)


@pytest.fixture
def house(app: Flask, request: pytest.FixtureRequest) -> House:
    """A network of its own for each test, whose team has handed in that it stands at 3.0."""
    house = furnish(app, "".join(letter for letter in request.node.name if letter.isalnum())[4:40])
    hand_in(house, report(house, framdrift=30))
    return house


def hand_in(house: House, written) -> None:
    push = house.push("contact", written)
    house.service.writer.do(lambda: push_items(house.db, house.devices["contact"].device, push))


def send(client, address: str, **fields: str):
    page = client.get(address, follow_redirects=True).text
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("csrf_token", "id")}
    return client.post(address, data={name: hit[1] for name, hit in found.items() if hit} | fields)


def follow(house: House) -> str:
    return f"/records/{house.report().id}/follow"


def write_note(house: House, **change: str):
    fields = {f"a.{code}": answer for code, answer in {**NOTE, "dato": today().isoformat(), **change}.items()}
    address = f"/teams/{house.team.id}/note?report={house.report().id}"
    client = house.browser("advisor")
    return send(client, address, **fields, **{"a.team": house.team.id, "a.rapport": house.report().id})


def test_the_own_step_is_given_before_the_teams_is_shown_and_stands_then(house: House):
    client = house.browser("advisor")
    asked, whole = client.get(follow(house)), client.get(f"/records/{house.report().id}")
    nothing = send(client, follow(house))
    given = send(client, follow(house), step="20")
    shown = client.get(follow(house)).text
    again = send(client, follow(house), step="35")

    assert "Steg 1 av 2" in asked.text
    assert REPORT["kort"] not in asked.text
    assert (303, follow(house)) == (whole.status_code, whole.location)
    assert (422, 303, 403) == (nothing.status_code, given.status_code, again.status_code)
    assert "Teamet ser seg 1,0 trinn lenger framme." in shown
    assert [20] == [each.step for each in OwnStep.select().where(OwnStep.record == house.report().id)]


def pull(house: House, *steps: StepGiven):
    """As the advisor's computer asks for what is new, and tells which steps were given there."""
    enrolled = house.device("advisor")
    wish = Pull(batch=new_id(), device=enrolled.device.id, install=enrolled.device.install, steps=list(steps))
    sent = {"Authorization": f"Bearer {enrolled.token}"}
    return read(PullReply, house.app.test_client().post("/sync/v1/pull", data=write(wish), headers=sent).data).roster


def test_a_step_that_was_given_on_a_computer_without_network_is_the_same_as_one_given_here(house: House):
    record = house.report().id
    waits = [(each.record, each.step) for each in pull(house).follows]
    told = [(each.record, each.step) for each in pull(house, StepGiven(record=record, step=20)).follows]
    later = [each.step for each in pull(house, StepGiven(record=record, step=45)).follows]
    shown = house.browser("advisor").get(follow(house)).text

    assert ([(record, None)], [(record, 20)], [20]) == (waits, told, later)
    assert "Teamet ser seg 1,0 trinn lenger framme." in shown


def test_steps_that_nobody_waits_for_change_nothing(house: House):
    plan_gathering(house.db, house.network, starts=today() + timedelta(200), theme="Midtveis")
    mine = (Record.form == "statusrapport") & (Record.team == house.team.id)
    not_come = Record.get(mine & (Record.id != house.report().id))
    for record, step in ((not_come.id, 20), (house.report().id, 21), (new_id(), 20)):
        pull(house, StepGiven(record=record, step=step))

    kept = OwnStep.record.in_([not_come.id, house.report().id])
    assert 0 == OwnStep.select().where(kept).count()


def test_the_inbox_tells_what_is_new_changed_and_read(house: House):
    client, mine = house.browser("advisor"), house.scope("advisor")
    new = [item.news for item in inbox(mine)]
    send(client, follow(house), step="20")
    client.get(follow(house))
    read = [item.news for item in inbox(mine)]
    seen = tuple(leaves_of(house.report().id))
    hand_in(house, report(house, parents=seen, kort="Vi har rettet tallene i rapporten."))

    assert (["new"], [], ["changed"]) == (new, read, [item.news for item in inbox(mine)])
    assert "Endret etter at du leste den" in client.get("/advisor").text


def test_what_is_late_or_due_soon_is_in_the_inbox_of_that_teams_advisor_alone(house: House):
    plan_gathering(house.db, house.network, starts=today() + timedelta(3), reports_due=today() - timedelta(1))
    plan_gathering(house.db, house.network, starts=today() + timedelta(20), reports_due=today() + timedelta(6))

    assert ["new", "missing", "due"] == [item.news for item in inbox(house.scope("advisor"))]
    assert [] == inbox(house.scope("organizer"))
    assert 403 == house.browser("contact").get("/advisor").status_code


def test_what_changed_since_the_last_gathering_is_told_in_words(house: House):
    later = plan_gathering(house.db, house.network, starts=today() + timedelta(200), theme="Midtveis")
    record = Record.get((Record.gathering == later.id) & (Record.team == house.team.id))
    goal = {**REPORT["delmal"][0], "status": "delvis", "oppnaelse": 1}
    fresh = {**goal, "id": "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f09", "tekst": "Faste samtaler hver uke"}
    hand_in(house, report(house, record=record.id, delmal=[goal, fresh], framdrift=30))
    client = house.browser("organizer")

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(f"/records/{record.id}/follow").text))

    assert "Alle nye får mentor Status Før: I gang Nå: Delvis nådd" in page
    assert "Før: Som planlagt Nå: Bedre enn planlagt" in page
    assert "Delmål (ny) Nå: Delmål: Faste samtaler hver uke" in page
    assert REPORT["kort"] not in page


def test_the_note_begins_with_the_report_and_the_step_that_was_given(house: House):
    client = house.browser("advisor")
    send(client, follow(house), step="20")

    page = client.get(f"/teams/{house.team.id}/note?report={house.report().id}").text

    assert re.search(r'name="a\.trinn" value="20"\s+checked', page)
    assert re.search(rf'value="{house.report().id}" selected', page)


def test_the_team_reads_the_feedback_and_never_the_note_to_the_working_group(house: House):
    reply = write_note(house)
    page = house.browser("contact").get(f"/teams/{house.team.id}").text

    assert 303 == reply.status_code
    assert "Fint at kurset er i gang." in page
    assert "Dere lager en turnusplan." in page
    assert "før samling 1" in page
    for hidden in (INTERNAL, "Trenger støtte", f"/teams/{house.team.id}/contacts"):
        assert hidden not in page
    assert 403 == house.browser("contact").get(f"/teams/{house.team.id}/contacts").status_code
    assert ["Fint at kurset er i gang."] == [each.text for each in feedback_to(house.team)]


def test_the_log_and_the_follow_up_list_tell_whom_to_call(house: House):
    answers = {**REPORT, "veileder_kontakt": "ja"}
    content = current(house.report().id)
    asked = follow_up(house.scope("advisor"))
    hand_in(house, told(house, answers, content.rev))
    wants = follow_up(house.scope("advisor"))
    write_note(house)
    called = follow_up(house.scope("advisor"))
    page = house.browser("organizer").get(f"/teams/{house.team.id}/contacts").text

    assert (False, True, False) == tuple(each[0].wants_contact for each in (asked, wants, called))
    assert (today(), "gul") == (called[0].last.day, called[0].last.colour)
    assert "Én gang, 30 minutter." in page


def told(house: House, answers: dict, parent: str):
    return write_revision(replace(read_revision(report(house).text), rev=new_id(), answers=answers, parents=(parent,)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_advisors_pages_speak_every_language(house: House, language: str):
    client = house.browser("advisor")
    pages = [follow(house), "/advisor", f"/teams/{house.team.id}/contacts", f"/teams/{house.team.id}"]

    for page in pages:
        assert f'<html lang="{language}"' in client.get(f"{page}?language={language}").text
    send(client, follow(house), step="20")
    assert f'<html lang="{language}"' in client.get(f"{follow(house)}?language={language}").text
