"""No route gives anybody's answers as a row: what somebody wrote is nowhere to be read, before a seal or after it.

A free text is the trace: whatever shows or exports answers person by person shows it too. (Texts come to an organizer
for reading when there are at least ten of them, alone, shuffled and from three municipalities; here are fewer.)
"""

from datetime import date
from random import Random

import pytest
from attacks.outputs import PLACES, ROLES, served
from attacks.programme import Person, somebody
from making_house import House

TODAY = date(2026, 2, 1)
MARK = "gjenkjennelig setning nummer"
TEXT = "fritt"


def given(house: House, window: str) -> dict[str, str]:
    return {
        "network_id": str(house.network.id), "participation_id": str(house.participation.id),
        "team_id": str(house.team.id), "gathering_id": str(house.gathering.id), "pairing_id": str(house.pairing.id),
        "person_id": str(house.people["mentor"].id), "record_id": str(house.report().id), "window_id": window,
    }  # fmt: skip


def addresses(house: House, window: str) -> list[str]:
    """Every page and file there is, of this network."""
    known, adapter = given(house, window), house.app.url_map.bind("localhost")
    rules = [rule for rule in house.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [
        adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        for rule in rules
        if rule.arguments <= set(known)
    ]


def leaking(house: House, window: str) -> list[str]:
    found = []
    for role in ROLES:
        browser = house.browser(role)
        for address in addresses(house, window):
            reply = browser.get(address)
            if MARK.encode() in reply.data:
                found.append(f"{role} {address}")
    return found


@pytest.fixture
def written(tmp_path):
    """A network where a few have written something, in a window that is open."""
    chance = Random(1)
    with served(tmp_path / "house") as (house, programme):
        window = programme.open(0)
        for number in range(6):
            answers = somebody(chance, number, PLACES[0], "m3", 0.6).answers | {TEXT: f"{MARK} {number}"}
            programme.answer(window, Person(number, PLACES[0], "m3", answers), TODAY)
        yield house, programme, window


def test_no_route_shows_what_one_person_answered(written, attacked):
    house, programme, window = written
    tried = len(addresses(house, window))
    before = leaking(house, window)
    programme.seal(window, Random(7).random)
    after = leaking(house, window)

    leaks = len(before + after)
    attacked(f"P3 no rows: {tried} routes × {len(ROLES)} roles, before and after a seal: leaking {leaks}")
    assert tried > 40
    assert [] == before + after


def test_the_search_would_find_it(written):
    """The control: the mark of a network's own name is found on its pages."""
    house, _, window = written
    house.network.name = f"{MARK} 1"
    house.network.save()

    assert len(leaking(house, window)) > 10
