"""No page stands in anybody's way: by keyboard, on a narrow screen, in large text, in one's own colours, unscripted.

The ordinary run looks at the pages that most people meet; `python tests --accessibility` at every page, with three
programs that look for faults, and writes the figures of the public statement.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from accessibility.engines import LOOKS, PARTS, enter, found, provide
from accessibility.figures import note, went_round
from accessibility.looking import lines, losses, smallest_target, walk
from accessibility.standing import Standing
from browser.making_pages import LONG, SCREENS
from playwright.sync_api import Browser
from playwright.sync_api import Page as Window

pytestmark = pytest.mark.browser
# Forms sent as they stand, which cannot be right.
REFUSED = (
    "signin.begin", "networks.new_network", "joining.register", "public.meeting", "organizers.pairings",
    "municipalities.municipalities", "planning.gatherings", "teams.fill", "phone.receipt",
)  # fmt: skip
SEND = """() => { const form = document.querySelector("main form[method=post]"); form.noValidate = true;
  form.querySelectorAll("input[type=text], input[type=email], input[type=date], input:not([type]), textarea")
    .forEach((each) => { each.value = "" });
  form.requestSubmit(form.querySelector("button[type=submit], button:not([type])")); }"""
OPEN = """() => document.querySelectorAll("details").forEach((each) => { each.open = true })"""
Told: TypeAlias = dict[str, list[str]]


def seen(page: Window, parts: Path) -> Iterator[tuple[str, str, str]]:
    """Look at a page and all that is folded up in it, in every width and colour: where, which program, what is wrong.

    The other two programs are slow and judge the same page everywhere, but for width: they look where most differs.
    """
    enter(page, parts)
    page.evaluate(OPEN)
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for program, fault in found(page, LOOKS if (width, scheme) in SCREENS[:2] else ["axe"]):
            yield f"{width} {scheme}", program, fault


def test_the_keyboard_reaches_everything_shows_where_it_is_and_is_caught_nowhere(chromium: Browser, standing: Standing):
    told: Told = {}
    stops = 0
    for who, pages in standing.by_person().items():
        context = standing.looking(chromium, who)
        page = context.new_page()
        for each in pages:
            page.goto(standing.where(each))
            count, unseen, caught = walk(page)
            stops += count
            note("keyboard", each.endpoint, stops=count, focus_invisible=len(unseen), traps=len(caught))
            if unseen or caught or not count:
                told[each.endpoint] = [*unseen, *caught]
        context.close()
    went_round("keyboard")

    assert stops > 40
    assert {} == told


def test_nothing_is_lost_on_a_narrow_screen_in_large_text_or_in_ones_own_colours(chromium: Browser, standing: Standing):
    told: Told = {}
    least = 999.0
    for who, pages in standing.by_person().items():
        context = standing.looking(chromium, who)
        page = context.new_page()
        for each in pages:
            page.goto(standing.where(each))
            target, lost = smallest_target(page), losses(page)
            least = min(least, target)
            note("narrow and large", each.endpoint, losses=len(lost), smallest_target=target)
            if lost:
                told[each.endpoint] = lost
        context.close()
    went_round("narrow and large")

    assert {} == told
    assert least >= 44


def test_every_line_is_there_without_scripts(chromium: Browser, standing: Standing):
    told: Told = {}
    for who, pages in standing.by_person().items():
        with_, without = (standing.looking(chromium, who, java_script_enabled=script) for script in (True, False))
        one, other = with_.new_page(), without.new_page()
        for each in pages:
            for page in (one, other):
                page.goto(standing.where(each))
            gone = lines(one) - lines(other)
            # Without a script the survey is one long page without «Neste», and no list is saved behind one's back.
            gone = {line for line in gone if line != "Neste" and "Alt er lagret." not in line}
            if gone:
                told[each.endpoint] = sorted(gone)
            note("without scripts", each.endpoint, lost_without_scripts=len(gone))
        with_.close()
        without.close()
    went_round("without scripts")

    assert {} == told


if LONG:

    def test_three_programs_find_nothing(chromium: Browser, standing: Standing):
        parts, told = provide(), {}
        for who, pages in standing.by_person().items():
            context = standing.looking(chromium, who, reduced_motion="reduce")
            page = context.new_page()
            for each in pages:
                page.goto(standing.where(each))
                states, number = ["as it is", *(["refused"] if each.endpoint in REFUSED else [])], Counter[str]()
                for state in states:
                    if state == "refused":
                        with page.expect_navigation():
                            page.evaluate(SEND)
                    if faults := list(seen(page, parts)):
                        number.update(program for _place, program, _fault in faults)
                        told[f"{each.endpoint} {state}"] = [" ".join(fault) for fault in faults]
                counted = {f"violations_{name}": number[name] for name in LOOKS}
                note("three programs", each.endpoint, states=len(states), **counted)
            context.close()
        went_round("three programs")
        (PARTS / "found.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")

        assert {} == told
