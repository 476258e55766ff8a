"""How long the attacks run, a programme to attack, and the figures they print."""

import os

import pytest
from attacks.programme import Programme

from fotfeste_shared.database import close_database, open_database


@pytest.fixture(scope="session")
def long():
    """`python tests --attacks`: the published size of every attack."""
    return os.environ.get("FOTFESTE_ATTACKS") == "long"


@pytest.fixture
def attacked(record_property):
    """Keep a line of figures, told with `-s` at once and at the end of the long form."""

    def tell(told):
        record_property("attacked", told)
        print(told)

    return tell


def pytest_terminal_summary(terminalreporter):
    """Print the figures of the long form, whoever counted them."""
    if os.environ.get("FOTFESTE_ATTACKS") == "long":
        reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
        lines = [told for each in reports for name, told in getattr(each, "user_properties", ()) if name == "attacked"]
        terminalreporter.section("attacks")
        for line in sorted(lines):
            terminalreporter.write_line(line)


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory):
    """A maker of programmes, each in a database of its own."""
    opened = []

    def make(name="programme", database_url=""):
        folder = tmp_path_factory.mktemp(name)
        opened.append(open_database(database_url or f"sqlite:///{folder / 'fotfeste.db'}"))
        return Programme.at(opened[-1], folder)

    yield make
    for db in opened:
        close_database(db)
