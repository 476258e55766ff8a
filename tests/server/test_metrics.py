"""Who watches the server reads how it does, with a token; nothing there tells what anybody did."""

import re

import pytest
from click.testing import CliRunner
from making_house import close_app, furnish, open_app, report

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.cli import main
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.clock import today
from fotfeste_shared.forms import shipped


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    app = open_app(folder, "")
    house = furnish(app)
    house.folder = folder
    yield house
    close_app(app)


@pytest.fixture
def read(house):
    token = CliRunner().invoke(main, ["metrics-token", "--data", str(house.service.config.data)]).output.strip()

    def read():
        reply = house.browser().get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert 200 == reply.status_code
        lines = [line.rpartition(" ") for line in reply.text.splitlines() if line[0] != "#"]
        return {name: float(value) for name, _, value in lines}

    return read


def others(counted):
    return sum(value for name, value in counted.items() if 'method="OTHER"' in name and "_total" in name)


def test_without_the_token_there_is_no_such_page(house):
    asked = [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"Authorization": "Bearer æ"}]

    assert {404} == {house.browser("organizer").get("/metrics", headers=each).status_code for each in asked}


def test_it_tells_what_waits_and_what_was_handed_in(house, read):
    before = read()
    push = house.push("contact", report(house))
    house.service.writer.do(lambda: push_items(house.db, house.device("contact").device, push))

    after = read()

    assert 1 == after["fotfeste_log_lines"] - before["fotfeste_log_lines"]
    assert 1 == after['fotfeste_check_good{name="writable"}']
    assert {"jobs_due", "jobs_failing", "jobs_oldest_seconds", "held", "devices_unsent", "devices_unsent_days"} <= {
        name.removeprefix("fotfeste_") for name in after
    }


def test_requests_are_counted_by_area_and_never_by_address(house, read):
    before = others(read())
    house.browser("organizer").get(f"/networks/{house.network.id}")
    house.browser().get("/networks/../../etc")
    house.browser().open("/networks", method="BREW")

    counted = read()

    assert 1 <= counted['fotfeste_requests_total{area="networks",method="GET",status="200"}']
    assert 1 == others(counted) - before
    assert not any(house.network.id in name for name in counted)
    assert not any(re.search(r"[0-9a-f]{8}-|@", name) for name in counted)


def test_a_survey_leaves_no_trace_in_the_figures(house, read):
    day = today()
    window = open_window(house.db, house.service.keys, house.network.id, "2026Q4", opens=day, closes=day)
    (token,) = invite(house.db, house.service.keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=1)
    before = read()

    assert 200 == house.browser().get(f"/s/{token}").status_code
    assert 200 == house.browser().post(f"/s/{token}", data={"a.t_faglig": "4"}).status_code

    assert before == read()
