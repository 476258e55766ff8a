"""A report of a time when little has happened begins with what was told last, and says what is still to be told."""

import pytest
from loopback import PERSON

from fotfeste_desktop.earlier import versions
from fotfeste_shared import sync
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, new_id

GOAL = {"id": new_id(), "tekst": "Alle nye får mentor", "status": "i_gang", "oppnaelse": 0}
DONE = {"id": new_id(), "tekst": "Mentorer er valgt", "status": "nadd", "oppnaelse": 1}
TOLD = {"framdrift": 30, "delmal": [GOAL, DONE], "kort": "Vi har valgt mentorer.", "hindringer": ["ingen"]}


@pytest.fixture
def second(connected, desk, loopback):
    """The record of the second report, when the first one was handed in on this computer."""
    team, first, record = (new_id() for _ in range(3))
    lines = [
        sync.OpenRecord(id=each, form="statusrapport", about_kind="team", about_id=team, title="Statusrapport")
        for each in (first, record)
    ]
    loopback.roster = sync.Roster(person=PERSON, records=lines)
    connected.get("/waiting")
    connected.post("/deliver")
    form, outbox = shipped()["statusrapport"], desk.outbox()
    draft = outbox.open(form, first, About("team", team), TOLD)
    outbox.receive(Filled(form.code, form.version, TOLD, str(draft.rev)), form)
    connected.post(f"/records/{record}/edit")
    yield record
    desk.let_go()


def test_it_is_offered_for_as_long_as_nothing_is_written(connected, desk, second):
    untouched = connected.get(f"/records/{second}")
    desk.outbox().save_draft(second, {**desk.outbox().draft(second).answers, "kort": "Noe nytt"})

    assert "Begynn med svarene fra sist" in untouched
    assert "Begynn med svarene fra sist" not in connected.get(f"/records/{second}")


def test_it_brings_what_goes_on_and_names_what_is_left(connected, desk, second):
    connected.get(f"/records/{second}")
    connected.post(f"/drafts/{second}/last")
    answers = desk.outbox().draft(second).answers

    assert ("Ikke noe vesentlig nytt siden forrige rapport.", 30) == (answers["kort"], answers["framdrift"])
    assert [GOAL["id"]] == [goal["id"] for goal in answers["delmal"]]  # what was reached is told already
    assert "Svarene er hentet fra forrige rapport." in connected.page
    assert 'href="#a.tall' in connected.page


def test_what_was_written_before_can_be_brought_back(connected, desk, second):
    desk.outbox().save_draft(second, {"kort": f"Skrevet {today()} før knappen ble trykket"})
    connected.get(f"/records/{second}")
    connected.post(f"/drafts/{second}/last")

    assert f"Skrevet {today()} før knappen ble trykket" in [v.answers.get("kort") for v in versions(desk.db, second)]


def test_the_first_report_has_nothing_to_begin_with(connected, desk, loopback, second):
    team = new_id()
    line = {"form": "statusrapport", "about_kind": "team", "about_id": team, "title": "Statusrapport"}
    loopback.roster = sync.Roster(person=PERSON, records=[sync.OpenRecord(id=(record := new_id()), **line)])
    connected.get("/waiting")
    connected.post("/deliver")
    connected.post(f"/records/{record}/edit")
    offered = connected.page
    connected.post(f"/drafts/{record}/last")

    assert "Begynn med svarene fra sist" not in offered
    assert 404 == connected.status
