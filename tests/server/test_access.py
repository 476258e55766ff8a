"""Every route says who may come, and nobody reaches what is another network's.

`tests/data/access.toml` says for each route and each of its methods which roles come through within their own
network. A route that is not in it fails here, so that nobody forgets to think about it.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from making_house import House, close_app, furnish, open_app, report, session_log

from fotfeste_server.anonymous.invitations import open_window
from fotfeste_server.anonymous.models import Window
from fotfeste_server.anonymous.release_models import Draft
from fotfeste_server.named.models import Member, Network, Person, Record, Revision, Role, Team
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.registration_models import Registration, SignUp
from fotfeste_server.named.wish_models import ErasureWish
from fotfeste_server.named.wishes import ask as ask_to_be_forgotten
from fotfeste_server.views import RouteWithoutRule, every_route_has_a_rule, rule_of, within
from fotfeste_shared.clock import now, today
from fotfeste_shared.revisions import About, new_id
from fotfeste_shared.sync import write

WHO = ("organizer", "advisor", "contact", "head", "mentor", "administrator")
TABLE = Path(__file__).parents[1] / "data" / "access.toml"
EXPECTED: dict[str, dict[str, list[str]]] = tomllib.loads(TABLE.read_text("utf-8"))
OPEN = ("anyone", "link", "public link", "device", "key", "watcher")  # no sign-in is looked at
TURNED_AWAY = (401, 403, 404)



@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("access"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    house = furnish(app)
    house.elsewhere = furnish(app, "Nord", "5501")
    for each in (house, house.elsewhere):
        push = each.push("mentor", session_log(each))
        device = each.devices["mentor"].device
        each.service.writer.do(lambda device=device, push=push, each=each: push_items(each.db, device, push))
        days = {"opens": today(), "closes": today() + timedelta(60)}
        open_window(each.db, each.service.keys, each.network.id, "2026Q4", **days)
        box = each.service.keys.close_waiting(each.network.id, b"Noe")
        Draft.create(id=new_id(), network=each.network.id, form="nyansatt", question="fritt", batch=new_id(), box=box)
        came = {"id": new_id(), "network": each.network.id, "answers": {}}
        Registration.create(**came, municipality="5601", version=1, received=now(), state="waiting")
        SignUp.create(**came, email="per@eksempel.no", at=now())
        ask_to_be_forgotten(each.db, each.people["contact"])
    yield house
    close_app(app)


def things(house: House) -> dict[str, str]:
    """Something of this network for each argument that an address may have."""
    window = Window.get(Window.network == house.network.id)
    return {
        "network_id": house.network.id, "team_id": house.team.id, "record_id": house.report().id,
        "pairing_id": house.pairing.id, "gathering_id": house.gathering.id, "window_id": window.id,
        "device_id": house.devices["mentor"].device.id, "rev": new_id(), "handle": "0" * 16, "key_id": "AAAA",
        "token_id": new_id(), "webhook_id": new_id(), "code": "x",
        "batch_id": Draft.get(Draft.network == house.network.id).batch, "participation_id": house.participation.id,
        "member_id": Member.get(Member.team == house.team.id).id, "person_id": house.people["advisor"].id,
        "registration_id": Registration.get(Registration.network == house.network.id).id,
        "wish_id": ErasureWish.get(ErasureWish.person == house.people["contact"].id).id,
        "sign_up_id": SignUp.get(SignUp.network == house.network.id).id,
    }  # fmt: skip


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every route that looks at a sign-in, once for each method: its name, its method and its address."""
    return [
        (rule.endpoint, method, str(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if str(rule_of(app, rule.endpoint)).partition(",")[0] not in OPEN
    ]


def address_of(app: Flask, endpoint: str, given: dict[str, str]) -> str:
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    assert set() == rule.arguments - set(given), f"{endpoint}: tell `things` what belongs in the address"
    return app.url_map.bind("localhost").build(endpoint, {name: given[name] for name in rule.arguments})


class Undone(Exception):
    """Takes a transaction back."""


@contextmanager
def undone(house: House) -> Iterator[None]:
    """Leave no trace of what a request does, so that the next one finds the same house."""
    with suppress(Undone), house.db.turn, house.db.transaction():
        yield
        raise Undone


# Erasing empties freed pages, which no transaction can take back: who may do it does it in tests of its own.
FOR_GOOD = ("keeping.erase_record", "POST")


def status(house: House, client, endpoint: str, method: str, given: dict[str, str]) -> int:
    with undone(house):
        return client.open(address_of(house.app, endpoint, given), method=method).status_code


def test_every_route_has_its_line_in_the_table_and_every_line_its_route(houses: House):
    there = {(endpoint, method) for endpoint, method, _ in routes(houses.app)}

    assert {(endpoint, method) for endpoint, methods in EXPECTED.items() for method in methods} == there


@pytest.mark.parametrize("who", WHO)
def test_each_role_comes_through_where_the_table_says_so_and_nowhere_else(houses: House, who: str):
    client, given = houses.browser(who), things(houses)

    reached = {
        (endpoint, method)
        for endpoint, method, _ in routes(houses.app)
        if (endpoint, method) != FOR_GOOD or who not in EXPECTED[endpoint][method]
        if status(houses, client, endpoint, method, given) not in TURNED_AWAY
    }

    expected = {
        (endpoint, method) for endpoint, methods in EXPECTED.items() for method, may in methods.items() if who in may
    }
    assert expected - {FOR_GOOD} == reached


@pytest.mark.parametrize("who", WHO)
def test_another_networks_things_are_not_there_at_all_by_any_route(houses: House, who: str):
    client, theirs = houses.browser(who), things(houses.elsewhere)
    tried = [(endpoint, method) for endpoint, method, rule in routes(houses.app) if "_id>" in rule]

    told = {route: status(houses, client, *route, theirs) for route in tried}

    assert len(tried) > 30
    assert {} == {route: code for route, code in told.items() if code != 404}


@pytest.mark.parametrize("who", WHO)
def test_another_networks_row_below_ones_own_is_not_there_either(houses: House, who: str):
    """The address names one's own network, and one thing in it that is another's."""
    client, mine, theirs = houses.browser(who), things(houses), things(houses.elsewhere)
    told = {}
    for endpoint, method, rule in routes(houses.app):
        inner = [name for name in mine if f"<{name}>" in rule and name != "network_id" and name.endswith("_id")]
        if "<network_id>" in rule and inner:
            mixed = mine | {name: theirs[name] for name in inner}
            told[endpoint, method] = status(houses, client, endpoint, method, mixed)

    assert len(told) > 4
    assert {} == {route: code for route, code in told.items() if code not in (403, 404)}


def test_nobody_who_is_not_signed_in_reaches_anything_of_a_person(houses: House):
    client, given = houses.browser(), things(houses)

    for endpoint, method, _ in routes(houses.app):
        reply = client.open(address_of(houses.app, endpoint, given), method=method)
        assert (303 if method == "GET" else 401) == reply.status_code, endpoint
        assert method != "GET" or reply.location.startswith("/signin?to=")


def test_whole_forms_of_who_may_not_plan_are_refused_and_an_organizers_are_taken(houses: House):
    team = f"/teams/{houses.team.id}"
    posted = (
        (f"/networks/{houses.network.id}/teams", {"participation": houses.participation.id, "name": "Nytt team"}),
        (team, {"m-name": "Ny", "m-email": "ny@eksempel.no", "m-seat": "hr", "m-contact": "y"}),
        (team, {"a-name": "Ny", "a-email": "ny@eksempel.no", "advise": ""}),
    )

    for address, data in posted:
        told = {}
        for who in WHO:
            client, before = houses.browser(who), counted()
            with undone(houses):
                told[who] = client.post(address, data=data).status_code
                assert (counted() == before) == (who != "organizer"), (who, address)
        assert 303 == told.pop("organizer")
        assert set(told.values()) <= {403, 404, 422}


def counted() -> list[int]:
    return [table.select().count() for table in (Person, Team, Member, Role)] + [
        Team.select().where(Team.advisor.is_null()).count(), Role.select().where(Role.role == "advisor").count(),
    ]  # fmt: skip


RECORDS = {
    "report": {"organizer", "advisor", "contact", "head", "administrator"},
    "session": {"mentor"},
    "agreement": {"organizer", "contact", "head", "administrator"},
}
ERASES = {"report": {"organizer"}, "session": {"mentor"}, "agreement": {"organizer"}}


def records(house: House) -> dict[str, str]:
    session = Record.get((Record.form == "mentorlogg") & (Record.about_id == house.pairing.id))
    agreement = Record.get(Record.natural_key == f"avtale:{house.participation.id}")
    return {"report": house.report().id, "session": session.id, "agreement": agreement.id}


def test_a_talk_is_its_mentors_alone_and_a_report_its_teams_and_those_who_follow_it(houses: House):
    mine, theirs = records(houses), records(houses.elsewhere)

    def opens(client, address: str) -> bool:
        return client.get(address, follow_redirects=True).status_code == 200

    def reached(given: dict[str, str], tail: str) -> dict[str, set[str]]:
        clients = {who: houses.browser(who) for who in WHO}
        return {
            name: {who for who, client in clients.items() if opens(client, f"/records/{id_}{tail}")}
            for name, id_ in given.items()
        }

    assert RECORDS == reached(mine, "")
    assert ERASES == reached(mine, "/erase")
    assert {name: set() for name in theirs} == reached(theirs, "") == reached(theirs, "/erase")


def test_every_route_has_a_rule_and_one_without_stops_the_start(houses: House):
    rules = {rule.endpoint: rule_of(houses.app, rule.endpoint) for rule in houses.app.url_map.iter_rules()}
    open_ones = {endpoint for endpoint, rule in rules.items() if rule == "anyone"}
    bare = Flask("bare")
    bare.add_url_rule("/secret", "secret", lambda: "all the answers")

    assert None not in rules.values()
    assert {
        "health.live", "health.ready", "signin.first", "signin.begin", "signin.code", "signin.end", "mailbox.letters",
        "signin.ask_for_passkey", "signin.passkey", "openid.leave", "openid.come_back", "api.openapi",
        "sync.hello", "sync.take_in_device", "statement.show",
    } == open_ones  # fmt: skip
    with pytest.raises(RouteWithoutRule):
        every_route_has_a_rule(bare)


def test_a_new_route_with_a_rule_but_without_a_line_in_the_table_is_noticed():
    planted = Flask("planted", static_folder=None)
    planted.add_url_rule("/networks/<network_id>/new", "planted.new", within("network", "plan")(str))

    every_route_has_a_rule(planted)
    there = {(endpoint, method) for endpoint, method, _ in routes(planted)}
    told = {(endpoint, method) for endpoint, methods in EXPECTED.items() for method in methods}
    assert {("planted.new", "GET")} == there - told


def test_every_post_of_staff_wants_the_form_token_and_changes_nothing_without(houses: House):
    client, before = houses.browser("organizer"), (Network.select().count(), Revision.select().count())
    houses.app.config["WTF_CSRF_ENABLED"] = True
    given, tried = things(houses), 0
    for endpoint, method, _ in routes(houses.app):
        if method != "GET" and not endpoint.startswith("api."):
            reply = client.open(address_of(houses.app, endpoint, given), method=method, data={"name": "x"})
            assert 400 == reply.status_code, endpoint
            tried += 1
    houses.app.config["WTF_CSRF_ENABLED"] = False

    assert tried >= 30
    assert before == (Network.select().count(), Revision.select().count())


def test_who_may_hand_in_what_about_whom(houses: House):
    things = {
        "statusrapport": About("team", houses.team.id), "veiledernotat": About("team", houses.team.id),
        "mentorlogg": About("pairing", houses.pairing.id), "kobling": About("pairing", houses.pairing.id),
        "avtale": About("municipality", houses.participation.id),
        "startmaling": About("municipality", houses.participation.id),
    }  # fmt: skip
    may = {
        code: {who for who in WHO if houses.scope(who).may_hand_in(published(code), about)}
        for code, about in things.items()
    }
    across = {
        who
        for who in WHO
        for code, about in things.items()
        if houses.elsewhere.scope(who).may_hand_in(published(code), about)
    }

    assert {
        "statusrapport": {"contact"}, "veiledernotat": {"advisor"}, "mentorlogg": {"mentor"}, "kobling": {"head"},
        "avtale": {"administrator"}, "startmaling": {"administrator"},
    } == may  # fmt: skip
    assert set() == across
    assert not houses.scope("contact").may_hand_in(published("statusrapport"), About("network", houses.network.id))


def test_a_device_of_another_person_is_refused(houses: House):
    push = houses.push("contact", report(houses))
    token = houses.device("mentor").token

    reply = houses.browser().post(
        "/sync/v1/push", data=write(push), headers={"Authorization": f"Bearer {token}"}
    )

    assert (403, "other_device") == (reply.status_code, reply.json["problem"]["code"])
