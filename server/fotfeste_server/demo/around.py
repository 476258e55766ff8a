"""What stands around the reports of the example: mentors on course, the working group, programmes, who met whom."""

from datetime import timedelta
from random import Random

from fotfeste_shared.database import Database
from fotfeste_shared.revisions import new_id
from fotfeste_shared.talks import quarter_of

from ..named.agreeing import agreement
from ..named.mentoring import recruit
from ..named.mentoring_models import MetSum
from ..named.models import Gathering, Network, Pairing, Participation, Record, Revision, Team
from ..named.programme import write_programme
from ..named.registration_models import Countersigned
from ..named.report_models import LastRead
from ..named.working_group import join_group, working_group
from .days import HELD
from .people import HOMES, Crowd
from .plan import SEED, Plan
from .telling import REPORT
from .words import in_language, variants

ON_COURSE = 0.85  # of the mentors have taken the course
FRESH = 6  # have taken it and wait for their first new hire


def furnish(db: Database, plan: Plan, network: Network) -> None:
    """Write it, to be called in the example's transaction after people and gatherings are there."""
    chance = Random(f"{SEED} around")  # noqa: S311 (an example, not a secret)
    _mentors(db, plan, network, chance)
    _group(db, network)
    for gathering in Gathering.select().where((Gathering.network == network.id) & (Gathering.number <= HELD + 1)):
        words = "\n".join(in_language(each, "nb") for each in variants("program"))
        write_programme(db, gathering, words, evaluated=False)
    _met(plan, network, chance)
    _read(network)
    _countersign(network)


def _countersign(network: Network) -> None:
    """Let an organizer have accepted every agreement on the day after the municipality did."""
    organizer = next(each.person for each in working_group(network) if "organizer" in each.roles)
    for place in Participation.select().where(Participation.network == network.id):
        told = agreement(place)
        if told.municipality:
            Countersigned.create(
                id=new_id(), participation=place.id, rev=told.rev, fingerprint=told.fingerprint, name=organizer.name,
                at=told.municipality.at + timedelta(days=1),
            )  # fmt: skip


def _read(network: Network) -> None:
    """Let advisors have read what was handed in before the gatherings that were held; the newest wait for them."""
    held = Gathering.select().where((Gathering.network == network.id) & (Gathering.number <= HELD))
    reports = Record.select(Record.id).where((Record.form == REPORT) & Record.gathering.in_(held))
    for line in Revision.select().where(Revision.record.in_(reports)):
        reader = Team.get_by_id(line.about_id).advisor_id
        LastRead.create(record=line.record_id, person=reader, rev=line.rev, at=line.received_at)


def _mentors(db: Database, plan: Plan, network: Network, chance: Random) -> None:
    """Note who has been on course; some of them have no new hire yet."""
    inside = Participation.select(Participation.id).where(Participation.network == network.id)
    known = {each.mentor_id: each.mentor for each in Pairing.select().where(Pairing.participation.in_(inside))}
    for mentor in sorted(known.values(), key=lambda each: each.email):
        if chance.random() < ON_COURSE:
            day = plan.days.today - timedelta(days=chance.randint(100, 500))
            recruit(
                db, network, name=mentor.name, email=mentor.email, finished=day, capacity=chance.randint(2, 4)
            )
    crowd = Crowd(chance)
    for home in HOMES[:FRESH]:
        someone = crowd.meet(f"ny.{home.slug}")
        day = plan.days.today - timedelta(days=chance.randint(5, 60))
        recruit(db, network, name=someone.name, email=someone.email, finished=day)


def _group(db: Database, network: Network) -> None:
    """Say what each of the working group does."""
    words = [in_language(each, "nb") for each in variants("arbeidsgruppe")]
    for number, each in enumerate(working_group(network)):
        chosen = words[0] if "organizer" in each.roles else words[1 + number % (len(words) - 1)]
        join_group(
            db, network, name=each.person.name, address=each.person.email, role=each.roles[0], words=chosen,
            phone=f"400000{number + 10}",
        )  # fmt: skip


def _met(plan: Plan, network: Network, chance: Random) -> None:
    """Let new hires have said «we met» in the last quarters, as often as there are many of them."""
    homes = {home.number: home for home in HOMES}
    for place in Participation.select().where(Participation.network == network.id):
        for ago in (0, 91):
            MetSum.create(
                id=new_id(), participation=place.id, quarter=quarter_of(plan.days.today - timedelta(days=ago)),
                times=homes[place.municipality].hires * 2 + chance.randint(0, 6),
            )  # fmt: skip
