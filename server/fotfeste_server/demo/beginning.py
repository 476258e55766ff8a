"""A second network of the example, which is about to begin: what an organizer sees before the first gathering."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database
from fotfeste_shared.forms import shipped
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.municipalities import name_of
from fotfeste_shared.revisions import About, new_id

from ..named.gatherings import plan_gathering
from ..named.history import bring_in, hold_log
from ..named.models import Network, Participation, Person, Record
from ..named.networks import AGREEMENT, appoint_administrator, found_network, take_in
from ..named.people import assign
from ..named.public_pages import Plan as MeetingPlan
from ..named.public_pages import plan_meeting, publish_page
from ..named.registration_models import Registration, SignUp
from ..named.teams import form_team, seat
from ..named.working_group import join_group
from .days import Days
from .people import DOMAIN, Crowd, Someone
from .plan import SEED
from .signed import acceptance
from .telling import Handed, NotGood, judged
from .words import in_language, title, variants

BINDING, MEETING = "pamelding_nettverk", "pamelding_infomote"
IN, SENT = ("3420", "3403"), ("3407", "3411")  # municipalities that take part, and that have sent their sheet
COMING = ("hr", "avdelingsleder", "virksomhetsleder", "tillitsvalgt", "fagutvikler", "hr", "avdelingsleder")
SEATS = ("avdelingsleder", "hr", "mentor", "nyansatt")
FIRST_IN = timedelta(days=75)
THEMES = (1, 2, 3)


def begin_another(db: Database, days: Days, organizer: Person) -> Network:
    """Write the second network, to be called in the example's transaction after all else has been written."""
    return _Beginner(db, days).begin(organizer)


class _Beginner:
    """Writes the second network; its people are none of the first's, but for the organizer."""

    def __init__(self, db: Database, days: Days) -> None:
        self._db = db
        self._today = days.today
        self._chance = Random(f"{SEED} beginning")  # noqa: S311 (an example, not a secret)
        self._crowd = Crowd(self._chance)

    def begin(self, organizer: Person) -> Network:
        first = self._today + FIRST_IN
        network = found_network(
            self._db, title("oppstart"), title("tema"), first, first + timedelta(days=900), demo=True
        )
        assign(self._db, organizer, "organizer", network=network.id)
        self._group(network, organizer)
        for step, number in enumerate(THEMES):
            starts = first + timedelta(days=120 * step)
            plan_gathering(
                self._db, network, number=number, theme=title(f"samling.{number}"), starts=starts,
                ends=starts + timedelta(days=1), place=title("sted"),
            )  # fmt: skip
        self._public(network)
        for place in IN:
            self._takes_part(network, place)
        for place in SENT:
            self._registration(network, place)
        return network

    def _group(self, network: Network, organizer: Person) -> None:
        duties = variants("arbeidsgruppe")
        told = [in_language(each, "nb") for each in duties]
        join_group(
            self._db, network, name=organizer.name, address=organizer.email, role="organizer", words=told[0],
            phone="40000001",
        )  # fmt: skip
        for words in told[1:]:
            someone = self._crowd.meet("arbeidsgruppe")
            join_group(self._db, network, name=someone.name, address=someone.email, role="advisor", words=words)

    def _public(self, network: Network) -> None:
        words = in_language(variants("apen_side")[0], "nb")
        publish_page(
            self._db, network, words=words, shown=True, taking_in=True, register_by=self._today + timedelta(days=30)
        )
        day = self._today + timedelta(days=8)
        link = f"https://mote.{DOMAIN}/informasjon"
        plan = MeetingPlan(day, "12.00", "13.00", link=link, sign_up_by=day - timedelta(days=2))
        plan_meeting(self._db, network, plan)
        for place, role in zip((*IN, *SENT, "3401", "3405", "3901"), COMING, strict=True):
            self._comes(network, place, role)

    def _comes(self, network: Network, place: str, role: str) -> None:
        someone = self._crowd.meet("kommune")
        answers: Answers = {"kommune": place, "navn": someone.name, "epost": someone.email, "rolle": role}
        answers["antall"] = self._chance.randint(1, 4)
        on = now() - timedelta(hours=self._chance.randint(1, 90))
        SignUp.create(
            id=new_id(), network=network.id, email=someone.email, answers=self._good(MEETING, answers), at=on
        )

    # --- municipalities ------------------------------------------------------------------------------------

    def _takes_part(self, network: Network, number: str) -> None:
        """Let a municipality take part with a team; the first has accepted the agreement, which now waits for us."""
        place = take_in(self._db, network, number)
        boss = self._crowd.meet("kommune")
        administrator = appoint_administrator(self._db, place, boss.name, boss.email)
        team = form_team(self._db, place, f"{name_of(number)} {title('oppstartsteam')}")
        for code, someone in self._members():
            seat(self._db, team, someone.name, someone.email, code, contact=code == "avdelingsleder")
        if number == IN[0]:
            self._agree(place, administrator)

    def _agree(self, place: Participation, boss: Person) -> None:
        record = Record.get(Record.natural_key == f"{AGREEMENT}:{place.id}")
        answers = acceptance(Someone(boss.name, boss.email), f"{self._today.year}/1234")
        handed = Handed(now(), boss, AGREEMENT, About("municipality", place.id), answers, record.id)
        hold_log()
        bring_in([(judged(handed), handed.on)])

    def _members(self) -> Iterator[tuple[str, Someone]]:
        for code in SEATS:
            yield code, self._crowd.meet("kommune")

    def _registration(self, network: Network, number: str) -> None:
        """Let a municipality's sheet wait for the organizer; the second has forgotten somebody, which is told there."""
        contact, boss = self._crowd.meet("kommune"), self._crowd.meet("kommune")
        members: list[Answers] = [
            {"navn": someone.name, "rolle": code, "epost": someone.email} for code, someone in self._members()
        ]
        members[0]["teamkontakt"] = "ja"
        team: Answers = {"navn": f"{name_of(number)} {title('oppstartsteam')}", "tjeneste": ["sykehjem"], "enheter": 3}
        team["medlemmer"] = members if number == SENT[0] else members[:3]
        answers: Answers = {
            "kommune": number, "kontakt_navn": contact.name, "kontakt_epost": contact.email,
            "kontakt_mobil": "40000002", "leder_navn": boss.name, "leder_tittel": title("stilling"),
            "forankring": ["radmann", "hr"], "timer": 10, "malgrupper": ["sykepleier", "vernepleier"],
            "har_program": "planlagt", "utfordring": in_language(variants("utfordring")[0], "nb"), "team": [team],
            "bekreft": "ja", "informert": "ja",
        }  # fmt: skip
        good = self._good(BINDING, answers)
        received = now() - timedelta(days=SENT.index(number) + 1)
        Registration.create(
            id=new_id(), network=network.id, municipality=number, version=shipped()[BINDING].version, answers=good,
            received=received, state="waiting",
        )  # fmt: skip

    def _good(self, code: str, answers: Answers) -> Answers:
        told = judge(shipped()[code], answers, Context(self._today))
        if not told.good:
            raise NotGood(f"{code}: {told.sentences('nb')}")
        return told.answers
