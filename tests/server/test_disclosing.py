"""Organizers agree on the promise, ask for tables, read texts and end the surveys, from the screen."""

import re

import pytest
from making_house import close_app, furnish, open_app
from server.test_organizers import Visitor

from fotfeste_server import opening
from fotfeste_server.anonymous import crossing
from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.models import Window
from fotfeste_server.anonymous.release_models import Draft
from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.models import Network
from fotfeste_server.named.networks import take_in
from fotfeste_server.named.publishing import published
from fotfeste_server.named.waves import invites_by_itself, let_invite
from fotfeste_server.opening import Tools
from fotfeste_server.promising import agree
from fotfeste_server.results.released import read_released
from fotfeste_shared.clock import today
from fotfeste_shared.intake import Filled
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import anonymous_receipt


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = open_app(tmp_path_factory.mktemp("disclosing") / "data", "")
    yield app
    close_app(app)


@pytest.fixture
def house(app, request):
    house = furnish(app, re.sub(r"\W", "", request.node.name)[-40:])
    Network.update(demo=True).where(Network.id == house.network.id).execute()  # counts before the quarter is over
    house.network.demo = True
    return house


@pytest.fixture
def organizer(house):
    return Visitor(house.browser("organizer"))


def base(house):
    return f"/networks/{house.network.id}"


def tools(house):
    return Tools(house.service.config, house.db, house.service.keys)


def opened(house, ahead=0):
    quarter = opening.next_quarters(ahead + 1)[ahead]
    return opening.open_quarter(tools(house), house.network, quarter)


def answered(house, window, answers, place=None):
    line = opening.window_of(house.network, window)
    form = published("nyansatt")
    links = opening.make_links(
        tools(house), house.network, line, form, wave="m3", place=place or house.participation, count=len(answers)
    )
    for link, given in zip(links, answers, strict=True):
        token = link.rpartition("/")[2]
        filled = Filled("nyansatt", form.version, given, anonymous_receipt())
        assert Envelope(house.service.writer, token, today()).receive(filled).outcome == "kept"
    return [link.rpartition("/")[2] for link in links]


def sealed(house, window):
    return opening.seal_window(tools(house), house.network, opening.window_of(house.network, window))


def released(house):
    return read_released(path_of(house.service.config.releases, house.network.id))


# --- the promise ------------------------------------------------------------------------------------------


def test_the_promise_is_agreed_before_the_first_window_and_only_grows_after(house, organizer):
    organizer.done(f"{base(house)}/promise", colluders="3")
    organizer.done(f"{base(house)}/promise", colluders="2")
    opened(house)
    organizer.done(f"{base(house)}/promise", colluders="3")
    page = organizer.see(f"{base(house)}/promise")

    assert "minst 9 svar bak hvert tall" in page
    assert "minst 5 svar bak hvert tall" not in page
    with pytest.raises(Conflicting):
        agree(house.db, house.network, 2)
    assert Network.get_by_id(house.network.id).colluders == 3


def test_a_lower_number_sent_after_the_first_window_is_refused_with_a_sentence(house, organizer):
    agree(house.db, house.network, 2)
    opened(house)
    reply = organizer.send(f"{base(house)}/promise", colluders="1")

    assert reply.status_code == 422
    assert "Velg ett av svarene i listen." in reply.text


def test_those_who_answer_are_told_what_was_promised(house, organizer):
    agree(house.db, house.network, 2)
    crossing.register(
        house.db, house.network.id, published("nyansatt"), wave="m3", row="m_har", column="b_bli", halves=1
    )
    token = answered(house, opened(house), [{"o_tid": 3}])[0]
    visitor = house.browser()
    page, seen = visitor.get(f"/s/{token}").text, visitor.get(f"/s/{token}?seen=1").text

    assert "grupper på minst 7" in page
    assert "først når minst 7 har svart" in seen
    assert "Om 2 av kollegene dine forteller alt" in seen
    assert "for hele nettverket: 1." in seen
    assert "ε = ½ til sammen" in seen


def test_seals_keep_to_the_number_that_was_promised(house):
    agree(house.db, house.network, 2)
    window = opened(house)
    answered(house, window, [{"o_tid": 3}] * 6)
    sealed(house, window)

    assert released(house).blocks == ()


# --- tables -----------------------------------------------------------------------------------------------


def test_a_table_is_asked_for_on_the_page_and_taken_back(house, organizer):
    address = f"{base(house)}/tables?survey=nyansatt.m6"
    organizer.done(address, row="m_har", column="b_bli", halves="2")
    page = organizer.see(f"{base(house)}/tables")
    known = crossing.registered(house.network.id)
    organizer.done(f"{base(house)}/tables", take_back=known[0].id)

    assert [(each.form, each.wave, each.row, each.column) for each in known] == [("nyansatt", "m6", "m_har", "b_bli")]
    assert "Brukt: ε = 1 av 2" in page
    assert crossing.registered(house.network.id) == []


