"""The pages of the desk, without a window: what a mentor sees and does, through real requests."""

import re
from datetime import timedelta

import pytest
import time_machine
from keyring.backends import fail
from loopback import PERSON
from making_desk import PAIRING, PASSPHRASE, Browser, fill, log
from msgspec.structs import replace

from fotfeste_desktop.copies import save_copy
from fotfeste_desktop.desk import Desk, Stage
from fotfeste_desktop.keys import KeyStore
from fotfeste_desktop.models import Revision
from fotfeste_shared import sync
from fotfeste_shared.clock import now, today
from fotfeste_shared.closed_file import is_locked
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import About, new_id, read_revision, write_revision

# --- the doors ------------------------------------------------------------------------------------


def test_before_a_passphrase_is_chosen_every_page_leads_there(browser):
    for path in ("/", "/pairings", "/waiting", "/settings", "/records/" + new_id()):
        browser.get(path)
        assert browser.path == "/choose"


def test_a_short_or_mistyped_passphrase_is_explained(browser, desk):
    browser.get("/choose")
    assert "minst 12 tegn" in browser.post("/choose", passphrase="kort", again="kort")
    assert browser.status == 422
    assert "ikke like" in browser.post("/choose", passphrase=PASSPHRASE, again="noe helt annet")
    assert desk.stage is Stage.CHOOSING


def test_the_recovery_code_is_shown_until_it_is_written_down_and_never_again(browser, desk):
    browser.get("/choose")
    browser.post("/choose", passphrase=PASSPHRASE, again=PASSPHRASE)
    code = desk.recovery_code

    assert code in browser.get("/pairings")
    assert code in browser.post("/recovery")
    assert browser.status == 422
    browser.post("/recovery", written="ja")
    assert browser.path == "/"
    assert code not in browser.get("/recovery")


def test_the_next_start_asks_for_the_passphrase_and_opens_the_same_data(opened, desk, home):
    desk.exchange.keep(mark="the same")
    desk.close()
    again = Desk(home, KeyStore(fail.Keyring()))
    again.begin()
    browser = Browser(again)
    browser.get("/")

    assert browser.path == "/unlock"
    assert "åpnet ikke" in browser.post("/unlock", secret="feil feil feil feil")
    browser.post("/unlock", secret=PASSPHRASE)
    assert browser.path == "/"
    assert again.exchange.fact("mark") == "the same"
    again.close()


def test_a_database_without_its_key_is_left_alone(opened, desk, home):
    desk.close()
    before = home.database.read_bytes()
    home.key.unlink()
    stranded = Desk(home, KeyStore(fail.Keyring()))
    stranded.begin()

    assert "kan ikke åpnes" in Browser(stranded).get("/")
    assert stranded.stage is Stage.STRANDED
    assert home.database.read_bytes() == before
    assert not home.key.exists()


def test_nothing_typed_can_be_read_in_the_file(connected, desk, home):
    log(connected, a__steg="Hemmelig kanarifugl")
    desk.close()

    for file in home.folder.rglob("*"):
        if file.is_file():
            assert b"kanarifugl" not in file.read_bytes(), file


def test_a_post_without_the_pages_token_is_refused(opened):
    assert opened.client.post("/settings/recovery").status_code == 400


# --- a mentor's day -------------------------------------------------------------------------------


def test_connecting_shows_the_pairings_by_profession_and_unit(connected):
    assert "Du er koblet til, Marte Mentor." in connected.page
    assert "Sykepleier, Ekeberg sykehjem" in connected.page
    assert "Tilkoblet. Alt er levert." in connected.page


def test_a_talk_whose_day_has_passed_is_not_among_those_of_the_next_days(connected, desk):
    log(connected, a__neste=(today() + timedelta(days=2)).isoformat())
    assert "De neste dagene" in connected.get("/")
    with time_machine.travel(now() + timedelta(days=4)):
        page = connected.get("/")

    assert "Ikke logget ennå" in page
    assert "De neste dagene" not in page
    desk.let_go()


def test_a_wrong_code_and_a_wrong_address_are_told_apart(opened, loopback):
    opened.get("/connect")
    assert "Be om en ny" in opened.post("/connect", server=loopback.url, code="FEIL1234")
    assert "Skriv adressen" in opened.post("/connect", server="http://example.no", code="7KQ2M9XD")
    assert "ikke svar" in opened.post("/connect", server="http://127.0.0.1:9", code="7KQ2M9XD")


@pytest.mark.parametrize("field", ["code", "server"])
def test_a_pasted_link_holds_both_the_address_and_the_code(opened, loopback, field):
    opened.get("/connect")
    opened.post("/connect", **{"server": "", "code": "", "name": "PC", field: f" {loopback.url}/#kode=7KQ2-m9xd\n"})

    assert "Du er koblet til, Marte Mentor." in opened.page


