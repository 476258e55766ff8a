"""People and places that change, what a network leaves behind, and what goes: rows 10 to 12 of the walk."""

import re
from datetime import date, timedelta

from making_registration import member, sheet
from together.walk_beginning import NORTH
from together.walk_life import ADA, ANNE, DINA, VERA, Life, gathering, opened, place, report_of, team, words

from fotfeste_server.named.attending import sign_up_of
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Member, Participation

FINAL = {
    "a.mal.0.status": "nadd", "a.mal.0.oppnaelse": "1", "a.mal.0.resultat": "Alle fikk mentor.",
    "a.program": ["mentor_hver"], "a.samtaler_plan": "17", "a.yrker": ["sykepleier"], "a.spredning": "pilot",
    "a.eier": "hr", "a.laerdom": "Vi lærte at avdelingslederen må være med fra første dag.",
    "a.videre": "Vi tar med alle avdelinger til høsten.",
}  # fmt: skip
OWN_WORDS = {"beginning": "Ni samlinger senere.", "lessons": "Start med lederne.", "end": "Vi fortsetter hver for oss."}


# --- row 11 ------------------------------------------------------------------------------------------------------


def people_change(life: Life) -> None:
    """Row 11: one leaves the team and another joins; what the first could read is closed at once."""
    who, base = Member.get(Member.person == life.person(DINA).id), f"/teams/{team('Team Nord').id}/members"
    life.look("before leaving the team", DINA, f"/teams/{team('Team Nord').id}")
    life.as_(ADA).done(f"{base}/{who.id}", leave="ja")
    joining = member("Frida", "nyansatt")
    life.as_(ADA).done(base, name=joining["navn"], email=joining["epost"], seat=joining["rolle"])
    life.keep("after leaving the team", life.as_(DINA).client.get(f"/teams/{team('Team Nord').id}").status_code)
    life.look("members", ADA, base)


def a_municipality_changes_its_sign_up(life: Life) -> None:
    """Row 11 goes on: what a municipality changes in its sign-up waits for the organizer, then changes its team."""
    record = opened("pamelding_nettverk", place("5501").id)
    written = [*(each for each in NORTH if each["navn"] != "Dina"), member("Gro", "mentor")]
    life.hand_in("kari@kommune.no", f"/records/{record.id}", **sheet(("Team Nord", written)))
    address = f"{life.base}/municipalities/{place('5501').id}/changes"
    organizer = life.as_(ADA)
    page = organizer.see(address)
    life.keep("changed sign-up", words(page))
    organizer.done(address, rev=re.search(r'name="rev" value="([^"]+)"', page)[1])
    life.look("members after the change", ADA, f"/teams/{team('Team Nord').id}/members")


def a_municipality_leaves(life: Life, day: date) -> None:
    """Row 11 goes on: a municipality leaves midway, and is missing in no table from then on."""
    life.as_(ADA).done(f"{life.base}/municipalities/{place('3103').id}", left_on=day)


def a_municipality_is_split(life: Life) -> None:
    """Row 11 goes on: what was one municipality is two; a team goes over to the new one with all its reports."""
    before, base = place("1507"), f"{life.base}/municipalities"
    life.look("split municipality", ADA, f"{base}/{before.id}")
    organizer = life.as_(ADA)
    organizer.done(base, m__municipality="1580", add="ja")
    organizer.done(f"{base}/{before.id}", m__team=team("Team Haram").id, m__to=place("1580").id, move="ja")
    number, report = team("Team Haram").participation.municipality, current(report_of("Team Haram", 1).id)
    life.keep("moved team", (number, report.answers))
    life.look("first board after the split", ADA, f"{life.base}/reports?gathering={gathering(1).id}")
    life.look("results after the split", ADA, f"{life.base}/results?place=1507")


# --- row 10 ------------------------------------------------------------------------------------------------------


def tells_the_end(life: Life) -> None:
    """Row 10: the poster, the team's final report, and the network's, drafted from the data."""
    nord = team("Team Nord")
    life.look("poster", ANNE, f"/teams/{nord.id}/poster")
    for size in ("a1", "a3"):
        life.paper(f"poster {size}", ANNE, f"/teams/{nord.id}/poster/pdf?size={size}")
    life.hand_in(ANNE, f"/records/{opened('sluttrapport_team', nord.id).id}", **FINAL)
    life.look("team's final report", ANNE, f"/teams/{nord.id}/final")
    life.paper("team's final report.pdf", ADA, f"/teams/{nord.id}/final/pdf")
    life.as_(ADA).done(f"{life.base}/final", **OWN_WORDS)
    life.look("network's final report", VERA, f"{life.base}/final")
    life.paper("network's final report.pdf", ADA, f"{life.base}/final/pdf")
    life.look("results", ADA, f"{life.base}/results")
    life.look("networks at the end", ADA, "/networks")


# --- row 12 ------------------------------------------------------------------------------------------------------


def needs_go(life: Life) -> None:
    """Row 12: what people cannot eat has stood in the preview, goes two weeks after the gathering, and is logged."""
    life.look("preview of needs", ADA, f"{life.base}/retention")
    life.day(gathering(1).ends + timedelta(14))
    life.look("log of needs", ADA, f"{life.base}/retention")
    life.look("counts afterwards", ADA, f"/gatherings/{gathering(1).id}/counts")


def sign_ups_go(life: Life) -> None:
    """Row 12 goes on: sign-ups of the first gathering go after two years, with a month's notice."""
    old = sign_up_of(life.person(ANNE), gathering(1))
    life.look("preview", ADA, f"{life.base}/retention")
    life.keep("sign-up before it goes", current(old.id) is not None)
    life.day(date(2029, 3, 12))
    life.look("log", ADA, f"{life.base}/retention")
    life.keep("sign-up after it went", current(old.id) is not None)


def exports_and_erases(life: Life) -> None:
    """Row 12 goes on: a person takes along what is kept about them; at a person's wish a record is erased."""
    life.keep("kept about Anne", life.as_(ANNE).client.get("/me/kept.json").json)
    life.look("kept page", ANNE, "/me/kept")
    asked = sign_up_of(life.person("vara@kommune.no"), gathering(2))
    life.keep("before erasing", current(asked.id) is not None)
    life.as_(ADA).done(f"/records/{asked.id}/erase")
    life.keep("after erasing", current(asked.id))
    life.keep("places", sorted(each.municipality for each in Participation.select()))
