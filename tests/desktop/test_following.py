"""An advisor says how far a team has come before its report is shown, also without a network."""

import pytest
from loopback import PERSON

from fotfeste_desktop.models import Draft
from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import About, Revision, new_id, timestamp, write_revision

TEAM, FIRST, SECOND = new_id(), new_id(), new_id()
SHORT = {FIRST: "Vi har valgt mentorer.", SECOND: "Mentorene er lært opp."}

GOAL = {"id": new_id(), "tekst": "Alle nye får mentor", "status": "i_gang"}
MEASURE = {"id": new_id(), "delmal_id": GOAL["id"], "tekst": "Kurs for mentorer", "status": "planlagt"}


def told(record, step):
    answers = {"kort": SHORT[record], "framdrift": step, "delmal": [GOAL], "tiltak": [MEASURE]}
    return write_revision(
        Revision(
            rev=new_id(), record=record, form="statusrapport", form_version=shipped()["statusrapport"].version,
            about=About("team", TEAM), author=new_id(), saved_at=timestamp(now()), answers=answers,
        )
    )  # fmt: skip


def roster(**steps):
    follows = [sync.Followed(record=FIRST, title="Statusrapport – Team Moss – samling 1", step=20)]
    follows += [sync.Followed(record=SECOND, title="Statusrapport – Team Moss – samling 2", step=steps.get("second"))]
    team = sync.Thing(id=TEAM, name="Team Moss", begins=["veiledernotat"])
    return sync.Roster(person=PERSON, teams=[team], follows=follows)


@pytest.fixture
def advisor(connected, loopback, desk):
    loopback.roster = roster()
    loopback.take_from_elsewhere(told(FIRST, 20), told(SECOND, 35))
    connected.get("/waiting")
    connected.post("/deliver")
    yield connected
    desk.let_go()


def pulled_steps(loopback):
    pulls = [body for body in loopback.heard if b"/pull" in body.partition(b"\r\n")[0]]
    return sync.read(sync.Pull, b"{" + pulls[-1].partition(b"{")[2]).steps


def test_the_own_step_comes_first_and_the_teams_words_after_it(advisor, loopback):
    today_page = advisor.get("/")
    asked = advisor.get(f"/records/{SECOND}")
    nothing = advisor.post(f"/records/{SECOND}/step"), advisor.status
    advisor.post(f"/records/{SECOND}/step", step="20")

    assert "Ny: si først hvor langt du mener teamet har kommet." in today_page
    assert "Steg 1 av 2" in asked
    assert SHORT[SECOND] not in asked
    assert ("Velg ett av svarene i listen." in nothing[0], 422) == (True, nothing[1])
    assert SHORT[SECOND] in advisor.page
    assert "Teamet ser seg 1,5 trinn lenger framme." in advisor.page
    assert SHORT[FIRST] in advisor.page  # what it said before stands among the changes
    assert "Ny: si først" not in advisor.get("/")


def test_a_step_that_was_given_stands_and_is_told_until_the_server_knows_it(advisor, loopback):
    advisor.get(f"/records/{SECOND}")
    advisor.post(f"/records/{SECOND}/step", step="20")
    advisor.post(f"/records/{SECOND}/step", step="50")
    advisor.post("/deliver")
    first = pulled_steps(loopback)
    loopback.roster = roster(second=20)
    advisor.post("/deliver")
    advisor.post("/deliver")

    assert [sync.StepGiven(record=SECOND, step=20)] == first
    assert [] == pulled_steps(loopback)


def test_a_report_that_was_answered_elsewhere_is_shown_with_the_step_of_then(advisor):
    page = advisor.get(f"/records/{FIRST}")

    assert SHORT[FIRST] in page
    assert "Dere sier det samme." in page
    assert "Delmål: Alle nye får mentor\n" in page
    assert 2 <= page.count("Alle nye får mentor")  # the measure names its goal
    assert GOAL["id"] not in page
    assert "Dette er den første rapporten fra teamet." in page


def test_a_note_begins_with_the_report_and_the_step(advisor, desk):
    advisor.get(f"/records/{FIRST}")
    advisor.post(f"/teams/{TEAM}/forms/veiledernotat", report=FIRST)
    draft = Draft.select().where(Draft.form == "veiledernotat").get(desk.db)

    wanted = {"team": TEAM, "dato": today().isoformat(), "rapport": FIRST, "form": "bare_lest", "trinn": 20}
    assert wanted == draft.answers
    assert "samling 1" in advisor.page


def test_a_teams_report_is_not_its_advisors_to_change(advisor):
    page = advisor.get(f"/records/{FIRST}")
    advisor.post(f"/records/{FIRST}/edit")
    edited = advisor.status
    advisor.get(f"/records/{FIRST}")
    advisor.post(f"/records/{FIRST}/withdraw")

    assert "Endre</button>" not in page
    assert (404, 404) == (edited, advisor.status)
