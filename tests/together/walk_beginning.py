"""How a network begins: rows 1 to 4 of the walk, from the set-up link to agreements that both sides have accepted."""

from datetime import date, timedelta

from making_registration import TEAM, member, send, sheet, signing_up
from server.test_organizers import Visitor
from together.walk_life import (
    ADA,
    ANNE,
    CATO,
    DIGITAL,
    GATHERINGS,
    MIA,
    MOVED,
    VERA,
    Life,
    gathering,
    place,
    team,
    words,
)

from fotfeste_server.named.agreeing import agreement
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.models import Gathering, Member, Participation
from fotfeste_server.named.registration_models import PublicPage, Registration
from fotfeste_shared.answering import add_months

BEGINS = date(2027, 1, 11)
FIRST, MONTHS_BETWEEN = date(2027, 3, 9), 3
SHAPE = {
    "name": "Øst", "theme": "Mentor", "professions": ["sykepleier", "vernepleier"], "fewest": 3, "most": 7,
    "report_days": 10, "sign_up_days": 21,
}  # fmt: skip
NORTH = [*TEAM, member("Eli", "hr")]
WEST = [member("Finn", "avdelingsleder", contact=True), member("Guri", "mentor"), member("Hans", "nyansatt")]
HARAM = [member("Ivar", "avdelingsleder", contact=True), member("Jon", "mentor"), member("Kai", "hr")]
SIGNED = {
    "a.signatar_navn": "Lise Leder", "a.signatar_stilling": "Kommunalsjef", "a.fullmakt": "ja", "a.dba": "ja",
    "a.saksnr": "27/1234",
}  # fmt: skip


def opens_networks(life: Life) -> None:
    """Row 1: two networks, a working group, settings, and nine gatherings whose numbers and days change."""
    Visitor(life.app.test_client()).done(f"/setup/{setup_token(life.service.db)}", name="Ada Arrangør", email=ADA)
    organizer, ends = life.as_(ADA), add_months(BEGINS, 30)
    organizer.done("/networks/new", name="Vest", theme="Heltid", starts=BEGINS, ends=ends)
    organizer.done("/networks/new", name="Øst", theme="Mentor", starts=BEGINS, ends=ends)
    organizer.done(f"{life.base}/group", name="Vera Veileder", email=VERA, role="advisor", words="USHT")
    organizer.done(f"{life.base}/settings", starts=BEGINS, ends=ends, **SHAPE)


def plans_gatherings(life: Life) -> None:
    """Row 1 goes on: deadlines follow from the settings, one is edited, one too many is struck out."""
    organizer = life.as_(ADA)
    for number in range(GATHERINGS + 1):
        starts = add_months(FIRST, MONTHS_BETWEEN * number)
        where = {"digital": "y", "link": "https://mote.eksempel.no/ost"} if number + 1 == DIGITAL else {"place": "Moss"}
        ends = starts + timedelta(number == 0)
        organizer.done(f"{life.base}/gatherings", theme=f"Tema {number + 1}", starts=starts, ends=ends, **where)
    too_many = Gathering.get(Gathering.number == GATHERINGS + 1)
    last = f"{life.base}/gatherings/{too_many.id}"
    life.press(ADA, f"{last}/plan", f"{last}/cancel", strike="ja")
    changed = gathering(MOVED)
    by_hand = changed.starts - timedelta(14)
    days = {"starts": changed.starts, "ends": changed.ends, "place": changed.place}
    kept = {"number": MOVED, "theme": changed.theme, "sign_up_by": changed.sign_up_by}
    organizer.done(f"{life.base}/gatherings/{changed.id}/plan", reports_due=by_hand, **days, **kept)
    life.look("networks at the start", ADA, "/networks")


