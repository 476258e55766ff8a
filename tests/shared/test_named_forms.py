"""The named forms as people meet them: a good sheet is taken, and the rules of each form stand between its rows."""

from datetime import date
from typing import Any

from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, Judgement, asked, judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.private import part

TODAY = date(2026, 3, 2)
NEXT = "Vi prøver sjekklisten i to avdelinger til."


def sub_goal(number: int, status: str) -> dict[str, Any]:
    """One sub-goal of a report."""
    row = {
        "id": f"goal-{number}",
        "tekst": f"Delmål nummer {number}",
        "maltall": "8 av 10 har mentor",
        "status": status,
    }
    return {**row, "frist": "2026-10-01", **({} if status == "ikke_startet" else {"oppnaelse": 0})}


def report(*statuses: str) -> dict[str, Any]:
    """A status report with one measure, for the first of its sub-goals."""
    measure = {"id": "m-1", "delmal_id": "goal-0", "tekst": "Sjekkliste", "ansvar": "hr", "status": "proves"}
    return {
        "framdrift": 25,
        "kort": "De første to mentorparene er i gang.",
        "delmal": [sub_goal(number, status) for number, status in enumerate(statuses)],
        "tiltak": [measure],
        "tall": [{"nye_ansatte": 4, "med_mentor": 3, "mentorer": 5, "mentorer_opplart": 5}],
        "hindringer": ["tid"],
        "neste": NEXT,
        "deltatt": ["hr", "mentor"],
    }


def judged(code: str, answers: Answers, **facts: str) -> Judgement:
    return judge(shipped()[code], answers, Context(TODAY, facts={"network_end": "2026-12-01", **facts}))


def test_takes_a_good_status_report() -> None:
    found = judged("statusrapport", report("i_gang", "ikke_startet"))
    assert found.complaints == ()
    assert found.answers == report("i_gang", "ikke_startet")


def test_a_report_needs_a_goal_that_is_not_dropped() -> None:
    found = judged("statusrapport", report("endret", "endret"))
    assert [each.path for each in found.complaints] == ["delmal"]
    assert "nettopp har nådd" in found.complaints[0].sentence("nb")
    assert judged("statusrapport", report("endret", "nadd")).good


def test_a_measure_belongs_to_a_goal_of_the_same_report() -> None:
    sheet = report("i_gang")
    sheet["tiltak"][0]["delmal_id"] = "goal-7"
    assert [each.path for each in judged("statusrapport", sheet).complaints] == ["tiltak/0/delmal_id"]


def test_no_more_get_a_mentor_than_were_employed() -> None:
    sheet = report("i_gang")
    sheet["tall"][0] |= {"med_mentor": 5, "mentorer_opplart": 6}
    paths = [each.path for each in judged("statusrapport", sheet).complaints]
    assert paths == ["tall/0/med_mentor", "tall/0/mentorer_opplart"]


def test_a_goal_is_due_at_most_half_a_year_after_the_network() -> None:
    sheet = report("i_gang")
    sheet["delmal"][0]["frist"] = "2027-06-01"
    assert judged("statusrapport", sheet).good
    sheet["delmal"][0]["frist"] = "2027-06-02"
    assert [each.path for each in judged("statusrapport", sheet).complaints] == ["delmal/0/frist"]


def test_a_new_pairing_is_not_asked_for_its_end() -> None:
    pairing: Answers = {"slutt": "aktiv"}
    form, context = shipped()["kobling"], Context(TODAY)
    assert "sluttdato" not in asked(form, {}, context) | asked(form, pairing, context)
    assert "sluttdato" in asked(form, {"slutt": "byttet_mentor"}, context)


def test_a_pairing_can_still_be_ended_after_a_year() -> None:
    pairing: Answers = {
        "team": "t1",
        "enhet": "Ekeberg sykehjem, 2. etasje",
        "yrke": "sykepleier",
        "startdato": "2025-01-15",
        "mentor": "p1",
        "informert": "ja",
    }
    ended = {**pairing, "mentor_avklart": "2025-01-10", "slutt": "fullfort", "sluttdato": "2026-02-01"}
    assert judged("kobling", ended).complaints == ()


def test_the_way_to_reach_a_new_employee_goes_its_own_way() -> None:
    parted = part(shipped()["kobling"], {"enhet": "u1", "kontakt": "91234567"})
    assert "kontakt" not in parted.leaving
    assert parted.apart == {"kontakt": "91234567"}


def test_diet_and_needs_go_their_own_way() -> None:
    needs: Answers = {"mat": ["svin", "annet"], "mat_annet": "Selleri", "tilrettelegging": "Teleslynge"}
    parted = part(shipped()["pamelding_samling"], {"deltar": "fysisk", **needs})
    assert parted.leaving == {"deltar": "fysisk"}
    assert parted.apart == needs


def test_a_team_without_a_wanted_role_is_advised_and_may_sign_up() -> None:
    roles = ("avdelingsleder", "mentor", "nyansatt")
    members = [{"navn": f"Medlem {role}", "rolle": role, "epost": f"{role}@kommune.example"} for role in roles]
    members[0]["teamkontakt"] = "ja"
    team = {"navn": "Team 1", "tjeneste": ["sykehjem"], "enheter": 2, "medlemmer": members}
    found = judged("pamelding_nettverk", {"team": [team]})
    assert not [each for each in found.complaints if each.path.startswith("team")]
    assert [each.path for each in found.advice] == ["team/0/medlemmer"]
    del members[0]["teamkontakt"]
    members[1]["epost"] = members[0]["epost"].upper()
    paths = {each.path for each in judged("pamelding_nettverk", {"team": [team]}).complaints}
    assert {"team/0/medlemmer", "team/0/medlemmer/1/epost"} <= paths


def test_full_time_equivalents_in_tenths_stay_below_the_number_of_people() -> None:
    assert not judged("startmaling", {"ansatte": 40, "arsverk": 400}).sentences("nb").keys() & {"arsverk"}
    assert "40" in judged("startmaling", {"ansatte": 40, "arsverk": 401}).sentences("nb")["arsverk"]


def test_the_final_report_tells_of_every_goal_of_the_team() -> None:
    form = shipped()["sluttrapport_team"]
    context = Context(TODAY, rows={"mal": [{"id": "goal-0"}, {"id": "goal-1"}]})
    told = {"mal": [{"id": "goal-1", "status": "nadd", "oppnaelse": 1, "resultat": "9 av 10 har mentor."}]}
    found = judge(form, told, context)
    assert found.answers["mal"] == [{"id": "goal-0"}, told["mal"][0]]
    assert "mal/0/status" in found.sentences("nb")
    assert "mal/1/status" not in found.sentences("nb")
