"""Every route says who may come, and nobody reaches what is another network's."""

from collections.abc import Iterator

import pytest
from flask import Flask
from making_house import House, close_app, furnish, open_app, report, session_log

from fotfeste_server.named.models import Network, Record, Revision
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pushing import push_items
from fotfeste_server.views import RouteWithoutRule, every_route_has_a_rule, rule_of
from fotfeste_shared.revisions import About, new_id
from fotfeste_shared.sync import write

WHO = ("organizer", "advisor", "contact", "head", "mentor", "administrator")
# What each role reaches in its own network; everything else there is refused (403) or not there (404).
MAY: dict[str, set[str]] = {
    "/networks/{network}": set(WHO),
    "/networks/{network}/municipalities": {"organizer"},
    "/networks/{network}/teams": set(WHO),
    "/networks/{network}/gatherings": {"organizer"},
    "/networks/{network}/pairings": {"organizer", "administrator"},
    "/networks/{network}/reports": {"organizer", "advisor"},
    "/networks/{network}/windows": {"organizer"},
    "/networks/{network}/devices": {"organizer", "administrator"},
    "/networks/{network}/invitations": {"organizer"},
    "/networks/{network}/forecast": {"organizer"},
    "/networks/{network}/contacts": {"organizer", "administrator"},
    "/networks/{network}/gatherings/{gathering}/evaluation": {"organizer"},
    "/networks/{network}/held": {"organizer"},
    "/networks/new": {"organizer"},
    "/teams/{team}": {"organizer", "advisor", "contact", "head", "administrator"},
    "/teams/{team}/note": {"advisor"},
    "/records/{report}": {"organizer", "advisor", "contact", "head", "administrator"},
    "/records/{session}": {"mentor"},
    "/records/{session}/erase": {"mentor"},
    "/records/{session}/withdraw": {"mentor"},
    "/records/{report}/erase": {"organizer"},
    "/records/{agreement}": {"organizer", "contact", "head", "administrator"},
    "/pairings/{pairing}/session": {"mentor"},
    "/": set(WHO),
    "/networks": set(WHO),
}


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("access"), "")
    house = furnish(app)
    house.elsewhere = furnish(app, "Nord", "5501")
    for each in (house, house.elsewhere):
        push = each.push("mentor", session_log(each))
        device = each.devices["mentor"].device
        each.service.writer.do(lambda device=device, push=push, each=each: push_items(each.db, device, push))
    yield house
    close_app(app)


def addresses(house: House) -> dict[str, str]:
    session = Record.get((Record.form == "mentorlogg") & (Record.about_id == house.pairing.id))
    things = {
        "network": house.network.id, "team": house.team.id, "report": house.report().id, "session": session.id,
        "pairing": house.pairing.id, "gathering": house.gathering.id,
        "agreement": Record.get(Record.natural_key == f"avtale:{house.participation.id}").id,
    }  # fmt: skip
    return {address: address.format(**things) for address in MAY}


@pytest.mark.parametrize("who", WHO)
def test_each_role_reaches_its_own_pages_and_no_others(houses: House, who: str):
    client = houses.browser(who)

    reached = {
        address for address, own in addresses(houses).items()
        if client.get(own, follow_redirects=True).status_code == 200
    }  # fmt: skip

    assert {address for address, allowed in MAY.items() if who in allowed} == reached


@pytest.mark.parametrize("who", WHO)
def test_another_networks_pages_are_not_there_at_all(houses: House, who: str):
    client = houses.browser(who)
    theirs = {address: given for address, given in addresses(houses.elsewhere).items() if "{" in address}

    told = {client.get(given).status_code for given in theirs.values()}

    assert {404} == told


def test_nobody_who_is_not_signed_in_sees_anything_of_a_person(houses: House):
    client = houses.browser()

    for given in addresses(houses).values():
        reply = client.get(given)
        assert 303 == reply.status_code
        assert reply.location.startswith("/signin?to=")


def test_every_route_has_a_rule_and_one_without_stops_the_start(houses: House):
    rules = {rule.endpoint: rule_of(houses.app, rule.endpoint) for rule in houses.app.url_map.iter_rules()}
    open_ones = {endpoint for endpoint, rule in rules.items() if rule == "anyone"}
    bare = Flask("bare")
    bare.add_url_rule("/secret", "secret", lambda: "all the answers")

    assert None not in rules.values()
    assert {
        "health.live", "health.ready", "signin.first", "signin.begin", "signin.code", "signin.end", "mailbox.letters",
        "signin.ask_for_passkey", "signin.passkey", "openid.leave", "openid.come_back",
        "sync.hello", "sync.take_in_device",
    } == open_ones  # fmt: skip
    with pytest.raises(RouteWithoutRule):
        every_route_has_a_rule(bare)


def test_every_post_of_staff_wants_the_form_token_and_changes_nothing_without(houses: House):
    client, before = houses.browser("organizer"), (Network.select().count(), Revision.select().count())
    staff = {"signin", "organizers", "teams", "windows", "devices", "results", "invitations", "programme"}
    values = {
        "network_id": houses.network.id, "team_id": houses.team.id, "record_id": houses.report().id,
        "pairing_id": houses.pairing.id, "window_id": new_id(), "device_id": new_id(), "token": "x",
        "gathering_id": houses.gathering.id,
    }  # fmt: skip
    tried = 0
    for rule in houses.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in staff:
            address = houses.app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}
            )
            assert 400 == client.post(address, data={"name": "x"}).status_code, address
            tried += 1

    assert tried >= 15
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
