"""Drafts on the desk's pages: nothing that was typed is lost, and what was done in haste can be undone."""

import re

from making_desk import PAIRING, fill, log

from fotfeste_desktop.models import Draft, Revision
from fotfeste_shared.clock import today
from fotfeste_shared.revisions import new_id


def test_typing_is_kept_as_a_draft_that_waits_on_the_first_page(connected):
    fill(connected)
    path = connected.path
    record = path.rpartition("/")[2]
    kept = connected.client.post(f"/drafts/{record}", data=connected._hidden() | {"a.langt": "Halvferdig"})

    assert kept.status_code == 204
    assert "Kladd, lagret kl." in connected.get("/")
    assert "Halvferdig" in connected.get(path)
    connected.get("/")
    connected.post(f"/drafts/{record}/drop")
    assert connected.client.get(path).status_code == 404


def test_a_draft_that_was_thrown_away_can_be_picked_up_for_a_moment(connected):
    fill(connected)
    path = connected.path
    record = path.rpartition("/")[2]
    connected.client.post(f"/drafts/{record}", data=connected._hidden() | {"a.langt": "Halvferdig"})
    connected.get("/")
    connected.post(f"/drafts/{record}/drop")
    assert "Ta kladden opp igjen." in connected.page
    connected.post("/undo")

    assert connected.path == path
    assert "Halvferdig" in connected.page
    assert 'id="undo"' not in connected.page


def test_what_a_draft_said_before_is_shown_beside_what_it_says_now_and_brought_back(connected):
    fill(connected)
    path = connected.path
    record = path.rpartition("/")[2]
    before = "Hun er blitt tryggere på natt, og spør når hun lurer."
    for note in (before, "", "Noe nytt"):
        connected.client.post(f"/drafts/{record}", data=connected._hidden() | {"a.langt": note, "a.dato": "12.1"})
    assert "Tidligere utgaver av kladden" in connected.get(path)
    page = connected.get(f"/drafts/{record}/earlier")
    assert (before in page, "Noe nytt" in page) == (True, True)
    until = re.search(r'name="until" value="([^"]+)"[^>]*>\s*Gå tilbake til denne', page)[1]
    connected.post(f"/drafts/{record}/earlier", until=until)

    assert connected.path == path
    assert before in connected.page
    assert connected.client.get(f"/drafts/{new_id()}/earlier").status_code == 404
    connected.get(path)
    connected.post(f"/drafts/{record}/earlier", until="i går")
    assert connected.status == 404


def test_a_session_opened_and_left_without_a_word_is_no_draft(connected, desk):
    fill(connected)
    first = connected.path
    assert "Kladd" not in connected.get("/")
    fill(connected)

    assert connected.path == first
    assert Draft.select().count(desk.db) == 1
    desk.let_go()


def test_what_must_be_mended_comes_back_as_it_was_typed_and_stays_a_draft(connected, desk):
    fields = fill(connected, a__minutter="mange", a__langt="Et notat")
    connected.post(connected.path, **fields)

    assert connected.status == 422
    assert "Skriv et helt tall." in connected.page
    assert 'value="mange"' in connected.page
    [draft] = Draft.select().bind(desk.db)
    assert (draft.answers["minutter"], draft.answers["langt"]) == ("mange", "Et notat")
    assert Revision.select().count(desk.db) == 0
    desk.let_go()


def test_a_saved_session_can_be_regretted_and_begins_as_the_last_one_was(connected, desk):
    fields = log(connected, a__langt="Et notat")
    assert 'id="undo"' in connected.page
    connected.post("/undo")
    assert "Skjemaet er en kladd igjen" in connected.page
    assert "Et notat" in connected.page
    assert Revision.select().count(desk.db) == 0
    connected.post(connected.path, **fields)
    connected.get("/waiting")
    connected.post("/deliver")
    assert 'id="undo"' not in connected.page
    connected.post("/undo")
    assert "for sent å angre" in connected.page

    connected.get(f"/pairings/{PAIRING}")
    connected.post(f"/pairings/{PAIRING}/sessions")
    [draft] = Draft.select().bind(desk.db)
    usual = {"status": "ja", "minutter": 45, "form": "rom", "arbeidstid": "ja"}
    assert draft.answers == {"kobling": PAIRING, "dato": today().isoformat(), **usual}
    desk.let_go()
