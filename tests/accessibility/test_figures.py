"""The figures that are published are those of a run, and of a run over the pages that there are now."""

import json
import tomllib
from datetime import date

from accessibility.figures import LAST_RUN, LOOKS_FOR, TABLE, TOLD, Looks, oldest, summed, table
from accessibility.standing import Standing

from fotfeste_server.views import statement
from fotfeste_shared.clock import today

# So many pages may have come since the last run, out of more than a hundred.
NEW_PAGES = 12


def last_run() -> Looks:
    return json.loads(LAST_RUN.read_text("utf-8"))


def test_the_statement_and_the_table_say_what_was_found_page_by_page():
    looks = last_run()
    published = tomllib.loads(statement.FIGURES.read_text("utf-8"))

    assert {"date": date.fromisoformat(oldest(looks)), **summed(looks)} == published
    assert [table(summed(looks))] == TABLE.findall(TOLD.read_text("utf-8"))
    assert published["date"] <= today()


def test_every_way_of_looking_went_over_the_pages_that_there_are(standing: Standing):
    looks = last_run()
    there = {page.endpoint for page in standing.pages}
    seen = {look: set(found["pages"]) for look, found in looks.items() if look != "words"}
    new = {look: there - those for look, those in seen.items() if len(there - those) > NEW_PAGES}

    assert LOOKS_FOR.keys() == looks.keys()
    assert {} == new, "python tests --accessibility must be run again"
    assert all(len(there & those) > 100 for those in seen.values())


def test_every_page_has_every_figure_of_its_way_of_looking():
    looks = last_run()
    lacking = [
        (look, page)
        for look, found in looks.items()
        for page, facts in found["pages"].items()
        if look != "words" and facts.keys() != LOOKS_FOR[look]
    ]

    assert [] == lacking
    assert all(LOOKS_FOR["words"] >= facts.keys() for facts in looks["words"]["pages"].values())
    assert statement.tested().faults == sum(summed(looks)[name] for name in statement.FAULTS)
