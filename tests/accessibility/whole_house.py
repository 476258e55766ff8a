"""A house in which every page of the server has something to show, and the address of each page in it.

A route that answers with a page must stand in `PAGES`, one that answers with something else in `NO_PAGES`: a new
route in neither fails `test_words_of_pages.py`, so that no page is left out of what is looked at here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from making_house import House, close_app, furnish, open_app, report, session_log
from making_registration import meeting, public_page, send, sheet, signing_up
from server.results.making_results import OSLO, people, write_release
from server.test_shared_draft import Writer

from fotfeste_server import opening
from fotfeste_server.anonymous.invitations import invite
from fotfeste_server.anonymous.release_models import Draft
from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.attending import open_sign_up
from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.house import setup_token
from fotfeste_server.named.met import make_links as make_met_links
from fotfeste_server.named.models import Gathering, Member, Record
from fotfeste_server.named.networks import take_in
from fotfeste_server.named.presence import wall_code
from fotfeste_server.named.programme import write_programme
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.registration_models import Registration
from fotfeste_server.named.teams import seat
from fotfeste_server.named.wishes import ask as ask_to_be_forgotten
from fotfeste_server.opening import Tools, open_evaluation
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import new_id

# Who looks at a page, where it is not the organizer; "" is somebody without a sign-in.
LOOKS = {
    "advising.start": "advisor", "advising.log": "advisor", "advising.follow": "advisor", "drafts.history": "contact",
    "drafts.meeting": "contact", "keeping.withdraw": "contact", "mentoring.pairing": "mentor", "presence.here": "head",
    "signin.first": "", "signin.begin": "", "signin.code": "", "teams.fill": "contact",
    "teams.hire": "head",
}  # fmt: skip
# Pages of a report that was handed in, by the end of their address.
HANDED_IN = {
    "advising.follow": "follow", "drafts.history": "history", "keeping.erase_record": "erase",
    "keeping.withdraw": "withdraw",
}  # fmt: skip
NO_PAGES = {
    "file": {
        "agreements.document", "attending.hotel_as_csv", "attending.name_tags", "calendars.feed", "calendars.one",
        "final.report_pdf", "papers.final_pdf", "papers.record", "posters.poster_pdf", "public.calendar",
        "results.as_csv", "results.as_json", "results.as_statistics", "results.as_summary", "results.as_workbook",
        "retention.mine_as_file",
    },
    "for programs": {
        "api.networks", "api.openapi", "api.record", "api.records", "api.released", "api.teams", "health.live",
        "health.ready", "metrics.figures", "odata.count", "odata.metadata", "odata.root", "odata.rows",
        "sync.give_form", "sync.hello",
    },
    "leads on": {"agreements.accept", "openid.come_back", "openid.leave", "teams.note", "teams.session"},
    "only with --demo": {"mailbox.letters"},
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page: its route, where it lies in this house, and who looks at it."""

    endpoint: str
    address: str
    who: str


def page_routes(app: Flask) -> set[str]:
    """Name every route that answers a GET."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}


def not_pages() -> set[str]:
    return set().union(*NO_PAGES.values())


@contextmanager
def whole_house(folder: Path) -> Iterator[tuple[House, list[Page]]]:
    """Furnish the house; gives it and all its pages."""
    app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
    first = setup_token(app.extensions["fotfeste"].db)
    house = furnish(app)
    given = _happenings(house) | {"signin.first": f"/setup/{first}"}
    yield house, list(_pages(house, given))
    close_app(app)


def _pages(house: House, given: dict[str, str]) -> Iterator[Page]:
    """Fill in the address of every route; a route whose address has an unknown part fails here."""
    address = house.app.url_map.bind("localhost")
    for rule in house.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in not_pages():
            continue
        at = given.get(rule.endpoint) or address.build(rule.endpoint, {each: given[each] for each in rule.arguments})
        who = "" if str(rule).startswith(("/n/", "/s/", "/m/", "/g/")) else LOOKS.get(rule.endpoint, "organizer")
        yield Page(rule.endpoint, at, who)


def _happenings(house: House) -> dict[str, str]:
    """Let everything happen once that a page tells of."""
    network = house.network
    code = public_page(house).code
    meeting(house, link="https://mote.eksempel.no/rom")
    mine = send(house.browser(), f"/n/{code}/meeting", signing_up()).location
    sent = send(house.browser(), f"/n/{code}/register", sheet()).location
    _handed_in(house)
    take_in(house.db, network, OSLO)
    write_release(path_of(house.service.config.releases, str(network.id)), people(5, {OSLO: 6, "4204": 25}))
    later, last = (plan_gathering(house.db, network, starts=today() + timedelta(day)) for day in (200, 300))
    open_sign_up(house.db, house.gathering, today() + timedelta(9))
    Gathering.update(starts=today(), ends=today()).where(Gathering.id == house.gathering.id).execute()
    gathering = Gathering.get_by_id(house.gathering.id)
    write_programme(house.db, gathering, "Velkommen\nArbeid i eget team", evaluated=False)
    door = open_evaluation(Tools(house.service.config, house.db, house.service.keys), network, gathering, 60)
    window = opening.windows(network)[0].id
    token = invite(house.db, house.service.keys, window, shipped()["nyansatt"], wave="m12", place="4204")[0]
    met = make_met_links(house.db, house.participation, 1)[0]
    return {
        "network_id": str(network.id), "team_id": house.team.id, "record_id": _clash(house, _open_report(later)),
        "pairing_id": house.pairing.id, "gathering_id": gathering.id, "window_id": window, "code": code,
        "participation_id": house.participation.id, "member_id": Member.get(Member.team == house.team.id).id,
        "person_id": house.people["advisor"].id, "registration_id": Registration.get().id, "token": token,
        "batch_id": _texts_to_read(house), "wish_id": ask_to_be_forgotten(house.db, house.people["mentor"]).id,
        "met.ask": f"/m/{met}", "doors.door": f"/g/{door.id}",
        "presence.here": f"/here/{wall_code(house.db, gathering)}", "public.signed_up": mine,
        "joining.registered": sent, "joining.change": f"{sent}/change",
        "teams.fill": f"/records/{_open_report(last).id}?seen=",
        **{route: f"/records/{house.report().id}/{tail}" for route, tail in HANDED_IN.items()},
    }  # fmt: skip


def _handed_in(house: House) -> None:
    for who, written in (("contact", report(house)), ("mentor", session_log(house))):
        push = house.push(who, written)
        device = house.devices[who].device
        house.service.writer.do(lambda device=device, push=push: push_items(house.db, device, push))


def _open_report(gathering: Gathering) -> Record:
    return Record.get((Record.form == "statusrapport") & (Record.gathering == gathering.id))


def _clash(house: House, record: Record) -> str:
    """Two of a team write differently in one place, neither seeing the other's words."""
    house.people["member"] = seat(house.db, house.team, "Medlem", "medlem@eksempel.no", "mentor").person
    for who, writer in [(who, Writer(house, who, record)) for who in ("member", "contact")]:
        writer.autosave({"kort": f"{who} skriver om kurset."})
    return record.id


def _texts_to_read(house: House) -> str:
    batch = new_id()
    for text in ("Jeg trives godt.", "Mer tid sammen med mentor."):
        box = house.service.keys.close_waiting(house.network.id, text.encode())
        Draft.create(
            id=new_id(), network=house.network.id, form="nyansatt", question="fritt", batch=batch, box=box,
            verdict="told",
        )  # fmt: skip
    return batch
