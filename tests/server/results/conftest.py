"""A furnished house on each kind of database, to show results of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


@pytest.fixture
def two_houses(house: House) -> House:
    """A second network in the same database."""
    house.elsewhere = furnish(house.app, "Nord", "5501")
    return house
