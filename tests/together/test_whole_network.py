"""A whole learning network over two and a half years, by plain pages: twelve rows, from invitation to final report.

The network is lived once, chapter by chapter (`walk_*.py`), with the clock turned and everybody's pages kept as they
saw them then. Each test below is one row of what the invitation asks for.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

import pytest
import time_machine
from making_house import close_app, open_app
from together import walk_beginning as beginning
from together import walk_ending as ending
from together import walk_gatherings as gatherings
from together import walk_mentoring as mentoring
from together.walk_life import ANNE, DIGITAL, GATHERINGS, Life, gathering

from fotfeste_server.jobs import Job
from fotfeste_server.named.models import Gathering
from fotfeste_server.named.proving import prove
from fotfeste_server.views import open_sheets
from fotfeste_shared.changes import apply, diff
from fotfeste_shared.clock import CIVIL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with time_machine.travel(datetime(2027, 1, 4, 9, 0, tzinfo=CIVIL), tick=False) as clock:
        app = open_app(tmp_path_factory.mktemp("walk"), "")
        open_sheets.posting._had.clear()
        open_sheets.writing_to._had.clear()
        life = Life(app, clock)
        _lives(life)
        yield life
        close_app(app)


def _lives(life: Life) -> None:
    beginning.opens_networks(life)
    beginning.plans_gatherings(life)
    beginning.informs(life)
    beginning.registers(life)
    beginning.agrees(life)
    life.day(date(2027, 2, 15))
    mentoring.recruits_and_pairs(life)
    mentoring.counts_the_year(life, 2027)
    life.keep("reports", [_goes_through(life, number) for number in range(1, GATHERINGS + 1)])
    life.day(date(2029, 4, 2))
    ending.tells_the_end(life)
    ending.exports_and_erases(life)


def _goes_through(life: Life, number: int) -> dict:
    gatherings.signs_up(life, number)
    answers = gatherings.hands_in(life, number)
    gatherings.follows(life, number)
    gatherings.gathers(life, number)
    for chapter in BETWEEN.get(number, ()):
        chapter(life)
    return answers


def _spring(life: Life) -> None:
    ending.needs_go(life)
    life.day(date(2027, 4, 12))
    mentoring.talks(life)
    mentoring.hires_answer(life, "2027-Q2")


def _summer(life: Life) -> None:
    ending.people_change(life)
    ending.a_municipality_changes_its_sign_up(life)
    life.day(date(2027, 6, 30))
    ending.a_municipality_leaves(life, date(2027, 6, 30))
    life.day(date(2027, 7, 2))
    mentoring.seals(life, "2027-Q2")


def _new_year(life: Life) -> None:
    life.day(date(2028, 1, 15))
    mentoring.counts_the_year(life, 2028)
    ending.a_municipality_is_split(life)


def _last_new_year(life: Life) -> None:
    life.day(date(2029, 1, 15))
    mentoring.counts_the_year(life, 2029)


BETWEEN = {1: [_spring], 2: [_summer], 4: [_new_year], 8: [_last_new_year], 9: [ending.sign_ups_go]}


# --- the twelve rows -------------------------------------------------------------------------------------------


def test_row_1_networks_are_opened_with_nine_gatherings_whose_days_and_number_change(life: Life):
    planned = [gathering(number) for number in range(1, GATHERINGS + 1)]

    assert GATHERINGS == Gathering.select().count()  # the tenth was struck out
    assert {21} == {(each.starts - each.sign_up_by).days for each in planned}
    assert [10, 10, 10, 10, 14, 10, 10, 10, 10] == [(each.starts - each.reports_due).days for each in planned]
    assert [DIGITAL] == [each.number for each in planned if each.digital]
    assert "2 nettverk pågår. Kommuner: 0. Team: 0." in life.seen["networks at the start"]
    assert "2 nettverk pågår. Kommuner: 3. Team: 3." in life.seen["networks at the end"]  # one of four has left
    assert "Avsluttet" not in life.seen["networks at the end"]


def test_row_2_an_information_meeting_has_a_page_a_list_a_calendar_and_a_reminder(life: Life):
    assert "Meld deg på senest 18. januar 2027." in life.seen["public page"]
    assert "DTSTART:20270120T110000Z" in life.seen["meeting calendar"]
    assert "Sen sen@kommune.no På venteliste" in life.seen["meeting list"]
    assert ["Du er påmeldt informasjonsmøtet", "Påminnelse: informasjonsmøte 20. januar 2027"] == life.seen[
        "letters before the meeting"
    ]


def test_row_3_municipalities_sign_up_with_teams_and_a_union_role_stays_in_the_team(life: Life):
    assert "Påmeldingen er mottatt" in life.seen["receipt"]
    assert ("Anne", "avdelingsleder") in life.seen["seats"]
    assert 5 == len(life.seen["seats"])
    for sentence in ("Team Haram: Ingen er ført opp som «Nyansatt». Dere kan levere likevel.", "Team Vest"):
        assert sentence in life.seen["registration 1508"]
    assert "Tillitsvalgt" in life.seen["team to its members"]
    for page in ("team to the municipality", "network to a mentor"):
        assert "tillitsvalgt" not in life.seen[page].casefold()
    assert "Velkommen til Øst" in life.letters_to(ANNE)


def test_row_4_both_accept_the_same_text_and_the_archive_gets_it(life: Life):
    assert 404 == life.seen["agreement before"]
    assert date(2027, 1, 25) == life.seen["agreed on"]
    for words in ("Lise Leder, Kommunalsjef. 25. januar 2027", "Ada Arrangør. 25. januar 2027"):
        assert words in life.seen["agreement"]
    assert life.seen["fingerprint"] in life.seen["agreement"].replace(" ", "")
    assert {"archive": "2A", "accessible": "1", "language": "nb"}.items() <= life.seen["agreement.pdf"].items()


def test_row_5_people_come_to_gatherings_and_hotel_and_kitchen_get_numbers_only(life: Life):
    counts = life.seen["counts as a file"]
    assert ("2", "1", "2") == (counts["Dager: Dag 1"], counts["Overnatting: Netter i alt"], counts["Mat: Vegetar"])
    assert "Anne" not in life.seen["counts"]
    assert "I stedet for Bo" in life.seen["sign-ups with a substitute"]
    assert "Ja, digitalt" in life.seen["sign-up from afar"]
    assert "Ja, jeg møter opp" not in life.seen["sign-up from afar"].replace("Sist: Ja, jeg møter opp", "")
    assert ([1, 0], True) == (life.seen["ticks sent twice"], "2 av 14 er her." in life.seen["attendance"])
    assert 1 == life.seen["name tags"]["pages"]
    assert "Svar på evalueringen" in life.seen["gathering on its last day"]
    assert GATHERINGS == life.seen["calendar"].count("SUMMARY:Samling")


def test_row_5_a_gathering_is_moved_after_people_have_signed_up_and_nothing_is_lost(life: Life):
    assert "Påmeldte: 1. Leverte statusrapporter: 0. Ingenting av det blir borte." in life.seen["moving"]
    assert "Endret: samling 5. Tema 5" in life.seen["letters of the move"]
    assert "Ja, jeg møter opp, dag 1" in life.seen["sign-up after the move"]


def test_row_6_nine_reports_carry_the_same_goal_on_and_two_who_write_at_once_lose_nothing(life: Life):
    reports = life.seen["reports"]

    assert GATHERINGS == len(reports)
    assert 1 == len({report["delmal"][0]["id"] for report in reports})
    for text in ("Fire mentorer er lært opp siden sist.", "Kurset for mentorer er holdt i mars."):
        assert text in life.seen["two texts side by side"]
        assert text in life.seen["draft's history"]
    assert "2A" == life.seen["report.pdf"]["archive"]


def test_row_6_late_is_taken_and_marked_and_what_was_written_offline_before_the_deadline_is_in_time(life: Life):
    assert "Team Nord Tromsø Levert sent" in life.seen["board before 3"]
    assert [("stored", None)] == life.seen["delivery"]
    assert "Team Nord Tromsø Levert i tide, skrevet uten nett" in life.seen["board before 6"]


def test_row_6_the_changes_between_reports_put_on_the_one_before_give_the_next_over_nine_rounds(life: Life):
    told = life.seen["reports"][0]
    for before, after in pairwise(life.seen["reports"]):
        assert diff(before, after)
        told = apply(told, diff(before, after))
        assert after == told


def test_row_7_the_advisor_gives_their_own_step_first_then_sees_the_gap_and_answers_the_team(life: Life):
    assert "Steg 1 av 2" in life.seen["first the own step"]
    assert "Vi er kommet til samling 1" not in life.seen["first the own step"]
    assert "Veilederen ser teamet 1,0 trinn lenger framme." in life.seen["follow-up 1"]
    assert "Dere sier det samme." in life.seen["follow-up 5"]
    assert "Før: Vi er kommet til samling 4" in life.seen["follow-up 5"]
    assert "Team Nord Før samling 3: Tema 3 Ny Levert sent" in life.seen["inbox before 3"]
    assert "Team Moss" not in life.seen["inbox before 3"].partition("Oppfølging")[0]  # its municipality has left
    assert "Fint at kurset er i gang." in life.seen["feedback"]
    assert "Lederen er ikke med." not in life.seen["feedback"]
    assert "Én gang, 30 minutter." in life.seen["contacts"]
    assert "Trenger støtte" in life.seen["to follow up"]


def test_row_8_the_board_tells_of_every_team_and_exactly_those_who_are_missing_are_reminded(life: Life):
    reminder = ["Statusrapporten før samling 1 mangler"]

    assert "2 av 4 team har levert." in life.seen["reports before the gathering"]
    assert "Team Nord Tromsø Levert 1,0 – 0 av 1 0 Mål og målinger For lite tid" in life.seen["board before 1"]
    assert "Team Moss Mona – Team Nord Anne –" in life.seen["dry run"]
    assert {"dry": True, ANNE: reminder, "mona@kommune.no": reminder} == life.seen["reminded"]
    assert "Mål og målinger 3 0" in life.seen["themes"]
    assert "Kurset bør være på dagtid. Team Nord, Tromsø" in life.seen["themes"]


def test_row_9_mentors_talk_by_a_plan_and_only_sums_are_told(life: Life):
    assert "Cato 29. januar 2027 6 3" in life.seen["mentors"]
    assert "22. februar 2027" in life.seen["plan"]
    assert "22. februar 2027" not in life.seen["plan with a holiday"]
    assert "Oppgaver" not in life.seen["talks to the organizer"]
    assert "Byttet mentor, 12. april 2027" in life.seen["pairings"]
    assert "Sluttet i stillingen, 10. april 2027" in life.seen["pairings"]
    assert "Nina I gang" in life.seen["pairings"]
    assert ["Det er talt med", "Denne uka er talt med"] == [
        page.partition("Takk! ")[2][: len(start)]
        for page, start in zip(life.seen["we met"], ("Det er talt med", "Denne uka er talt med"), strict=True)
    ]
    assert "Tromsø 2 av 34" in life.seen["coverage"]
    assert "Ålesund skjult: for få" in life.seen["coverage"]


def test_row_9_the_municipality_counts_every_year_and_leavers_are_told_of_the_year_they_began(life: Life):
    assert "Førsteårsavgang 5 av 10 5 av 10 som begynte i 2027" in life.seen["results"]
    assert (12, 0) == (life.seen["answers in envelopes"], life.seen["answers after the seal"])


def test_row_10_a_poster_a_teams_final_report_and_the_networks_are_made_of_what_was_told(life: Life):
    assert "Alle nye får mentor (nådd)" in life.seen["poster"]
    assert (1684, 842) == (life.seen["poster a1"]["width"], life.seen["poster a3"]["width"])
    assert "Samling 8 I gang +2: Mye bedre enn planlagt Samling 9 Nådd" in life.seen["team's final report"]
    for sentence in (
        "Ni samlinger senere.", "4 kommuner, 4 team", "3. Tema 3 9. september 2027 Moss 1 av 3 0 av 3",
        "1 av 4 team har levert sluttrapport.", "Ingen gruppe er mindre enn fem.", "Svarprosent",
    ):  # fmt: skip
        assert sentence in life.seen["network's final report"], sentence
    for paper in ("team's final report.pdf", "network's final report.pdf"):
        assert {"archive": "2A", "accessible": "1"}.items() <= life.seen[paper].items()


def test_row_11_a_municipality_that_leaves_is_asked_for_nothing_more_and_a_member_loses_access_at_once(life: Life):
    assert "Team Moss" in life.seen["board before 2"]
    assert "Team Moss" not in life.seen["board before 3"]
    assert ["Meld deg på samling 1. Tema 1", "Meld deg på samling 2. Tema 2"] == [
        letter for letter in life.letters_to("oda@kommune.no") if letter.startswith("Meld deg")
    ]
    assert 404 == life.seen["after leaving the team"]
    assert "Har vært med Dina, til 9. juni 2027" in life.seen["members"]
    assert "Frida Nyansatt" in life.seen["members"]


def test_row_11_a_changed_sign_up_waits_for_the_organizer_and_leaves_alone_what_was_done_since(life: Life):
    assert "Gro blir med i Team Nord: Mentor eller mulig mentor" in life.seen["changed sign-up"]
    for gone_already in ("Dina", "Frida"):
        assert gone_already not in life.seen["changed sign-up"]
    assert "Frida Nyansatt" in life.seen["members after the change"]
    assert "Gro Mentor" in life.seen["members after the change"]


def test_row_11_a_team_of_a_municipality_that_is_split_takes_its_reports_along(life: Life):
    number, report = life.seen["moved team"]

    assert ("1580", "Alle nye får mentor") == (number, report["delmal"][0]["tekst"])
    assert "1508 Ålesund (Møre og Romsdal), 1580 Haram (Møre og Romsdal)" in life.seen["split municipality"]
    assert "Team Haram Levert" in life.seen["first board after the split"]
    assert "Ålesund er delt eller slått sammen." in life.seen["results after the split"]
    assert "Svar fra før er talt under navnet kommunen hadde da." in life.seen["results after the split"]
    assert ["1507", "1580", "3103", "5501"] == life.seen["places"]


def test_row_12_what_goes_is_shown_first_then_goes_and_is_logged(life: Life):
    needs = "Påmelding til samling – det som ligger for seg selv"
    assert f"{needs} 14 dager etter samlingen 2 2 24. mars 2027" in life.seen["preview of needs"]
    assert needs not in life.seen["log of needs"].partition("Slettet av seg selv")[0]
    assert f"24. mars 2027 : {needs}, 2" in life.seen["log of needs"]
    assert "Påmelding til samling 24 måneder etter samlingen 12 2 11. mars 2029" in life.seen["preview"]
    assert (True, False) == (life.seen["sign-up before it goes"], life.seen["sign-up after it went"])
    assert "12. mars 2029 : Påmelding til samling, 2" in life.seen["log"]
    assert "ble slettet 24. mars 2027. Det gjaldt 2 svar." in life.seen["counts afterwards"]


def test_row_12_a_person_takes_along_what_is_kept_and_a_record_is_erased_at_their_wish(life: Life):
    kept = life.seen["kept about Anne"]

    assert (ANNE, "Team Nord") == (kept["email"], kept["seats"][0]["team"])
    assert GATHERINGS == sum(each["form"] == "statusrapport" for each in kept["handed_in"])
    assert "Det du har levert" in life.seen["kept page"]
    assert (True, None) == (life.seen["before erasing"], life.seen["after erasing"])


def test_at_the_end_the_log_proves_and_no_work_was_left_undone(life: Life):
    assert () == prove(life.service.db).faults
    assert 0 == Job.select().where(Job.done.is_null() & Job.problem.is_null(False)).count()
