"""A furnished house to show results of; only what asks the database itself needs it on both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", f"sqlite:///{tmp_path / 'fotfeste.db'}")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def house_on_each(database_url: str, tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


@pytest.fixture
def two_houses(house: House) -> House:
    """A second network in the same database."""
    house.elsewhere = furnish(house.app, "Nord", "5501")
    return house
