"""A whole learning network over two and a half years, by plain pages: from the set-up link to the final report."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from making_house import close_app, open_app
from making_registration import TEAM, member, send, sheet, signing_up
from server.test_organizers import Visitor

from fotfeste_server.anonymous.models import Inbox, Window
from fotfeste_server.jobs import Job, run_due
from fotfeste_server.named.attending import sign_up_of
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Gathering, Network, Pairing, Participation, Person, Record, Revision, Team
from fotfeste_server.named.proving import prove
from fotfeste_server.named.registration_models import PublicPage, Registration
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.named.teams import follow
from fotfeste_server.running import call_round, handlers
from fotfeste_server.views import COOKIE, open_sheets
from fotfeste_shared.answering import add_months
from fotfeste_shared.changes import apply, diff
from fotfeste_shared.clock import CIVIL
from fotfeste_shared.revisions import new_id

pytestmark = pytest.mark.slow
BEGINS = date(2027, 1, 11)
GATHERINGS = 9
MONTHS_BETWEEN = 3
GOAL, STEP = new_id(), new_id()
COMES = {"a.deltar": "fysisk", "a.dager": ["dag1"], "a.overnatting": "nei", "a.middag": "ja", "a.mat": ["vegetar"]}


class Life:
    """The server, the clock, and whoever signs in."""

    def __init__(self, app, clock) -> None:
        self.app, self.clock = app, clock
        self.service = app.extensions["fotfeste"]

    @property
    def base(self) -> str:
        return f"/networks/{Network.get().id}"

    def day(self, day: date) -> None:
        """Let time pass until nine in the morning of a day, with that morning's work done."""
        self.clock.move_to(datetime(day.year, day.month, day.day, 9, 0, tzinfo=CIVIL))
        call_round(self.service.db, day)
        run_due(self.service.db, handlers(self.service))

    def as_(self, email: str) -> Visitor:
        """Sign somebody in, in a browser without scripts."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, begin_session(self.service.db, Person.get(Person.email == email)))
        return Visitor(client)

    def hand_in(self, email: str, address: str, **answers: object) -> None:
        """Fill in a form as a browser does: with everything that stands on its page, and the answers given."""
        visitor = self.as_(email)
        page = visitor.client.get(address, follow_redirects=True)
        assert 200 == page.status_code, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        reply = visitor.client.post(page.request.full_path, data={**hidden, **answers})
        assert 303 == reply.status_code, re.findall(r"<li><a href=\"#[^>]+>([^<]+)", reply.text)

    def letters_to(self, email: str) -> list[str]:
        letters = Job.select().where(Job.kind == "letter")
        return [job.payload["subject"] for job in letters if job.payload["to"] == email]


@pytest.fixture
def life(tmp_path) -> Iterator[Life]:
    with time_machine.travel(datetime(2027, 1, 4, 9, 0, tzinfo=CIVIL), tick=False) as clock:
        app = open_app(tmp_path, "")
        open_sheets.posting._had.clear()
        open_sheets.writing_to._had.clear()
        yield Life(app, clock)
        close_app(app)


def test_a_network_of_nine_gatherings_is_run_from_the_invitation_to_the_final_report(life: Life):
    _opens(life)
    _takes_in_a_municipality(life)
    _plans_all_gatherings(life)
    _pairs_and_measures(life)
    told = [_goes_through_a_gathering(life, number) for number in range(1, GATHERINGS + 1)]
    _hires_answer(life)
    _ends(life)

    for before, after in pairwise(told):
        assert after == apply(before, diff(before, after))
    assert GATHERINGS == len(told)
    assert (0, ()) == (len(prove(life.service.db).faults), prove(life.service.db).faults)
    assert 0 == Job.select().where(Job.done.is_null() & Job.problem.is_null(False)).count()


def _opens(life: Life) -> None:
    first = Visitor(life.app.test_client())
    first.done(f"/setup/{setup_token(life.service.db)}", name="Ada Arrangør", email="ada@eksempel.no")
    organizer = life.as_("ada@eksempel.no")
    ends = add_months(BEGINS, 30)
    organizer.done("/networks/new", name="Øst", theme="Mentor", starts=BEGINS, ends=ends)
    organizer.done(f"{life.base}/group", name="Vera Veileder", email="vera@eksempel.no", role="advisor")
    hours = {"day": "2027-01-20", "begins": "12.00", "ends": "13.00"}
    organizer.done(f"{life.base}/meeting", **hours, place="Digitalt", late="waiting")
    organizer.done(f"{life.base}/public", words="Et nettverk for mentorer.", shown="y", taking_in="y")

    code = PublicPage.get().code
    public = life.app.test_client()
    assert "Øst" in public.get(f"/n/{code}").text
    assert 303 == send(public, f"/n/{code}/meeting", signing_up()).status_code
    assert "BEGIN:VCALENDAR" in public.get(f"/n/{code}/meeting.ics").text
    life.day(date(2027, 1, 19))
    assert any("i morgen" in subject or "møte" in subject.casefold() for subject in life.letters_to("per@kommune.no"))


def _takes_in_a_municipality(life: Life) -> None:
    life.day(date(2027, 1, 25))
    code, public = PublicPage.get().code, life.app.test_client()
    more = [*TEAM, member("Eli", "hr")]
    assert 303 == send(public, f"/n/{code}/register", sheet(("Team Nord", more))).status_code
    organizer = life.as_("ada@eksempel.no")
    organizer.done(f"{life.base}/registrations/{Registration.get().id}", accept="ja")
    place, team = Participation.get(), Team.get()
    named = {"a__participation": place.id, "a__name": "Mia", "a__email": "mia@kommune.no"}
    organizer.done(f"{life.base}/municipalities", **named, name="ja")
    organizer.see(f"/teams/{team.id}")
    follow(life.service.db, team, name="Vera Veileder", address="vera@eksempel.no")
    assert "tillitsvalgt" not in life.as_("mia@kommune.no").see(f"{life.base}").casefold()


def _plans_all_gatherings(life: Life) -> None:
    organizer = life.as_("ada@eksempel.no")
    for number in range(GATHERINGS):
        starts = add_months(date(2027, 3, 9), MONTHS_BETWEEN * number)
        organizer.done(f"{life.base}/gatherings", theme=f"Tema {number + 1}", starts=starts, ends=starts, place="Moss")
    moved = Gathering.get(Gathering.number == 5)
    day = moved.starts + timedelta(days=7)
    plan = f"{life.base}/gatherings/{moved.id}/plan"
    organizer.done(plan, number=5, theme=moved.theme, starts=day, ends=day, place="Halden")
    assert GATHERINGS == Gathering.select().count()


def _pairs_and_measures(life: Life) -> None:
    organizer, place = life.as_("ada@eksempel.no"), Participation.get()
    organizer.done(f"{life.base}/mentors", name="Cato", email="cato@kommune.no", finished="2027-02-01", capacity=9)
    for number in range(6):
        organizer.done(
            f"{life.base}/pairings", n__participation=place.id, n__unit=f"Avdeling {number}",
            n__profession="sykepleier", n__started=date(2027, 2, 1), n__name="Cato", n__email="cato@kommune.no",
            make="ja",
        )  # fmt: skip
    life.day(date(2027, 2, 15))
    life.as_("mia@kommune.no").see(f"/records/{Record.get(Record.form == 'startmaling').id}")
    pairing = Pairing.select().order_by(Pairing.unit).first()
    life.hand_in("cato@kommune.no", f"/pairings/{pairing.id}/session", **{
        "a.kobling": pairing.id, "a.status": "ja", "a.dato": "2027-02-08", "a.minutter": "45", "a.form": "rom",
        "a.arbeidstid": "ja", "a.tema": ["oppgaver"], "a.informert": "ja",
    })  # fmt: skip


def _goes_through_a_gathering(life: Life, number: int) -> dict:
    gathering = Gathering.get(Gathering.number == number)
    team = Team.get()
    record = Record.get((Record.form == "statusrapport") & (Record.gathering == gathering.id))
    organizer = life.as_("ada@eksempel.no")
    life.day(gathering.starts - timedelta(days=40))
    life.as_("ada@eksempel.no").done(f"/gatherings/{gathering.id}", o__closes=gathering.starts - timedelta(21))
    own = sign_up_of(Person.get(Person.email == "anne@kommune.no"), gathering)
    life.hand_in("anne@kommune.no", f"/records/{own.id}", **COMES)

    life.day(gathering.reports_due - timedelta(days=2))
    reached = min(2, number // 3)
    life.hand_in("anne@kommune.no", f"/records/{record.id}", **_report(number, reached))
    life.hand_in("vera@eksempel.no", f"/records/{record.id}/follow", step="20")
    organizer = life.as_("ada@eksempel.no")
    assert "Levert" in organizer.see(f"{life.base}/reports")
    organizer.see(f"{life.base}/themes")
    assert b"%PDF" == organizer.client.get(f"/records/{record.id}/pdf").data[:4]
    assert b"%PDF" == organizer.client.get(f"/teams/{team.id}/poster/pdf").data[:4]
    organizer.see(f"/gatherings/{gathering.id}/counts")

    life.day(gathering.starts)
    organizer = life.as_("ada@eksempel.no")
    anne = Person.get(Person.email == "anne@kommune.no")
    organizer.see(f"/gatherings/{gathering.id}/attendance")
    assert b"%PDF" == organizer.client.get(f"/gatherings/{gathering.id}/nametags.pdf").data[:4]
    assert anne.name in organizer.page
    return current(record.id).answers


def _report(number: int, reached: int) -> dict[str, object]:
    goal = {
        "id": GOAL, "tekst": "Alle nye får mentor", "maltall": "Andel med mentor", "frist": "2029-05-01",
        "status": "i_gang", "oppnaelse": reached,
    }  # fmt: skip
    step = {"id": STEP, "delmal_id": GOAL, "tekst": f"Kurs nummer {number}", "ansvar": "hr", "status": "planlagt"}
    counts = {"nye_ansatte": 4 + number, "med_mentor": 3, "mentorer": 5, "mentorer_opplart": 4}
    return {
        "a.framdrift": str(10 + 5 * (number // 2)), "a.kort": f"Vi er kommet til samling {number}, og mer er på vei.",
        "a.hindringer": ["ingen"], "a.hjelp": ["mal"], "a.neste": "Vi skal lære opp to til.", "a.deltatt": ["hr"],
        **{f"a.delmal.0.{code}": str(value) for code, value in goal.items()},
        **{f"a.tiltak.0.{code}": value for code, value in step.items()},
        **{f"a.tall.0.{code}": str(value) for code, value in counts.items()},
    }  # fmt: skip


def _hires_answer(life: Life) -> None:
    life.day(date(2029, 4, 2))
    organizer = life.as_("ada@eksempel.no")
    organizer.done(f"{life.base}/windows", quarter="2029-Q2")
    window = Window.get()
    page = organizer.send(
        f"{life.base}/windows/{window.id}/links", survey="nyansatt.m12", place=Participation.get().id, count=6
    ).text
    phone = life.app.test_client()
    for link in sorted(set(re.findall(r'href="\S*(/s/[\w-]+)"', page))):
        assert 200 == phone.post(link, data={"a.t_faglig": "4", "a.b_bli": "5"}).status_code
    assert 6 == Inbox.select().count()
    life.day(date(2029, 7, 2))
    life.as_("ada@eksempel.no").done(f"{life.base}/windows/{window.id}/seal")
    assert 0 == Inbox.select().count()


def _ends(life: Life) -> None:
    organizer, team = life.as_("ada@eksempel.no"), Team.get()
    for page in ("results", "final", "coverage", "retention"):
        organizer.see(f"{life.base}/{page}")
    assert b"%PDF" == organizer.client.get(f"{life.base}/final/pdf").data[:4]
    organizer.see(f"/teams/{team.id}/final")
    assert Revision.select().where(Revision.form == "statusrapport").count() >= GATHERINGS