def test_a_session_is_saved_here_and_delivered_when_asked(connected, desk, loopback):
    fields = fill(connected, a__steg="Øve på overrapport")
    assert "Blir på denne maskinen" in connected.page
    connected.post(connected.path, **fields)

    assert "Lagret her. Leveres når du er på nett." in connected.page
    assert "Sist avtalte steg: Øve på overrapport" in connected.page
    connected.get("/waiting")
    connected.post("/deliver")
    assert "Tilkoblet. Alt er levert." in connected.page
    [row] = Revision.select().bind(desk.db)
    assert f"Kvittering {row.receipt}" in connected.page
    assert "overrapport" not in loopback.rows[0]["text"]
    desk.let_go()


def test_without_the_services_key_undelivered_work_is_carried_in_a_file_with_a_passphrase(connected, desk, tmp_path):
    log(connected)
    desk.ask_where = lambda name: tmp_path / name

    assert "så filen må ha et passord" in connected.get("/waiting")
    connected.post("/waiting/parcel", passphrase="for kort")
    assert "Passordet må ha minst 12 tegn" in connected.page
    assert [] == list(tmp_path.glob("*.fotfeste"))

    connected.get("/waiting")
    connected.post("/waiting/parcel", passphrase=PASSPHRASE)
    [file] = tmp_path.glob("*.fotfeste")
    assert "si passordet i telefonen" in connected.page
    assert is_locked(file.read_bytes())


def test_two_versions_from_two_places_are_shown_side_by_side_until_one_is_chosen(connected, desk, loopback):
    fields = log(connected)
    connected.get("/waiting")
    connected.post("/deliver")
    [row] = Revision.select().bind(desk.db)
    ours = read_revision(row.text)
    elsewhere = [
        replace(ours, rev=new_id(), parents=(ours.rev,), answers={**ours.answers, "minutter": n}) for n in (60, 90)
    ]
    loopback.take_from_elsewhere(*map(write_revision, elsewhere))
    connected.get("/waiting")
    connected.post("/deliver")

    assert "To utgaver" in connected.get(f"/pairings/{PAIRING}")
    page = connected.get(f"/records/{ours.record}")
    assert "Utgave 2" in page
    assert {">60<", ">90<"} <= set(re.findall(r">\d+<", page))
    connected.post(f"/records/{ours.record}/edit")
    connected.post(connected.path, **fields)
    assert "To utgaver" not in connected.get(f"/pairings/{PAIRING}")
    desk.let_go()


def test_what_the_server_refused_is_explained_and_can_be_saved_to_a_file(connected, desk, loopback, tmp_path):
    loopback.refuses_all = "not_yours"
    log(connected, a__steg="privat kanarifugl")
    [row] = Revision.select().bind(desk.db)
    connected.get("/waiting")
    connected.post("/deliver")

    assert "Trenger hjelp" in connected.page
    assert "Du har ikke lenger tilgang til å levere dette." in connected.page
    path = save_copy(desk.db, row.rev, tmp_path)
    assert path.read_text("utf-8") == row.text
    assert "kanarifugl" not in row.text
    desk.let_go()


def test_the_first_session_asks_whether_privacy_was_explained_and_the_second_does_not(connected):
    fields = fill(connected)
    assert "Jeg har forklart" in connected.page
    connected.post(connected.path, **{**fields, "a__informert": ""})
    assert connected.status == 422
    connected.post(connected.path, **fields)
    assert connected.status == 200

    del fields["a__informert"]
    fill(connected)
    connected.post(connected.path, **fields)
    assert "2 samtaler så langt" in connected.page


def test_a_change_keeps_the_notes_and_replaces_what_counts(connected, desk):
    fields = log(connected, a__langt="Mitt notat")
    record = re.search(r'href="/records/([^"]+)"', connected.page)[1]
    assert "Mitt notat" in connected.get(f"/records/{record}")
    connected.post(f"/records/{record}/edit")
    assert "Mitt notat" in connected.page
    connected.post(connected.path, **{**fields, "a__minutter": "60"})

    assert "60" in connected.get(f"/records/{record}")
    assert "To utgaver" not in connected.get(f"/pairings/{PAIRING}")
    assert Revision.select().count(desk.db) == 2
    desk.let_go()


def test_a_session_that_is_withdrawn_counts_no_more_and_may_be_written_again(connected, desk):
    fields = log(connected)
    record = re.search(r'href="/records/([^"]+)"', connected.page)[1]
    assert f"/records/{record}" in connected.get(f"/pairings/{PAIRING}")

    connected.get(f"/records/{record}")
    connected.post(f"/records/{record}/withdraw")
    assert "Dette er trukket tilbake" in connected.page
    assert f"/records/{record}" not in connected.get(f"/pairings/{PAIRING}")

    connected.get(f"/records/{record}")
    connected.post(f"/records/{record}/edit")
    connected.post(connected.path, **fields)
    assert Revision.select().count(desk.db) == 3
    assert f"/records/{record}" in connected.get(f"/pairings/{PAIRING}")
    desk.let_go()


