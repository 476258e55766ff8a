"""Where the pages of the example lie: somebody in each role, and something to show for each part of an address."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from fotfeste_server import opening
from fotfeste_server.anonymous.invitations import invite
from fotfeste_server.anonymous.texts import readings
from fotfeste_server.named.attending import is_open
from fotfeste_server.named.drafting import SharedDraft
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.ledger import current
from fotfeste_server.named.met import make_links
from fotfeste_server.named.models import Gathering, Member, Network, Pairing, Participation, Person, Record, Role, Team
from fotfeste_server.named.presence import wall_code
from fotfeste_server.named.registration_models import PublicPage, Registration, SignUp
from fotfeste_server.named.wishes import ask
from fotfeste_server.opening import Tools, open_evaluation
from fotfeste_server.views.open_sheets import own
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped

REPORT, AGREED = "statusrapport", "avtale"


@dataclass(frozen=True, slots=True)
class Doors:
    """Who looks, what the parts of an address are in either network, and addresses that no part makes."""

    people: dict[str, Person]
    running: dict[str, str]
    opening: dict[str, str]
    addresses: dict[str, str]


def find_doors(app: Flask, first_secret: str) -> Doors:
    """Look around in the example; what is told only once, such as a link, is made anew."""
    running, begun = Network.select().order_by(Network.starts)
    gathering = next(each for each in _gatherings(running) if is_open(each))
    reports = list(Record.select().where((Record.form == REPORT) & (Record.gathering == gathering.id)))
    done = next(each for each in reports if current(each.id))
    team = Team.get_by_id(done.team_id)
    waiting, written = [_report(team, each) for each in _gatherings(running) if each.starts > gathering.starts][:2]
    pairing = Pairing.get((Pairing.team == team.id) & Pairing.ended.is_null())
    people = _people(begun, team, pairing)
    _write_past_each_other(app, written)
    with app.test_request_context():
        outside = _outside(app, running, begun, gathering)
    return Doors(
        people,
        _things(app, running, team, gathering) | {"record_id": written.id, "pairing_id": pairing.id},
        _things(app, begun, Team.get(Team.participation == _agreeing(begun)), next(iter(_gatherings(begun)))),
        outside | {
            "handed in": done.id, "signin.first": f"/setup/{first_secret}",
            "teams.fill": f"/records/{waiting.id}?seen=",
        },
    )  # fmt: skip


def _gatherings(network: Network) -> list[Gathering]:
    return list(Gathering.select().where(Gathering.network == network.id).order_by(Gathering.number))


def _agreeing(network: Network) -> Participation:
    """The municipality of the new network that has accepted the agreement."""
    places = Participation.select().where(Participation.network == network.id)
    return next(each for each in places if current(Record.get(Record.natural_key == f"{AGREED}:{each.id}").id))


def _report(team: Team, gathering: Gathering) -> Record:
    return Record.get((Record.form == REPORT) & (Record.gathering == gathering.id) & (Record.team == team.id))


def _people(begun: Network, team: Team, pairing: Pairing) -> dict[str, Person]:
    """One person in each role."""
    where = {
        "organizer": (Role.role == "organizer") & (Role.network == begun.id),
        "contact": (Role.role == "team_contact") & (Role.team == team.id),
        "head": (Role.role == "department_head") & (Role.team == team.id),
        "administrator": (Role.role == "municipality_administrator")
        & (Role.municipality == team.participation.municipality),
    }
    found = {who: Role.select().where(held).order_by(Role.id).first().person for who, held in where.items()}
    return found | {"advisor": team.advisor, "mentor": pairing.mentor}


def _write_past_each_other(app: Flask, record: Record) -> None:
    """Let two of a team change the same text of a report's draft at once, for the page on which they meet."""
    db = app.extensions["fotfeste"].db
    members = Member.select().where(Member.team == record.team_id).order_by(Member.contact.desc())
    for member, words in zip(members, ("Fire mentorer er på kurs.", "Vi har lært opp fire mentorer."), strict=False):
        SharedDraft(db, record, {}).save(member.person, "", {"kort": words}, page="")


def _things(app: Flask, network: Network, team: Team, gathering: Gathering) -> dict[str, str]:
    """What the parts of an address may be in a network."""
    service = app.extensions["fotfeste"]
    found = {
        "network_id": str(network.id), "team_id": str(team.id), "gathering_id": str(gathering.id),
        "participation_id": str(team.participation_id),
        "member_id": str(Member.select().where(Member.team == team.id).order_by(Member.contact).first().id),
        "person_id": Role.select().where((Role.role == "advisor") & (Role.network == network.id)).first().person_id,
    }  # fmt: skip
    windows = opening.windows(network)
    if windows:
        window = next(each.id for each in windows if each.open)
        token = invite(service.db, service.keys, window, shipped()["nyansatt"], wave="m12", place="3205")[0]
        found |= {"window_id": window, "token": token, "batch_id": readings(str(network.id))[0].id}
        found["wish_id"] = ask(service.db, Pairing.get(Pairing.team == team.id).mentor).id
    registration = Registration.get_or_none(Registration.network == network.id)
    if registration:
        code = PublicPage.get(PublicPage.network == network.id).code
        found |= {"registration_id": registration.id, "code": code}
    return found


def _outside(app: Flask, running: Network, begun: Network, gathering: Gathering) -> dict[str, str]:
    """Addresses that are told in letters and on walls."""
    service = app.extensions["fotfeste"]
    page = PublicPage.get(PublicPage.network == begun.id).code
    sent = own("registration", Registration.get(Registration.network == begun.id).id)
    last = [each for each in _gatherings(running) if each.ends < gathering.starts][-1]
    Gathering.update(starts=today(), ends=today() + timedelta(1)).where(Gathering.id == last.id).execute()
    last = Gathering.get_by_id(last.id)
    door = open_evaluation(Tools(service.config, service.db, service.keys), running, last, 60)
    place = Participation.get(Participation.network == running.id)
    slide = f"/networks/{running.id}/gatherings/{last.id}/evaluation"
    here, before = f"/networks/{running.id}", f"?gathering={gathering.id}"
    return {
        "board.table": f"{here}/reports{before}", "board.remind": f"{here}/reports/remind{before}",
        "board.themes": f"{here}/themes{before}",
        "public.signed_up": f"/n/{page}/meeting/{own('sign up', SignUp.select().first().id)}",
        "joining.registered": f"/n/{page}/register/{sent}", "joining.change": f"/n/{page}/register/{sent}/change",
        "met.ask": f"/m/{make_links(service.db, place, 1)[0]}", "doors.door": f"/g/{door.id}",
        "presence.here": f"/here/{wall_code(service.db, last)}", "programme.slide": f"{slide}/slide",
        "programme.evaluation": slide,
    }  # fmt: skip


def first_secret(app: Flask) -> str:
    """The secret of the first visit, which is only there while nobody is."""
    return setup_token(app.extensions["fotfeste"].db) or ""