def informs(life: Life) -> None:
    """Row 2: a public page, an information meeting with a deadline, a calendar file, and a letter the day before."""
    organizer = life.as_(ADA)
    hours = {"day": "2027-01-20", "begins": "12.00", "ends": "13.00", "sign_up_by": "2027-01-18"}
    organizer.done(f"{life.base}/meeting", **hours, place="Digitalt", late="waiting")
    last = {"register_by": "2027-02-01"}
    organizer.done(f"{life.base}/public", words="Et nettverk for mentorer.", shown="y", taking_in="y", **last)
    public, door = life.app.test_client(), f"/n/{PublicPage.get().code}"
    life.keep("public page", words(public.get(door).text))
    assert 303 == send(public, f"{door}/meeting", signing_up()).status_code
    life.keep("meeting calendar", public.get(f"{door}/meeting.ics").text)
    life.day(date(2027, 1, 19))
    send(public, f"{door}/meeting", signing_up("Sen", "sen@kommune.no"))
    life.look("meeting list", ADA, f"{life.base}/meeting")
    life.keep("letters before the meeting", life.letters_to("per@kommune.no"))


def registers(life: Life) -> None:
    """Row 3: municipalities sign up with their teams and are accepted; one is taken in by the organizer."""
    life.day(date(2027, 1, 25))
    public, door = life.app.test_client(), f"/n/{PublicPage.get().code}/register"
    sent = send(public, door, sheet(("Team Nord", NORTH), kommune="tromso"))
    west = {"kommune": "1508 Ålesund (Møre og Romsdal)", "kontakt_navn": "Lars", "kontakt_epost": "lars@kommune.no"}
    send(public, door, sheet(("Team Vest", WEST), ("Team Haram", HARAM), **west))
    life.keep("receipt", words(public.get(sent.location).text))
    organizer = life.as_(ADA)
    for row in list(Registration.select()):
        address = f"{life.base}/registrations/{row.id}"
        life.look(f"registration {row.municipality}", ADA, address)
        organizer.done(address, accept="ja")
    # As in a house that joined before 2024: the register that comes with us is of that year, when this one was split.
    Participation.update(municipality="1507").where(Participation.municipality == "1508").execute()
    organizer.done(f"{life.base}/municipalities", m__municipality="Moss", add="ja")
    organizer.done(f"{life.base}/teams", participation=place("3103").id, name="Team Moss")
    for name, role, contact in (("Mona", "hr", True), ("Nils", "mentor", False), ("Oda", "nyansatt", False)):
        named = {"m__name": name, "m__email": f"{name.casefold()}@kommune.no", "m__seat": role}
        organizer.done(f"/teams/{team('Team Moss').id}", **named, **({"m__contact": "y"} if contact else {}))
    for name in ("Team Nord", "Team Vest", "Team Haram", "Team Moss"):
        organizer.done(f"/teams/{team(name).id}", a__name="Vera Veileder", a__email=VERA, advise="ja")
    named = {"a__participation": place("5501").id, "a__name": "Mia", "a__email": MIA}
    organizer.done(f"{life.base}/municipalities", **named, name="ja")
    north = Member.select().where(Member.team == team("Team Nord").id)
    life.keep("seats", sorted((each.person.name, each.seat) for each in north))
    life.look("team to its members", ANNE, f"/teams/{team('Team Nord').id}")
    life.look("team to the municipality", MIA, f"/teams/{team('Team Nord').id}")
    life.look("network to a mentor", CATO, life.base)


def agrees(life: Life) -> None:
    """Row 4: the municipality accepts the text, then the organizer; the archive gets PDF/A."""
    here = place("5501")
    address = f"/agreements/{here.id}"
    life.keep("agreement before", life.as_(ADA).client.get(f"{address}/agreement.pdf").status_code)
    life.hand_in(MIA, f"{address}/accept", **SIGNED)
    told = agreement(here)
    life.as_(ADA).done(address, rev=told.rev, text=told.fingerprint)
    life.look("agreement", MIA, address)
    life.keep("fingerprint", told.fingerprint)
    life.paper("agreement.pdf", MIA, f"{address}/agreement.pdf")
    life.keep("agreed on", Participation.get_by_id(here.id).agreed_on)