def test_the_mentors_own_name_for_a_pairing_stays_here(connected, loopback):
    connected.get(f"/pairings/{PAIRING}")
    connected.post(f"/pairings/{PAIRING}/label", label="Kari Kanari")
    log(connected)
    connected.get("/waiting")
    connected.post("/deliver")

    assert "Kari Kanari" in connected.get("/pairings")
    assert b"Kanari" not in b"".join(loopback.heard)


def test_two_colleagues_of_one_profession_and_unit_are_told_apart_by_their_first_day(connected, loopback):
    place = {"unit": "Ekeberg sykehjem", "profession": "sykepleier", "municipality": "Moss"}
    started = ["2026-09-01", "2026-10-05"]
    pairings = [sync.PairingLine(id=new_id(), started=day, **place) for day in started]
    loopback.roster = sync.Roster(person=PERSON, pairings=pairings)
    connected.get("/waiting")
    connected.post("/deliver")

    page = connected.get("/")

    for day in ("1. september 2026", "5. oktober 2026"):
        assert f"Logg samtale: Sykepleier, Ekeberg sykehjem, startet {day}" in page


def test_a_form_that_the_server_opened_can_be_filled_in(connected, desk, loopback):
    team, record = new_id(), new_id()
    line = {"form": "statusrapport", "about_kind": "team", "about_id": team, "title": "Statusrapport, team A"}
    opened = sync.OpenRecord(id=record, due=today().isoformat(), **line)
    loopback.roster = sync.Roster(person=PERSON, records=[opened])
    connected.get("/waiting")
    connected.post("/deliver")
    assert "Statusrapport, team A" in connected.get("/")
    connected.post(f"/records/{record}/edit")

    assert connected.path == f"/records/{record}"
    assert "<form" in connected.page
    assert desk.outbox().draft(record).about == ["team", team]
    desk.let_go()


def test_a_final_report_asks_about_each_goal_of_the_reports_that_this_computer_holds(connected, desk, loopback):
    team, report, final, goal = (new_id() for _ in range(4))
    lines = [
        sync.OpenRecord(id=record, form=form, about_kind="team", about_id=team, title=form)
        for record, form in ((report, "statusrapport"), (final, "sluttrapport_team"))
    ]
    loopback.roster = sync.Roster(person=PERSON, records=lines)
    connected.get("/waiting")
    connected.post("/deliver")
    told = {"delmal": [{"id": goal, "tekst": "Alle nye får mentor", "status": "i_gang", "oppnaelse": 0}]}
    form, outbox = shipped()["statusrapport"], desk.outbox()
    draft = outbox.open(form, report, About("team", team), told)
    outbox.receive(Filled(form.code, form.version, told, str(draft.rev)), form)

    connected.post(f"/records/{final}/edit")

    assert f'name="a.mal.0.id" value="{goal}"' in connected.page
    assert "Alle nye får mentor" in connected.page
    desk.let_go()


@pytest.mark.parametrize(("language", "word"), [("nn", "Koplingar"), ("en", "Pairings"), ("nb", "Koblinger")])
def test_every_page_speaks_the_chosen_language_and_remembers_it(connected, language, word):
    log(connected)
    record = re.search(r'href="/records/([^"]+)"', connected.page)[1]
    connected.get("/?language=" + language)
    for path in ("/", "/pairings", f"/pairings/{PAIRING}", "/sessions/new", "/waiting", "/connect", "/settings"):
        assert word in connected.get(path)
        assert connected.status == 200
    assert f'lang="{language}"' in connected.get(f"/records/{record}")


def test_the_doors_speak_every_language(browser, desk):
    for language in ("nn", "en", "nb"):
        for path in ("/choose", "/choose?again"):
            assert f'lang="{language}"' in browser.get(f"{path}{'&' if '?' in path else '?'}language={language}")


def test_rubbish_in_addresses_is_a_page_that_says_so(connected):
    for path in ("/records/x", f"/records/{new_id()}", "/pairings/x", "/nothing", "/records/%00"):
        page = connected.get(path)
        assert connected.status == 404
        assert "Vi finner ikke siden" in page


def test_a_log_that_lost_lines_is_told_of_on_the_first_page_with_the_number_to_hold_against_it(opened, desk):
    head, warning = f"7:{'a' * 64}", "Loggen på tjeneren stemmer ikke"
    assert warning not in opened.get("/")

    desk.exchange.keep(audit_lost=head)

    page = opened.get("/")
    assert warning in page
    assert head in page
    assert warning not in opened.get("/pairings")


def test_the_first_page_says_that_there_is_a_newer_program_and_no_other_does(connected, desk):
    quiet = connected.get("/")
    desk.exchange.keep(newest_app="99.0.0")

    assert "nyere utgave" not in quiet
    assert "Det finnes en nyere utgave av Fotfeste. Den som drifter maskinen, kan oppdatere." in connected.get("/")
    assert "nyere utgave" not in connected.get("/pairings")
    desk.let_go()
