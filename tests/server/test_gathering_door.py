"""One code for a whole hall: every phone gets its own link, nobody is turned away, and each part is counted."""

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from making_house import close_app, furnish, open_app
from server.test_organizers import Visitor

from fotfeste_server import opening
from fotfeste_server.anonymous.doors import door_of, look_at_door
from fotfeste_server.anonymous.models import Block, Door, Inbox, Invitation
from fotfeste_server.named.models import Gathering, ProgrammeItem
from fotfeste_server.named.programme import wave_of, write_programme
from fotfeste_server.opening import Tools, open_evaluation, seal_window, window_of
from fotfeste_shared.clock import today
from fotfeste_shared.problems import Conflicting

PHONES = 120


@pytest.fixture
def house(database_url, tmp_path):
    app = open_app(tmp_path / "data", database_url)
    house = furnish(app)
    Gathering.update(starts=today(), ends=today()).where(Gathering.id == house.gathering.id).execute()
    house.gathering = Gathering.get_by_id(house.gathering.id)
    yield house
    close_app(app)


def tools(house):
    return Tools(house.service.config, house.db, house.service.keys)


def door(house, people=10):
    typed = "Velkommen\n\n  Erfaringer fra kommunene  \nEget arbeid"
    write_programme(house.db, house.gathering, typed, evaluated=False)
    return f"/g/{open_evaluation(tools(house), house.network, house.gathering, people).id}"


def begin(client, address):
    reply = client.post(address)
    assert 303 == reply.status_code, reply.text
    return reply.location


def test_looking_gives_nothing_out_and_each_press_gives_a_new_link(house):
    client, address = house.browser(), door(house)
    looks = [client.get(address) for _ in range(20)]
    links = {begin(client, address) for _ in range(3)}

    assert {200} == {look.status_code for look in looks}
    assert 3 == len(links) == Invitation.select().count() == Door.get().given
    for reply in (*looks, client.get(links.pop())):
        assert "Set-Cookie" not in reply.headers
        assert "no-referrer" == reply.headers["Referrer-Policy"]


def test_each_part_of_the_programme_is_asked_counted_and_named(house):
    client, address = house.browser(), door(house)
    items = list(ProgrammeItem.select().order_by(ProgrammeItem.number))
    for number in range(6):
        link = begin(client, address)
        page = client.get(link).text
        fields = {"a.alt": "4"}
        for row, item in enumerate(items):
            assert item.title in page
            fields |= {f"a.innslag.{row}.id": item.id, f"a.innslag.{row}.nytte": str(3 + (number + row) % 3)}
        assert "thanks" in client.post(link, data=fields).text
    window = opening.windows(house.network)[0]
    seal_window(tools(house), house.network, window_of(house.network, window.id), early=True)

    counted = {block.question: (block.n, block.wave) for block in Block.select().where(Block.kind == "ordinal")}
    assert (6, "samling1") == counted["alt"]
    assert {f"innslag.{item.id}.nytte" for item in items} <= set(counted)
    shown = Visitor(house.browser("organizer")).see(
        f"/networks/{house.network.id}/results?form=evaluering_samling&wave=samling1"
    )
    assert "Hvor nyttig var innslaget? (Erfaringer fra kommunene)" in shown
    assert "Samling 1" in shown


def test_invented_parts_are_left_out(house):
    client, link = house.browser(), ""
    link = begin(client, door(house))
    client.post(link, data={"a.alt": "4", "a.innslag.0.id": "oppdiktet", "a.innslag.0.nytte": "5"})
    seal_window(tools(house), house.network, opening.windows(house.network)[0], early=True)

    assert 1 == Invitation.select().count()
    assert not [block for block in Block.select() if "oppdiktet" in block.question]


def test_a_door_has_its_days_and_its_bound_and_more_can_be_let_in(house):
    client, address = house.browser(), door(house, people=1)
    code = address.rpartition("/")[2]
    links = [client.post(address).status_code for _ in range(25)]
    open_evaluation(tools(house), house.network, house.gathering, 3)

    assert Counter({303: 22, 410: 3}) == Counter(links)
    assert 303 == client.post(address).status_code
    assert "closed" == look_at_door(code, today() + timedelta(8)).state
    assert "not_yet" == look_at_door(code, today() - timedelta(1)).state
    assert {404} == {client.get("/g/x").status_code, client.post(f"/g/{'x' * 500}").status_code}


def test_while_it_is_evaluated_the_words_of_a_programme_may_be_mended_only(house):
    door(house)
    before = [item.id for item in ProgrammeItem.select().order_by(ProgrammeItem.number)]
    write_programme(house.db, house.gathering, "Velkomen\nErfaringer\nEget arbeid", evaluated=True)

    after = list(ProgrammeItem.select().order_by(ProgrammeItem.number))
    assert before == [item.id for item in after]
    assert "Velkomen" == after[0].title
    with pytest.raises(Conflicting):
        write_programme(house.db, house.gathering, "Bare ett", evaluated=True)


def test_an_organizer_writes_the_programme_opens_and_shows_the_code(house):
    address = f"/networks/{house.network.id}/gatherings/{house.gathering.id}/evaluation"
    visitor = Visitor(house.browser("organizer"))

    assert 409 == visitor.client.get(f"{address}/slide").status_code
    visitor.done(address, p__programme="Velkommen\nArbeid i team")
    twice = visitor.send(address, p__programme="Likt\nlikt")
    visitor.done(address, d__people="60", open="ja")
    made = door_of(house.network.id, opening.GATHERING, wave_of(house.gathering))

    assert 422 == twice.status_code
    assert (140, 0) == (made.most, made.given)
    for page in (address, f"{address}/slide"):
        assert f"/g/{made.id}" in visitor.see(page)


def phone(server, address, number):
    """A phone behind the same address as all the others: look, begin, read, answer."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(method, path, fields=None):
        body = urlencode(fields) if fields else None
        line.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        reply = line.getresponse()
        return reply, reply.read().decode()

    looked, _ = ask("GET", address)
    begun, _ = ask("POST", address)
    link = begun.getheader("Location")
    asked, page = ask("GET", link)
    rows = re.findall(r'name="(a\.innslag\.\d+)\.id" value="([^"]+)"', page)
    fields = {"a.alt": str(1 + number % 5)}
    for name, id_ in rows:
        fields |= {f"{name}.id": id_, f"{name}.nytte": "4"}
    answered, said = ask("POST", link, fields)
    line.close()
    told = tuple(reply.status for reply in (looked, begun, asked, answered))
    cookies = [reply.getheader("Set-Cookie") for reply in (looked, begun, asked, answered)]
    return told, link, "thanks" in said, len(rows), any(cookies)


@pytest.mark.slow
def test_a_hall_of_phones_behind_one_address_is_never_turned_away(tmp_path: Path, real_server):
    folder = tmp_path / "house0"
    app = open_app(folder, "")
    house = furnish(app)
    Gathering.update(starts=today(), ends=today()).where(Gathering.id == house.gathering.id).execute()
    house.gathering = Gathering.get_by_id(house.gathering.id)
    address = door(house, people=PHONES)
    close_app(app)
    server = real_server()

    with ThreadPoolExecutor(PHONES) as hall:
        told = list(hall.map(lambda number: phone(server, address, number), range(PHONES)))
    server.kill()

    assert {(200, 303, 200, 200)} == {each[0] for each in told}
    assert PHONES == len({each[1] for each in told})
    assert {(True, 3, False)} == {each[2:] for each in told}
    app = open_app(folder, "")
    assert PHONES == Inbox.select().count() == Invitation.select().count()
    close_app(app)
