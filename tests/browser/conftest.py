"""Real Chromium for the tests of pages."""

import pytest
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium():
    """One browser for the run; each test gets its own fresh profile through `page`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A blank page as a desktop browser shows it, in Norwegian."""
    context = chromium.new_context(locale="nb-NO")
    yield context.new_page()
    context.close()
