"""How long the tests of failing storage run, and the figures of the long form."""

import os

import pytest
from faults.desktop_world import PASSPHRASE, keys_of

from fotfeste_desktop.home import Home

LONG = os.environ.get("FOTFESTE_TORTURE") == "long"


@pytest.fixture
def length():
    """Choose between the short form of a test, for every day, and the long one of `python tests --torture`."""
    return lambda short, long: long if LONG else short


@pytest.fixture(scope="session")
def key_file(tmp_path_factory):
    """Wrapping a key is slow on purpose, so it is done once."""
    home = Home(tmp_path_factory.mktemp("home"))
    keys_of(home).make(PASSPHRASE)
    return home.key.read_text()


@pytest.fixture
def figures(record_property, request):
    """Keep a line of figures for the end of the long form."""
    return lambda told: record_property("figures", f"{request.node.name}: {told}")


def pytest_terminal_summary(terminalreporter):
    """Print the figures, whoever counted them."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    lines = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "figures"]
    if LONG and lines:
        terminalreporter.section("storage faults")
        for line in sorted(set(lines)):
            terminalreporter.write_line(line)