def test_a_table_over_the_limit_is_refused_with_a_sentence(house, organizer):
    for wave in ("m3", "m6"):
        organizer.done(f"{base(house)}/tables?survey=nyansatt.{wave}", row="m_har", column="b_bli", halves="2")
    reply = organizer.send(f"{base(house)}/tables?survey=nyansatt.m12", row="m_har", column="b_bli", halves="1")

    assert reply.status_code == 422
    assert "grensen er nådd" in reply.text


def test_a_table_is_told_once_its_window_is_counted(house):
    crossing.register(
        house.db, house.network.id, published("nyansatt"), wave="m3", row="m_har", column="b_bli", halves=2
    )
    window = opened(house)
    answered(house, window, [{"m_har": "ja", "b_bli": 5}] * 8)
    sealed(house, window)

    told = released(house).tables
    assert [(each.table.row, each.table.column, each.table.halves) for each in told] == [("m_har", "b_bli", 2)]
    assert sum(map(sum, told[0].table.cells)) != 0


# --- texts ------------------------------------------------------------------------------------------------


def with_texts(house):
    """A network in which ten people of three municipalities have written something."""
    window = opened(house)
    places = [house.participation, *(take_in(house.db, house.network, number) for number in ("4205", "4206"))]
    for place, count in zip(places, (4, 3, 3), strict=True):
        answered(house, window, [{"fritt": f"Jeg er Kari {n}"} for n in range(count)], place)
    sealed(house, window)


def test_texts_are_read_mended_and_released_from_the_screen(house, organizer):
    with_texts(house)
    page = organizer.see(f"{base(house)}/texts")
    batch = re.search(rf"{base(house)}/texts/([0-9a-f-]+)", page)[1]
    address = f"{base(house)}/texts/{batch}"
    ids = [row.id for row in Draft.select().where(Draft.batch == batch)]
    first = {f"verdict-{ids[0]}": "told", f"said-{ids[0]}": "Jeg er ny <her>", "save": "ja"}
    organizer.done(address, **first)
    too_early = organizer.client.get(f"{address}/release")
    rest = {f"verdict-{id_}": "left_out" for id_ in ids[1:]} | {f"said-{id_}": "x" for id_ in ids[1:]}
    organizer.done(address, **rest, release="ja")
    asked = organizer.see(f"{address}/release")
    organizer.done(f"{address}/release")

    assert "10 tekster, 0 er vurdert." in page
    assert too_early.status_code == 303
    assert "Tekster som vises: 1. Tekster som utelates: 9." in asked
    assert "Jeg er ny &lt;her&gt;" in asked
    assert [text.text for text in released(house).texts] == ["Jeg er ny <her>"]
    assert organizer.client.get(address).status_code == 404


def test_an_empty_house_says_that_nothing_waits(house, organizer):
    assert "Ingen tekster venter på å bli lest." in organizer.see(f"{base(house)}/texts")
    assert "Ingen tabeller er meldt inn." in organizer.see(f"{base(house)}/tables")


def test_releasing_texts_is_no_window_to_choose(house, organizer):
    with_texts(house)
    before = len(opening.windows(house.network)), len(released(house).windows)
    batch = Draft.select().join(Window, on=(Draft.network == house.network.id)).first().batch
    for row in Draft.select().where(Draft.batch == batch):
        Draft.update(verdict="left_out").where(Draft.id == row.id).execute()
    organizer.done(f"{base(house)}/texts/{batch}/release")

    assert before == (len(opening.windows(house.network)), len(released(house).windows))


# --- the end ----------------------------------------------------------------------------------------------


def test_nothing_can_be_opened_or_sent_after_the_end(house, organizer):
    window = opened(house)
    answered(house, window, [{"o_tid": 3}] * 2)
    sealed(house, window)
    let_invite(house.db, house.network, on=True)
    asked = organizer.see(f"{base(house)}/end")
    unsure = organizer.send(f"{base(house)}/end")
    organizer.done(f"{base(house)}/end", sure="y")
    page = organizer.see(f"{base(house)}/windows")

    assert "Nå venter 2 svar på enkeltspørsmål." in asked
    assert unsure.status_code == 422
    assert "Ingen vinduer kan åpnes" in page
    assert not invites_by_itself(house.network)
    with pytest.raises(Conflicting):
        opened(house, ahead=1)
    with pytest.raises(Conflicting):
        opening.open_evaluation(tools(house), house.network, house.gathering, 20)
    assert not list((house.service.config.keys).glob(f"waiting-{house.network.id}*"))


def test_an_open_window_stands_in_the_way_of_the_end(house, organizer):
    opened(house)
    page = organizer.see(f"{base(house)}/end")

    assert "Vinduer som ikke er talt opp: 1." in page
    assert "Avslutt for godt" not in page


def test_unread_texts_stand_in_the_way_until_somebody_says_that_they_may_go(house, organizer):
    with_texts(house)
    reply = organizer.send(f"{base(house)}/end", sure="y")
    organizer.done(f"{base(house)}/end", sure="y", unread="y")

    assert reply.status_code == 422
    assert "Noen tekster venter på å bli lest." in reply.text
    assert Draft.select().where(Draft.network == house.network.id).count() == 0
    assert released(house).windows[-1].is_the_end
