"""The page of results in real Chromium: read by everybody, on any screen, without a script."""

import pytest
from browser.making_pages import SCREENS, SMALL_TARGETS, faults, serving
from making_house import COOKIE, begin_session, close_app, furnish, open_app
from server.results.making_results import OSLO, people, write_release

from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.networks import take_in

pytestmark = pytest.mark.browser
OWN = "4204"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A network with released results, the address of its page, and a sign-in."""
    folder = tmp_path_factory.mktemp("house")
    app = open_app(folder, f"sqlite:///{folder / 'fotfeste.db'}")
    house = furnish(app)
    take_in(house.db, house.network, OSLO)
    write_release(path_of(house.service.config.releases, str(house.network.id)), people(5, {OSLO: 6, OWN: 25}))
    empty = furnish(app, "Nord", "5501")
    tokens = [begin_session(each.db, each.people["organizer"]) for each in (house, empty)]
    with serving(app) as address:
        yield address, f"{address}/networks/{house.network.id}/results", tokens, f"/networks/{empty.network.id}/results"
    close_app(app)


def opened(chromium, served, address=None, signed_in=0, **manner):
    """The page as one reader sees it."""
    base, results, tokens, _ = served
    context = chromium.new_context(locale="nb-NO", **manner)
    context.add_cookies([{"name": COOKIE, "value": tokens[signed_in], "url": base}])
    page = context.new_page()
    assert 200 == page.goto(address or results).status
    return page


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_nothing_stands_in_anybodys_way(chromium, served, width, scheme):
    page = opened(chromium, served, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")

    assert [] == faults(page)
    assert [] == page.evaluate(SMALL_TARGETS)
    page.context.close()


def test_every_plot_has_a_name_a_description_and_a_table(chromium, served):
    page = opened(chromium, served)
    plots = page.locator("svg[role=img]")

    assert plots.count() > 20
    for i in range(plots.count()):
        plot = plots.nth(i)
        assert plot.locator("title").text_content().strip()
        assert "svar" in plot.locator("desc").text_content() or "skjult" in plot.locator("desc").text_content()
    assert page.locator("svg[role=img]").count() <= page.locator("details.twin").count()
    assert 0 == page.locator("[style], main script").count()
    page.context.close()


def test_the_table_says_what_the_plot_says(chromium, served):
    page = opened(chromium, served)
    card = page.locator("li.result", has=page.get_by_role("heading", name="Trygghet i jobben")).first
    values = card.locator("svg text[font-weight='600']").all_text_contents()
    card.locator("summary").press("Enter")

    assert 4 == len(values)
    assert values == card.locator("tbody td:nth-of-type(1)").all_text_contents()
    page.context.close()


def test_those_who_will_stay_are_shown_whole_round_by_round(chromium, served):
    page = opened(chromium, served)
    card = page.locator("li.result.wide")
    card.get_by_text("Vis alle svarene som tabell").click()

    assert 4 == card.locator(".plot-stack").count()
    assert ["Ved start", "Etter 3 måneder", "Etter 6 måneder", "Etter 12 måneder"] == (
        card.locator(".by-wave thead th").all_text_contents()[1:]
    )
    assert 5 == card.locator(".by-wave tbody tr").count()
    page.context.close()


def test_filters_work_by_keyboard_without_a_script(chromium, served):
    page = opened(chromium, served, java_script_enabled=False)
    page.get_by_label("Sted", exact=True).select_option(label="Oslo")
    page.get_by_role("button", name="Vis", exact=True).press("Enter")

    assert "place=0301" in page.url
    assert page.locator(".lead").text_content().startswith("Oslo")
    assert "Førsteårsavgang" not in page.content()
    page.context.close()


def test_the_files_come_as_files(chromium, served):
    page = opened(chromium, served)
    for name, ending in (("Last ned Excel", ".xlsx"), ("Last ned JSON", ".json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(ending)
    page.context.close()


def test_an_empty_page_says_what_will_come(chromium, served):
    page = opened(chromium, served, served[0] + served[3], signed_in=1, viewport={"width": 320, "height": 700})

    assert page.get_by_role("heading", name="Ingen måling er forseglet ennå").is_visible()
    assert [] == faults(page)
    page.context.close()
