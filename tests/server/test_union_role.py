"""What a member is in a team can show who is in a trade union: the team and the working group see it, nobody else."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from making_house import House, close_app, furnish, open_app
from making_registration import member, public_page, send, sheet
from server.test_organizers import Visitor
from werkzeug.test import Client

from fotfeste_server.named.models import Member, Record
from fotfeste_server.named.registration_models import Registration
from fotfeste_server.named.teams import form_team, members_of, seat
from fotfeste_shared.clock import now


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


OWN_PLACE = ("administrator", "mentor", "neighbour")
MARKS = re.compile(r'(?:name="csrf_token" value="[^"]+"|name="id" value="[^"]+"|value="[0-9a-f-]{36}")')


def everything_seen(house: House, client: Client) -> dict[str, str]:
    """Every page that somebody reaches, without what is new in each."""
    seen = {}
    given = {
        "network_id": house.network.id, "team_id": house.team.id, "participation_id": house.participation.id,
        "gathering_id": house.gathering.id, "pairing_id": house.pairing.id, "person_id": house.people["advisor"].id,
        "member_id": members_of(house.team)[0].id,
    }  # fmt: skip
    for record in Record.select(Record.id):
        reply = client.get(f"/records/{record.id}", follow_redirects=True)
        seen[f"record {record.id}"] = MARKS.sub("", reply.text)
    for rule in house.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= set(given) and not rule.rule.startswith("/static"):
            values = {each: given[each] for each in rule.arguments}
            address = house.app.url_map.bind("localhost").build(rule.endpoint, values)
            reply = client.get(address, follow_redirects=True)
            words = reply.mimetype.startswith("text/")
            seen[rule.endpoint] = MARKS.sub("", reply.text) if words else str(len(reply.data))
    return seen


def test_whether_somebody_is_a_union_representative_is_seen_by_the_team_and_the_working_group_alone(house: House):
    neighbours = form_team(house.db, house.participation, "Naboteamet")
    house.people["neighbour"] = seat(house.db, neighbours, "Nabo", "nabo@eksempel.no", "hr", contact=True).person
    watched = seat(house.db, house.team, "Tiril Tillit", "tiril@eksempel.no", "annen")
    with time_machine.travel(now(), tick=False):  # a page may tell the time, and nothing else may differ
        browsers = {who: house.browser(who) for who in (*OWN_PLACE, "contact", "advisor", "organizer")}
        before = {who: everything_seen(house, client) for who, client in browsers.items()}
        Member.update(seat="tillitsvalgt").where(Member.id == watched.id).execute()
        after = {who: everything_seen(house, client) for who, client in browsers.items()}

    differing = {who: {page for page in before[who] if before[who][page] != after[who][page]} for who in before}
    assert {who: set() for who in OWN_PLACE} == {who: differing[who] for who in OWN_PLACE}
    assert "teams.team" in differing["contact"] & differing["advisor"] & differing["organizer"]
    assert "Tiril Tillit" in before["administrator"]["teams.team"]


def test_a_sign_up_with_everybodys_seats_is_not_for_the_rest_of_the_municipality(house: House):
    public_page(house)
    trio = [member("Anne", "hr", contact=True), member("Bo", "tillitsvalgt"), member("Cato", "mentor")]
    fields = sheet(("Ny", trio), kommune=house.participation.municipality)
    send(house.browser(), f"/n/{public_page(house).code}/register", fields)
    row = Registration.get()
    Visitor(house.browser("organizer")).done(f"/networks/{house.network.id}/registrations/{row.id}", accept="ja")
    record = Record.get(Record.natural_key == f"pamelding_nettverk:{house.participation.id}")

    address = f"/records/{record.id}"
    told = {who: house.browser(who).get(address, follow_redirects=True).status_code for who in house.people}

    assert {"organizer": 200, "administrator": 200} == {who: code for who, code in told.items() if code == 200}
